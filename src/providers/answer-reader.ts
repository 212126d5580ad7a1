// Reads a provider's answer as it comes: one batch of deltas a network read, whichever form the answer has.

import type { Clock } from '../core/clock.js'
import type { Delta } from '../core/delta.js'
import { isByokError, ProviderError } from '../core/errors.js'
import { type BodyPiece, BodyReader, readErrorText, readText } from '../net/body.js'
import type { AnswerDecoder, Dialect } from '../wire/dialect.js'
import { errorOfAnswer } from '../wire/error-body.js'
import { parseJson } from '../wire/json.js'
import { type AnswerLimits, SseReader } from '../wire/sse.js'
import { Utf8Reader } from '../wire/utf8-reader.js'
import { errorOfBrokenBody } from './network-error.js'

/** What reading an answer needs besides the answer. */
export interface ReadingParts {
  readonly dialect: Pick<Dialect<never>, 'decoder' | 'decodeWhole'>
  readonly limits: AnswerLimits
  readonly clock: Clock
  /** Hides the key in what is quoted from the provider. */
  readonly redact: (text: string) => string
}

type Batch = IteratorResult<readonly Delta[], undefined>

const done: Batch = { done: true, value: undefined }

/** The most that is kept of a body without events, to quote from it. */
const longestOpening = 4096

/**
 * The batches of one answer. An iterator written by hand, because this is the path of every chunk: one promise a read,
 * and `return()` closes the connection even while a read is under way. Providers answer in the other form than was asked
 * for, and under any content type, so the body's first character decides how it is read.
 */
export class AnswerReader implements AsyncIterator<readonly Delta[], undefined> {
  readonly #response: Response
  readonly #parts: ReadingParts
  readonly #decoder: AnswerDecoder
  readonly #events: SseReader
  readonly #body: BodyReader
  #deltas: Delta[] = []
  /** The first character was seen, and it is neither JSON nor a page. */
  #isStream = false
  #hasEvents = false
  /** How the body begins, as long as it has no events. */
  #opening = ''
  #openingReader: Utf8Reader | undefined
  #isOver = false
  /** Thrown by the next read: what stood before it is handed on first. */
  #failure: Error | undefined

