// The fast path of a stream gives what the parser gives.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { DeltaTemplates } from '../../../src/wire/anthropic-messages/delta-templates.js'
import { MessagesDecoder } from '../../../src/wire/anthropic-messages/stream.js'
import { blockStart, messageStart } from './speech.js'

/** What a decoder makes of each event, and what it says where it throws. */
function heard(events: readonly string[], disguise: (data: string, at: number) => string): unknown[] {
  const decoder = new MessagesDecoder()
  return events.map((data, at) => {
    const deltas: Delta[] = []
    try {
      decoder.event(disguise(data, at), '', deltas)
    } catch (error) {
      return (error as Error).message // only what the decoder throws
    }
    return deltas
  })
}

const asSent = (data: string) => data
/** Another number of leading spaces each time: the same JSON, which no template fits. */
const unlikeAnyOther = (data: string, at: number) => ' '.repeat(at + 1) + data

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '\\',
    '\\"',
    '"}}',
    '"}  }',
    '"text":"',
    '\u2028',
    '\ud800',
    '\\u0041',
    'é',
    '\n',
  ),
)
const kinds = [
  { type: 'text_delta', field: 'text' },
  { type: 'thinking_delta', field: 'thinking' },
  { type: 'input_json_delta', field: 'partial_json' },
  { type: 'signature_delta', field: 'signature' },
] as const

const delta = fc
  .record({
    kind: fc.constantFrom(...kinds),
    text,
    index: fc.constantFrom(0, 0, 0, 1, 2, '0', null),
    padding: fc.constantFrom('', '', ' ', '    '),
    typeFirst: fc.boolean(),
    indexFirst: fc.boolean(),
    escaped: fc.boolean(),
  })
  .map(({ kind, text, index, padding, typeFirst, indexFirst, escaped }) => {
    const literal = escaped
      ? `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
      : JSON.stringify(text)
    const type = `"type":"${kind.type}"`
    const value = `"${kind.field}":${literal}`
    const inner = typeFirst ? `${type},${value}` : `${value},${type}`
    const place = `"index":${JSON.stringify(index)}`
    const outer = indexFirst ? `${place},"delta":{${inner}}` : `"delta":{${inner}},${place}`
    return `{"type":"content_block_delta",${outer}${padding}}${padding}`
  })

const start = fc
  .record({ index: fc.nat(2), type: fc.constantFrom('text', 'tool_use', 'server_tool_use', 'thinking') })
  .map(({ index, type }) => blockStart(index, { type, id: 't', name: 'f', input: { a: 1 } }).data)
const stop = fc.nat(2).map((index) => `{"type":"content_block_stop","index":${index}}`)
const end = fc.constantFrom('{"type":"message_delta","delta":{"stop_reason":"end_turn"}}', '{"type":"ping"}')

/** An event in which a character was lost, put in, or doubled. */
const broken = fc
  .record({ event: delta, at: fc.nat(120), with: fc.constantFrom('', '"', '\\', '}', ' ', ',', 'x', '\n') })
  .map(({ event, at, with: put }) => event.slice(0, at) + put + event.slice(at + (put === 'x' ? 0 : 1)))

const stream = fc.array(
  fc.oneof(
    { arbitrary: delta, weight: 8 },
    { arbitrary: start, weight: 2 },
    { arbitrary: broken, weight: 2 },
    { arbitrary: stop, weight: 1 },
    { arbitrary: end, weight: 1 },
  ),
  { maxLength: 30 },
)

describe('the fast path', () => {
  it('gives the same deltas, and the same errors, as parsing every event', () => {
    fc.assert(
      fc.property(stream, (events) => {
        const all = [messageStart().data, ...events]
        expect(heard(all, asSent)).toEqual(heard(all, unlikeAnyOther))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['text', '{"type":"text_delta","text":"', { type: 'text', text: 'b\n' }],
    ['thinking', '{"type":"thinking_delta","thinking":"', { type: 'reasoning', text: 'b\n', block: 3 }],
    [
      'arguments',
      '{"type":"input_json_delta","partial_json":"',
      { type: 'tool-call-delta', index: 3, arguments: 'b\n' },
    ],
  ] as const)(
    'is taken for %s, also with the spaces by which the provider hides its length',
    (kind, delta, expected) => {
      const templates = new DeltaTemplates()
      const head = `{"type":"content_block_delta","index":3,"delta":${delta}`
      const deltas: Delta[] = []
      expect(templates.take(`${head}b\\n"}}`, deltas)).toBe(false)
      templates.learn(`${head}a"}   }`, kind, 3, 'a')
      expect(templates.take(`${head}b\\n"}           }`, deltas)).toBe(true)
      expect(templates.take(`${head}b\\n"}}`, deltas)).toBe(true)
      expect(deltas).toEqual([expected, expected])
    },
  )

  it('leaves an event to the parser that differs in anything but the text', () => {
    const templates = new DeltaTemplates()
    const learned = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}'
    templates.learn(learned, 'text', undefined, 'a')
    const others = [
      learned.replace('"index":0', '"index":1'),
      learned.replace('text_delta', 'next_delta'),
      learned.replace('"a"', '"a","text":"b"'),
      learned.replace('"a"', '"a\\"'),
      learned.slice(0, -1),
      `${learned}}`,
      learned.replace('}}', ',}}'),
    ]
    for (const other of others) expect([other, templates.take(other, [])]).toEqual([other, false])
    expect(templates.take(learned, [])).toBe(true)
    templates.reset()
    expect(templates.take(learned, [])).toBe(false)
  })
})
