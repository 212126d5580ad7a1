// Server-sent events, both ways: cuts a byte stream into events, and writes events.

import { ProviderError } from '../core/errors.js'
import { Utf8Reader } from './utf8-reader.js'

/** The most that an answer may hold before it is cut off. */
export interface AnswerLimits {
  /** Of one server-sent event, also while it is still unfinished. */
  readonly maxEventBytes: number
  /** Of the whole answer, after decompression. */
  readonly maxResponseBytes: number
}

const lineFeed = 10
const space = 32
const colon = 58

/**
 * Cuts a byte stream into server-sent events after the HTML standard (9.2.6), in time linear in its bytes. One addition:
 * a field `error` is an event named `error`. Reading stops for good once it has thrown.
 */
export class SseReader {
  readonly #onEvent: (data: string, event: string) => void
  readonly #limits: AnswerLimits
  readonly #utf8 = new Utf8Reader()
  #responseBytes = 0
  /** Bytes of the unfinished event that came with earlier reads. */
  #eventBytes = 0
  /** An unfinished line, in the pieces in which it came: joined once, when its end is there. */
  #pieces: string[] = []
  /** The last read ended in CR: a LF at the start of the next belongs to it. */
  #afterReturn = false
  #name = ''
  #data: string | undefined
  #error: string | undefined

  /** `onEvent` gets every finished event that has data, in order; `event` is `''` where the stream named none. */
  constructor(onEvent: (data: string, event: string) => void, limits: AnswerLimits) {
    this.#onEvent = onEvent
    this.#limits = limits
  }

  /** Takes the next bytes, and hands on the events that they finish. Throws `event-too-large` at a limit. */
  push(bytes: Uint8Array): void {
    this.#responseBytes += bytes.length
    if (this.#responseBytes > this.#limits.maxResponseBytes) {
      throw tooLarge(`The response is longer than ${this.#limits.maxResponseBytes} bytes.`)
    }
    this.#read(this.#utf8.read(bytes), bytes.length)
  }

  /**
   * The end of the body. A last event that lacks its blank line is handed on: some providers leave it out, though the
   * standard would drop the event. A reader that wants the standard's way does not call this.
   */
  end(): void {
    this.#read(this.#utf8.end(), 0)
    if (this.#pieces.length > 0) {
      const line = this.#withPieces('')
      this.#takeLine(line, 0, line.length)
    }
    this.#dispatch()
  }

  #read(text: string, byteCount: number): void {
    const length = text.length
    if (length === 0) {
      this.#eventBytes += byteCount
      return
    }
    let at = this.#afterReturn && text.charCodeAt(0) === lineFeed ? 1 : 0
    this.#afterReturn = false
    const first = at
    // Within this read no event can be too large unless all of it, with what came before, is.
    const mayExceed = this.#eventBytes + byteCount > this.#limits.maxEventBytes
    const isAscii = length === byteCount
    /** Where the unfinished event begins. */
    let begin = at
    let feed = -1
    let carriage = -1
    while (at < length) {
      // Each kind of line end is looked for again only when passed, so that no text is searched twice.
      if (feed < at) feed = find(text, '\n', at)
      if (carriage < at) carriage = find(text, '\r', at)
      const end = Math.min(feed, carriage)
      if (end === length) break
      let next = end + 1
      if (end === feed) {
        // The common event, one line of data and a blank one, is cut out without touching the state.
        if (
          text.charCodeAt(next) === lineFeed &&
          this.#data === undefined &&
          this.#error === undefined &&
          this.#pieces.length === 0 &&
          text.startsWith('data:', at)
        ) {
          next += 1
          if (mayExceed) this.#checkEvent(text, begin, next, first, isAscii)
          const name = this.#name
          this.#name = ''
          const from = text.charCodeAt(at + 5) === space ? at + 6 : at + 5
          begin = at = next
          this.#onEvent(text.slice(from, end), name)
          continue
        }
      } else if (next === length) {
        this.#afterReturn = true
      } else if (next === feed) {
        next += 1
      }
      if (this.#pieces.length > 0) {
        const line = this.#withPieces(text.slice(at, end))
        this.#takeLine(line, 0, line.length)
      } else if (end > at) {
        this.#takeLine(text, at, end)
      } else {
        if (mayExceed) this.#checkEvent(text, begin, next, first, isAscii)
        this.#dispatch()
      }
      at = next
      if (this.#data === undefined && this.#error === undefined && this.#name === '') begin = at
    }
    if (at < length) this.#pieces.push(at === 0 ? text : text.slice(at))
    if (begin === first) this.#eventBytes += byteCount - first
    else this.#eventBytes = isAscii ? length - begin : byteLength(text, begin, length)
    if (this.#eventBytes > this.#limits.maxEventBytes) throw this.#eventTooLarge()
  }

  #withPieces(rest: string): string {
    this.#pieces.push(rest)
    const line = this.#pieces.join('')
    this.#pieces = []
    return line
  }

  /** Takes one line, its end cut off. Comments, ids, retry times and unknown fields fall through. */
  #takeLine(text: string, start: number, end: number): void {
    if (text.startsWith('data', start)) {
      const value = valueAt(text, start + 4, end)
      if (value !== undefined) this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    } else if (text.startsWith('event', start)) {
      this.#name = valueAt(text, start + 5, end) ?? this.#name
    } else if (text.startsWith('error', start)) {
      // A vendor's invention: the error stands where the name of a field belongs.
      const value = valueAt(text, start + 5, end)
      if (value) this.#error = this.#error === undefined ? value : `${this.#error}\n${value}`
    }
  }

  #dispatch(): void {
    const data = this.#data
    const error = this.#error
    const name = this.#name
    this.#data = undefined
    this.#error = undefined
    this.#name = ''
    if (data !== undefined) this.#onEvent(data, name)
    if (error !== undefined) this.#onEvent(error, 'error')
  }

  #checkEvent(text: string, begin: number, end: number, first: number, isAscii: boolean): void {
    const before = begin === first ? this.#eventBytes : 0
    const bytes = before + (isAscii ? end - begin : byteLength(text, begin, end))
    if (bytes > this.#limits.maxEventBytes) throw this.#eventTooLarge()
  }

  #eventTooLarge(): ProviderError {
    return tooLarge(`One event of the stream is longer than ${this.#limits.maxEventBytes} bytes.`)
  }
}

/** One event as text to send. No line end in `data` or `event` can begin a field of its own or end the event. */
export function encodeSseEvent(data: string, event = ''): string {
  const name = event === '' ? '' : `event: ${event.replace(/[\r\n]+/g, ' ')}\n`
  const isOneLine = !data.includes('\n') && !data.includes('\r')
  const body = isOneLine ? data : data.split(/\r\n|\r|\n/).join('\ndata: ')
  return `${name}data: ${body}\n\n`
}

/** The value of a field whose name ends at `at`; `undefined` when the name goes on and so is another. */
function valueAt(text: string, at: number, end: number): string | undefined {
  if (at === end) return ''
  if (text.charCodeAt(at) !== colon) return undefined
  return text.slice(text.charCodeAt(at + 1) === space ? at + 2 : at + 1, end)
}

function find(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from)
  return at === -1 ? text.length : at
}

function byteLength(text: string, from: number, to: number): number {
  let bytes = 0
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at)
    // Each half of a surrogate pair stands for two of its four bytes.
    if (unit < 0x80) bytes += 1
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
  }
  return bytes
}

function tooLarge(message: string): ProviderError {
  return new ProviderError('event-too-large', message)
}
