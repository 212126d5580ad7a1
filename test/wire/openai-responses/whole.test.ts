// How a whole response is understood.

import { describe, expect, it } from 'vitest'
import { decodeWhole } from '../../../src/wire/openai-responses/whole.js'
import { fold, functionCall, message, usage } from './events.js'

const response = {
  id: 'resp_1',
  object: 'response',
  model: 'gpt-test',
  status: 'completed',
  error: null,
  usage,
}

describe('a whole response', () => {
  it('is the deltas it amounts to, in the order of its items', () => {
    const reasoning = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'I think.' }],
      encrypted_content: 'opaque-1',
    }
    const output = [reasoning, message('Let me see.'), functionCall('call_1', 'look', '{}')]
    expect(decodeWhole({ ...response, output })).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-test' },
      { type: 'reasoning', text: 'I think.', block: 0 },
      { type: 'reasoning', block: 0, redacted: 'opaque-1', id: 'rs_1', format: 'summary_text' },
      { type: 'text', text: 'Let me see.' },
      { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'look' },
      { type: 'tool-call-delta', index: 0, arguments: '{}' },
      { type: 'usage', usage: { input: 12, cacheRead: 8, output: 9, reasoning: 4 } },
      { type: 'finish', reason: 'stop', raw: 'completed' },
    ])
  })

  it('keeps several messages, parts and refusals apart from what is no text', () => {
    const parts = [
      { type: 'output_text', text: 'a', annotations: [] },
      { type: 'refusal', refusal: 'no' },
      { type: 'output_text', text: 'b' },
      { type: 'output_audio', data: 'xx' },
      null,
    ]
    const output = [
      { type: 'message', content: parts },
      { type: 'message', content: 'c' },
      null,
      'x',
      { type: 'new' },
    ]
    expect(fold(decodeWhole({ ...response, output }))).toMatchObject({ text: 'abc', refusal: 'no' })
  })

  it('keeps two calls without ids and names of their own apart', () => {
    const call = { type: 'function_call', name: 'look', arguments: '{}' }
    expect(fold(decodeWhole({ ...response, output: [call, call] })).toolCalls).toHaveLength(2)
  })

  it('may hold nothing, or end for another reason', () => {
    expect(fold(decodeWhole({ ...response, output: [] }))).toMatchObject({ text: '', finishReason: 'stop' })
    const cut = {
      ...response,
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [],
    }
    expect(fold(decodeWhole(cut))).toMatchObject({
      finishReason: 'length',
      rawFinishReason: 'incomplete:max_output_tokens',
    })
  })

  it('is taken with a warning where its status is missing or new', () => {
    const { status: _status, ...rest } = response
    const unsaid = fold(decodeWhole({ ...rest, output: [message('Hi')] }))
    expect(unsaid).toMatchObject({ text: 'Hi', finishReason: 'stop', rawFinishReason: null })
    expect(unsaid.warnings.map((warning) => warning.code)).toEqual(['missing-finish-reason'])
    const fresh = fold(decodeWhole({ ...response, status: 'paused', output: [message('Hi')] }))
    expect(fresh).toMatchObject({ finishReason: 'stop', rawFinishReason: 'paused' })
    expect(fresh.warnings.map((warning) => warning.code)).toEqual(['unknown-finish-reason'])
  })

  it.each([
    [{ ...response, status: 'failed', error: { code: 'server_error', message: 'Oh.' } }, 'provider'],
    [{ ...response, status: 'failed' }, 'provider'],
    [{ ...response, status: 'cancelled' }, 'provider'],
    [{ error: { code: 'insufficient_quota', message: 'Pay.' } }, 'quota-exceeded'],
    [{ error: { code: 502, message: 'Bad gateway' } }, 'provider'],
    [[{ error: { status: 'UNAUTHENTICATED', message: 'Who?' } }], 'authentication'],
    [{ detail: 'Not Found' }, 'provider'],
    [{ ...response, status: 'in_progress', output: [] }, 'invalid-response'],
    [{ ...response, status: 'queued', output: [] }, 'invalid-response'],
    [{ choices: [] }, 'invalid-response'],
    [[], 'invalid-response'],
    [null, 'invalid-response'],
    ['Hi', 'invalid-response'],
  ])('throws for %j', (body, code) => {
    expect(() => decodeWhole(body)).toThrow(expect.objectContaining({ name: 'ProviderError', code }))
  })
})
