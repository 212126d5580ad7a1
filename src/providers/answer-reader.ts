// Reads a provider's answer as it comes: one batch of deltas a network read, whichever form the answer has.

import type { Clock } from '../core/clock.js'
import type { Delta } from '../core/delta.js'
import { isByokError, ProviderError } from '../core/errors.js'
import { type BodyPiece, BodyReader, readText } from '../net/body.js'
import type { AnswerDecoder, Dialect } from '../wire/dialect.js'
import { parseJson } from '../wire/json.js'
import { SseReader } from '../wire/sse.js'
import { errorOfBrokenBody } from './network-error.js'

/** The most that an answer may hold. */
export interface AnswerLimits {
  /** Of one server-sent event. */
  readonly maxEventBytes: number
  /** Of the whole answer, after decompression. */
  readonly maxResponseBytes: number
}

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

/**
 * The batches of one answer. An iterator written by hand, because this is the path of every chunk: one promise a read,
 * and `return()` closes the connection even while a read is under way.
 */
export class AnswerReader implements AsyncIterator<readonly Delta[], undefined> {
  readonly #response: Response
  readonly #parts: ReadingParts
  readonly #decoder: AnswerDecoder
  readonly #events: SseReader
  #body: BodyReader | undefined
  #deltas: Delta[] = []
  #first: Uint8Array | undefined
  #hasEvents = false
  #isOver = false
  /** Thrown by the next read: what stood before it is handed on first. */
  #failure: unknown

  constructor(response: Response, parts: ReadingParts) {
    this.#response = response
    this.#parts = parts
    this.#decoder = parts.dialect.decoder()
    this.#events = new SseReader((data, event) => {
      this.#hasEvents = true
      if (!this.#decoder.isFinished) this.#decoder.event(data, event, this.#deltas)
    }, parts.limits)
  }

  next(): Promise<Batch> {
    if (this.#failure !== undefined) return Promise.reject(this.#end(this.#failure))
    if (this.#isOver) return Promise.resolve(done)
    if (this.#body === undefined && this.#isWhole()) return this.#readWhole(this.#text())
    this.#body ??= new BodyReader(this.#response)
    return this.#body.read().then(this.#onPiece, this.#onBreak)
  }

  async return(): Promise<Batch> {
    this.#isOver = true
    if (!this.#decoder.isFinished) this.#close()
    return done
  }

  readonly #onPiece = ({ value }: BodyPiece): Batch | Promise<Batch> => {
    if (value !== undefined && this.#first === undefined && startsAsJson(value))
      return this.#readWhole(this.#rest(value))
    try {
      this.#take(value)
    } catch (error) {
      this.#fail(isByokError(error) ? error : errorOfBrokenBody(error))
    }
    return this.#batch()
  }

  readonly #onBreak = (error: unknown): Batch => {
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

  async #readWhole(text: Promise<string>): Promise<Batch> {
    this.#isOver = true
    return { done: false, value: this.#whole(await text) }
  }

  /** Takes the bytes of a read, or the end of the body. */
  #take(bytes: Uint8Array | undefined): void {
    if (bytes !== undefined) {
      this.#first ??= bytes
      this.#events.push(bytes)
      return
    }
    this.#isOver = true
    this.#events.end()
    if (!this.#hasEvents && (this.#first === undefined || !this.#contentType().includes('event-stream'))) {
      throw this.#notAnAnswer(new TextDecoder().decode(this.#first), 'no stream of events')
    }
    if (!this.#decoder.isFinished) this.#decoder.end(this.#deltas)
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
    this.#body?.finish(this.#parts.clock)
  }

  #end(error: unknown): unknown {
    this.#failure = undefined
    this.#isOver = true
    this.#close()
    return error
  }

  #close(): void {
    // A whole answer is read by somebody else, and closed by the signal.
    if (this.#body === undefined && !this.#response.body?.locked) this.#body = new BodyReader(this.#response)
    this.#body?.cancel()
  }

  #contentType(): string {
    return this.#response.headers.get('content-type')?.toLowerCase() ?? ''
  }

  /** Some providers answer in the other form than was asked for, so the answer itself decides. */
  #isWhole(): boolean {
    const type = this.#contentType()
    return type.includes('text/html') || (type.includes('json') && !type.includes('ndjson'))
  }

  async #text(): Promise<string> {
    if (this.#contentType().includes('text/html')) {
      const page = await readText(this.#response, 4096, 'cut').catch(() => '')
      throw this.#notAnAnswer(page, 'a page')
    }
    try {
      return await readText(this.#response, this.#parts.limits.maxResponseBytes, 'throw')
    } catch (error) {
      throw isByokError(error) ? error : errorOfBrokenBody(error)
    }
  }

  /** The rest of a body that turned out to be JSON. */
  async #rest(first: Uint8Array): Promise<string> {
    const { maxResponseBytes } = this.#parts.limits
    const body = this.#body
    const decoder = new TextDecoder()
    let text = ''
    let bytes = 0
    for (
      let piece: Uint8Array | undefined = first;
      piece !== undefined;
      piece = (await body?.read())?.value
    ) {
      bytes += piece.byteLength
      if (bytes > maxResponseBytes) {
        body?.cancel()
        throw new ProviderError('event-too-large', `The answer is longer than ${maxResponseBytes} bytes.`)
      }
      text += decoder.decode(piece, { stream: true })
    }
    return text + decoder.decode()
  }

  #whole(text: string): Delta[] {
    const body = parseJson(text)
    if (body === undefined) throw this.#notAnAnswer(text, 'no JSON')
    return this.#parts.dialect.decodeWhole(body)
  }

  /** The key is hidden before the text is cut, since half a key would not be found any more. */
  #notAnAnswer(text: string, what: string): ProviderError {
    const quoted = this.#parts.redact(text).slice(0, 200)
    return new ProviderError(
      'invalid-response',
      text === '' ? 'The answer is empty.' : `The answer is ${what}: ${quoted}`,
    )
  }
}

/** A whole JSON answer under a wrong content type. An event stream cannot begin with a brace. */
function startsAsJson(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte === 0x7b || byte === 0x5b) return true
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false
  }
  return false
}
