// Reads the body of an answer, and lets go of its connection the right way.

import type { Clock } from '../core/clock.js'
import { ProviderError } from '../core/errors.js'

/** How long a finished answer's connection may take to close its body before it is cut instead of being used again. */
const drainMs = 100

const ended = {}

/** What one read of a body brought; without a value at its end. */
export interface BodyPiece {
  readonly value?: Uint8Array | undefined
}

/** Reads a body piece by piece. Always end with `finish()` or `cancel()`. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #isLeft = false

  constructor(response: Response) {
    this.#reader = response.body?.getReader()
  }

  /** The next piece; without a value at the end of the body. */
  read(): Promise<BodyPiece> {
    if (this.#reader === undefined || this.#isLeft) return Promise.resolve(ended)
    return this.#reader.read()
  }

  /**
   * The answer is complete, though its body may not have ended. What is left is awaited for a moment in the background,
   * so that the connection can be used again; a body that stays open is closed.
   */
  finish(clock: Clock): void {
    if (this.#isLeft) return
    const cancelTimer = clock.timer(drainMs, () => this.cancel())
    this.#drain().then(cancelTimer, cancelTimer)
  }

  /** Closes the connection at once. */
  cancel(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#reader?.cancel().catch(() => undefined) // it may be broken already, which is just as closed
  }

  async #drain(): Promise<void> {
    let bytes = 0
    while (bytes < 64 * 1024) {
      const { value } = await this.read()
      if (value === undefined) return
      bytes += value.byteLength
    }
    this.cancel()
  }
}

/**
 * The whole body as text. A body over `maxBytes` is cut there, or throws `event-too-large`; either way the rest is not
 * read. Counted after decompression, so that a small bomb is stopped too.
 */
export async function readText(
  response: Response,
  maxBytes: number,
  tooLong: 'cut' | 'throw',
): Promise<string> {
  const body = new BodyReader(response)
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for (
      let { value: piece } = await body.read();
      piece !== undefined;
      { value: piece } = await body.read()
    ) {
      bytes += piece.byteLength
      if (bytes > maxBytes) {
        if (tooLong === 'cut')
          return text + decoder.decode(piece.subarray(0, piece.byteLength - (bytes - maxBytes)))
        throw new ProviderError('event-too-large', `The answer is longer than ${maxBytes} bytes.`)
      }
      text += decoder.decode(piece, { stream: true })
    }
    return text + decoder.decode()
  } finally {
    body.cancel()
  }
}
