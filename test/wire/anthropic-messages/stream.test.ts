// Streamed answers of the Messages API.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { ProviderError } from '../../../src/core/errors.js'
import { anthropicMessages } from '../../../src/wire/anthropic-messages/dialect.js'
import {
  blockDelta,
  blockStart,
  blockStop,
  callBlock,
  decode,
  type Event,
  event,
  meaning,
  messageDelta,
  messageStart,
  messageStop,
  textBlock,
  thinkingBlock,
} from './speech.js'

const endTurn = messageDelta('end_turn')
const stop: Delta = { type: 'finish', reason: 'stop', raw: 'end_turn' }

function failure(...events: readonly (Event | readonly Event[])[]): ProviderError {
  try {
    decode(...events)
  } catch (error) {
    if (error instanceof ProviderError) return error
    throw error
  }
  throw new Error('the stream was taken')
}

const warnings = (deltas: readonly Delta[]) =>
  deltas.flatMap((delta) => (delta.type === 'warning' ? [delta.warning.code] : []))

describe('a streamed answer', () => {
  it('is its text, its id and model, and how it ended', () => {
    expect(decode(messageStart(), textBlock(0, 'Hello', ' world'), endTurn, messageStop)).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude-test' },
      { type: 'progress' },
      { type: 'text', text: 'Hello' },
      { type: 'text', text: ' world' },
      { type: 'progress' },
      stop,
    ])
  })

  it('keeps thinking apart by block, with its signatures and encrypted parts whole', () => {
    const redacted = blockStart(1, { type: 'redacted_thinking', data: 'b64==' })
    const events = [thinkingBlock(0, 'sig==', 'Let me', ' see'), redacted, blockStop(1), textBlock(2, 'Yes')]
    expect(meaning(messageStart(), events.flat(), endTurn, messageStop).slice(1)).toEqual([
      { type: 'reasoning', text: 'Let me', block: 0 },
      { type: 'reasoning', text: ' see', block: 0 },
      { type: 'reasoning', signature: 'sig==', block: 0 },
      { type: 'reasoning', redacted: 'b64==', block: 1 },
      { type: 'text', text: 'Yes' },
      stop,
    ])
  })

  it('takes thinking whose text the provider leaves out by its signature alone', () => {
    expect(meaning(messageStart(), thinkingBlock(0, 'sig'), endTurn)).toContainEqual({
      type: 'reasoning',
      signature: 'sig',
      block: 0,
    })
  })

  it('has one signature a block of thinking, the last, even where its start had one or its end is not said', () => {
    const start = blockStart(0, { type: 'thinking', thinking: 'a', signature: 'first' })
    const signed = (signature: string) => blockDelta(0, { type: 'signature_delta', signature })
    const signatures = (...events: Event[]) =>
      meaning(messageStart(), events, endTurn).flatMap((delta) =>
        delta.type === 'reasoning' && delta.signature !== undefined ? [delta.signature] : [],
      )
    expect(signatures(start, blockStop(0))).toEqual(['first'])
    expect(signatures(start, signed('second'), signed(''), blockStop(0), blockStop(0))).toEqual(['second'])
    expect(signatures(start, signed('second'))).toEqual(['second'])
    expect(signatures(signed('alone'))).toEqual(['alone'])
  })

  it('yields a call with its id and name first, then its arguments as they come', () => {
    const events = [callBlock(0, 'toolu_1', 'a', '{"x"', ':1}'), callBlock(1, 'toolu_2', 'b', '{}')]
    expect(meaning(messageStart(), events.flat(), messageDelta('tool_use'), messageStop).slice(1)).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'toolu_1', name: 'a' },
      { type: 'tool-call-delta', index: 0, arguments: '{"x"' },
      { type: 'tool-call-delta', index: 0, arguments: ':1}' },
      { type: 'tool-call-delta', index: 1, id: 'toolu_2', name: 'b' },
      { type: 'tool-call-delta', index: 1, arguments: '{}' },
      { type: 'finish', reason: 'tool_calls', raw: 'tool_use' },
    ])
  })

  it('takes the input at the start of a call only if no piece of it follows', () => {
    const start = (input: unknown) => blockStart(0, { type: 'tool_use', id: 't', name: 'f', input })
    const piece = blockDelta(0, { type: 'input_json_delta', partial_json: '{"b":2}' })
    const args = (...events: Event[]) =>
      meaning(messageStart(), events, messageDelta('tool_use')).flatMap((delta) =>
        delta.type === 'tool-call-delta' && delta.arguments !== undefined ? [delta.arguments] : [],
      )
    expect(args(start({ a: 1 }), blockStop(0))).toEqual(['{"a":1}'])
    expect(args(start({ a: 1 }))).toEqual(['{"a":1}'])
    expect(args(start({ a: 1 }), piece, blockStop(0))).toEqual(['{"b":2}'])
    expect(args(start({}), blockStop(0))).toEqual([])
    expect(args(start('{"c":3}'), blockStop(0))).toEqual(['{"c":3}'])
  })

  it.each([
    'server_tool_use',
    'mcp_tool_use',
    'web_search_tool_result',
    'compaction',
    'fallback',
    'what_comes_next',
  ])('does not take a block of type %s for a call or for text', (type) => {
    const block = blockStart(0, { type, id: 'srv_1', name: 'web_search', input: { q: 1 }, text: 'no' })
    const piece = blockDelta(0, { type: 'input_json_delta', partial_json: '{"q":2}' })
    const other = blockDelta(0, { type: `${type}_delta`, content: 'no' })
    const deltas = meaning(messageStart(), block, piece, other, blockStop(0), textBlock(1, 'x'), endTurn)
    expect(deltas.slice(1)).toEqual([{ type: 'text', text: 'x' }, stop])
  })

  it('shows that the provider is alive by citations and unknown events, but not by pings', () => {
    const citation = blockDelta(0, { type: 'citations_delta', citation: { url: 'https://example.com' } })
    const alive = [citation, event('new_event', { x: 1 }), { name: '', data: '[]' }]
    const dead = [
      event('ping'),
      { name: 'ping', data: '' },
      { name: 'ping', data: 'x' },
      { name: '', data: ' ' },
    ]
    expect(decode(alive, dead, endTurn)).toEqual([...alive.map(() => ({ type: 'progress' })), stop])
  })

  it('is understood by the type in the data when events have no names or wrong ones', () => {
    const events = [
      messageStart(),
      ...textBlock(0, 'a'),
      ...callBlock(1, 't', 'f', '{}'),
      endTurn,
      messageStop,
    ]
    expect(decode(events.map(({ data }) => ({ name: '', data })))).toEqual(decode(events))
    expect(decode(events.map(({ data }) => ({ name: 'data', data })))).toEqual(decode(events))
  })

  it('is understood by the names of its events when the data lacks a type', () => {
    const text: Event = { name: 'content_block_delta', data: '{"index":0,"delta":{"text":"a"}}' }
    const thought: Event = { name: 'content_block_delta', data: '{"delta":{"thinking":"b"}}' }
    expect(
      meaning(text, thought, { name: 'message_delta', data: '{"delta":{"stop_reason":"end_turn"}}' }),
    ).toEqual([{ type: 'text', text: 'a' }, { type: 'reasoning', text: 'b' }, stop])
  })

  it('survives fields that are absent, null or of another type', () => {
    const odd = [
      { name: '', data: '{"type":"message_start"}' },
      {
        name: '',
        data: '{"type":"message_start","message":{"id":7,"model":null,"usage":"x","content":null}}',
      },
      { name: '', data: '{"type":"content_block_start","index":0}' },
      {
        name: '',
        data: '{"type":"content_block_start","index":"0","content_block":{"type":"text","text":null}}',
      },
      { name: '', data: '{"type":"content_block_delta","index":0}' },
      {
        name: '',
        data: '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":null}}',
      },
      { name: '', data: '{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}' },
      { name: '', data: '{"type":"content_block_stop"}' },
      { name: '', data: '{"type":"message_delta","usage":null}' },
      { name: '', data: '{"type":"message_delta","delta":{"stop_reason":null}}' },
    ]
    expect(meaning(odd, messageStop).filter((delta) => delta.type !== 'start')).toEqual([
      { type: 'text', text: 'a' },
      { type: 'finish', reason: 'stop' },
      expect.objectContaining({ warning: expect.objectContaining({ code: 'missing-finish-reason' }) }),
    ])
  })

  it('takes a call without index, id or input', () => {
    const start = event('content_block_start', { content_block: { type: 'tool_use', name: 'f', id: '' } })
    const piece = event('content_block_delta', {
      delta: { type: 'input_json_delta', partial_json: { a: 1 } },
    })
    expect(meaning(start, piece, messageDelta('tool_use')).slice(0, 2)).toEqual([
      { type: 'tool-call-delta', name: 'f' },
      { type: 'tool-call-delta', arguments: '{"a":1}' },
    ])
  })

  it.each([-1, 1.5, '__proto__', 'x', {}, 1e300, true])(
    'is refused when a block has the index %j',
    (index) => {
      const start = event('content_block_start', {
        index,
        content_block: { type: 'tool_use', id: 't', name: 'f' },
      })
      expect(failure(messageStart(), start)).toMatchObject({ code: 'invalid-response' })
    },
  )

  it('says once who answers, and again only if the model changes', () => {
    const deltas = meaning(
      messageStart(),
      messageStart(),
      messageStart({ model: 'other', provider: 'P' }),
      endTurn,
    )
    expect(deltas.filter((delta) => delta.type === 'start')).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude-test' },
      { type: 'start', id: 'msg_1', model: 'other', servedBy: 'P' },
    ])
  })
})

