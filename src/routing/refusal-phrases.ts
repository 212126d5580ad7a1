// Recognises a refusal by how a text begins, in several languages.

/** What stands before an English refusal and is none by itself. */
const preface =
  /^(?:i am (?:very |so |really |truly )?sorry|sorry|i apologi[sz]e|(?:my )?apologies|unfortunately|as an ai(?: language)?(?: model| assistant)?)[,.;:!]? ?(?:[-–—] )?(?:but )?/

const cannot =
  /^i (?:cannot|can not|will not|am unable to|am not (?:able|allowed|permitted) to) (?:be able to )?/

/** Refused whatever follows. "I cannot help but admire" is not among them. */
const refusedAlways =
  /^(?:assist|comply|fulfil|participate in|engage (?:in|with)|help(?: you)?(?: with| there| do| to (?:create|write|make|plan|find)|[.;:!]|$))/

const deeds =
  /^(?:provide|create|generate|write|produce|give|offer|share|discuss|answer|continue|complete|process|support|do|make|recommend|respond to)\b/

const refusedThings =
  /^[a-z]+ (?:to )?(?:that|this|these|those|such|your request|(?:[a-z-]{1,30} ){0,4}(?:instructions|information|content|advice|guidance|details|assistance))\b/

const declined =
  /^i (?:must |have to |need to |will have to )?(?:respectfully |politely )?decline (?:to (?:assist|help|provide|answer|create|generate|write|comply)|(?:this|that|your) request)/

const againstRules =
  /^(?:that|this|it|your request|th(?:at|is) request) (?:goes against|violates|is against) (?:my|our|the)\b/

/** What only lacks something is a question back, and "cannot recommend it enough" is praise. */
const takenBack = /^[^.!?]{0,200}\b(?:without|unless|until|enough|anymore|any more)\b/

/**
 * Each wants both that the speaker cannot or will not, and a word for what is refused: declining an invitation is not
 * refusing to answer. Repetitions are bounded.
 */
const otherLanguages: readonly RegExp[] = [
  // German
  /^(?:(?:es )?tut mir (?:sehr )?leid|entschuldigung|leider|ich bedauere|verzeihung)?[,.!]? ?(?:aber )?(?:(?:dabei|damit|hierbei|bei [^.!?]{1,60}|das) )?(?:ich (?:kann|darf|werde)|(?:kann|darf|werde) ich) [^.!?]{0,80}\b(?:nicht|keine?[nrms]?)\b[^.!?]{0,60}\b(?:(?:weiter)?helfen|behilflich sein|unterstützen|bereitstellen|weitergeben|erfüllen|beantworten)/,
  // French
  /^(?:(?:je suis )?(?:vraiment |sincèrement )?désolée?|je regrette|malheureusement|je m'excuse|pardon)?[,.!]? ?(?:mais )?je ne (?:peux|puis|suis pas en mesure|pourrai) (?:malheureusement )?(?:pas )?(?:de |d')?(?:vous |t'|te |y )?(?:aider|assister|répondre|fournir|satisfaire|accéder|donner suite|créer|générer)/,
  // Spanish
  /^(?:lo siento(?: mucho)?|lo lamento|disculpa|disculpe|perdón|lamentablemente)?[,.!]? ?(?:pero )?no (?:puedo|podré|me es posible|estoy en condiciones de) (?:ayudar|asistir|proporcionar|responder|cumplir|brindar|ofrecer|generar|participar)/,
  // Portuguese
  /^(?:(?:eu )?sinto muito|lamento|desculpe?|infelizmente|peço desculpas?)?[,.!]? ?(?:mas )?(?:eu )?não (?:posso|consigo|poderei|sou capaz de) (?:te |lhe |o )?(?:ajud|auxiliar|fornecer|responder|atender|cumprir|gerar)/,
  // Italian
  /^(?:mi dispiace(?: molto)?|spiacente|purtroppo|mi scuso|scusa)?[,.!]? ?(?:ma )?non (?:posso|sono in grado di|potrò) (?:aiutar|assister|fornir|risponder|soddisfare|generare|dar(?:ti|le) assistenza)/,
  // Dutch
  /^(?:het spijt me|sorry|helaas)?[,.!]? ?(?:maar )?(?:(?:daar|hier)(?:bij|mee|aan) )?(?:ik (?:kan|mag)|(?:kan|mag) ik) [^.!?]{0,60}\b(?:niet|geen)\b[^.!?]{0,60}\b(?:helpen|assisteren|verstrekken|voldoen|beantwoorden|meewerken)/,
  // Russian
  /^(?:(?:мне )?(?:очень )?жаль|извините|простите|к сожалению|прошу прощения)?[,.!]? ?(?:но )?я не (?:могу|смогу|в состоянии|имею права) (?:вам |тебе )?(?:с этим )?(?:помочь|помогать|предостав|выполнить|ответить|отвечать|обсуждать|создать)/,
  // Chinese, in both scripts
  /^(?:很?抱歉|非常抱歉|对不起|對不起|不好意思)[,,。!!]? ?[^。!?]{0,12}(?:无法|無法|不能|没法|沒法|没办法|沒辦法)[^。!?]{0,16}(?:帮助|幫助|协助|協助|提供|满足|滿足|回答|完成|讨论|討論|生成|给出|給出|支持)/,
  /^我(?:无法|無法|不能|没办法|沒辦法)(?:为您|為您|向您|给您|给你)?(?:帮助您|帮助你|协助|協助|提供|满足|滿足|回答|参与|參與)/,
  // Japanese
  /^(?:(?:大変|誠に)?(?:申し訳(?:ありません|ございません|ないですが)|恐れ入りますが)|すみません|ごめんなさい|残念ながら)[^!?]{0,80}(?:お手伝い|お答え|回答|対応|提供|お応え|協力|支援|お力)[^。!?]{0,8}(?:できません|出来ません|できかねます|いたしかねます|致しかねます|なれません)/,
  // Korean
  /^(?:정말 |대단히 )?(?:죄송|미안)[^!?]{0,80}(?:도와|도움|제공|답변|대답|지원|응답)[^.!?]{0,14}(?:수 없|수가 없|어렵|불가)/,
]

/**
 * Whether a text begins as a refusal does. A guess by wording, and only of the beginning: what a story, a quotation or an
 * advice says further on is no refusal.
 */
export function beginsAsRefusal(text: string): boolean {
  const beginning = text
    .slice(0, 400)
    .toLowerCase()
    .replace(/[‘’ʼ`´]/g, "'")
    .replace(/^[\s*_>"“«#-]{1,20}/, '')
    .replace(/\s+/g, ' ')
    .slice(0, 240)
  return isEnglishRefusal(beginning) || otherLanguages.some((pattern) => pattern.test(beginning))
}

function isEnglishRefusal(beginning: string): boolean {
  const plain = beginning
    .replaceAll("can't", 'cannot')
    .replaceAll("won't", 'will not')
    .replaceAll("i'm", 'i am')
  const statement = plain.replace(preface, '')
  if (takenBack.test(statement)) return false
  if (declined.test(statement)) return true
  const hasPreface = statement !== plain
  if (hasPreface && againstRules.test(statement)) return true
  const deed = statement.replace(cannot, '')
  if (deed === statement) return false
  if (refusedAlways.test(deed)) return true
  return deeds.test(deed) && refusedThings.test(deed)
}
