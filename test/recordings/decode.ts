// Decodes a recorded body in this process, without a socket: reader, decoder, accumulator, response.

import type { Delta } from '../../src/core/delta.js'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { type Answer, CompletionAccumulator } from '../../src/stream/accumulator.js'
import { completionResponse } from '../../src/stream/response.js'
import type { Dialect } from '../../src/wire/dialect.js'
import { SseReader } from '../../src/wire/sse.js'

/** What came of a body. */
export interface Decoded {
  readonly events: readonly StreamEvent[]
  readonly outcome: CompletionResponse | ByokError
}

/** A way to cut a body into the pieces of a network. */
export type Cutting = (body: Buffer) => Iterable<Uint8Array>

type Decodes = Pick<Dialect<never>, 'decoder' | 'decodeWhole'>

/** No recording is near these; limits have tests of their own. */
const limits = { maxEventBytes: 2 ** 24, maxResponseBytes: 2 ** 28 }

/** The cuttings that every stream is fed in. */
export const cuttings: Readonly<Record<string, Cutting>> = {
  'in one piece': (body) => [body],
  'event by event': cutAfterEvents,
  'byte by byte': cutIntoBytes,
  'in random pieces': (body) => cutAtRandom(body, 64, body.length + 1),
  'in small random pieces': (body) => cutAtRandom(body, 5, body.length + 2),
}

/** Decodes a streamed body that arrives in these pieces. */
export function decodeStream(dialect: Decodes, pieces: Iterable<Uint8Array>): Decoded {
  return fold((push) => {
    const decoder = dialect.decoder()
    const deltas: Delta[] = []
    const reader = new SseReader((data, event) => {
      if (!decoder.isFinished) decoder.event(data, event, deltas)
    }, limits)
    const drain = (): void => {
      for (const delta of deltas.splice(0)) push(delta)
    }
    try {
      for (const piece of pieces) {
        reader.push(piece)
        drain()
        if (decoder.isFinished) return
      }
      reader.end()
      decoder.end(deltas)
    } finally {
      drain()
    }
  })
}

/** Decodes a whole JSON body. */
export function decodeWhole(dialect: Decodes, body: Buffer): Decoded {
  return fold((push) => {
    for (const delta of dialect.decodeWhole(JSON.parse(body.toString('utf8')))) push(delta)
  })
}

function fold(feed: (push: (delta: Delta) => void) => void): Decoded {
  const accumulator = new CompletionAccumulator({ fallbackId: 'chatcmpl-fallback' })
  const events: StreamEvent[] = []
  try {
    feed((delta) => accumulator.push(delta, events))
    if (!accumulator.hasFinished) throw new Error('the decoder ended without a finish')
    return { events, outcome: responseOf(accumulator.finish(events)) }
  } catch (error) {
    if (isByokError(error)) return { events, outcome: error }
    throw error
  }
}

function responseOf(answer: Answer): CompletionResponse {
  return completionResponse(answer, {
    provider: 'test',
    model: 'unnamed',
    requestedModel: 'test/unnamed',
    route: () => ({ requestedModel: 'test/unnamed', candidates: [], excluded: [], warnings: [] }),
    attempts: [],
    cost: { usd: null, savedUsd: null },
    timing: { startedAt: 0, totalMs: 0 },
    credentialSource: 'none',
    warnings: [],
    repairs: [],
  })
}

function* cutAfterEvents(body: Buffer): Generator<Uint8Array> {
  let from = 0
  for (const end of eventEnds(body)) {
    yield body.subarray(from, end)
    from = end
  }
}

/** Where each event of a body ends, its blank line included; the last is the end of the body. */
export function eventEnds(body: Buffer): number[] {
  const ends = [...body.toString('latin1').matchAll(/\r\n\r\n|\n\n|\r\r/g)].map(
    (match) => match.index + match[0].length,
  )
  return ends.at(-1) === body.length ? ends : [...ends, body.length]
}

function* cutIntoBytes(body: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += 1) yield body.subarray(at, at + 1)
}

/** Pieces of 1 to `longest` bytes, the same for the same seed. */
function* cutAtRandom(body: Buffer, longest: number, seed: number): Generator<Uint8Array> {
  const random = randomNumbers(seed)
  for (let at = 0; at < body.length; ) {
    const length = 1 + Math.floor(random() * longest)
    yield body.subarray(at, at + length)
    at += length
  }
}

/** A linear congruential generator: good enough to cut, and the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