describe('the end of a streamed answer', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
  ] as const)('by %s is %s', (raw, reason) => {
    expect(meaning(messageDelta(raw))).toEqual([{ type: 'finish', reason, raw }])
  })

  it('by an unknown word is a stop with a warning that names it', () => {
    const deltas = meaning(messageDelta('sleepy'))
    expect(deltas[0]).toEqual({ type: 'finish', reason: 'stop', raw: 'sleepy' })
    expect(warnings(deltas)).toEqual(['unknown-finish-reason'])
  })

  it('by a word of failure is an error', () => {
    expect(failure(messageStart(), textBlock(0, 'a'), messageDelta('error'))).toMatchObject({
      code: 'provider',
    })
  })

  it('by a refusal carries the explanation as a warning', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Blocked.' }
    const end = event('message_delta', { delta: { stop_reason: 'refusal', stop_details: details } })
    expect(meaning(messageStart(), end)).toContainEqual({
      type: 'warning',
      warning: { code: 'other', message: 'Blocked.' },
    })
  })

  it('is seen at the stop reason, and is final at message_stop', () => {
    const decoder = anthropicMessages.decoder()
    const states = [messageStart(), ...textBlock(0, 'a'), endTurn, messageStop].map(({ data, name }) => {
      decoder.event(data, name, [])
      return [decoder.hasEnded, decoder.isFinished]
    })
    expect(states).toEqual([...Array(4).fill([false, false]), [true, false], [true, true]])
  })

  it('without a stop reason is a stop with a warning', () => {
    const deltas = meaning(messageStart(), textBlock(0, 'a'), messageStop)
    expect(deltas).toContainEqual({ type: 'finish', reason: 'stop' })
    expect(warnings(deltas)).toEqual(['missing-finish-reason'])
  })

  it('without a stop reason or message_stop is a broken stream, also behind a foreign end mark', () => {
    const done = { name: 'data', data: '[DONE]' }
    expect(failure(messageStart(), textBlock(0, 'Hal'))).toMatchObject({
      code: 'stream-interrupted',
      isRetryable: true,
    })
    expect(failure(messageStart(), callBlock(0, 't', 'f', '{}'), done)).toMatchObject({
      code: 'stream-interrupted',
    })
    expect(failure()).toMatchObject({ code: 'stream-interrupted' })
  })

  it('keeps text and usage that come behind the stop reason', () => {
    const late = [
      ...textBlock(0, 'late'),
      event('message_delta', { usage: { input_tokens: 1, output_tokens: 2 } }),
    ]
    expect(meaning(endTurn, late).slice(1)).toEqual([
      { type: 'text', text: 'late' },
      { type: 'usage', usage: { input: 1, output: 2 } },
    ])
  })

  it('leaves out whatever follows message_stop', () => {
    const after = [
      { name: 'data', data: '[DONE]' },
      { name: '', data: '{' },
      ...textBlock(0, 'x'),
      event('error'),
    ]
    expect(meaning(messageStart(), endTurn, messageStop, after)).toEqual(
      meaning(messageStart(), endTurn, messageStop),
    )
  })

  it.each([
    ['broken JSON', { name: '', data: '{"type":' }],
    ['an error', event('error', { error: { type: 'overloaded_error', message: 'busy' } })],
    ['another message', messageStart({ id: 'msg_2' })],
  ])('stands when %s comes behind the stop reason, with a warning', (_case, broken) => {
    const deltas = meaning(messageStart(), textBlock(0, 'a'), endTurn, broken)
    expect(deltas).toContainEqual(stop)
    expect(warnings(deltas)).toEqual(['broken-after-finish'])
  })
})

