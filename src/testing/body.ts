// Turns a reply into the status, headers and pieces of body that go out.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { fillAnswer } from './answer.js'
import { chatSpeech } from './chat-speech.js'
import { messagesSpeech } from './messages-speech.js'
import type { AnswerReply, Delivery, Encoding, ErrorReply, Framing, RawReply } from './reply.js'
import { responsesSpeech } from './responses-speech.js'
import type { Speech, WireEvent } from './speech.js'

/** What of a request decides the reply. */
export interface AskedFor {
  readonly path: string
  readonly body: unknown
}

/** A reply ready to be sent. */
export interface Outgoing {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Each piece counts as one event. */
  readonly pieces: Iterable<Uint8Array>
  /** False for a body that is one whole, and so breaks off inside. */
  readonly isStream: boolean
}

/** What is sent in reply to this request. */
export function outgoing(reply: AnswerReply | ErrorReply | RawReply, asked: AskedFor): Outgoing {
  const speech = speechOf(asked.path)
  if (reply.kind === 'raw') {
    const { body } = reply
    const isWhole = typeof body === 'string' || body instanceof Uint8Array
    return finish(reply, {}, isWhole ? [body] : body, !isWhole)
  }
  if (reply.kind === 'error') {
    return json(reply, (speech ?? chatSpeech).errorBody(reply.status, reply.error))
  }
  const request = isRecord(asked.body) ? asked.body : {}
  if (/\/models(\/|$)/.test(asked.path)) {
    return json(reply, { object: 'list', data: [{ id: 'test-model', object: 'model', owned_by: 'test' }] })
  }
  if (speech === undefined)
    return json({ status: 404 }, chatSpeech.errorBody(404, { message: 'Unknown path.' }))
  const refused = refusedParameter(reply, request)
  if (refused !== undefined) {
    const error = { message: `${refused} is not supported.`, code: 'unsupported_parameter', param: refused }
    return json({ status: 400 }, speech.errorBody(400, error))
  }
  const model = typeof request.model === 'string' ? request.model : 'test-model'
  const answer = fillAnswer(reply.answer, model)
  if (request.stream !== true) return json(reply, speech.body(answer, request))
  const events = withExtras(speech.events(answer, request), speech, reply)
  return finish(reply, { 'content-type': 'text/event-stream; charset=utf-8' }, frames(events, reply), true)
}

function speechOf(path: string): Speech | undefined {
  if (path.endsWith('/chat/completions')) return chatSpeech
  if (path.endsWith('/responses')) return responsesSpeech
  return path.endsWith('/messages') ? messagesSpeech : undefined
}

function refusedParameter(reply: AnswerReply, request: Record<string, unknown>): string | undefined {
  if (reply.refuses === 'stream' && request.stream === true) return 'stream'
  return reply.refuses === 'stream_options' && request.stream_options != null ? 'stream_options' : undefined
}

/** Puts in what no answer would hold, and leaves out the end mark where told. */
function* withExtras(events: Iterable<WireEvent>, speech: Speech, framing: Framing): Iterable<WireEvent> {
  const extras = (framing.extraEvents ?? []).map(({ afterEvents = 0, event = '', data }) => ({
    afterEvents,
    event,
    data,
  }))
  const failsAfter = framing.error === undefined ? Number.POSITIVE_INFINITY : (framing.error.afterEvents ?? 2)
  let count = 0
  for (const event of events) {
    for (const extra of extras) if (extra.afterEvents === count) yield extra
    if (count >= failsAfter) break
    count += 1
    if (!(event.isTerminator && framing.withoutTerminator)) yield event
  }
  for (const extra of extras) if (extra.afterEvents >= count && failsAfter > count) yield extra
  if (framing.error !== undefined) yield speech.errorEvent(framing.error)
}

/** The bytes of each event. */
function* frames(events: Iterable<WireEvent>, framing: Framing): Iterable<string> {
  const lineEnd = framing.lineEnd ?? '\n'
  const colon = framing.withoutSpace ? ':' : ': '
  let start = framing.byteOrderMark ? '\ufeff' : ''
  let isFirst = true
  for (const { event, data } of events) {
    // The blank line goes before the next event, so that the last one can lack it.
    if (!isFirst && framing.withoutLastBlankLine) start += lineEnd
    isFirst = false
    if (framing.comment !== undefined) start += `:${framing.comment}${lineEnd}${lineEnd}`
    if (event !== '' && !framing.withoutNames) start += `event${colon}${event}${lineEnd}`
    const end = framing.withoutLastBlankLine ? lineEnd : lineEnd + lineEnd
    yield `${start}data${colon}${data}${end}`
    start = ''
  }
}

function json(delivery: Delivery, body: unknown): Outgoing {
  return finish(delivery, { 'content-type': 'application/json' }, [JSON.stringify(body)], false)
}

function finish(
  delivery: Delivery,
  usualHeaders: Record<string, string>,
  body: Iterable<string | Uint8Array>,
  isStream: boolean,
): Outgoing {
  const { status = 200, encodings = [], contentLength } = delivery
  const headers: Record<string, string | readonly string[]> = {
    ...usualHeaders,
    'x-request-id': 'req_test_1',
    'request-id': 'req_test_1',
  }
  if (encodings.length > 0) headers['content-encoding'] = encodings.join(', ')
  if (contentLength !== undefined) headers['content-length'] = String(contentLength)
  for (const [name, value] of Object.entries(delivery.headers ?? {})) {
    if (value === null) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = value
  }
  const pieces = encodings.length > 0 ? [compress(body, encodings)] : bytesOf(body)
  return { status, headers, pieces, isStream: isStream && encodings.length === 0 }
}

function* bytesOf(body: Iterable<string | Uint8Array>): Iterable<Uint8Array> {
  for (const piece of body) yield Buffer.from(piece)
}

function compress(body: Iterable<string | Uint8Array>, encodings: readonly Encoding[]): Uint8Array {
  let bytes = Buffer.concat([...bytesOf(body)])
  for (const encoding of encodings) bytes = compressors[encoding](bytes)
  return bytes
}

const compressors = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
