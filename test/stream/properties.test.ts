// What holds for every answer, however it is cut, in every dialect.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/core/delta.js'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { type Answer, CompletionAccumulator } from '../../src/stream/accumulator.js'
import type { Answer as Script } from '../../src/testing/answer.js'
import { outgoing } from '../../src/testing/body.js'
import { anthropicMessages } from '../../src/wire/anthropic-messages/dialect.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { openaiResponses } from '../../src/wire/openai-responses/dialect.js'
import { SseReader } from '../../src/wire/sse.js'

const dialects = [
  { name: 'openai-chat', path: '/v1/chat/completions', dialect: openaiChat },
  { name: 'openai-responses', path: '/v1/responses', dialect: openaiResponses },
  { name: 'anthropic-messages', path: '/v1/messages', dialect: anthropicMessages },
]
const limits = { maxEventBytes: 1 << 20, maxResponseBytes: 1 << 24 }

interface Folded {
  readonly answer: Answer
  readonly events: StreamEvent[]
}

/** What comes out of bytes that arrive in these pieces. */
function foldBytes(dialect: (typeof dialects)[number]['dialect'], pieces: readonly Uint8Array[]): Folded {
  const decoder = dialect.decoder()
  const accumulator = new CompletionAccumulator({ fallbackId: 'none' })
  const events: StreamEvent[] = []
  const deltas: Delta[] = []
  const reader = new SseReader((data, event) => {
    if (!decoder.isFinished) decoder.event(data, event, deltas)
  }, limits)
  for (const bytes of pieces) reader.push(bytes)
  reader.end()
  if (!decoder.isFinished) decoder.end(deltas)
  for (const delta of deltas) accumulator.push(delta, events)
  return { answer: accumulator.finish(events), events }
}

/** The bytes in which a provider says this. */
function say(path: string, answer: Script, lineEnd: '\n' | '\r\n' | '\r' = '\n'): Uint8Array {
  const body = { model: 'm', stream: true, stream_options: { include_usage: true } }
  return Buffer.concat([...outgoing({ kind: 'answer', answer, lineEnd }, { path, body }).pieces])
}

/** The bytes in pieces that end at these places, wherever that cuts a character. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end))
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const piecesOfText = fc.array(text, { minLength: 1, maxLength: 5 })
const json = fc.dictionary(text, fc.jsonValue({ maxDepth: 1 })).map((value) => JSON.stringify(value))
const script: fc.Arbitrary<Script> = fc.record({
  text: piecesOfText,
  reasoning: fc.option(piecesOfText, { nil: [] }),
  toolCalls: fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z_]{1,12}$/),
      arguments: fc
        .tuple(json, fc.nat())
        .map(([whole, at]) => [whole.slice(0, at % whole.length), whole.slice(at % whole.length)])
        .map((both) => both.filter((half) => half !== '')),
    }),
    { maxLength: 3 },
  ),
})

describe.each(dialects)('AC11: an answer in $name', ({ dialect, path }) => {
  it('is the same however its bytes are cut', () => {
    const lineEnd = fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const)
    fc.assert(
      fc.property(script, fc.array(fc.nat(), { maxLength: 40 }), lineEnd, (answer, places, end) => {
        const bytes = say(path, answer, end)
        expect(foldBytes(dialect, cut(bytes, places))).toEqual(foldBytes(dialect, [bytes]))
      }),
      { numRuns: 60 },
    )
  })

  it('is the same byte by byte', () => {
    fc.assert(
      fc.property(script, (answer) => {
        const bytes = say(path, answer)
        const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
        expect(foldBytes(dialect, single)).toEqual(foldBytes(dialect, [bytes]))
      }),
      { numRuns: 20 },
    )
  })

  it('loses no character and no white space', () => {
    fc.assert(
      fc.property(script, (said) => {
        const { answer } = foldBytes(dialect, [say(path, said)])
        expect(answer.text).toBe([said.text].flat().join(''))
        expect(answer.reasoning).toBe([said.reasoning].flat().join(''))
        const made = answer.toolCalls.map((call) => (call.type === 'function' ? call.function : undefined))
        expect(made).toEqual(
          said.toolCalls?.map(({ name, arguments: sent }) => ({ name, arguments: [sent].flat().join('') })),
        )
      }),
    )
  })

  it('is what the events of its stream add up to', () => {
    fc.assert(
      fc.property(script, (said) => {
        const { answer, events } = foldBytes(dialect, [say(path, said)])
        expect(sum(events)).toEqual({
          text: answer.text,
          reasoning: answer.reasoning,
          calls: answer.toolCalls.map((call) =>
            call.type === 'function' ? { id: call.id, ...call.function } : call,
          ),
          usage: answer.usage,
        })
        const whole = events.flatMap(({ type, ...call }) => (type === 'tool-call' ? [call] : []))
        expect(whole).toMatchObject(sum(events).calls)
        const first = events.findIndex(({ type }) => type === 'tool-call')
        if (first !== -1) expect(events.slice(first).every(({ type }) => type === 'tool-call')).toBe(true)
      }),
    )
  })
})

interface Sum {
  text: string
  reasoning: string
  calls: { id: string; name: string; arguments: string }[]
  usage: unknown
}

/** What somebody has who only looks at events. */
function sum(events: readonly StreamEvent[]): Sum {
  const total: Sum = { text: '', reasoning: '', calls: [], usage: undefined }
  for (const event of events) {
    if (event.type === 'text') total.text += event.text
    else if (event.type === 'reasoning') total.reasoning += event.text
    else if (event.type === 'usage') total.usage = event.usage
    else if (event.type === 'tool-call-delta') {
      if (event.id !== undefined)
        total.calls[event.index] = { id: event.id, name: event.name ?? '', arguments: '' }
      total.calls[event.index]!.arguments += event.arguments ?? ''
    }
  }
  return total
}

