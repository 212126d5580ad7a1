// A request fitted into a window: what goes, what stays, and what is said of it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import type { ChatRequest } from '../../src/core/request.js'
import { estimatePromptTokens, estimateTokens, type TokenCounter } from '../../src/core/token-estimate.js'
import { cutHarder, type Fit, fitRequest, reserveOf } from '../../src/routing/fit.js'
import { mendPairs } from '../../src/wire/tool-pairs.js'

const count = estimateTokens
const user = (content: string): Message => ({ role: 'user', content })
const assistant = (content: string): Message => ({ role: 'assistant', content })
const system = (content: string): Message => ({ role: 'system', content })
const calling = (...ids: string[]): Message => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })),
})
const result = (tool_call_id: string, content = 'found'): Message => ({ role: 'tool', tool_call_id, content })

const long = (letter: string) => letter.repeat(4_000)

/** Ten turns of about 2,020 tokens each, behind a system text. */
const conversation: ChatRequest = {
  messages: [
    system('Be brief.'),
    ...Array.from({ length: 10 }, (_, at) => [
      user(`${at}${long('q')}`),
      assistant(`${at}${long('a')}`),
    ]).flat(),
    user('And now?'),
  ],
}

function fitted(fit: Fit): ChatRequest {
  if (!fit.fits) throw new Error(`It does not fit: ${fit.tokens}`)
  return fit.chat
}