describe('a failure inside a stream', () => {
  it.each([
    [
      'an error event',
      event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      'overloaded',
    ],
    [
      'an error event without a type',
      { name: 'error', data: '{"error":{"type":"rate_limit_error","message":"Overloaded"}}' },
      'rate-limited',
    ],
    [
      'an error event whose type is the cause',
      { name: 'error', data: '{"type":"overloaded_error","message":"Overloaded"}' },
      'overloaded',
    ],
    ['an error event of mere words', { name: 'error', data: 'Overloaded' }, 'provider'],
    ["a gateway's error", { name: '', data: '{"error":{"message":"Overloaded","code":502}}' }, 'provider'],
    ['an API error', event('error', { error: { type: 'api_error', message: 'Overloaded' } }), 'provider'],
  ])('is thrown with its words: %s', (_case, broken, code) => {
    const error = failure(messageStart(), textBlock(0, 'a'), broken)
    expect(error).toMatchObject({ code, message: 'Overloaded' })
  })

  it('is thrown for JSON that is broken', () => {
    expect(failure(messageStart(), { name: '', data: '{"type":"content_block' })).toMatchObject({
      code: 'invalid-response',
      isRetryable: true,
    })
  })

  it('is thrown when another message begins after content, so that two answers are never glued', () => {
    const contents = [
      textBlock(0, 'a'),
      thinkingBlock(0, 's', 'a'),
      callBlock(0, 't', 'f'),
      [blockStart(0, { type: 'server_tool_use' })],
    ]
    for (const content of contents) {
      expect(
        failure(messageStart(), content, messageStart({ id: 'msg_2' }), textBlock(0, 'b'), endTurn),
      ).toMatchObject({
        code: 'stream-interrupted',
      })
    }
  })

  it('is not a second beginning without content between', () => {
    const usage = { input_tokens: 5, output_tokens: 1 }
    const events = [
      messageStart({ usage }),
      event('ping'),
      ...textBlock(0).slice(0, 1),
      messageStart({ usage }),
    ]
    expect(meaning(events, textBlock(0, 'a'), endTurn, messageStop)).toContainEqual({
      type: 'text',
      text: 'a',
    })
  })
})

