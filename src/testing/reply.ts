// What a test upstream does with a request: an answer, and everything that goes wrong on its way.

import { gzipSync } from 'node:zlib'
import type { Answer } from './answer.js'
import type { ErrorContent } from './speech.js'

/** Where a body breaks off, and how. */
export interface Break {
  /**
   * `reset` tears the connection down (RST), `cut` closes it with the body unfinished, `end` ends the body properly
   * though the answer is not whole, `stall` sends nothing more and keeps the connection open.
   */
  readonly how: 'reset' | 'cut' | 'end' | 'stall'
  /** After this many events; a whole JSON body breaks off in its middle. @default after the last event */
  readonly afterEvents?: number
  /** After this many bytes of the body; comes before `afterEvents`. */
  readonly afterBytes?: number
  /** While stalled, sends a comment this often. */
  readonly keepAliveMs?: number
}

/** An event to send that no answer would hold. */
export interface ExtraEvent {
  /** @default before the first */
  readonly afterEvents?: number
  /** `''` names none. @default '' */
  readonly event?: string
  readonly data: string
}

/** A compression of the body. */
export type Encoding = 'gzip' | 'deflate' | 'br'

/** How the bytes of a reply are sent, and what is wrong with them. Times are real time. */
export interface Delivery {
  /** @default 200 */
  readonly status?: number
  /** Added to the usual ones; `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>
  /** Sends `102 Processing` and `103 Early Hints` first. */
  readonly informational?: boolean
  readonly headersAfterMs?: number
  /** Pause before the first event, after the headers. */
  readonly firstEventAfterMs?: number
  /** Pause before every further event. */
  readonly eventEveryMs?: number
  readonly break?: Break
  /** Sends the body in pieces of so many bytes, whatever they cut. */
  readonly sliceBytes?: number
  /** Puts so many events into one write. @default 1 */
  readonly eventsPerWrite?: number
  /** Compresses the body, once for each entry, in order. */
  readonly encodings?: readonly Encoding[]
  /** @default the length is left open (chunked) */
  readonly contentLength?: number
}

/** How the server-sent events of an answer differ from the usual. */
export interface Framing {
  /** @default '\n' */
  readonly lineEnd?: '\n' | '\r\n' | '\r'
  readonly byteOrderMark?: boolean
  /** A comment before every event. */
  readonly comment?: string
  /** Leaves out the space behind `data:`. */
  readonly withoutSpace?: boolean
  /** Leaves out the `event:` lines. */
  readonly withoutNames?: boolean
  /** Leaves out the end mark: `[DONE]`, `message_stop`, `response.completed`. */
  readonly withoutTerminator?: boolean
  /** Leaves out the blank line behind the last event. */
  readonly withoutLastBlankLine?: boolean
  readonly extraEvents?: readonly ExtraEvent[]
  /** An error in the stream, as the dialect says it, after so many events; nothing follows it. */
  readonly error?: ErrorContent & { readonly afterEvents?: number }
}

/** An answer in the dialect of the request, streamed or whole as the request asks. */
export interface AnswerReply extends Delivery, Framing {
  readonly kind: 'answer'
  readonly answer: Answer
  /** Refuses with 400 the requests that ask for this. */
  readonly refuses?: 'stream' | 'stream_options'
}

/** An error body in the dialect of the request. */
export interface ErrorReply extends Delivery {
  readonly kind: 'error'
  readonly status: number
  readonly error: ErrorContent
}

/** The body of a raw reply: at once, or in pieces of which each counts as an event. */
export type RawBody = string | Uint8Array | Iterable<string | Uint8Array>

/** A body that is nobody's answer. */
export interface RawReply extends Delivery {
  readonly kind: 'raw'
  readonly body: RawBody
}

/** What happens to the connection instead of a response. */
export interface ConnectionReply {
  readonly kind: 'connection'
  /** `hang` sends nothing and keeps it open; `reset` tears it down. */
  readonly how: 'hang' | 'reset'
}

/** What the upstream does with one request. */
export type Reply = AnswerReply | ErrorReply | RawReply | ConnectionReply

/** Everything that can be said of an answer besides its content. */
export type AnswerOptions = Omit<AnswerReply, 'kind' | 'answer'>

/** Where a broken answer breaks off. */
export type BreakPoint = Omit<Break, 'how'>

const gzipBombBytes = 10 * 1024 ** 3