/** Deep frozen: whoever mutates it throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(Object.freeze(value))) frozen(part)
  return value
}

describe('a conversation that is longer than the window', () => {
  it('loses its oldest turns whole, and no more than needed (CW2)', () => {
    const fit = fitRequest(conversation, { tokens: 7_000, count }, 'drop-oldest')
    expect(fitted(fit).messages).toEqual([conversation.messages[0], ...conversation.messages.slice(-7)])
    expect(fit).toMatchObject({ cut: { messages: 14, texts: 0, characters: 0 } })
  })

  it('keeps system and developer text wherever it stands, and the last user turn with all its steps (CW4)', () => {
    const messages: Message[] = [
      system('first'),
      assistant(`A greeting. ${long('g')}`),
      user(long('a')),
      { role: 'developer', content: 'in the middle' },
      assistant(long('b')),
      user('the question'),
      calling('one', 'two'),
      result('one'),
      result('two'),
      assistant('nearly'),
    ]
    const { messages: kept } = fitted(fitRequest({ messages }, { tokens: 300, count }, 'drop-oldest'))
    expect(kept).toEqual([messages[0], messages[3], ...messages.slice(5)])
  })

  it('cannot be fitted by dropping turns where the last one alone is too long; truncating it can (CW2)', () => {
    const messages = [user(long('a')), assistant('b'), user(long('c'))]
    const room = { tokens: 500, count }
    expect(fitRequest({ messages }, room, 'drop-oldest')).toEqual({ fits: false, tokens: 1_010 })
    const fit = fitRequest({ messages }, room, 'truncate')
    const [only, other] = fitted(fit).messages
    expect(other).toBeUndefined()
    expect(only?.content).toMatch(/^c+\n\[… \d+ characters left out …\]\nc+$/)
    expect(estimatePromptTokens(fitted(fit), count)).toBeGreaterThan(480)
    expect(fit).toMatchObject({ cut: { messages: 2, texts: 1 } })
  })

  it('loses the middle of its longest text first, in a part of a message too, and never of system text (CW2, CW4)', () => {
    const messages: Message[] = [
      system(long('s')),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Read this:' },
          { type: 'text', text: 'd'.repeat(3_000), cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
      calling('one'),
      result('one', 'r'.repeat(2_000)),
    ]
    const { messages: kept } = fitted(fitRequest({ messages }, { tokens: 3_000, count }, 'truncate'))
    expect([kept[0], kept[2], kept[3]]).toEqual([messages[0], messages[2], messages[3]])
    expect(kept[1]?.content).toMatchObject([
      { text: 'Read this:' },
      { text: expect.stringContaining('characters left out'), cache_control: { type: 'ephemeral' } },
      { type: 'image_url' },
    ])
    const tighter = fitted(fitRequest({ messages }, { tokens: 2_200, count }, 'truncate'))
    expect(tighter.messages[3]?.content).toContain('characters left out')
    expect(fitRequest({ messages }, { tokens: 1_500, count }, 'truncate').fits).toBe(false)
  })

  it('drops a result with its call, also where a turn lies between them (CW4)', () => {
    const messages = [
      user(long('a')),
      calling('late'),
      user(long('b')),
      result('late'),
      user(long('c')),
      user('last'),
    ]
    const near = fitted(fitRequest({ messages }, { tokens: 1_100, count }, 'drop-oldest'))
    expect(near.messages).toEqual(messages.slice(4))
    const open = [user(long('a')), calling('late'), user(long('b')), user('last'), result('late')]
    const kept = fitted(fitRequest({ messages: open }, { tokens: 1_200, count }, 'drop-oldest'))
    expect(kept.messages).toEqual([open[0], open[1], open[3], open[4]])
  })

  it('may use the id of a call again in each turn (CW4)', () => {
    const turn = (letter: string) => [user(long(letter)), calling('call_0'), result('call_0')]
    const messages = ['a', 'b', 'c'].flatMap(turn)
    const { messages: kept } = fitted(fitRequest({ messages }, { tokens: 1_200, count }, 'drop-oldest'))
    expect(kept).toEqual(messages.slice(6))
  })

  it('is counted by the counter that is given (CL9)', () => {
    const perCharacter: TokenCounter = (text) => text.length
    const fit = fitRequest(conversation, { tokens: 9_000, count: perCharacter }, 'drop-oldest')
    expect(fitted(fit).messages).toHaveLength(4)
    expect(fitted(fitRequest(conversation, { tokens: 9_000, count }, 'drop-oldest')).messages).toHaveLength(
      10,
    )
  })
})

describe('what an answer is left', () => {
  it('is maxTokens, else 1,000 tokens for text and 1,500 for structured output (CW3)', () => {
    const messages = [user('x')]
    expect(reserveOf({ messages })).toBe(1_000)
    expect(reserveOf({ messages, responseFormat: { type: 'text' } })).toBe(1_000)
    expect(reserveOf({ messages, responseFormat: { type: 'json_object' } })).toBe(1_500)
    const schema = { type: 'json_schema', json_schema: { name: 'a' } } as const
    expect(reserveOf({ messages, responseFormat: schema })).toBe(1_500)
    expect(reserveOf({ messages, responseFormat: schema, maxTokens: 20 })).toBe(20)
  })
})

describe('a request that a model refused though it should have fitted', () => {
  it('keeps system text and its last four messages, with the question and whole batches of calls (SH2)', () => {
    const messages = [
      system('s'),
      user(long('old')),
      assistant('a'),
      user('the question'),
      calling('one', 'two', 'three'),
      result('one'),
      result('two'),
      result('three'),
      calling('four'),
      result('four'),
    ]
    const harder = cutHarder({ messages }, { messages }, count, 'drop-oldest')
    expect(harder?.chat.messages).toEqual([messages[0], ...messages.slice(3)])
    expect(harder?.cut).toEqual({ messages: 2, texts: 0, characters: 0 })
    const plain = cutHarder(conversation, conversation, count, 'drop-oldest')
    expect(plain?.chat.messages).toEqual([conversation.messages[0], ...conversation.messages.slice(-4)])
  })

  it('is not asked again where nothing more can go, unless texts may be cut: to half of what was refused (SH2)', () => {
    const chat = { messages: [user(long('a'))] }
    expect(cutHarder(chat, chat, count, 'drop-oldest')).toBeUndefined()
    const harder = cutHarder(chat, chat, count, 'truncate')
    expect(harder?.cut).toMatchObject({ messages: 0, texts: 1 })
    expect(estimatePromptTokens(harder?.chat ?? chat, count)).toBeLessThanOrEqual(505)
    const short = { messages: [user('short')] }
    expect(cutHarder(short, short, count, 'truncate')).toBeUndefined()
  })

  it('is cut from the original, so that its marker counts every character that is missing (SH2, CW5)', () => {
    const chat = { messages: [user('a'.repeat(8_000))] }
    const refused = fitted(fitRequest(chat, { tokens: 1_000, count }, 'truncate'))
    const harder = cutHarder(chat, refused, count, 'truncate')
    const text = String(harder?.chat.messages[0]?.content)
    const kept = text.match(/a/g)?.length ?? 0
    expect(kept - 'characters'.match(/a/g)!.length).toBeLessThan(2_010)
    expect(text).toContain(`${harder?.cut.characters} characters left out`)
    expect(text.match(/left out/g)).toHaveLength(1)
  })
})

const anyId = fc.constantFrom('a', 'b', 'c', '__proto__')
const anyWords = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc
    .tuple(fc.constantFrom('word ', 'Ende. ', '字', '😀'), fc.integer({ min: 1, max: 600 }))
    .map(([word, times]) => word.repeat(times)),
)
const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  { weight: 1, arbitrary: anyWords.map(system) },
  { weight: 4, arbitrary: anyWords.map(user) },
  { weight: 3, arbitrary: anyWords.map(assistant) },
  {
    weight: 2,
    arbitrary: fc.uniqueArray(anyId, { minLength: 1, maxLength: 3 }).map((ids) => calling(...ids)),
  },
  { weight: 3, arbitrary: fc.tuple(anyId, anyWords).map(([id, text]) => result(id, text)) },
)
/** Histories as they may be sent: every call with its results behind it. */
const anyHistory = fc
  .array(anyMessage, { minLength: 1, maxLength: 25 })
  .map((messages) => ({ messages: mendPairs(messages, []) }))