describe('usage in a stream', () => {
  it('is what the message began with, overlaid by what its end says', () => {
    const start = {
      input_tokens: 10,
      cache_read_input_tokens: 3,
      cache_creation_input_tokens: null,
      output_tokens: 1,
    }
    const end = { input_tokens: null, output_tokens: 25, output_tokens_details: { thinking_tokens: 20 } }
    const deltas = meaning(
      messageStart({ usage: start }),
      messageDelta('end_turn', { usage: end }),
      messageStop,
    )
    expect(deltas.filter((delta) => delta.type === 'usage').map((delta) => delta.usage)).toEqual([
      { input: 10, cacheRead: 3, output: 1 },
      { input: 10, cacheRead: 3, output: 25, reasoning: 20 },
    ])
  })
})

const piece = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const block = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), pieces: fc.array(piece, { minLength: 1, maxLength: 5 }) }),
  fc.record({
    kind: fc.constant('thinking' as const),
    pieces: fc.array(piece, { minLength: 1, maxLength: 5 }),
    signature: piece,
  }),
  fc.record({
    kind: fc.constant('call' as const),
    pieces: fc.array(piece, { maxLength: 5 }),
    id: piece,
    name: piece,
  }),
)

describe('any answer', () => {
  it('that is said in the wire format is heard as it was meant', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
        const events: Event[] = []
        const meant: Delta[] = []
        for (const [index, said] of blocks.entries()) {
          if (said.kind === 'text') {
            events.push(...textBlock(index, ...said.pieces))
            meant.push(...said.pieces.map((text): Delta => ({ type: 'text', text })))
          } else if (said.kind === 'thinking') {
            events.push(...thinkingBlock(index, said.signature, ...said.pieces))
            meant.push(...said.pieces.map((text): Delta => ({ type: 'reasoning', text, block: index })))
            meant.push({ type: 'reasoning', signature: said.signature, block: index })
          } else {
            events.push(...callBlock(index, said.id, said.name, ...said.pieces))
            meant.push({ type: 'tool-call-delta', index, id: said.id, name: said.name })
            meant.push(
              ...said.pieces.map((text): Delta => ({ type: 'tool-call-delta', index, arguments: text })),
            )
          }
        }
        expect(meaning(messageStart(), events, endTurn, messageStop).slice(1, -1)).toEqual(meant)
      }),
    )
  })
})
