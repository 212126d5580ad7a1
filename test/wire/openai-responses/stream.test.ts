// How a streamed response is understood.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import {
  added,
  argumentsDelta,
  completed,
  created,
  decode,
  decodeInto,
  done,
  fold,
  functionCall,
  message,
  textDelta,
  usage,
} from './events.js'

const emptyMessage = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
const reasoningItem = { id: 'rs_1', type: 'reasoning', summary: [] }

function textsOf(deltas: readonly Delta[]): string[] {
  return deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []))
}

describe('the text of a streamed response', () => {
  it('comes piece by piece, exactly as sent', () => {
    const deltas = decode(
      created,
      added(emptyMessage),
      textDelta('Hello'),
      textDelta(' from a response!\n'),
      done(message('Hello from a response!\n')),
      completed([message('Hello from a response!\n')]),
    )
    expect(textsOf(deltas)).toEqual(['Hello', ' from a response!\n'])
    expect(fold(deltas)).toMatchObject({
      id: 'resp_1',
      model: 'gpt-test',
      text: 'Hello from a response!\n',
      finishReason: 'stop',
      rawFinishReason: 'completed',
      usage: { input: 12, cacheRead: 8, output: 9, reasoning: 4 },
      warnings: [],
    })
  })

  it('is one piece where it came without deltas, whichever event has it first', () => {
    const whole = { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, text: 'Hi' }
    for (const events of [
      [added(emptyMessage), whole, done(message('Hi')), completed([message('Hi')])],
      [added(emptyMessage), done(message('Hi')), completed([message('Hi')])],
      [completed([message('Hi')])],
      [done(message('Hi')), completed([])],
    ]) {
      expect(textsOf(decode(created, ...events))).toEqual(['Hi'])
    }
  })

  it('is continued from the finished item where deltas are missing', () => {
    const deltas = decode(
      created,
      added(emptyMessage),
      textDelta('Got it'),
      done(message('Got it, yes.')),
      completed(),
    )
    expect(textsOf(deltas)).toEqual(['Got it', ', yes.'])
  })

  it('stays as it was streamed where the final object says otherwise', () => {
    const deltas = decode(created, added(emptyMessage), textDelta('one'), completed([message('two')]))
    expect(fold(deltas).text).toBe('one')
  })

  it('is filled from the finished items where the final output is empty', () => {
    const deltas = decode(created, done(message('a', 'msg_1')), done(message('b', 'msg_2'), 1), completed([]))
    expect(fold(deltas).text).toBe('ab')
  })

  it('keeps two messages apart, also where every event names place 0', () => {
    const deltas = decode(
      created,
      added(emptyMessage),
      textDelta('first '),
      done(message('first ')),
      done(message('second', 'msg_2')),
      completed([message('first '), message('second', 'msg_2')]),
    )
    expect(fold(deltas).text).toBe('first second')
  })

  it('is not doubled by a gateway that sends another id with each event', () => {
    const deltas = decode(
      created,
      added({ ...emptyMessage, id: 'a' }, 1),
      textDelta('Hel', 1, 'b'),
      textDelta('lo', 1, 'c'),
      done(message('Hello', 'd'), 1),
      completed([reasoningItem, message('Hello', 'e')]),
    )
    expect(textsOf(deltas)).toEqual(['Hel', 'lo'])
  })

  it('needs neither ids nor places', () => {
    const deltas = decode(
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo', item_id: null, output_index: null },
      completed([message('Hello')]),
    )
    expect(textsOf(deltas)).toEqual(['Hel', 'lo'])
  })

  it('keeps a refusal apart', () => {
    const refused = { ...emptyMessage, content: [{ type: 'refusal', refusal: 'I cannot do that.' }] }
    const delta = { type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, delta: 'I cannot' }
    const answer = fold(decode(created, added(emptyMessage), delta, done(refused), completed([refused])))
    expect(answer).toMatchObject({ text: '', refusal: 'I cannot do that.' })
  })
})