const anyRoom = fc.integer({ min: -100, max: 4_000 })
const anyMode = fc.constantFrom('drop-oldest' as const, 'truncate' as const)

describe('whatever the conversation and the window', () => {
  it('the result fits by the same count, or is said not to; and fitting it again changes nothing (CW2)', () => {
    fc.assert(
      fc.property(anyHistory, anyRoom, anyMode, (chat, tokens, mode) => {
        const fit = fitRequest(frozen(chat), { tokens, count }, mode)
        if (!fit.fits) {
          expect(fit.tokens).toBeGreaterThan(tokens)
          return
        }
        expect(estimatePromptTokens(fit.chat, count)).toBeLessThanOrEqual(tokens)
        expect(fitRequest(fit.chat, { tokens, count }, mode)).toEqual({ fits: true, chat: fit.chat })
        if (fit.cut === undefined) expect(fit.chat).toBe(chat)
        else expect(chat.messages.length - fit.chat.messages.length).toBe(fit.cut.messages)
      }),
    )
  })

  it('system text and the last user turn are there, in order, and no pair is torn (CW4)', () => {
    fc.assert(
      fc.property(anyHistory, anyRoom, anyMode, (chat, tokens, mode) => {
        const fit = fitRequest(chat, { tokens, count }, mode)
        if (!fit.fits) return
        const { messages } = fit.chat
        const repairs: string[] = []
        expect(mendPairs(messages, repairs)).toBe(messages)
        expect(repairs).toEqual([])
        const isSystem = ({ role }: Message) => role === 'system'
        expect(messages.filter(isSystem)).toEqual(chat.messages.filter(isSystem))
        const question = chat.messages.findLastIndex(({ role }) => role === 'user')
        const lastTurn = question === -1 ? 0 : chat.messages.length - question
        const shape = (list: readonly Message[]) => list.map(({ role }) => role)
        expect(shape(messages.slice(messages.length - lastTurn))).toEqual(
          shape(chat.messages.slice(chat.messages.length - lastTurn)),
        )
        if (fit.cut?.texts) return
        const places = messages.map((message) => chat.messages.indexOf(message))
        expect(places).toEqual([...places].sort((one, other) => one - other))
        expect(places).not.toContain(-1)
      }),
    )
  })

  it('a harder cut is shorter, keeps the question and system text, and tears no pair (SH2)', () => {
    fc.assert(
      fc.property(anyHistory, anyMode, (chat, mode) => {
        const harder = cutHarder(frozen(chat), chat, count, mode)
        if (harder === undefined) return
        const { messages } = harder.chat
        expect(estimatePromptTokens(harder.chat)).toBeLessThan(estimatePromptTokens(chat))
        expect(mendPairs(messages, [])).toBe(messages)
        const isSystem = ({ role }: Message) => role === 'system'
        expect(messages.filter(isSystem)).toEqual(chat.messages.filter(isSystem))
        const isUser = ({ role }: Message) => role === 'user'
        expect(messages.some(isUser)).toBe(chat.messages.some(isUser))
      }),
    )
  })
})