describe('fragments of tool calls', () => {
  const made = fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^call_[a-z0-9]{1,6}$/),
      name: fc.stringMatching(/^[a-z_]{1,9}$/),
      json,
    }),
    { minLength: 1, maxLength: 4, selector: ({ id }) => id },
  )

  /** The fragments of each call, in order; the order between calls is up to `picks`. */
  function fragments(
    calls: readonly { id: string; name: string; json: string }[],
    size: number,
    picks: readonly number[],
    isRepeated: boolean,
  ): Delta[] {
    const queues = calls.map(({ id, name, json }, index): Delta[] => {
      const cuts: string[] = []
      for (let from = 0; from < json.length; from += size) cuts.push(json.slice(from, from + size))
      const named = isRepeated ? { id, name } : {}
      return [
        { type: 'tool-call-delta', index, id, name },
        ...cuts.map((piece): Delta => ({ type: 'tool-call-delta', index, ...named, arguments: piece })),
      ]
    })
    // Calls begin in order; after that any of them may go on.
    const merged: Delta[] = queues.flatMap((queue) => queue.splice(0, 1))
    for (let turn = 0; queues.some((queue) => queue.length > 0); turn += 1) {
      const waiting = queues.filter((queue) => queue.length > 0)
      merged.push(...waiting[(picks[turn % picks.length] ?? 0) % waiting.length]!.splice(0, 1))
    }
    return merged
  }

  it('make the same calls however they are cut and mixed, and whether or not id and name are repeated', () => {
    const picks = fc.array(fc.nat(), { minLength: 1 })
    fc.assert(
      fc.property(
        made,
        fc.integer({ min: 1, max: 9 }),
        picks,
        fc.boolean(),
        (calls, size, order, isRepeated) => {
          const accumulator = new CompletionAccumulator({ fallbackId: 'none' })
          const events: StreamEvent[] = []
          for (const delta of fragments(calls, size, order, isRepeated)) accumulator.push(delta, events)
          accumulator.push({ type: 'finish', reason: 'tool_calls', raw: 'tool_calls' }, events)
          const { toolCalls } = accumulator.finish(events)
          const expected = calls.map(({ id, name, json }) => ({ id, name, arguments: json }))
          expect(
            toolCalls.map((call) => ({ id: call.id, ...('function' in call ? call.function : {}) })),
          ).toEqual(expected)
          expect(sum(events).calls).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })
})