describe('the reasoning of a streamed response', () => {
  const summaryDelta = (delta: string) => ({
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    delta,
  })
  const contentDelta = (delta: string) => ({
    type: 'response.reasoning_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    content_index: 0,
    delta,
  })

  it('keeps encrypted reasoning whole, with the id that came with it', () => {
    const item = {
      ...reasoningItem,
      summary: [{ type: 'summary_text', text: 'I add.' }],
      encrypted_content: 'opaque-1',
    }
    const deltas = decode(
      created,
      added(reasoningItem),
      summaryDelta('I add.'),
      done(item),
      completed([item]),
    )
    expect(fold(deltas).reasoningBlocks).toEqual([
      { text: 'I add.', redacted: 'opaque-1', id: 'rs_1', format: 'summary_text' },
    ])
  })

  it('opens a block for each item, in order', () => {
    const first = { ...reasoningItem, encrypted_content: 'opaque-1' }
    const second = { ...reasoningItem, id: 'rs_2', encrypted_content: 'opaque-2' }
    const blocks = fold(
      decode(created, done(first), done(second, 1), completed([first, second])),
    ).reasoningBlocks
    expect(blocks.map((block) => [block.id, block.redacted])).toEqual([
      ['rs_1', 'opaque-1'],
      ['rs_2', 'opaque-2'],
    ])
  })

  it('takes the content, and the summary only where there is none', () => {
    const item = {
      ...reasoningItem,
      content: [{ type: 'reasoning_text', text: 'open thoughts' }],
      summary: [{ type: 'summary_text', text: 'short' }],
    }
    expect(fold(decode(created, completed([item]))).reasoning).toBe('open thoughts')
    expect(
      fold(decode(created, contentDelta('open'), summaryDelta('short'), completed([item]))).reasoning,
    ).toBe('open thoughts')
    expect(fold(decode(created, summaryDelta('short'), completed([item]))).reasoning).toBe('short')
  })

  it('remembers open reasoning as something to send back, and a bare summary not', () => {
    const open = { ...reasoningItem, content: [{ type: 'reasoning_text', text: 'hm' }] }
    expect(fold(decode(created, completed([open]))).reasoningBlocks).toEqual([
      { text: 'hm', id: 'rs_1', format: 'reasoning_text' },
    ])
    const summed = { ...reasoningItem, summary: [{ type: 'summary_text', text: 'hm' }] }
    expect(fold(decode(created, completed([summed]))).reasoningBlocks).toEqual([{ text: 'hm' }])
  })

  it('joins its parts with nothing in between', () => {
    const item = { ...reasoningItem, summary: [{ text: 'a' }, 'b', { text: 'c' }, null, { type: 'other' }] }
    expect(fold(decode(created, completed([item]))).reasoning).toBe('abc')
  })
})

