// Whole answers of the Messages API, and their token counts.

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../../src/core/errors.js'
import { promptTokens, type Usage } from '../../../src/core/usage.js'
import { anthropicMessages } from '../../../src/wire/anthropic-messages/dialect.js'

const message = (fields: Readonly<Record<string, unknown>>) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content: [],
  stop_reason: 'end_turn',
  stop_sequence: null,
  ...fields,
})

function failure(body: unknown): ProviderError {
  try {
    anthropicMessages.decodeWhole(body)
  } catch (error) {
    if (error instanceof ProviderError) return error
    throw error
  }
  throw new Error('the answer was taken')
}

function usageOf(usage: unknown): Usage | undefined {
  const delta = anthropicMessages.decodeWhole(message({ usage })).find((delta) => delta.type === 'usage')
  return delta?.usage
}

describe('a whole answer', () => {
  it('is its blocks in order, its usage and its end', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'b64' },
      { type: 'text', text: 'Hello', citations: null },
      { type: 'server_tool_use', id: 'srv', name: 'web_search', input: { q: 1 } },
      { type: 'web_search_tool_result', tool_use_id: 'srv', content: [{ type: 'text', text: 'no' }] },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { b: 1, a: [2] } },
      { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} },
    ]
    const usage = { input_tokens: 1, output_tokens: 2 }
    expect(anthropicMessages.decodeWhole(message({ content, usage, stop_reason: 'tool_use' }))).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude-test' },
      { type: 'reasoning', text: 'Hm', block: 0 },
      { type: 'reasoning', signature: 'sig', block: 0 },
      { type: 'reasoning', redacted: 'b64', block: 1 },
      { type: 'text', text: 'Hello' },
      { type: 'tool-call-delta', index: 5, id: 'toolu_1', name: 'f' },
      { type: 'tool-call-delta', index: 5, arguments: '{"b":1,"a":[2]}' },
      { type: 'tool-call-delta', index: 6, id: 'toolu_2', name: 'g' },
      { type: 'usage', usage: { input: 1, output: 2 } },
      { type: 'finish', reason: 'tool_calls', raw: 'tool_use' },
    ])
  })

  it('is an answer without any content too', () => {
    expect(anthropicMessages.decodeWhole(message({ stop_reason: 'max_tokens' }))).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude-test' },
      { type: 'finish', reason: 'length', raw: 'max_tokens' },
    ])
  })

  it('survives content that is a string, or holds what is no block, and a stop reason that is missing', () => {
    expect(anthropicMessages.decodeWhole({ content: 'Hello' })).toContainEqual({
      type: 'text',
      text: 'Hello',
    })
    const deltas = anthropicMessages.decodeWhole(
      message({ content: [null, 'x', { type: 7 }], stop_reason: null }),
    )
    expect(deltas.slice(1)).toEqual([
      { type: 'finish', reason: 'stop' },
      expect.objectContaining({ warning: expect.objectContaining({ code: 'missing-finish-reason' }) }),
    ])
  })

  it.each([
    ['an error', { type: 'error', error: { type: 'overloaded_error', message: 'x' } }, 'overloaded'],
    ["a gateway's error", { error: { code: 502, message: 'x' } }, 'provider'],
    ['no object', [], 'invalid-response'],
    ['nothing', null, 'invalid-response'],
    ['an object without an answer', { id: 'x' }, 'invalid-response'],
    ['a word of failure', message({ stop_reason: 'error' }), 'provider'],
  ])('that is %s is thrown', (_case, body, code) => {
    expect(failure(body)).toMatchObject({ code })
  })

  it('whose tool input is nested without end is refused, not a crash', () => {
    const depth = 200_000
    const input: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
    expect(failure(message({ content: [{ type: 'tool_use', id: 't', name: 'f', input }] }))).toMatchObject({
      code: 'invalid-response',
    })
  })
})

describe('usage', () => {
  it('keeps cache reads and both lifetimes of cache writes apart from the input', () => {
    const usage = usageOf({
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 5 },
    })
    expect(usage).toEqual({
      input: 10,
      cacheRead: 100,
      cacheWrite: 20,
      cacheWrite1h: 30,
      output: 7,
      reasoning: 5,
    })
    expect(promptTokens(usage ?? {})).toBe(160)
  })

  it.each([
    [
      'all cache writes are short where no split is sent',
      { cache_creation_input_tokens: 50 },
      { cacheWrite: 50 },
    ],
    [
      'the total stands where the split exceeds it',
      { cache_creation_input_tokens: 5, cache_creation: { ephemeral_1h_input_tokens: 9 } },
      { cacheWrite: 0, cacheWrite1h: 5 },
    ],
    [
      'the split counts where no total is sent',
      {
        cache_creation_input_tokens: null,
        cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 3 },
      },
      { cacheWrite: 2, cacheWrite1h: 3 },
    ],
    [
      'thinking is never more than the output',
      { output_tokens: 3, output_tokens_details: { thinking_tokens: 4 } },
      { output: 3, reasoning: 3 },
    ],
    [
      'a sent 0 is 0',
      { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0 },
      { input: 0, output: 0, cacheRead: 0 },
    ],
    [
      'numbers at the top stand, whatever was billed besides',
      { input_tokens: 4, iterations: [{ input_tokens: 99 }] },
      { input: 4 },
    ],
  ])('%s', (_case, sent, expected) => {
    expect(usageOf(sent)).toEqual(expected)
  })

  it.each([-1, 1.5, '7', null, 1e18, Number.NaN, {}])('ignores the count %j', (bad) => {
    expect(usageOf({ input_tokens: bad, output_tokens: 1 })).toEqual({ output: 1 })
    expect(usageOf({ input_tokens: bad })).toBeUndefined()
  })

  it('carries what a gateway says the call cost', () => {
    const body = message({ usage: { input_tokens: 1, cost: 0.0001 } })
    expect(anthropicMessages.decodeWhole(body)).toContainEqual({
      type: 'usage',
      usage: { input: 1 },
      reportedUsd: 0.0001,
    })
  })
})
