// How a history is fitted to the model that reads it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AssistantMessage, Message, ToolCall } from '../../src/core/message.js'
import { fitHistory, type HistoryTarget } from '../../src/wire/replay.js'

const target: HistoryTarget = { provider: 'openai', model: 'gpt-test' }
const user: Message = { role: 'user', content: 'Hi' }

function call(id: string): ToolCall {
  return { id, type: 'function', function: { name: 'look', arguments: '{}' } }
}

function calls(...ids: string[]): AssistantMessage {
  return { role: 'assistant', content: null, tool_calls: ids.map(call) }
}

function result(id: string, content = 'found'): Message {
  return { role: 'tool', tool_call_id: id, content }
}

function adapt(messages: readonly Message[], reader: HistoryTarget = target) {
  const before = structuredClone(messages)
  const fitted = fitHistory(messages, reader)
  expect(messages).toEqual(before)
  const again = fitHistory(fitted.messages, reader)
  expect(again).toEqual({ messages: fitted.messages, repairs: [] })
  expect(again.messages).toBe(fitted.messages)
  return fitted
}

/** What stands where something was missing. */
const stubResult = (id: string) =>
  expect.objectContaining({ role: 'tool', tool_call_id: id, content: expect.any(String) })
const stubCalls = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({
    id,
    type: 'function',
    function: { name: expect.any(String), arguments: '{}' },
  })),
})

describe('a history that fits', () => {
  it('is given back itself', () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be brief.' },
      user,
      calls('a', 'b', 'c'),
      result('c'),
      result('a'),
      result('b'),
      { ...calls('a'), content: 'Once more.' },
      result('a'),
      { role: 'assistant', content: 'Done.', tool_calls: [] },
    ]
    const fitted = adapt(messages)
    expect(fitted.messages).toBe(messages)
    expect(fitted.repairs).toEqual([])
  })

  it('keeps calls whose arguments are broken', () => {
    const broken: ToolCall = { ...call('a'), invalid: true }
    const messages = [user, { ...calls('a'), tool_calls: [broken] }, result('a')]
    expect(adapt(messages).messages).toBe(messages)
  })
})

describe('reasoning in a history', () => {
  const opaque = { text: 'hm', signature: 'sig-1' }
  const open = { text: 'hm', id: 'rs_1', format: 'reasoning_text' }
  const answer = (
    provider: string,
    model: string,
    reasoning: readonly object[] = [opaque],
  ): AssistantMessage => ({
    role: 'assistant',
    content: 'Four.',
    reasoning_content: 'hm',
    byok: { provider, model, reasoning },
  })

  it('goes back to the model that made it', () => {
    const messages = [user, answer('openai', 'gpt-test'), user]
    expect(adapt(messages).messages).toBe(messages)
  })

  it('is left out for another provider, readable or not, and said so once for each source', () => {
    const messages = [
      user,
      answer('anthropic', 'claude-a'),
      user,
      answer('anthropic', 'claude-a', [open]),
      user,
    ]
    const fitted = adapt(messages)
    const plain = { role: 'assistant', content: 'Four.' }
    expect(fitted.messages).toEqual([user, plain, user, plain, user])
    expect(fitted.repairs).toEqual([expect.stringContaining('anthropic/claude-a')])
  })

  it('loses only its opaque parts for another model of the same provider', () => {
    const fitted = adapt([answer('openai', 'gpt-other'), answer('openai', 'gpt-other', [opaque, open]), user])
    expect(fitted.messages).toEqual([
      { role: 'assistant', content: 'Four.', reasoning_content: 'hm' },
      answer('openai', 'gpt-other', [open]),
      user,
    ])
    expect(fitted.repairs).toHaveLength(1)
    const readable = [answer('openai', 'gpt-other', [open]), user]
    expect(adapt(readable).messages).toBe(readable)
  })

  it('leaves its calls and their results alone', () => {
    const asked = { ...answer('anthropic', 'claude-a'), tool_calls: [call('a')] }
    expect(adapt([user, asked, result('a')]).messages).toEqual([
      user,
      { role: 'assistant', content: 'Four.', tool_calls: [call('a')] },
      result('a'),
    ])
  })
})

