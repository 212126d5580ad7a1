// What a provider in a bad mood does with a request: drawn by chance, the same for the same seed and call.

import { outgoing } from '../../src/testing/body.js'
import type { AnswerReply, Encoding, Reply } from '../../src/testing/reply.js'
import { reply } from '../../src/testing/reply.js'
import type { Chance } from './chance.js'
import { markedPieces } from './marks.js'

/** How often each mood comes, in parts of a thousand or so. */
export const moods = {
  healthy: 560,
  'whole instead of a stream': 40,
  refuses: 40,
  hangs: 15,
  'server error': 60,
  overloaded: 25,
  'rate limit': 50,
  'wrong key': 8,
  'bad request': 10,
  'web page': 20,
  empty: 10,
  redirect: 10,
  'truncated json': 20,
  'garbled event': 25,
  'garbage bytes': 10,
  'error event': 25,
  cut: 25,
  'reset in the middle': 30,
  'ends too early': 20,
  'stalls at once': 10,
  'stalls in the middle': 15,
  'stalls with comments': 10,
  'stays open behind the end': 10,
} as const

/** A model that can only answer whole. */
export const oldModel = 'old'

export type Mood = keyof typeof moods

/** What the mood is about. */
export interface Occasion {
  readonly mood: Mood
  readonly chance: Chance
  /** The name of the hit, which its answer repeats in every piece. */
  readonly hit: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The reply of a mood; a model that only answers whole refuses to stream. */
export function replyOf(occasion: Occasion): Reply {
  const sullen = moodyReply(occasion)
  const made =
    occasion.body.model === oldModel && sullen.kind === 'answer'
      ? { ...sullen, refuses: 'stream' as const }
      : sullen
  if (made.kind === 'connection') return made
  return { ...made, headers: { connection: 'keep-alive', 'keep-alive': 'timeout=3', ...made.headers } }
}

function moodyReply({ mood, chance, hit, path, body }: Occasion): Reply {
  const answer = answerOf(chance, hit, body)
  const pieces = 2 + (Array.isArray(answer.answer.text) ? answer.answer.text.length : 0)
  const after = { afterEvents: chance.between(0, pieces) }
  const soon = { 'retry-after-ms': `${chance.between(5, 120)}` }
  switch (mood) {
    case 'healthy':
      return answer
    case 'whole instead of a stream':
      return wholeReply(answer, path, body)
    case 'refuses':
      return reply.refuse()
    case 'hangs':
      return reply.hang()
    case 'server error':
      return reply.status([500, 502, 503, 504][chance.between(0, 3)] ?? 500)
    case 'overloaded':
      return reply.error(529, {}, chance.isOnce(0.5) ? soon : {})
    case 'rate limit':
      return reply.error(429, {}, soon)
    case 'wrong key':
      return reply.error(401, {}, soon)
    case 'bad request':
      return reply.error(400, { message: 'That cannot be asked.' })
    case 'web page':
      return reply.html(chance.isOnce(0.5) ? 200 : 502)
    case 'empty':
      return reply.raw('')
    case 'redirect':
      return reply.redirect('http://127.0.0.1:9/elsewhere')
    case 'truncated json':
      return reply.truncated()
    case 'garbled event':
      return { ...answer, extraEvents: [{ ...after, data: '{"id":"garbled","choi' }] }
    case 'garbage bytes':
      return reply.raw(
        Uint8Array.from({ length: 300 }, () => chance.between(0, 255)),
        eventStream,
      )
    case 'error event':
      return { ...answer, error: { ...after, message: 'Something broke.' } }
    case 'cut':
      return { ...answer, break: { how: 'cut', ...after } }
    case 'reset in the middle':
      return { ...answer, break: { how: 'reset', ...after } }
    case 'ends too early':
      return { ...answer, break: { how: 'end', ...after } }
    case 'stalls at once':
      return { ...answer, break: { how: 'stall', afterEvents: 0 } }
    case 'stalls in the middle':
      return { ...answer, break: { how: 'stall', ...after } }
    case 'stalls with comments':
      return { ...answer, break: { how: 'stall', keepAliveMs: 20, ...after } }
    case 'stays open behind the end':
      return { ...answer, break: { how: 'stall' } }
    default:
      mood satisfies never
      return answer
  }
}

const eventStream = { 'content-type': 'text/event-stream' }

/** A whole answer, with its mark in all it says, and some of the ways in which bytes arrive. */
function answerOf(chance: Chance, hit: string, body: Readonly<Record<string, unknown>>): AnswerReply {
  const text = markedPieces(hit, chance.between(1, 12))
  const hasCall = Array.isArray(body.tools) && chance.isOnce(0.4)
  const encodings: Encoding[] = chance.isOnce(0.1) ? ['gzip'] : []
  return reply.chat(
    {
      text,
      id: hit,
      ...(chance.isOnce(0.2) ? { reasoning: markedPieces(hit, 3) } : {}),
      ...(hasCall ? { toolCalls: [{ name: 'note', arguments: ['{"mark":', `"${hit}"`, '}'] }] } : {}),
    },
    {
      encodings,
      ...(chance.isOnce(0.3) ? { eventEveryMs: chance.between(1, 6) } : {}),
      ...(chance.isOnce(0.2) ? { firstEventAfterMs: chance.between(1, 40) } : {}),
      ...(chance.isOnce(0.1) ? { sliceBytes: chance.between(7, 60) } : {}),
      ...(chance.isOnce(0.2) ? { comment: 'ping' } : {}),
    },
  )
}

/** The answer in one JSON body, whatever was asked for. */
function wholeReply(answer: AnswerReply, path: string, body: Readonly<Record<string, unknown>>): Reply {
  const { pieces } = outgoing({ ...answer, encodings: [] }, { path, body: { ...body, stream: false } })
  return reply.raw(Buffer.concat([...pieces]), { 'content-type': 'application/json' })
}
