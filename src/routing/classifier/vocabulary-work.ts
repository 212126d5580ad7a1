// The words of demanding work and of what makes it easier or harder, in some two dozen languages.

/** Words by meaning; see `askWords` for how they are written. */
export const workWords = {
  proof: `prove proved proven proof proofs proving disprove show_that demonstrate_that lemma theorem corollary qed counterexample by_induction formally_verify
    demuestr* demostrac* demostrar prueba_que teorema lema demontr* prouve prouver prouvez montre_que montrez_que montrer_que theoreme lemme preuve beweis* zeige_dass zeigen_sie_dass muestra_que mostre_que mostra_che prova_che visa_att toon_aan wykaz* покажи_что покажите_что 求证 示せ demonstre prove_que prova_que provar
    demonstra* teorema dimostr* lemma udowodn* dowod twierdzen* докаж* доказ* теорем* лемм* доведи* доведен* ispatla* kanitla* teorem برهن اثبت برهان
    نظريه اثبات ثابت_کن सिद्ध प्रमाणित प्रमेय 证明 證明 定理 引理 反例 証明* 補題 증명* 정리를 보조정리 buktikan* pembuktian teorema chung_minh dinh_ly bo_de พิสูจน์
    ทฤษฎีบท bevisa bevis sats todista lause αποδειξ* θεωρημα הוכח הוכיחי להוכיח משפט_מתמטי প্রমাণ উপপাদ্য demonstreaz* demonstrat* bizonyits* tetel
    thibitisha bewijs* stelling dokaz*`,
  design: `design designing architect devise specify model_a engineer_a build_a_system implement_a_system disen* concib* concev* concois concoi*
    entwirf* entwerf* entwickl* konzipier* projet* projete desenvolva proget* progett* zaprojekt* opracuj* спроектир* разработ* проектир*
    спроєктуй* розроб* tasarla* gelistir* صمم تصميم طراحی डिज़ाइन डिजाइन रूपरेखा 设计 設計 构建 設計* 개발* 설계* 디자인* rancang* desain thiet_ke
    ออกแบบ utforma konstruera design* udform* suunnittele σχεδιασ* תכנן עצב ডিজাইন নকশা proiecteaz* proiectare tervezz* buni sanifu ontwerp*
    navrhn* navrhnout`,
  architecture: `architecture architectural distributed shard* replicat* failover fault_tolerant fault_tolerance high_availability
    consensus scalab* scale_to microservice* load_balanc* event_sourcing event_driven multi_tenant multi_region cross_region data_center datacenter
    eventual_consistency strong_consistency consistency exactly_once idempoten* two_phase crdt* raft paxos byzantine quorum zero_downtime
    network_partition partition_toler* split_brain concurrent_users concurrent_connections million_users million_requests consistent regions replica replicas writes offline outage outages unreachable failures node_failures network_split data_loss concurrency real_time low_latency
    throughput backpressure message_queue pipeline infrastructure distribuid* arquitectura escalab* replicac*
    tolerante* alta_disponibilidad concurrent* distribue* scalable tolerant* repartie haute_disponibilite verteilt* architektur skalier* ausfallsich*
    hochverfugbar* replikation mandantenfah* arquitetura escalavel distribui* architettura distribuit* scalabil* rozproszon* skalowaln*
    architektur* odporn* распредел* архитектур* шардир* масштабир* отказоустойч* реплик* одновременн* нагрузк* отказ* розподілен* архітектур*
    масштабов* dagitik olceklen* mimari* hata_tolerans* موزع موزعه معماريه بنيه قابل_للتوسع توزیع معماری वितरित आर्किटेक्चर स्केलेबल वास्तुकला 分布式
    分散式 架构 架構 高可用 高并发 容错 一致性 线性一致 可扩展 分片 复制 共识 分散システム 分散 アーキテクチャ スケーラブル 可用性 冗長 整合性 분산* 아키텍처 확장* 고가용*
    동시_접속 일관성 terdistribusi arsitektur skalabel phan_tan kien_truc mo_rong chiu_loi กระจาย สถาปัตยกรรม รองรับผู้ใช้ distribuera* arkitektur
    skalbar* feltolerant* hajautet* arkkitehtuuri κατανεμημεν* αρχιτεκτονικη κλιμακ* מבוזרת מבוזר ארכיטקטור* বিতরণকৃত আর্কিটেকচার distribuit*
    arhitectur* elosztott architektura skalazhato gedistribueerd* architectuur schaalba* distribuovan*`,
  system: `database cache queue ledger scheduler gateway broker exchange marketplace storage file_system inventory booking reservation
    messaging messenger chat_system voting payment payments billing search_engine backend platform service services protocol operating_system
    base_de_datos servicio pagos mensajeria base_de_donnees paiement* messagerie datenbank zahlung* nachrichten dienst banco_de_dados pagamento*
    servizio platnosc* baz* база_данных платеж* мессенджер* чат* сервис* систем* odeme sistem* قاعده_بيانات مدفوعات نظام डेटाबेस भुगतान प्रणाली 数据库 支付
    系统 服务 协议 決済 システム プロトコル データベース 결제 시스템 데이터베이스 pembayaran sistem thanh_toan he_thong ระบบ betalning* maksu* συστημα מערכת`,
  security: `security secure holes vulnerab* exploit* attack attacks attacker* adversar* threat_model threat penetration pentest cryptograph* cryptanalysis
    encrypt* decrypt* zero_knowledge injection xss csrf side_channel authentication authorisation authorization verifiable e_voting malware forensic*
    security_review security_audit secure_against hardening sandbox* vulnerabilidad* ataque* criptograf* seguridad verificable* cifrado
    vulnerabilite* attaque* chiffre* cryptographi* securite schwachstell* sicherheitslucke* angriff* angreifer* verschlussel* kryptograf* sicherheit*
    seguranca criptografia verificavel* vulnerabilita attacc* crittograf* sicurezza podatnosc* atak* kryptograf* bezpieczenst* szyfrow* уязвим*
    атак* криптограф* шифров* безопасност* вразлив* безпек* guvenlik acik* saldir* sifrele* kriptograf* ثغرات هجمات امن تشفير امان آسیب_پذیر* رمزنگاری
    भेद्यता सुरक्षा हमल* एन्क्रिप्शन 漏洞 攻击 攻擊 安全 加密 密码学 脆弱性 攻撃 暗号 セキュリティ 취약점 공격* 보안 암호* kerentanan serangan keamanan enkripsi
    lo_hong tan_cong bao_mat ma_hoa ช่องโหว่ การโจมตี ความปลอดภัย เข้ารหัส sarbarhet* sakerhet* kryptering sikkerhed* haavoittuvuu* tietoturva
    ευπαθει* επιθεσ* ασφαλεια κρυπτογραφ* פגיעויות התקפות אבטחה הצפנה দুর্বলতা নিরাপত্তা আক্রমণ vulnerabilit* atacuri securitate sebezhetoseg*
    tamadas* titkosit* kwetsba* aanval* beveilig* zranitelnost* utok* bezpecnost*`,
  expert: `research_plan methodology dark_matter np_hard np_complete undecidab* computability halting_problem relativi* quantum entanglement topolog* homolog* cohomolog* manifold*
    riemann* galois hilbert* banach* lebesgue measure_theory category_theory functor* stochastic martingale* ergodic asymptotic* axiom*
    lock_free wait_free linearizab* memory_model happens_before garbage_collector compiler type_inference type_system formal_verification
    model_checking temporal_logic invariant* convergence lower_bound upper_bound approximation_algorithm amortized amortised np
    gradient_descent backpropagation transformer variational bayesian causal_inference confound* identifiab* endogene* instrumental_variable
    pharmacokinetic* pathophysiolog* differential_diagnosis contraindicat* meta_analysis randomi* double_blind epistemolog* ontolog* hermeneutic*
    jurisprudence precedent tort liability fiduciary antitrust arbitrage derivatives_pricing black_scholes general_equilibrium mechanism_design
    game_theor* nash thermodynamic* hamiltonian lagrangian renormali* navier_stokes maxwell* schrodinger* perturbation spectroscop* catalys* kinetics
    crispr epigenetic* phylogen* open_problem open_question research_question state_of_the_art hipotesis_de_riemann cuantic* cuantiq* quantique*
    quanten* quantist* kwantow* квантов* топологи* стохастич* kuantum الكم كموميه क्वांटम 量子 拓扑 随机过程 无锁 線形化 无穷 黎曼 位相 ロックフリー 양자* 위상* 락프리
    kuantum luong_tu ควอนตัม kvant* κβαντικ* קוונט* কোয়ান্টাম cuantic* без_блокировок sin_bloqueos ohne_sperren sperrfrei* sans_verrou*
    inferencia_causal inference_causale kausal* bayesian* bayesien* asintotic* asymptoti*`,
  analyse: `correlat* statistically analys* analyz* evaluat* assess* critiqu* critically investigat* interpret* diagnos* root_cause examine infer deduce conclu* derive derivation
    implications argue evidence hypothes* odd_one outlier* anomal* trend trends explanations trade_off trade_offs tradeoff* justify justif*
    assumption* scenario_analysis analiz* evalua* interpret* examina* hipotesis razona* argument* analys* evalue* examine* hypothes* untersuch*
    bewert* beurteil* begrund* deut* hypothes* abwag* avali* justifiqu* hipotes* valut* ipotes* giustific* przeanaliz* ocen* uzasadni* hipotez*
    проанализ* анализ* оцени* обоснуй* обоснов* гипотез* интерпрет* проаналізуй* оціни* обґрунт* analiz_et* degerlendir* yorumla* gerekce* حلل تحليل
    قيم برر فرضيه تحلیل ارزیابی विश्लेषण मूल्यांकन परिकल्पना तर्क 分析 评估 評估 论证 论述 推断 假设 评价 異常 分析* 考察 評価 論じ* 推論 仮説 분석* 평가* 논하* 추론* 가설
    analisis evaluasi nilai_apakah hipotesis simpulkan phan_tich danh_gia lap_luan gia_thuyet วิเคราะห์ ประเมิน สมมติฐาน analysera bedom*
    utvardera motivera vurder* begrunn* analysoi arvioi perustele αναλυσ* αξιολογ* αιτιολογ* υποθεσ* נתח ניתוח הערך נמק השערה বিশ্লেষণ মূল্যায়ন
    analizeaz* evalueaz* elemezd ertekeld indokold chambua tathmini analyseer* beoordeel* onderbouw* zhodnot* analyzuj* zduvodni*`,
  conflict: `contradict* inconsisten* conflict conflicts conflicting compatible incompatib* both_be_true loophole* ambiguous ambigu* valid_argument fallac*
    contradic* incompatib* contredi* contradiction* widersp* unvereinbar* contraddi* sprzeczn* противореч* несовмест* суперечн* celis* cakis*
    تناقض يتعارض تعارض विरोधाभास विरोध 矛盾 冲突 衝突 不一致 両立 모순* 충돌 상충* bertentangan kontradiksi mau_thuan ขัดแย้ง motsag* motsig* modstrid*
    ristiriita* αντιφα* αντικρου* סתירה סותר* পরস্পরবিরোধী contrazic* contradict* ellentmond* tegenstrijd* tegensprek* rozpor*`,
  debug: `debug* never_terminat* infinite_loop times_out too_slow exits_with narrow_it_down narrow_down troubleshoot* crashed repair bug bugs error errors exception crash* fails failing failed failure broken doesnt_work does_not_work not_working wrong
    incorrect stack_trace traceback segfault deadlock race_condition memory_leak fix fault unexpected throws undefined_is nullpointer* hangs leak
    depur* fallo falla error_en arregl* erreur* bogue plante debogu* corrige_le_bug fehler* absturz* stürzt debugg* behebe funktioniert_nicht falsch
    lehnt_ab erro falha conserte corrija_o_erro errore errori sbagliat* non_funziona blad* bledy napraw* nie_dziala ошибк* падает исправить_ошибку
    не_работает баг* отлад* сбой помилк* не_працю* hata hatayi calismiyor duzgun_calism* خطا خطأ لا_يعمل اصلح عطل मारता त्रुटि गलती बग ठीक_करें 错误 錯誤
    报错 调试 修复 崩溃 死锁 不工作 为什么不 エラー バグ 修正 直して 動かない 動きません 落ちる 오류 에러 버그 고쳐* 안_되* 안_돼* 디버그* kesalahan galat bug_nya perbaiki tidak_berfungsi
    loi sua_loi_code bi_loi khong_chay go_loi ข้อผิดพลาด แก้บั๊ก ไม่ทำงาน felet fel_i fungerar_inte fejl virker_ikke feil virker_ikke virhe ei_toimi
    σφαλμα λαθος_στον δεν_λειτουργει שגיאה באג לא_עובד תקן ত্রুটি কাজ_করছে_না eroare nu_functioneaza hiba hibas nem_mukodik kosa fout fouten werkt_niet
    chyba chybu nefunguje`,
  rework: `refactor* faster optimise optimize optimis* optimiz* speed_up make_it_faster make_this_faster restructure decouple testable port_this port_it
    rewrite_this_in rewrite_it_in migrate migration modernise modernize parallelise parallelize vectorise vectorize refactoriz* refactoris*
    umbauen umschreib* optimier* refaktorisier* refator* otimiz* ottimizz* rifattorizza* refaktor* zoptymaliz* zrefaktor* рефактор* оптимиз*
    перенеси оптиміз* yeniden_duzenle optimize_et اعد_هيكله حسن_اداء تحسين بهینه अनुकूलित रिफैक्टर 重构 重構 优化 最適化 リファクタ* 高速化 移植 리팩터* 리팩토* 최적화*
    optimalkan refaktor toi_uu tai_cau_truc ปรับปรุงโค้ด รีแฟกเตอร์ refaktorera optimera omstrukturer* optimoi βελτιστοποι* אופטימיז* রিফ্যাক্টর
    optimizeaz* optimalizal* herstructureer optimaliseer*`,
  review: `review code_review audit inspect go_through revisa revisar examine revois relis passe_en_revue prufe uberpruf* begutacht* revise revis*
    controlla rivedi esamina przejrzyj sprawdz проверь проверить ревью аудит перевір* incele* denetle راجع مراجعه افحص بررسی समीक्षा जाँच जांच 审查 審查
    审计 检查 評審 レビュー 監査 点検 검토* 리뷰* 점검* tinjau periksa audit_kode xem_xet kiem_tra ตรวจสอบ รีวิว granska gennemga gjennomga tarkasta
    ελεγξ* επιθεωρ* בדוק סקור পর্যালোচনা পরীক্ষা revizui* verific* vizsgald kagua controleer beoordeel zkontroluj`,
  language: `docker container kubernetes linux nginx redis aws webpack npm python javascript typescript java kotlin swift rust golang ruby php perl scala haskell erlang elixir clojure lua matlab sql
    postgres* mysql sqlite mongodb bash shell powershell regex regexp html css react angular vue svelte django flask spring nodejs node_js dockerfile
    terraform pandas numpy pytorch tensorflow c_sharp cpp fortran cobol assembly zig graphql rest_api excel_formula vba latex git yaml`,
  code: `function functions script code program programme algorithm query regular_expression unit_test unit_tests endpoint api method module
    codebase compile* snippet subroutine parser data_structure linked_list binary_tree recursion recursive recursively loop array funcion
    codigo programa algoritmo consulta fonction programme algorithme requete funktion* programm skript algorithmus abfrage funcao codigo funzione
    codice algoritmo funkcj* kod program algorytm zapytanie функци* код программ* алгоритм* запрос* скрипт функці* fonksiyon* kodu kod_yaz
    algoritma sorgu داله الداله كود برنامج_بلغه خوارزميه استعلام تابع الگوریتم फ़ंक्शन फंक्शन कोड एल्गोरिदम प्रोग्राम 函数 函數 代码 代碼 算法 程序 查询 队列 関数
    コード プログラム アルゴリズム クエリ 함수* 코드* 프로그램 알고리즘 쿼리 fungsi kode algoritma kueri ham_so ham_python ma_nguon thuat_toan truy_van ฟังก์ชัน โค้ด
    โปรแกรม อัลกอริทึม funktion koden algoritm* funktio koodi συναρτηση κωδικα αλγοριθμ* פונקציה קוד אלגוריתם ফাংশন কোড অ্যালগরিদম functie cod
    algoritm fuggveny kodot algoritmus functie code_voor funkci`,
  maths: `how_many_ways number_of_ways arrangements integer integers real_numbers roots solutions square_root sqrt integral integrals integrate derivative* differentiat* antiderivative equation equations matrix matrices eigenvalue* eigenvector* determinant
    polynomial* prime primes modulo modular congruence factoriz* factoris* probability permutation* combination* logarithm* sine cosine tangent
    trigonomet* geometry triangle hypotenuse circle radius quadratic cubic inequality limit_of converge* diverge* series sequence vector vectors
    calculus algebra* arithmetic_progression geometric_progression standard_deviation variance expected_value regression minimize maximise maximize
    minimise divisib* remainder gcd lcm bijection subgroup ring_of field_extension complex_number* logarithm integral* derivad* ecuacion* matriz
    probabilidad primo primos integrale* derivee* equation* matrice probabilite* nombre_premier ableit* gleichung* matrix wahrscheinlichkeit*
    primzahl* integrier* derivada* equacao equacoes probabilidade derivata equazion* probabilita pochodn* calk* rownan* macierz prawdopodobienst*
    интеграл* производн* уравнен* матриц* вероятност* простое_число рівнян* похідн* ймовірн* turev* denklem* matris olasilik asal تكامل مشتقه
    معادله مصفوفه احتمال معادلات انتگرال समाकल* अवकल* समीकरण आव्यूह प्रायिकता 积分 導數 导数 方程 矩阵 概率 质数 素数 微分 積分 微分* 方程式 行列 確率 적분* 미분* 방정식 행렬
    확률 소수 turunan persamaan matriks probabilitas bilangan_prima tich_phan dao_ham phuong_trinh ma_tran xac_suat so_nguyen_to ปริพันธ์ อนุพันธ์ สมการ
    เมทริกซ์ ความน่าจะเป็น derivatan ekvation* sannolikhet* primtal ligning* sandsynlighed* integraali yhtalo* ολοκληρωμα παραγωγο εξισωσ* πιθανοτητ*
    אינטגרל נגזרת משוואה הסתברות ראשוני যোগজ সমীকরণ সম্ভাবনা integrala derivata ecuati* probabilitate integralt derivalt egyenlet* valoszinuseg
    mlinganyo integraal afgeleide vergelijking kans_dat priemgetal rovnic* pravdepodobnost*`,
  solve: `solve calculate compute evaluate_the find_the_value simplify factor work_out determine how_many how_much resuelve* resolver calcul*
    resoudre resous* berechn* lose_die lose_das wie_viel* resolva calcule risolv* calcola* oblicz* rozwiaz* реши* решить вычисл* посчитай* рассчита*
    розв_яж* обчисл* coz hesapla* احسب حل اوجد محاسبه हल_करें गणना ज्ञात_कीजिए 计算 計算 求解 解方程 求 計算* 解いて 解け 求め* 계산* 풀어* 구하* hitung*
    selesaikan tinh giai คำนวณ แก้สมการ หาค่า berakna los_ekvationen beregn* los_ligning* laske ratkaise υπολογισ* λυσ* חשב פתור গণনা সমাধান
    calculeaz* rezolva szamits* oldd_meg kokotoa tatua bereken* los_op vypocit* vyres*`,
  puzzle: `lying lie honest truth puzzle riddle logic_puzzle knights knaves liar liars lies telling_the_truth truthful sit_in_a sits sit_next next_to left_of right_of sits_between
    clue clues each_person weigh_the scales crossing_the_river chess sudoku cryptarithm* mienten miente dice_la_verdad acertijo mentent menteur*
    dit_la_verite enigme lugt lugner* die_wahrheit ratsel mente mentiros* verdade enigma bugiard* mente dice_la_verita zagadk* klam* prawd*
    mowi лжец* лжет говорит_правду загадк* головоломк* бреше yalan* dogru_soyl* bilmece يكذب كاذب الصدق لغز झूठ सच पहेली 说谎 说真话 谎 骗子 谜题 逻辑题 嘘つき 嘘
    正直者 論理パズル 거짓말* 진실* 퍼즐 수수께끼 berbohong teka_teki jujur noi_doi noi_that cau_do โกหก พูดจริง ปริศนา ljuger talar_sanning* lyver
    valehte* ψευδ* αινιγμα שקרן משקר חידה মিথ্যা ধাঁধা minte hazud* leugen* liegt raadsel lze hadank*`,
  constraint: `must each every exactly without at_least at_most no_more_than no_less_than only ensure guarantee* constraint* satisf* subject_to
    such_that unless except while_keeping keep preserve handle support under_the as_long_as cannot may_not never always debe deben cada
    exactamente sin_usar al_menos como_maximo garantiz* chaque exactement sans au_moins au_plus doit doivent garanti* muss mussen jede jeder jedes
    jedem genau ohne mindestens hochstens sicherstell* deve devem cada exatamente sem_usar pelo_menos garant* ogni esattamente senza almeno devono
    kazd* dokladnie bez co_najmniej musi кажд* ровно без не_менее не_более должн* гарант* кожн* рівно повин* her_bir tam_olarak en_az en_fazla
    olmadan zorunda كل يجب بدون على_الاقل بالضبط باید هر بدون प्रत्येक हर बिना कम_से_कम अवश्य 每 必须 必須 恰好 至少 至多 不使用 不能 保证 確保 各 それぞれ 必ず ちょうど
    少なくとも 使わず* 以内 각 각각 반드시 정확히 최소 없이 setiap harus tepat tanpa minimal moi phai dung_chinh_xac khong_dung it_nhat ทุก ต้อง โดยไม่
    อย่างน้อย varje maste exakt utan minst hver skal uden mindst jokai* taytyy ilman καθε πρεπει ακριβως χωρις τουλαχιστον כל חייב בדיוק ללא לפחות
    প্রতিটি অবশ্যই ছাড়া fiecare trebuie exact fara minden pontosan nelkul legalabb kila lazima bila elke ieder moet precies zonder minstens kazde
    presne`,
  form: `sentence sentences word words letter letters line_of_the stanza syllable* acrostic rhyme* palindrome starts_with begins_with ends_with
    first_letter last_word alphabet frase frases palabra palabras silaba* letra rima* empieza* termina* comienza* phrase phrases mot mots syllabe*
    lettre_initiale commence* satz satze satzes wort worte* silbe* buchstabe* reim* beginn* endet palavra palavras letra comeca* parola parole
    sillab* inizia* finisce zdani* slow* sylab* liter* zaczyn* предложени* слов* слог* букв* рифм* начина* речен* букв* cumle* kelime* hece* harf*
    basla* جمله كلمه حرف قافيه تبدا वाक्य शब्द अक्षर 句子 每句 字数 押韵 首字 句 文字 音節 韻 頭文字 문장* 단어 글자 음절 kalimat kata huruf cau_van tu_cuoi chu_cai
    ประโยค คำสุดท้าย ตัวอักษร mening ord bokstav rim saetning bogstav lause sana προταση λεξη γραμμα_απο συλλαβ* משפטים מילה אות হরফ বাক্য শব্দ
    propozitie cuvant litera mondat szo betu zin zinnen woord* letter* lettergre* veta vety slovo`,
  easy: `short briefly quick quickly simple simply in_short just_the just_tell five_year_old child kid beginner corto corta
    breve brevemente court courte bref brievement kurz kurze kurzen kurzer curto curta krotko krotk* коротк* коротко kisa
    kisaca قصير قصيره باختصار بجمله کوتاه संक्षिप्त छोटा छोटी 简短 简单 短い 短く 簡単に 짧* 간단* singkat pendek ngan ngan_gon สั้นๆ
    สั้น kort kort_fortalt lyhyt lyhyesti συντομ* קצר בקצרה সংক্ষেপে ছোট scurt rovid* fupi strucne kratk*`,
  tiny: `in_one_sentence in_one_line one_sentence one_line one_liner one_word in_a_word just_one yes_or_no en_una_frase
    en_una_linea una_palabra en_une_phrase en_un_mot in_einem_satz in_einem_wort ein_satz em_uma_frase uma_linha
    in_una_frase una_riga w_jednym_zdaniu одним_предложением одной_строкой одним_словом одним_реченням tek_cumle एक_वाक्य
    一句话 一句 一言 一文で 한_문장* satu_kalimat mot_cau ประโยคเดียว en_mening μια_προταση במשפט_אחד intr_o_propozitie egy_mondat*
    een_zin`,
  depth: `each_step every_step step_by_step in_depth in_detail detailed thorough* rigorous* comprehensive* exhaustive* edge_cases edge_case corner_cases trade_offs
    show_your_work show_your_reasoning show_how justify_your prove_your complexity time_complexity worst_case failure_modes failure_mode
    multi_step end_to_end production_ready paso_a_paso en_detalle detallad* rigur* exhaustiv* etape_par_etape en_detail detaille* rigour* schritt_fur
    ausfuhrlich* detailliert* grundlich* passo_a_passo detalhad* dettagliat* passo_per_passo rigoros* krok_po_kroku szczegolow* пошагов* подробн*
    строг* шаг_за_шагом детальн* покроково adim_adim ayrintili detayli بالتفصيل خطوه_بخطوه مفصل قدم_به_قدم विस्तार चरणबद्ध 详细 逐步 一步一步 深入 严格 全面 詳しく
    詳細 段階的 厳密 자세히 단계별* 상세* 엄밀* secara_rinci langkah_demi mendalam chi_tiet tung_buoc อย่างละเอียด ทีละขั้นตอน detaljera* steg_for_steg
    detaljeret trin_for_trin yksityiskohtai* λεπτομερ* βημα_βημα בפירוט שלב_אחר বিস্তারিত ধাপে in_detaliu pas_cu_pas reszletes* lepesrol kwa_undani
    stap_voor_stap gedetailleerd* podrobn*`,
  expertDomain: `contract clause lawsuit legal statute regulation* compliance gdpr tax_law clinical diagnosis patient dosage symptom* surgery
    drug_interaction* valuation portfolio hedging derivative_contract balance_sheet audit_trail monetary_policy macroeconom* electromagnet* circuit
    semiconductor aerodynamic* reactor enzyme protein genome neuro* immun* contrato clausula clinic* diagnostic* contrat clause vertrag* klausel*
    klinisch* diagnose contratt* clausol* umow* klauzul* договор* пункт_договора клинич* диагноз sozlesme klinik عقد بند قانوني تشخيص قرارداد अनुबंध
    निदान 合同 条款 诊断 法律 契約 条項 診断 法的 계약* 조항 진단 kontrak klausul hop_dong dieu_khoan สัญญา avtal klausul kontrakt sopimus συμβολαιο διαγνωση
    חוזה אבחון চুক্তি contract clauza szerzodes mkataba overeenkomst smlouv*`,
} as const