describe('tool calls and results that came apart', () => {
  it('get a stub call before a result that has none, one for a whole batch', () => {
    const fitted = adapt([user, result('a'), result('b'), user])
    expect(fitted.messages).toEqual([user, stubCalls('a', 'b'), result('a'), result('b'), user])
    expect(fitted.repairs).toHaveLength(2)
  })

  it('get a stub call where cutting the history took the call away', () => {
    expect(adapt([result('a'), { role: 'assistant', content: 'So.' }]).messages[0]).toEqual(stubCalls('a'))
  })

  it('get a stub result in the middle of a history, behind the results that are there', () => {
    const fitted = adapt([calls('a', 'b'), result('b'), user])
    expect(fitted.messages).toEqual([calls('a', 'b'), result('b'), stubResult('a'), user])
    expect(fitted.repairs).toEqual([expect.stringContaining('"a"')])
    expect(adapt([calls('a'), user]).messages).toEqual([calls('a'), stubResult('a'), user])
  })

  it('lose a last message that only calls, also several of them', () => {
    const fitted = adapt([user, calls('a'), { ...calls('b'), content: '' }])
    expect(fitted.messages).toEqual([user])
    expect(fitted.repairs).toHaveLength(2)
  })

  it('keep a last message that calls and says something, or has some results', () => {
    const spoken = { ...calls('a'), content: 'Let me see.' }
    expect(adapt([user, spoken]).messages).toEqual([user, spoken, stubResult('a')])
    expect(adapt([user, calls('a', 'b'), result('a')]).messages).toEqual([
      user,
      calls('a', 'b'),
      result('a'),
      stubResult('b'),
    ])
  })

  it('are put together again where something stands between them', () => {
    const fitted = adapt([calls('a', 'b'), result('b'), user, result('a'), user])
    expect(fitted.messages).toEqual([calls('a', 'b'), result('b'), result('a'), user, user])
    expect(fitted.repairs).toEqual([expect.stringContaining('moved')])
  })

  it('are never put together backwards, nor across another call of the same id', () => {
    expect(adapt([result('a'), user, calls('a'), user]).messages).toEqual([
      stubCalls('a'),
      result('a'),
      user,
      calls('a'),
      stubResult('a'),
      user,
    ])
    const later = [calls('a'), result('a', 'second'), user]
    expect(adapt([calls('a'), user, ...later]).messages).toEqual([
      calls('a'),
      stubResult('a'),
      user,
      ...later,
    ])
  })

  it('keep a second result of one call behind a stub of its own', () => {
    expect(
      adapt([calls('a'), result('a', 'one'), result('a', 'two'), result('a', 'three')]).messages,
    ).toEqual([
      calls('a'),
      result('a', 'one'),
      stubCalls('a'),
      result('a', 'two'),
      stubCalls('a'),
      result('a', 'three'),
    ])
  })

  it('keep their own results first where a stray one stands among them', () => {
    expect(adapt([calls('a', 'b'), result('a'), result('x'), result('b')]).messages).toEqual([
      calls('a', 'b'),
      result('a'),
      result('b'),
      stubCalls('x'),
      result('x'),
    ])
  })

  it('may have hostile ids', () => {
    const ids = ['__proto__', 'constructor', 'toString', 'a\nb', 'x'.repeat(10_000)]
    const whole = [calls(...ids), ...ids.map((id) => result(id))]
    expect(adapt(whole).messages).toBe(whole)
    const fitted = adapt(ids.map((id) => result(id)))
    expect(fitted.messages).toEqual([stubCalls(...ids), ...ids.map((id) => result(id))])
    expect(fitted.repairs.every((repair) => repair.length < 200 && !repair.includes('\n'))).toBe(true)
    expect(({} as Record<string, unknown>).role).toBeUndefined()
  })
})

