// How a streamed response ends and fails, and what is made of odd events.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import {
  added,
  completed,
  created,
  decode,
  decodeInto,
  fold,
  functionCall,
  message,
  textDelta,
  usage,
} from './events.js'

const emptyMessage = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
const _reasoningItem = { id: 'rs_1', type: 'reasoning', summary: [] }

function textsOf(deltas: readonly Delta[]): string[] {
  return deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []))
}

describe('the end of a streamed response', () => {
  it('is a terminal event and nothing else', () => {
    for (const last of ['[DONE]', { type: 'response.output_item.done', item: message('Hal') }]) {
      const deltas: Delta[] = []
      expect(() => decodeInto(deltas, [created, added(emptyMessage), textDelta('Hal'), last])).toThrow(
        expect.objectContaining({ code: 'stream-interrupted', isRetryable: true }),
      )
      expect(textsOf(deltas)).toEqual(['Hal'])
    }
  })

  it('leaves what follows alone, such as a second response', () => {
    const decoder = openaiResponses.decoder()
    const deltas: Delta[] = []
    for (const event of [created, completed([message('one')])])
      decoder.event(JSON.stringify(event), '', deltas)
    expect(decoder).toMatchObject({ isFinished: true, hasEnded: true })
    const before = [...deltas]
    for (const event of [created, textDelta('two'), completed([message('two')])]) {
      decoder.event(JSON.stringify(event), '', deltas)
    }
    decoder.event('[DONE]', '', deltas)
    decoder.end(deltas)
    expect(deltas).toEqual(before)
    decoder.event('{"type":', '', deltas)
    decoder.event('{"type":"error","message":"too late"}', 'error', deltas)
    expect(deltas.slice(before.length)).toEqual([
      { type: 'warning', warning: expect.objectContaining({ code: 'broken-after-finish' }) },
      { type: 'warning', warning: expect.objectContaining({ message: expect.stringContaining('too late') }) },
    ])
  })

  it.each([
    ['max_output_tokens', 'length', 'incomplete:max_output_tokens', []],
    ['content_filter', 'content_filter', 'incomplete:content_filter', []],
    ['a_new_reason', 'length', 'incomplete:a_new_reason', ['unknown-finish-reason']],
    [undefined, 'length', 'incomplete', []],
  ])('is cut off for the reason %s', (reason, finishReason, rawFinishReason, warnings) => {
    const response = {
      status: 'incomplete',
      incomplete_details: reason === undefined ? null : { reason },
      output: [],
    }
    const answer = fold(decode(created, { type: 'response.incomplete', response }))
    expect(answer).toMatchObject({ finishReason, rawFinishReason, text: '' })
    expect(answer.warnings.map((warning) => warning.code)).toEqual(warnings)
  })

  it('is as bad as the response itself says, whatever the name of the event', () => {
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] }
    expect(fold(decode({ type: 'response.completed', response: cut })).finishReason).toBe('length')
    for (const status of ['failed', 'cancelled']) {
      expect(() => decode({ type: 'response.completed', response: { status } })).toThrow(status)
    }
    const stale = { status: 'in_progress', output: [] }
    expect(fold(decode({ type: 'response.completed', response: stale })).rawFinishReason).toBe('completed')
  })

  it('never makes a call of cut-off arguments', () => {
    const item = functionCall('call_1', 'x', '{"path": "/et')
    const response = {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [item],
    }
    const answer = fold(decode(created, { type: 'response.incomplete', response }))
    expect(answer.toolCalls).toMatchObject([{ function: { arguments: '{"path": "/et' }, invalid: true }])
  })

  it('needs no words beside the terminal event', () => {
    const answer = fold(decode({ type: 'response.completed' }))
    expect(answer).toMatchObject({ finishReason: 'stop', usageEstimated: true, text: '' })
  })
})

