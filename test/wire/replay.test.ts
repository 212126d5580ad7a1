// How a history is fitted to the model that reads it.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AssistantMessage, Message, ToolCall } from '../../src/core/message.js'
import { fitHistory, type HistoryTarget } from '../../src/wire/replay.js'
import { adapt, call, calls, failureOf, result, target, user } from './histories.js'

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

describe('a history that leaves nothing to send', () => {
  const origin = { provider: 'anthropic', model: 'claude-a', reasoning: [{ signature: 'sig-1' }] }
  it.each<[string, Message[]]>([
    ['no messages', []],
    ['calls without results', [calls('a')]],
    ['an empty answer', [{ role: 'assistant', content: '' }]],
    ['reasoning of another provider', [{ role: 'assistant', content: null, byok: origin }]],
    [
      'both',
      [{ role: 'assistant', content: [], reasoning_content: 'hm', byok: origin }, calls('a'), calls('b')],
    ],
  ])('is an invalid request: %s', (_, messages) => {
    const thrown = failureOf(() => fitHistory(messages, target))
    expect(thrown).toMatchObject({
      code: 'invalid-request',
      field: 'messages',
      message: expect.stringContaining('nothing to send'),
    })
  })

  it('is none with results that nothing called for, since their calls are put before them', () => {
    expect(adapt([result('a'), result('b')]).messages).toHaveLength(3)
  })

  it('is none with reasoning that its reader can read', () => {
    const own = { provider: 'openai', model: 'gpt-test', reasoning: [{ redacted: 'x' }] }
    const messages: Message[] = [{ role: 'assistant', content: null, byok: own }]
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

const someId = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'call-d', 'LLLLLLLLL', '')

const someMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'developer', 'user'), content: fc.string() }),
  fc.record({ role: fc.constant('tool'), tool_call_id: someId, content: fc.string() }),
  fc.record(
    {
      role: fc.constant('assistant'),
      content: fc.option(fc.string({ maxLength: 3 })),
      tool_calls: fc.array(someId, { maxLength: 3 }).map((ids) => ids.map(call)),
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

/** The ids of the calls of each answer. */
function idsOfCalls(messages: readonly Message[]): string[][] {
  return messages.map((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []).map((one) => one.id) : [],
  )
}

describe('any history', () => {
  it('is whole once fitted, stays so, and loses no word of user, system or tool', () => {
    const told = (messages: readonly Message[]) =>
      messages.filter((message) => message.role !== 'assistant' && message.role !== 'tool')
    const found = (messages: readonly Message[]) =>
      messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])).sort()
    fc.assert(
      fc.property(fc.array(someMessage, { maxLength: 12 }), someTarget, (others, reader) => {
        const messages = [user, ...others]
        const fitted = adapt(messages, reader)
        expect(isPaired(fitted.messages)).toBe(true)
        expect(idsOfCalls(fitted.messages).every((ids) => new Set(ids).size === ids.length)).toBe(true)
        expect(told(fitted.messages)).toEqual(told(messages))
        const kept = found(fitted.messages)
        for (const content of found(messages)) expect(kept).toContain(content)
        expect(fitted.repairs.length === 0).toBe(fitted.messages === messages)
      }),
      { numRuns: 500 },
    )
  })
})