describe('ids that the provider would refuse', () => {
  const nine: HistoryTarget = { ...target, toolCallIds: { pattern: '[a-zA-Z0-9]{9}' } }

  it('are replaced alike in the call, in its result, and in its opaque state', () => {
    const signed: AssistantMessage = {
      ...calls('call-1', 'AAAAAAAAA'),
      byok: { ...target, reasoning: [{ signature: 'sig', toolCallId: 'call-1' }, { text: 'hm' }] },
    }
    const [asked, first, second] = adapt([signed, result('AAAAAAAAA'), result('call-1')], nine).messages
    const id = second?.role === 'tool' ? second.tool_call_id : ''
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(first).toEqual(result('AAAAAAAAA'))
    expect(asked).toMatchObject({
      tool_calls: [{ id }, { id: 'AAAAAAAAA' }],
      byok: { reasoning: [{ signature: 'sig', toolCallId: id }, { text: 'hm' }] },
    })
  })

  it('become the same id each time, in whatever history', () => {
    const ids = (messages: readonly Message[]) =>
      adapt(messages, nine).messages.flatMap((message) =>
        message.role === 'tool' ? [message.tool_call_id] : [],
      )
    const once = ids([calls('call_x'), result('call_x')])
    expect(ids([user, calls('call_y'), result('call_y'), calls('call_x'), result('call_x')])[1]).toBe(once[0])
  })

  it('never become one that is there already, and stay apart', () => {
    const alone = adapt([calls('call-1'), result('call-1')], nine).messages[1]
    const wanted = alone?.role === 'tool' ? alone.tool_call_id : ''
    const fitted = adapt([calls('call-1', wanted), result('call-1'), result(wanted)], nine).messages[0]
    const given = fitted?.role === 'assistant' ? (fitted.tool_calls ?? []).map((one) => one.id) : []
    expect(given[1]).toBe(wanted)
    expect(given[0]).not.toBe(wanted)
  })

  it('are cut to a length, and only those that are too long', () => {
    const long = 'call_'.padEnd(70, 'x')
    const other = `${long}y`
    const reader = { ...target, toolCallIds: { maxLength: 64 } }
    const fitted = adapt([calls('short', long, other), result('short'), result(long), result(other)], reader)
    const ids = fitted.messages.flatMap((message) => (message.role === 'tool' ? [message.tool_call_id] : []))
    expect(ids[0]).toBe('short')
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id.length <= 64)).toBe(true)
    expect(fitted.repairs).toHaveLength(1)
  })

  it('stay where no id can be found that fits', () => {
    const messages = [calls('a'), result('a')]
    expect(fitHistory(messages, { ...target, toolCallIds: { pattern: '(?!)' } }).messages).toBe(messages)
  })
})

const someId = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'call-d', 'LLLLLLLLL', '')

const someMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'developer', 'user'), content: fc.string() }),
  fc.record({ role: fc.constant('tool'), tool_call_id: someId, content: fc.string() }),
  fc.record(
    {
      role: fc.constant('assistant'),
      content: fc.option(fc.string({ maxLength: 3 })),
      tool_calls: fc.uniqueArray(someId, { maxLength: 3 }).map((ids) => ids.map(call)),
      byok: fc.record({
        provider: fc.constantFrom('openai', 'anthropic'),
        model: fc.constantFrom('gpt-test', 'other'),
        reasoning: fc.array(fc.record({ text: fc.string(), redacted: fc.string() }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
      }),
    },
    { requiredKeys: ['role'] },
  ),
)

const someTarget = fc.constantFrom<HistoryTarget>(
  target,
  { provider: 'anthropic', model: 'other', toolCallIds: { pattern: '[A-Za-z0-9_-]+' } },
  { ...target, toolCallIds: { pattern: '[a-zA-Z0-9]{9}' } },
  { ...target, toolCallIds: { maxLength: 3 } },
)

/** True where each call is followed at once by its result, and each result belongs to such a call. */
function isPaired(messages: readonly Message[]): boolean {
  let open: string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      const at = open.indexOf(message.tool_call_id)
      if (at === -1) return false
      open.splice(at, 1)
      continue
    }
    if (open.length > 0) return false
    open = message.role === 'assistant' ? (message.tool_calls ?? []).map((one) => one.id) : []
  }
  return open.length === 0
}

describe('any history', () => {
  it('is whole once fitted, stays so, and loses no word of user, system or tool', () => {
    const told = (messages: readonly Message[]) =>
      messages.filter((message) => message.role !== 'assistant' && message.role !== 'tool')
    const found = (messages: readonly Message[]) =>
      messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])).sort()
    fc.assert(
      fc.property(fc.array(someMessage, { maxLength: 12 }), someTarget, (messages, reader) => {
        const fitted = adapt(messages, reader)
        expect(isPaired(fitted.messages)).toBe(true)
        expect(told(fitted.messages)).toEqual(told(messages))
        const kept = found(fitted.messages)
        for (const content of found(messages)) expect(kept).toContain(content)
        expect(fitted.repairs.length === 0).toBe(fitted.messages === messages)
      }),
      { numRuns: 500 },
    )
  })
})
