// Whole bodies: the answer that they hold, or the error.
import { describe, expect, it } from 'vitest'
import { openaiChat } from '../../../src/wire/openai-chat/dialect.js'

const { decodeWhole } = openaiChat

function body(message: unknown, beside: object = {}, inChoice: object = {}): object {
  return {
    id: 'w',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop', ...inChoice }],
    ...beside,
  }
}

describe('a whole answer', () => {
  it('gives who answers, reasoning, text, refusal, calls, usage and the end', () => {
    const message = {
      role: 'assistant',
      content: 'Hello',
      refusal: 'but no more',
      reasoning_content: 'Hm',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    }
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    expect(decodeWhole(body(message, { usage, provider: 'Novita' }))).toEqual([
      { type: 'start', id: 'w', model: 'm', servedBy: 'Novita' },
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'Hello' },
      { type: 'refusal', text: 'but no more' },
      { type: 'tool-call-delta', index: 0, id: 'a', name: 'f', arguments: '{}' },
      { type: 'usage', usage: { input: 3, output: 2 } },
      { type: 'finish', reason: 'stop', raw: 'stop' },
    ])
  })

  it('may hold nothing but its end', () => {
    expect(
      decodeWhole(body({ content: null, tool_calls: null, refusal: null }, {}, { finish_reason: 'length' })),
    ).toEqual([
      { type: 'start', id: 'w', model: 'm' },
      { type: 'finish', reason: 'length', raw: 'length' },
    ])
  })

  it('ends with a warning where it gives no reason', () => {
    expect(decodeWhole(body({ content: 'x' }, {}, { finish_reason: null })).slice(-2)).toMatchObject([
      { type: 'finish', reason: 'stop' },
      { type: 'warning', warning: { code: 'missing-finish-reason' } },
    ])
  })

  it('is its first choice, wherever that stands', () => {
    const choices = [
      { index: 1, message: { content: 'no' }, finish_reason: 'stop' },
      { index: 0, message: { content: 'yes' }, finish_reason: 'stop' },
    ]
    expect(decodeWhole({ choices })[0]).toEqual({ type: 'text', text: 'yes' })
    expect(decodeWhole({ choices: [{ message: { content: 'yes' } }, choices[0]] })[0]).toMatchObject({
      text: 'yes',
    })
  })

  it('is read from a delta where a server answers with a chunk', () => {
    expect(decodeWhole({ choices: [{ delta: { content: 'yes' }, finish_reason: 'stop' }] })[0]).toMatchObject(
      { text: 'yes' },
    )
  })
})

describe('a body that is no answer', () => {
  it.each([
    ['an error', { error: { code: 502, message: 'Upstream' } }, 'provider'],
    ['an error as a string', { error: 'Upstream' }, 'provider'],
    ["Google's list", [{ error: { code: 429, message: 'Upstream' } }], 'rate-limited'],
    [
      'an error beside choices',
      body({ content: 'x' }, { error: { code: 503, message: 'Upstream' } }),
      'provider',
    ],
    [
      'a failed choice',
      body({ content: 'x' }, {}, { finish_reason: 'error', error: { message: 'Upstream' } }),
      'provider',
    ],
    ["FastAPI's detail", { detail: 'Upstream' }, 'provider'],
    ['a bare message', { message: 'Upstream' }, 'provider'],
  ])('throws what it says: %s', (_, sent, code) => {
    expect(() => decodeWhole(sent)).toThrow(expect.objectContaining({ code, message: 'Upstream' }))
  })

  it.each([
    null,
    undefined,
    'Hello',
    7,
    [],
    {},
    { choices: [] },
    { choices: null },
    { choices: [{}] },
    { choices: [null] },
  ])('throws invalid-response for %j', (sent) => {
    expect(() => decodeWhole(sent)).toThrow(expect.objectContaining({ code: 'invalid-response' }))
  })
})