describe('the tool calls of a streamed response', () => {
  it('come with id and name first, then their arguments', () => {
    const item = functionCall('call_1', 'terminal', '{"command":"ls"}')
    const deltas = decode(
      created,
      added({ ...item, arguments: '' }),
      argumentsDelta('{"command":', 'fc_call_1'),
      argumentsDelta('"ls"}', 'fc_call_1'),
      { type: 'response.function_call_arguments.done', item_id: 'fc_call_1', arguments: item.arguments },
      done(item),
      completed([item]),
    )
    expect(deltas.filter((delta) => delta.type === 'tool-call-delta')).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'terminal' },
      { type: 'tool-call-delta', index: 0, arguments: '{"command":' },
      { type: 'tool-call-delta', index: 0, arguments: '"ls"}' },
    ])
    expect(fold(deltas).finishReason).toBe('tool_calls')
  })

  it('have arguments that come only with the finished item, as text or as an object', () => {
    for (const text of ['{"a":1}', { a: 1 }]) {
      const item = functionCall('call_1', 'add', text)
      for (const events of [
        [added({ ...item, arguments: '' }), done(item), completed([item])],
        [added({ ...item, arguments: '' }), completed([item])],
        [added({ ...item, arguments: null }), done(item), completed([])],
      ]) {
        expect(fold(decode(created, ...events)).toolCalls).toEqual([
          { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
        ])
      }
    }
  })

  it('are numbered in the order of first sight, whatever their place', () => {
    const first = functionCall('call_a', 'x', '{}')
    const second = functionCall('call_b', 'y', '{"n":2}')
    const deltas = decode(
      created,
      added(reasoningItem, 0),
      added({ ...first, arguments: '' }, 1),
      added({ ...second, arguments: '' }, '7' as unknown as number),
      argumentsDelta('{"n":2}', 'fc_call_b', 7),
      argumentsDelta('{}', 'fc_call_a', 1),
      completed([reasoningItem, first, second]),
    )
    const calls = fold(deltas).toolCalls.map(
      (call) => call.type === 'function' && [call.id, call.function.arguments],
    )
    expect(calls).toEqual([
      ['call_a', '{}'],
      ['call_b', '{"n":2}'],
    ])
  })

  it('may be custom, with free text', () => {
    const item = { id: 'ct_1', type: 'custom_tool_call', call_id: 'call_9', name: 'sql', input: '' }
    const delta = {
      type: 'response.custom_tool_call_input.delta',
      item_id: 'ct_1',
      output_index: 0,
      delta: 'SELECT',
    }
    const whole = { ...item, input: 'SELECT 1' }
    const answer = fold(decode(created, added(item), delta, done(whole), completed([whole])))
    expect(answer.toolCalls).toEqual([
      { id: 'call_9', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
    ])
  })

  it('take a number as an id, and the id of the item where a call has none', () => {
    const items = [
      functionCall(7 as unknown as string, 'x', '{}', 'fc_1'),
      functionCall('', 'y', '{}', 'fc_2'),
    ]
    expect(fold(decode(created, completed(items))).toolCalls.map((call) => call.id)).toEqual(['7', 'fc_2'])
  })

  it('are found again by their id where a gateway renames items', () => {
    const answer = fold(
      decode(
        created,
        added(functionCall('call_1', 'x', '', 'a'), 0),
        added(functionCall('call_2', 'y', '', 'b'), 1),
        argumentsDelta('{"n":1}', 'c', 0),
        completed([functionCall('call_2', 'y', '{"n":2}', 'd'), functionCall('call_1', 'x', '{"n":1}', 'e')]),
      ),
    )
    expect(answer.toolCalls.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"n":1}',
      '{"n":2}',
    ])
  })

  it('do not include what the provider runs itself', () => {
    const search = {
      id: 'ws_1',
      type: 'web_search_call',
      name: 'web_search',
      call_id: 'c',
      arguments: '{"q":1}',
    }
    const deltas = decode(
      created,
      added(search),
      argumentsDelta('{"q":', 'ws_1'),
      { type: 'response.mcp_call_arguments.delta', item_id: 'mcp_1', delta: '{}' },
      { type: 'response.shell_call_command.delta', output_index: 0, delta: 'ls' },
      done(search),
      completed([search, message('Found.')]),
    )
    expect(fold(deltas)).toMatchObject({ toolCalls: [], text: 'Found.', finishReason: 'stop' })
  })

  it('throws for a place in the output that is junk', () => {
    for (const place of [-1, 1.5, '__proto__', {}]) {
      const event = { ...(argumentsDelta('{', 'fc_1') as object), output_index: place }
      expect(() => decode(created, event)).toThrow(expect.objectContaining({ code: 'invalid-response' }))
    }
  })
})

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

  it('name id and model once, and the model again where it changes', () => {
    const again = { type: 'response.in_progress', response: { id: 'resp_2', model: 'gpt-test' } }
    const other = {
      type: 'response.completed',
      response: { id: 'resp_3', model: 'gpt-other', status: 'completed' },
    }
    expect(decode(created, again, other).filter((delta) => delta.type === 'start')).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-test' },
      { type: 'start', model: 'gpt-other' },
    ])
  })
})