/** Makes replies. Everything is a plain object, so that `{ ...reply.chat(), eventEveryMs: 10 }` works too. */
export const reply = {
  /** A healthy answer, unless `options` make it sick. */
  chat(answer: Answer = {}, options: AnswerOptions = {}): AnswerReply {
    return { kind: 'answer', answer, ...options }
  },

  /** The connection is reset in the middle of the answer. */
  reset(at: BreakPoint = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { break: { ...at, how: 'reset' } })
  },

  /** The connection is closed with the body unfinished: a chunked body without its last chunk. */
  cut(at: BreakPoint = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { break: { ...at, how: 'cut' } })
  },

  /** The body ends properly in the middle of the answer, without finish reason and end mark. */
  end(at: BreakPoint = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { break: { ...at, how: 'end' } })
  },

  /** The answer stops in the middle and the connection stays open. At the end: the end mark, and no close. */
  stall(at: BreakPoint = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { break: { ...at, how: 'stall' } })
  },

  /** The connection is accepted, the request read, and nothing comes back. */
  hang(): ConnectionReply {
    return { kind: 'connection', how: 'hang' }
  },

  /** The connection is reset before the first byte of a response. */
  refuse(): ConnectionReply {
    return { kind: 'connection', how: 'reset' }
  },

  /** A status with a body: text, bytes, or a value to send as JSON. Without one, an error body of the dialect. */
  status(
    status: number,
    body?: unknown,
    headers: NonNullable<Delivery['headers']> = {},
  ): ErrorReply | RawReply {
    if (body === undefined) return { kind: 'error', status, error: {}, headers }
    return { ...reply.raw(bodyText(body), { 'content-type': 'application/json', ...headers }), status }
  },

  /** An error body of the dialect, with these words in it. */
  error(
    status: number,
    error: ErrorContent = {},
    headers: NonNullable<Delivery['headers']> = {},
  ): ErrorReply {
    return { kind: 'error', status, error, headers }
  },

  /** A redirect. */
  redirect(location: string, status = 307): RawReply {
    return { kind: 'raw', body: '', status, headers: { location } }
  },

  /** A web page where an answer should be. */
  html(status = 200): RawReply {
    const body = '<!doctype html><html><body><h1>Bad gateway</h1></body></html>'
    return { kind: 'raw', body, status, headers: { 'content-type': 'text/html; charset=utf-8' } }
  },

  /** Any bytes, with status 200 and no content type unless told. */
  raw(body: RawBody, headers: NonNullable<Delivery['headers']> = {}): RawReply {
    return { kind: 'raw', body, headers }
  },

  /** A JSON body that ends before its `content-length` is reached. */
  truncated(body = '{"id":"test-answer-1","choices":[{"index":0,"mess'): RawReply {
    const contentLength = body.length + 1_000
    return { ...reply.raw(body, jsonType), contentLength, break: { how: 'cut', afterBytes: body.length } }
  },

  /** An answer, and in it an error as the dialect says it. */
  errorEvent(error: ErrorContent & { readonly afterEvents?: number } = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { error })
  },

  /** An answer, and in it an event that is no JSON. */
  badEvent({ afterEvents = 2, data = '{"id":"test-answer-1","choi' } = {}, answer: Answer = {}): AnswerReply {
    return reply.chat(answer, { extraEvents: [{ afterEvents, data }] })
  },

  /** An answer, and in it one event of so many bytes. */
  hugeEvent({ bytes, afterEvents = 0 }: { bytes: number; afterEvents?: number }): AnswerReply {
    return reply.chat({}, { extraEvents: [{ afterEvents, data: `"${'x'.repeat(bytes)}"` }] })
  },

  /** A small compressed body that grows to gigabytes in the reader. */
  gzipBomb(decodedBytes = gzipBombBytes): RawReply {
    return {
      kind: 'raw',
      body: repeatedZeros(decodedBytes),
      headers: { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' },
    }
  },
}

const jsonType = { 'content-type': 'application/json' }

/** A gzip body of many members, each of which a reader unpacks to 16 MiB. Together they are one line of data. */
function repeatedZeros(decodedBytes: number): Iterable<Uint8Array> {
  const memberBytes = 16 * 1024 ** 2
  return {
    *[Symbol.iterator]() {
      const member = gzipSync(Buffer.alloc(memberBytes, '0'))
      yield gzipSync('data: ')
      for (let sent = 0; sent < decodedBytes; sent += memberBytes) yield member
    },
  }
}

function bodyText(body: unknown): string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
}