describe('a streamed response that fails', () => {
  it.each([
    [
      'response.failed',
      { response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow.' } } },
      'rate-limited',
    ],
    ['response.failed', { response: { status: 'failed', error: null } }, 'provider'],
    ['response.failed', {}, 'provider'],
    [
      'response.completed',
      { response: { status: 'failed', error: { code: 'server_error', message: 'Oh.' } } },
      'provider',
    ],
    ['error', { code: 'context_length_exceeded', message: 'Too long.', param: 'input' }, 'context-length'],
    ['error', { error: { type: 'invalid_request_error', message: 'No.' } }, 'invalid-request'],
    [undefined, { error: { message: 'Bad gateway', code: 502 } }, 'provider'],
  ])('throws a typed error for %s', (type, fields, code) => {
    const deltas: Delta[] = []
    const failure = { ...(type === undefined ? {} : { type }), ...fields }
    expect(() => decodeInto(deltas, [created, added(emptyMessage), textDelta('Hal'), failure])).toThrow(
      expect.objectContaining({ name: 'ProviderError', code }),
    )
    expect(textsOf(deltas)).toEqual(['Hal'])
  })

  it('throws for an error that only the name of the event tells of, JSON or not', () => {
    for (const data of ['{"message":"It broke."}', 'It broke.', '"It broke."']) {
      expect(() => openaiResponses.decoder().event(data, 'error', [])).toThrow('It broke.')
    }
  })

  it('hands on what it has used before it throws', () => {
    const deltas: Delta[] = []
    const response = { status: 'failed', error: { message: 'No.' }, usage }
    expect(() => decodeInto(deltas, [created, { type: 'response.failed', response }])).toThrow()
    expect(deltas.at(-1)).toMatchObject({ type: 'usage', usage: { output: 9 } })
  })

  it('throws for an event that is no JSON', () => {
    expect(() => decode(created, '{"type":"response.output_te')).toThrow(
      expect.objectContaining({ code: 'invalid-response' }),
    )
  })
})

describe('odd events', () => {
  it('show that the provider is alive, and nothing more', () => {
    const odd = [
      { type: 'response.something.new', delta: 'no text of ours' },
      { type: 'response.output_text.delta', delta: '' },
      { type: 'response.output_text.delta' },
      { type: 'response.output_item.added' },
      { type: 'response.output_item.done', item: 'x' },
      { type: 'response.in_progress', response: null },
      { type: 'response.queued' },
      'null',
      '[]',
      '7',
    ]
    for (const event of odd) {
      const deltas: Delta[] = []
      const decoder = openaiResponses.decoder()
      decoder.event(typeof event === 'string' ? event : JSON.stringify(event), '', deltas)
      expect(deltas).toEqual([{ type: 'progress' }])
    }
  })

  it('are nothing at all where they only keep the connection open', () => {
    const deltas: Delta[] = []
    const decoder = openaiResponses.decoder()
    decoder.event('{"type":"keepalive","sequence_number":3}', 'keepalive', deltas)
    decoder.event('{}', 'ping', deltas)
    expect(deltas).toEqual([])
  })

  it('take their type from the name of the event where the data has none', () => {
    const deltas: Delta[] = []
    const decoder = openaiResponses.decoder()
    decoder.event('{"delta":"Hi"}', 'response.output_text.delta', deltas)
    decoder.event('{"response":{"status":"completed"}}', 'response.completed', deltas)
    expect(deltas.map((delta) => delta.type)).toEqual(['text', 'finish'])
  })

  it('name id and model once, and again only what changes: the model, and the id in the final response', () => {
    const again = { type: 'response.in_progress', response: { id: 'resp_2', model: 'gpt-test' } }
    const other = {
      type: 'response.completed',
      response: { id: 'resp_3', model: 'gpt-other', status: 'completed' },
    }
    expect(decode(created, again, other).filter((delta) => delta.type === 'start')).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-test' },
      { type: 'start', id: 'resp_3', model: 'gpt-other' },
    ])
  })
})
