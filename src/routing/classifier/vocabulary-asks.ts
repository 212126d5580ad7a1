// The words by which people ask for something, in some two dozen languages, by what is asked for.

/**
 * Words by meaning. `_` stands for a space, a final `*` for any ending; words of scripts that are written without spaces
 * are found anywhere. Accents and case do not matter.
 */
export const askWords = {
  greeting: `how_are_you how_is_it_going hello hi hey hiya howdy good_morning good_evening good_afternoon hola buenos_dias buenas_tardes bonjour salut
    bonsoir hallo moin guten_tag guten_morgen ola bom_dia boa_tarde ciao buongiorno salve czesc dzien_dobry ahoj privet привет
    здравствуй* добрый_день добрый_вечер привіт merhaba selam مرحبا السلام_عليكم اهلا سلام नमस्ते 你好 您好 こんにちは おはよう こんばんは
    안녕* halo selamat_pagi xin_chao chao สวัสดี hej hei goddag γεια שלום হ্যালো নমস্কার salut buna_ziua szia jambo habari hoi goedemorgen`,
  thanks: `thanks thank thx ty cheers gracias merci danke dankeschon vielen_dank obrigado obrigada grazie dzieki dziekuje
    спасибо благодар* дякую tesekkur* sagol شكرا متشكرم ممنون धन्यवाद शुक्रिया 谢谢 謝謝 多谢 感谢 ありがと* 感謝 감사* 고마* terima_kasih makasih
    cam_on ขอบคุณ tack takk tak kiitos ευχαριστω תודה ধন্যবাদ multumesc koszonom asante dank_je bedankt dekuji great perfect awesome
    wonderful lovely excellent genial perfecto parfait super prima ottimo perfetto otlichno отлично 太好了 助かりました no_worries`,
  farewell: `bye goodbye see_you later good_night cya adios hasta_luego au_revoir tschuss tchau arrivederci пока до_свидания
    hosca_kal gule_gule مع_السلامه خداحافظ अलविदा 再见 拜拜 さようなら またね 안녕히 잘_가 sampai_jumpa tam_biet ลาก่อน hej_da farvel tot_ziens
    do_widzenia na_shledanou להתראות have_a_nice have_a_good`,
  assent: `yes yeah yep yup sure ok okay alright go_ahead go_on do_it do_that continue proceed please_do sounds_good carry_on
    keep_going lets_go make_it_so correct_go agreed absolutely definitely si claro vale adelante hazlo de_acuerdo continua oui d_accord
    vas_y allez_y continue continuez fais_le bien_sur ja jawohl genau klar mach_das mach_weiter weiter leg_los einverstanden sim pode_ser
    continue faca_isso va_em_frente certo va_bene procedi certo vai_avanti fallo tak jasne kontynuuj dalej да давай* хорошо продолжай* конечно
    так добре продовжуй evet tamam devam yap نعم تابع موافق اكمل حسنا بله ادامه हाँ हां जी ठीक जारी 是的 好的 好 可以 继续 開始 请继续 当然 はい お願い* 続け* いいですよ
    네 예 좋아* 계속* 그래* ya silakan lanjutkan boleh baik vang dong_y tiep_tuc ได้ ใช่ ต่อ ดำเนินการ ja_tack fortsatt kjor_pa ναι συνεχισε כן תמשיך
    হ্যাঁ da continua igen folytasd ndiyo endelea doe_maar ga_door ga_verder ano pokracuj`,
  polite: `please could_you can_you would_you will_you kindly i_would_like i_d_like i_want i_need help_me for_me por_favor podrias puedes
    me_gustaria quisiera s_il_vous_plait s_il_te_plait stp svp pourriez_vous peux_tu pouvez_vous pourrais_tu bitte kannst_du konntest_du
    konnen_sie konnten_sie wurdest_du poderia voce_pode pode por_gentileza per_favore potresti puoi puo prosze czy_mozesz czy_moglbys
    пожалуйста можешь можете могли_бы будь_ласка lutfen من_فضلك رجاء هل_يمكنك لو_سمحت لطفا कृपया क्या_आप 请 請 麻烦 能不能 请你 请问 ください お願いします 주세요
    해주세요 부탁 tolong mohon bisakah vui_long lam_on xin กรุณา ช่วย ครับ ค่ะ snalla vaer_sa_snill παρακαλω בבקשה অনুগ্রহ te_rog kerlek tafadhali
    alstublieft kun_je kunt_u prosim muzes`,
  translate: `translate* translation in_french in_german in_spanish traduc* traduir* traduis* traduz* traduce* tradur* ubersetz*
    przetlumacz* tlumacz* перевед* перевест* перевод* переклад* cevir* tercume ترجم* ترجمه अनुवाद 翻译 翻譯 译成 譯成 翻訳 訳して 英訳 和訳 번역*
    terjemah* dich_sang ban_dich phien_dich dich_cau แปล oversatt* oversaet* oversett* kaanna* kaantaa μεταφρασ* תרגם תרגמי לתרגם
    অনুবাদ tradu* fordits* tafsiri vertaal* vertalen preloz* prelozi*`,
  polishText: `spelling typo typos proofread* grammar correct_the correct_this correct_my rephrase* reword* paraphrase* rewrite friendlier
    politer more_polite less_polite more_formal less_formal shorten tidy_up capitalise capitalize uppercase lowercase punctuat* fix_the_grammar
    sound_better how_do_you_spell how_is_it_spelled how_to_spell shorter nicer nicely kinder say_this_more say_it_more sound_more make_it_sound ortografia corrige* corrig* gramatica reformul* reescrib* acorta* orthograph*
    raccourci* plus_poli rechtschreib* schreibt_man korrigier* grammatik formulier* umformulier* kurze_das kurze_diesen kurzen_sie freundlicher hoflicher reescrev*
    gramatical encurt* correggi* riscriv* riformul* accorcia* popraw* przeredaguj* ortograf* исправ* орфограф* перефразир* перепиши
    сократи граматик* виправ* yazim duzelt* kisalt* yeniden_yaz صحح تصحيح اعد_صياغه املا* تدقيق वर्तनी व्याकरण सुधार* 改写 改寫 润色 潤色 错别字
    校对 修改语法 拼写 語法 誤字 言い換え* 書き直し* 校正 添削 敬語 맞춤법 고쳐_쓰* 다듬* 문법 바꿔_써 perbaiki_ejaan ejaan tata_bahasa tulis_ulang
    chinh_ta ngu_phap viet_lai sua_loi ตรวจคำผิด สะกด แก้ไวยากรณ์ เรียบเรียง ratta stavning omformulera stavefejl ret_stavningen ορθογραφ*
    διορθωσ* כתיב תקן_את נסח_מחדש বানান ব্যাকরণ corecteaza helyesiras javitsd spelfout* herschrijf* verbeter_de oprav_prav* pravopis`,
  convert: `convert* turn_this_into turn_it_into turn_these_into turn_the reformat format_this format_as into_json as_json to_json as_csv into_csv
    into_a_table as_a_table sort_these sort_this alphabetical* reorder convierte* convertir ordena* converti* wandle umwandeln umrechnen sortier*
    convert_a transforme_em ordene trasforma* ordina* przekonwertuj* zamien posortuj преобраз* конверт* отсортируй упорядоч* перетвор* donustur*
    sirala* حول_الى حول رتب تبديل बदलें बदलिए क्रमबद्ध 转换 轉換 转成 转为 换算 排序 变换 変換 並べ替え* 並び替え* 변환* 정렬* 바꿔* ubah_menjadi ubah konversi
    urutkan chuyen_doi chuyen_thanh sap_xep แปลงเป็น เรียงลำดับ konvertera omvandla sortera konverter μετατρεψ* ταξινομ* המר מיין রূপান্তর
    converteste alakitsd rendezd geuza zet_om omzetten sorteer preved`,
  extract: `extract* pull_out find_all_the pick_out list_all_the which_line what_is_the_value value_of look_up copy_the highlight
    according_to_the_text in_the_text in_this_text in_the_document based_on_the_text extrae* extraire extrais* extrahier* herauszieh* extraia
    estrai* wyodrebnij* wypisz извлек* выпиши* найди_в витягн* виписати cikar* ayikla استخرج استخراج निकालें निकालिए 提取 摘取 抽出 抜き出* 추출* 뽑아*
    ekstrak trich_xuat ดึงข้อมูล extrahera udtraek εξαγαγ* חלץ extrage kiemel haal_uit`,
  summarise: `summar* sum_up tldr tl_dr key_points main_points bullet_points condense recap resum* resumen resumir synthetis* zusammenfass*
    fasse fass_den fass_das riassum* sintetizza* sintesi stresc* podsumuj* streszczenie кратко_изложи кратк* резюмир* подытож* конспект*
    підсумуй* стисло ozet* لخص تلخيص ملخص خلاصه सारांश संक्षेप 总结 總結 概括 摘要 归纳 要約 まとめ* 요약* 정리해* ringkas* rangkum* tom_tat สรุป
    sammanfatta* sammendrag opsummer* oppsummer* tiivista περιληψ* συνοψισ* סכם תקציר সারাংশ rezum* foglald_ossze osszefoglal* fupisha
    samenvat* vat_samen shrn* souhrn`,
  list: `list give_me name_the name_all define definition name_three name_five name_some give_me_a_list examples synonym* antonym* rhymes_with enumera* lista enumere enumerez liste
    nenne aufzahl* elenca* wymien* перечисл* назови* приведи* перерахуй* listele sirala اذكر عدد سرد सूची 列出 列举 举例 挙げて リスト 나열* 목록
    sebutkan daftar liet_ke ยกตัวอย่าง lista_upp noevn απαριθμ* מנה רשימה তালিকা listeaza sorold orodhesha noem opsommen vyjmenuj`,
  explain: `explain* describe* tell_me_about teach_me introduce introduction difference_between how_does how_do_they what_happens what_are_the_main
    walk_me_through overview elaborate illustrate explic* expliqu* describ* decri* en_que_consiste como_funciona que_diferencia difference_entre
    comment_fonctionne erklar* beschreib* erlauter* unterschied* wie_funktioniert explique* descrev* descreva diferenca spieg* descriv*
    differenza come_funziona wyjasn* opisz* wytlumacz* roznic* jak_dziala объясн* опиш* расскаж* разниц* как_работает чем_отлича* поясни* опиши*
    розкажи acikla* anlat* tanimla* nasil_calisir fark* اشرح وضح صف شرح الفرق كيف_يعمل توضيح توضیح समझा* वर्णन बताइए बताएं बताओ अंतर 解释 解釋 说明 說明
    介绍 介紹 描述 讲解 区别 讲讲 説明* 紹介 教えて 違い 仕組み 설명* 소개* 알려* 차이* jelaskan* terangkan* uraikan gambarkan perbedaan bagaimana_cara giai_thich
    mo_ta trinh_bay khac_nhau gioi_thieu อธิบาย บรรยาย แนะนำ ความแตกต่าง forklar* beskriv* skillnad* forskel* selita kuvaile εξηγ* περιεγραψ*
    διαφορ* הסבר תאר ההבדל ব্যাখ্যা বর্ণনা পার্থক্য explic* descrie diferent* magyarazd mutasd_be eleza fafanua leg_uit uitleggen beschrijf verschil*
    hoe_werkt vysvetl* popis* rozdil*`,
  compare: `compare* comparison versus vs pros_and_cons pros_cons advantages disadvantages benefits_and drawbacks which_is_better
    similarities contrast compar* ventajas desventajas pros_y_contras pour_et_les_contre pour_et_contre pro_und_contra pro_e_contra avantages inconvenients vergleich* vorteile nachteile vor_und_nachteile
    vantagens desvantagens confront* vantaggi svantaggi pro_e_contro porown* zalety wady за_и_против сравн* преимуществ* недостатк* плюс* минус*
    порівня* переваг* недолік* karsilastir* avantaj* dezavantaj* قارن مقارنه مزايا عيوب مزایا معایب مقایسه तुलना फायदे फ़ायदे नुकसान लाभ 比较 比較 对比
    優缺點 优缺点 利弊 優点 優劣 長所 短所 メリット デメリット 비교* 장단점 장점 단점 bandingkan* kelebihan kekurangan so_sanh uu_diem nhuoc_diem เปรียบเทียบ
    ข้อดี ข้อเสีย jamfor* fordelar nackdelar sammenlign* fordele ulemper vertaa συγκρι* πλεονεκτημ* μειονεκτημ* השווה יתרונות חסרונות তুলনা
    সুবিধা অসুবিধা avantaje dezavantaje hasonlitsd elonyei hatranyai linganisha vergelijk* voordelen nadelen porovnej* porovnani vyhody nevyhody`,
  write: `write draft compose create generate make_me produce come_up_with escrib* redact* crea genera componer ecri* redig* schreib* verfass*
    erstell* entwirf escrev* redij* crie scrivi* scrivere crea napisz* stworz* напиш* составь* сочини* создай* написать створ* yaz yazin
    olustur* hazirla* اكتب انشئ الف بنویس بنويس लिख* 写 寫 撰写 起草 编写 創作 書いて 書け 作って 作成* 써_* 써줘 작성* 쓰세요 만들어* tulis* buatlah buatkan buat
    viet soan เขียน แต่ง สร้าง skriv* kirjoita γραψ* συνταξ* כתוב כתבי צור লিখ* লেখ* scrie redacteaza irj irjon andika schrijf* napis* vytvor*`,
  creative: `story stories poem poetry sonnet haiku limerick song lyrics rap screenplay dialogue dialog novel chapter fairy_tale joke
    jokes slogan fiction character riddles ballad parody monologue cuento cuentos poema poesia cancion guion conte poeme chanson nouvelle_histoire
    geschichte gedicht lied marchen drehbuch conto historia cancao racconto poesia canzone filastrocca opowiadanie wiersz piosenk* bajk* рассказ*
    стих* сказк* песн* поэм* сценари* оповідан* вірш* казк* hikaye siir sarki masal قصه قصيده شعر اغنيه داستان कहानी कविता गीत 故事 诗 詩 小说 歌词
    剧本 物語 短編 俳句 歌詞 詩を 이야기 소설 시를 노래 가사 cerita puisi lagu dongeng cau_chuyen bai_tho truyen บทกวี นิทาน เรื่องสั้น กลอน berattelse
    novell dikt sang tarina runo ιστορια ποιημα παραμυθι סיפור שיר গল্প কবিতা poveste poezie mese vers hadithi shairi verhaal gedicht pribeh basen`,
  prose: `letter email e_mail mail essay article blog post speech report resume cv cover_letter invitation announcement review_of description
    press_release newsletter tweet caption memo proposal carta correo ensayo articulo discurso invitacion lettre courriel courrier dissertation
    discours invitation brief aufsatz artikel rede bewerbung* einladung carta redacao artigo discurso convite lettera articolo tema discorso
    invito list_motywacyjny esej artykul zaproszenie письм* стать* эсс* сочинени* речь приглашени* лист* твір mektup makale deneme davetiye رساله
    مقال مقاله خطاب دعوه نامه पत्र निबंध लेख भाषण 信 邮件 作文 文章 演讲 邀请 手紙 メール 作文 記事 スピーチ 招待 편지 이메일 에세이 글을 기사 surat esai artikel
    pidato undangan buc_thu bai_van bai_viet thu_moi จดหมาย เรียงความ บทความ สุนทรพจน์ brev uppsats artikel tal kirje essee γραμμα εκθεση αρθρο
    מכתב מאמר חיבור চিঠি প্রবন্ধ রচনা scrisoare eseu articol level esszé barua insha brief opstel sollicitatiebrief dopis`,
  plan: `plan planning itinerary schedule agenda timetable meal_plan lesson_plan workout curriculum roadmap checklist strategy organis* organiz*
    planifi* itinerario horario programme itineraire plane planen reiseplan stundenplan planej* roteiro cronograma pianific* programma zaplanuj*
    harmonogram спланир* план* маршрут* расписани* сплануй* planla* خطط خطه برنامج جدول برنامه योजना कार्यक्रम 计划 規劃 规划 行程 日程 安排 計画 旅程
    献立 계획* 일정 rencana* jadwal ke_hoach lich_trinh lap_ke วางแผน แผนการ planera resplan planlaeg suunnittele σχεδιασε_ενα προγραμμα תכנן_לי
    תוכנית পরিকল্পনা planifica tervezz_utat utiterv panga ratiba reisplan naplanuj*`,
  recommend: `recommend* suggest* ideas tips advice advise should_i what_should best_way recomiend* sugier* consejos ideas conseil* recommand*
    suger* recomend* dicas empfiehl* empfehl* vorschla* tipps soll_ich consigli* suggeri* polec* porad* zasugeruj* совет* посовет* предлож*
    порад* запропонуй* oner* tavsiye onerir انصح اقترح نصائح پیشنهاد सुझा* सलाह 建议 推荐 推薦 おすすめ 提案 アドバイス 추천* 조언* 제안* sarankan
    rekomendasi tips_untuk goi_y de_xuat loi_khuyen คำแนะนำ rekommendera foresla tips anbefal* προτειν* συμβουλ* המלץ עצות পরামর্শ recomand*
    javasol* ajanl* pendekeza shauri raad_aan aanbevel* doporuc* navrhni_jmen*`,
  fact: `what who when where which whose whom how_many how_much how_old how_tall how_far how_long que_es quien
    quienes cuando donde cual cuantos cuantas cuanto como_se qui quand quel quelle quels quelles combien ou_est qu_est ce_que wer wann wo welche
    welcher welches wie_viele wie_viel wie_heisst wie_hoch wie_lange was_ist was_sind was_bedeutet wie_schreibt wie quem onde qual quais
    quantos quantas quanto o_que_e chi dove quale quali quanti quante cosa_e che_cos kto kiedy gdzie jaki jaka jakie ile co_to кто когда где какой
    какая какое какие сколько что_такое хто коли де який яка скільки kim ne_zaman nerede hangi kac nedir ما من متى اين كم ما_هو ما_هي اي چیست کجاست
    کیست چند क्या कौन कब कहाँ कहां कितन* कौन_सा किस 什么 什麼 谁 哪里 哪个 哪年 几 多少 何 誰 いつ どこ どれ いくつ いくら どの 무엇* 누구 언제 어디 몇 얼마* 어느
    apa siapa kapan dimana di_mana mana berapa la_gi gi ai khi_nao o_dau bao_nhieu nao อะไร ใคร เมื่อไหร่ ที่ไหน เท่าไหร่ กี่ ไหน vad vem nar var
    vilken hur_manga hvad hvem hvornar hvor hvilken mika kuka milloin missa kuinka τι ποιος ποια ποτε που ποσο ποσα מה מי מתי איפה כמה איזה কি কী কে
    কখন কোথায় কত ce cine cand unde care cat cati mi ki mikor hol melyik hany nini nani lini wapi ngapi wat wie wanneer waar hoeveel welk co kdo
    kdy kde ktery kolik`,
  howTo: `how_do_i how_do_you how_to how_can_i how_do_we como_hago como_puedo comment_faire comment_puis wie_kann_ich wie_mache_ich
    como_faco come_faccio come_posso jak_zrobic как_сделать nasil_yap* كيف_يمكنني 怎么做 如何设置 やり方 hoe_kan_ik bagaimana_cara_saya`,
  how: `how_do how_did how_can como_funcionan wie_funktionieren как_работают como_se_forma wie_entsteht wie_entstehen
    comment_se_forme hoe_werken 如何 怎样 どのように 어떻게`,
  why: `why how_come what_causes reason reasons por_que porque_razon razon* pourquoi raison* warum wieso weshalb grund grunde perche motivo
    motivi dlaczego powod* почему зачем отчего причин* чому neden niye nicin لماذا لم سبب چرا क्यों कारण 为什么 為什麼 为何 原因 理由 根拠 なぜ どうして 왜 이유*
    kenapa mengapa alasan tai_sao vi_sao ly_do ทำไม เหตุผล varfor hvorfor miksi γιατι λογο* למה מדוע কেন কারণ de_ce miert kwa_nini waarom reden*
    proc`,
} as const