  constructor(response: Response, parts: ReadingParts) {
    this.#response = response
    this.#parts = parts
    this.#body = new BodyReader(response)
    this.#decoder = parts.dialect.decoder()
    this.#events = new SseReader((data, event) => {
      this.#hasEvents = true
      if (!this.#decoder.isFinished) this.#decoder.event(data, event, this.#deltas)
    }, parts.limits)
  }

  next(): Promise<Batch> {
    if (this.#isOver) return Promise.resolve(done)
    if (this.#failure !== undefined) return Promise.reject(this.#end(this.#failure))
    return this.#body.read().then(this.#onPiece, this.#onBreak)
  }

  async return(): Promise<Batch> {
    this.#isOver = true
    if (!this.#decoder.isFinished) this.#body.cancel()
    return done
  }

  /** Reads an answer whose status is no success, and throws what it says. */
  async refuse(waitMs?: number): Promise<Batch> {
    const text = await readErrorText(this.#body, this.#parts.clock, { waitMs })
    if (this.#isOver) return done
    const { status, headers } = this.#response
    const answer = { status, headers, nowMs: this.#parts.clock.date() }
    throw this.#end(errorOfAnswer(answer, this.#parts.redact(text)))
  }

  readonly #onPiece = ({ value }: BodyPiece): Batch | Promise<Batch> => {
    if (this.#isOver) return done
    if (value !== undefined && !this.#isStream) {
      const at = openingOf(value)
      const opening = value[at]
      if (opening === brace || opening === bracket) return this.#readWhole(value.subarray(at))
      if (opening === angle) return this.#readPage(value.subarray(at))
      this.#isStream = opening !== undefined
    }
    try {
      this.#take(value)
    } catch (error) {
      this.#fail(understood(error))
    }
    return this.#batch()
  }

  readonly #onBreak = (error: unknown): Batch => {
    if (this.#isOver) return done
    this.#fail(errorOfBrokenBody(error))
    return this.#batch()
  }

  /** What has been understood so far. */
  #batch(): Batch {
    const value = this.#deltas
    this.#deltas = []
    if (this.#decoder.isFinished) this.#finish()
    return { done: false, value }
  }

  /** Takes the bytes of a read, or the end of the body. */
  #take(bytes: Uint8Array | undefined): void {
    if (bytes !== undefined) {
      this.#events.push(bytes)
      if (!this.#hasEvents) this.#keepOpening(bytes)
      return
    }
    this.#events.end()
    if (!this.#hasEvents && (this.#opening === '' || !this.#isNamedStream())) {
      throw this.#notAnAnswer(this.#opening, 'neither JSON nor a stream of events')
    }
    if (!this.#decoder.isFinished) this.#decoder.end(this.#deltas)
    this.#isOver = true
  }

  #keepOpening(bytes: Uint8Array): void {
    const room = longestOpening - this.#opening.length
    if (room <= 0) return
    this.#openingReader ??= new Utf8Reader()
    this.#opening += this.#openingReader.read(bytes.subarray(0, room))
  }

  /** Behind the end of the answer, what breaks is no more than a note. */
  #fail(error: Error): void {
    if (!this.#decoder.hasEnded) {
      this.#failure = error
      return
    }
    const message = `After the answer had ended: ${error.message}`
    this.#deltas.push({ type: 'warning', warning: { code: 'broken-after-finish', message } })
    this.#end(error)
  }

  #finish(): void {
    this.#isOver = true
    this.#body.finish(this.#parts.clock)
  }

  #end(error: Error): Error {
    this.#isOver = true
    this.#body.cancel()
    return error
  }

  #isNamedStream(): boolean {
    return this.#response.headers.get('content-type')?.toLowerCase().includes('event-stream') ?? false
  }

  async #readWhole(first: Uint8Array): Promise<Batch> {
    const read = await readText(this.#body, this.#parts.limits.maxResponseBytes, first)
    if (this.#isOver) return done
    this.#isOver = true
    if (!read.isWhole) throw isByokError(read.failure) ? read.failure : errorOfBrokenBody(read.failure)
    const body = parseJson(read.text)
    if (body === undefined) throw this.#notAnAnswer(read.text, 'no JSON')
    try {
      return { done: false, value: this.#parts.dialect.decodeWhole(body) }
    } catch (error) {
      throw understood(error)
    }
  }

  async #readPage(first: Uint8Array): Promise<Batch> {
    const page = await readErrorText(this.#body, this.#parts.clock, { first })
    if (this.#isOver) return done
    this.#isOver = true
    throw this.#notAnAnswer(page, 'a page')
  }

  /** The key is hidden before the text is cut, since half a key would not be found any more. */
  #notAnAnswer(text: string, what: string): ProviderError {
    const quoted = this.#parts.redact(text).slice(0, 200)
    return new ProviderError(
      'invalid-response',
      text.trim() === '' ? 'The answer is empty.' : `The answer is ${what}: ${quoted}`,
    )
  }
}

const brace = 0x7b
const bracket = 0x5b
const angle = 0x3c

/** Where a body begins behind white space and the bytes of a byte order mark, which reads may cut. */
function openingOf(bytes: Uint8Array): number {
  const at = bytes.findIndex((byte) => !skipped.has(byte))
  return at === -1 ? bytes.length : at
}

const skipped: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf])

/** What a dialect throws is typed already, unless the answer was odder than anybody thought. */
function understood(error: unknown): Error {
  if (isByokError(error)) return error
  return new ProviderError('invalid-response', 'The answer could not be understood.', { cause: error })
}
