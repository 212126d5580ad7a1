// Which texts begin as a refusal, and which only look like one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginsAsRefusal } from '../../src/routing/refusal-phrases.js'

const refusals = [
  "I'm sorry, but I can't assist with that.",
  'I’m sorry, but I can’t help with that request.',
  "Sorry, I can't help you there.",
  "I can't help with that.",
  'I cannot help you do this.',
  "**I'm sorry, but I can't provide that.**",
  "> I'm unable to assist with creating malware.",
  'I cannot provide instructions on how to make weapons.',
  "I won't generate that kind of content.",
  "I'm not able to comply with this request.",
  'As an AI language model, I cannot give legal advice.',
  'Unfortunately, I am not able to fulfill your request.',
  'I must respectfully decline to answer.',
  'I have to decline this request.',
  "I'm sorry, but that goes against my guidelines.",
  'I apologize, but I cannot create that image.',
  'Es tut mir leid, aber ich kann dir dabei nicht helfen.',
  'Leider kann ich diese Anfrage nicht beantworten.',
  'Dabei kann ich Ihnen nicht weiterhelfen.',
  'Ich kann dir bei dieser Anfrage nicht helfen.',
  'Je suis désolé, mais je ne peux pas vous aider.',
  'Je ne peux pas répondre à cette demande.',
  'Lo siento, pero no puedo ayudarte con eso.',
  'No puedo proporcionar esa información.',
  'Desculpe, mas não posso ajudar com isso.',
  'Mi dispiace, ma non posso aiutarti con questa richiesta.',
  'Het spijt me, maar ik kan je daar niet bij helpen.',
  'Извините, но я не могу помочь с этим.',
  '很抱歉,我无法提供这方面的帮助。',
  '對不起,我不能協助這個請求。',
  '我无法回答这个问题。',
  '申し訳ありませんが、そのご要望にはお答えできません。',
  '申し訳ございません。その内容についてはお手伝いできません。',
  '죄송하지만 그 요청은 도와드릴 수 없습니다.',
]

const answers = [
  "I can't recommend it enough: the soup is superb.",
  "I can't recommend enough that you back up first.",
  "I can't help but admire the proof.",
  "I can't help falling in love with you.",
  'I cannot overstate how much this matters.',
  "I'm sorry to hear that. Here is what you can do:",
  "I'm sorry for your loss. A short letter could read as follows.",
  'Sorry, I misread the table: the total is 42.',
  'Unfortunately, the file has two errors in line 3.',
  "I can't answer that without seeing the file. Could you paste it?",
  'I cannot do this anymore, she said, and closed the door.',
  'I must decline your kind invitation to dinner on Friday.',
  'As an AI, I have no favourite, but most people like the second.',
  'You cannot help with that, says the manual.',
  'The phrase "I can\'t assist with that" is a refusal.',
  'No.',
  '42',
  'Yes, I can help with that.',
  'I will not be at the office tomorrow. Best regards, Ada',
  "I'm sorry, I can't come to the meeting on Monday.",
  'Unfortunately, I cannot make it to your party on Saturday. Best, Anna',
  "I'm sorry, I can't give you a refund.",
  "I can't help on Monday, I am away.",
  "I can't help, but thank you for asking.",
  'Es tut mir leid, dass die Lieferung zu spät kam. Wir helfen gern.',
  'Leider kann ich heute nicht zum Treffen kommen.',
  'Ich kann dir helfen.',
  'Je suis désolé pour le retard. Voici la réponse.',
  'Je ne peux pas venir demain.',
  'Lo siento, llego tarde.',
  'No puedo ir a la fiesta.',
  'Non posso venire domani.',
  'Извините за опоздание. Вот ответ.',
  'Я не могу прийти завтра.',
  '很抱歉让您久等了,答案是三。',
  '我不能去参加聚会。',
  'すみません、遅れました。答えは三です。',
  '죄송합니다. 늦었습니다. 답은 셋입니다.',
  '',
]

describe('a text', () => {
  it.each(refusals)('that begins like a refusal counts as one: %s (ES1)', (text) => {
    expect(beginsAsRefusal(text)).toBe(true)
  })

  it.each(answers)('that answers is none: %s (ES1)', (text) => {
    expect(beginsAsRefusal(text)).toBe(false)
  })

  it('that refuses further on only, is none (ES1)', () => {
    const story = 'Once upon a time there was a robot who answered everything. '.repeat(5)
    for (const refusal of refusals) expect(beginsAsRefusal(story + refusal)).toBe(false)
  })

  it('is looked at in its first characters alone, however long it is (ES1)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...refusals, ...answers), fc.string({ unit: 'binary' }), (text, more) => {
        const long = text.padEnd(400, ' x')
        expect(beginsAsRefusal(long + more)).toBe(beginsAsRefusal(long))
      }),
    )
  })
})
