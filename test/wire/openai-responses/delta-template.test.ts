// The fast path for delta events says what the parser would say.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { DeltaTemplate } from '../../../src/wire/openai-responses/delta-template.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import { added, completed, created, done, functionCall, message } from './events.js'

/** An event as OpenAI writes it. */
function openaiEvent(delta: string, number: number, obfuscation = 'aXb9'): string {
  return JSON.stringify({
    type: 'response.output_text.delta',
    sequence_number: number,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta,
    logprobs: [],
    obfuscation,
  })
}

describe('the template of a delta event', () => {
  it('finds the text of the next event, whatever its number and padding', () => {
    const template = new DeltaTemplate()
    template.learn(openaiEvent('Hi', 9), '', 'Hi')
    expect(template.match(openaiEvent(' there', 10, ''), '')).toBe(' there')
    expect(template.match(openaiEvent('a"b\\c\nd\u2028é👍', 1234567), '')).toBe('a"b\\c\nd\u2028é👍')
    expect(template.match(openaiEvent('', 11), '')).toBe('')
  })

  it('is learned from an event with escapes, too, and with its fields in another order', () => {
    const template = new DeltaTemplate()
    template.learn('{"delta":"a\\n","sequence_number":1,"type":"t"}', 't', 'a\n')
    expect(template.match('{"delta":"\\u00e9","sequence_number":0,"type":"t"}', 't')).toBe('é')
  })

  it.each([
    ['another item', openaiEvent('x', 2).replace('msg_1', 'msg_2')],
    ['another event', openaiEvent('x', 2).replace('output_text', 'refusal')],
    ['a field more', openaiEvent('x', 2).replace('"logprobs"', '"error":{},"logprobs"')],
    ['a string that ends early', openaiEvent('x', 2).replace('"x"', '"x"y"')],
    ['a broken escape', openaiEvent('x', 2).replace('"x"', '"\\x"')],
    ['a raw control character', openaiEvent('x', 2).replace('"x"', '"\t"')],
    ['a number that is none', openaiEvent('x', 2).replace(':2,', ':02,')],
    ['something behind it', `${openaiEvent('x', 2)}}`],
    ['a line break behind it', `${openaiEvent('x', 2)}\n`],
    ['text past the longest event', openaiEvent('x'.repeat(5000), 2)],
  ])('leaves an event with %s to the parser', (_what, event) => {
    const template = new DeltaTemplate()
    template.learn(openaiEvent('Hi', 1), '', 'Hi')
    expect(template.match(event, '')).toBeUndefined()
  })

  it('leaves an event of another name to the parser', () => {
    const template = new DeltaTemplate()
    template.learn(openaiEvent('Hi', 1), 'one', 'Hi')
    expect(template.match(openaiEvent('Hi', 2), 'two')).toBeUndefined()
  })

  it.each([
    ['{"delta":"Hi","nested":{"delta":"Hi"}}', 'Hi'],
    ['{"nested":{"delta":"Hi"}}', 'Hi'],
    ['{"delta":"Hi","\\u0064elta":"Hi!"}', 'Hi!'],
    ['{"delta" : "Hi"}', 'Hi'],
    ['{"delta":"Hi","obfuscation":7}', 'Hi'],
    ['{"delta":"Ho"}', 'Hi'],
  ])('is not learned from %s', (event, text) => {
    const template = new DeltaTemplate()
    template.learn(event, '', text)
    const fits = template.match(event, '')
    expect(fits === undefined || fits === JSON.parse(event).delta).toBe(true)
    expect(template.match(event.replaceAll('Hi', 'new'), '')).not.toBe('Hi')
  })

  it('is not learned where a second key is spelt with escapes: the last one counts', () => {
    const template = new DeltaTemplate()
    template.learn('{"delta":"Hi","\\u0064elta":"Hi"}', '', 'Hi')
    expect(template.match('{"delta":"new","\\u0064elta":"Hi"}', '')).toBeUndefined()
  })

  it('gives up on a stream that never fits, and not on one that does', () => {
    const template = new DeltaTemplate()
    for (let lesson = 0; lesson < 9; lesson += 1) template.learn(openaiEvent('Hi', lesson), '', 'Hi')
    expect(template.match(openaiEvent('Ho', 3), '')).toBeUndefined()
  })
})

/** Decodes event by event; without the fast path, each event is spelt so that no template fits it. */
function decoded(events: readonly { data: string; event: string }[], isFast: boolean): Delta[] | string {
  const deltas: Delta[] = []
  const decoder = openaiResponses.decoder()
  try {
    for (const { data, event } of events) decoder.event(isFast ? data : ` ${data}`, event, deltas)
    decoder.end(deltas)
  } catch (error) {
    return `${String(error)} after ${JSON.stringify(deltas)}`
  }
  return deltas
}

const piece = fc.oneof(
  fc.string(),
  fc.constantFrom('', '"', '\\', '\n', '{', '"delta":"', 'é', '👍', '\ud800'),
)

const deltaEvent = fc
  .record({
    type: fc.constantFrom(
      'response.output_text.delta',
      'response.refusal.delta',
      'response.reasoning_text.delta',
      'response.reasoning_summary_text.delta',
      'response.function_call_arguments.delta',
    ),
    item_id: fc.constantFrom('msg_1', 'fc_call_1', 'rs_1'),
    output_index: fc.constantFrom(0, 1, 2),
    delta: piece,
    obfuscation: fc.option(piece, { nil: undefined }),
    sequence_number: fc.option(fc.nat(), { nil: undefined }),
    order: fc.boolean(),
  })
  .map(({ order, ...fields }) => {
    const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
    return JSON.stringify(Object.fromEntries(order ? entries : entries.reverse()))
  })

const otherEvent = fc.constantFrom(
  ...[
    added({ id: 'msg_1', type: 'message', content: [] }, 0),
    added(functionCall('call_1', 'x', ''), 1),
    done(message('whole'), 0),
    done(functionCall('call_1', 'x', '{"a":1}'), 1),
    created,
  ].map((event) => JSON.stringify(event)),
  '{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"delta":"a"y"}',
)

describe('decoding with the fast path', () => {
  it('gives the same deltas as decoding without it', () => {
    const run = fc.tuple(deltaEvent, fc.array(piece, { maxLength: 6 })).map(([first, more]) => {
      const fields = JSON.parse(first) as Record<string, unknown> // an object, as built above
      const step = (delta: string, index: number) =>
        JSON.stringify({
          ...fields,
          delta,
          ...('sequence_number' in fields ? { sequence_number: index } : {}),
        })
      return [first, ...more.map(step)]
    })
    const stream = fc.array(
      fc.oneof(
        run,
        otherEvent.map((event) => [event]),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(stream, fc.constantFrom('', 'response.output_text.delta'), (parts, event) => {
        const events = [...parts.flat(), JSON.stringify(completed())].map((data) => ({ data, event }))
        expect(decoded(events, true)).toEqual(decoded(events, false))
      }),
      { numRuns: 500 },
    )
  })
})
