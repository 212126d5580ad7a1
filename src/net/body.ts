// Reads the body of an answer, and lets go of its connection the right way.

import type { Clock } from '../core/clock.js'
import { ProviderError } from '../core/errors.js'

/** How long a finished answer's connection may take to close its body before it is cut instead of being used again. */
const drainMs = 100

/** The most that may still come behind a finished answer before its connection is cut. */
const drainBytes = 64 * 1024

/** How long the body of an error is waited for at the most: its status says most of it. */
export const errorBodyMs = 2_000

/** The most of an error body that is read. */
const errorBodyBytes = 64 * 1024

const ended = {}

/** What one read of a body brought; without a value at its end. */
export interface BodyPiece {
  readonly value?: Uint8Array | undefined
}

/** Reads a body piece by piece. Always end with `finish()` or `cancel()`. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #isLeft = false

  /** A body that the transport has read already is as good as none. */
  constructor(response: Response) {
    this.#reader = response.body?.locked ? undefined : response.body?.getReader()
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
    while (bytes < drainBytes) {
      const { value } = await this.read()
      if (value === undefined) return
      bytes += value.byteLength
    }
    this.cancel()
  }
}

/** What could be read of a body: all of it, or what had come until something kept the rest away. */
export type BodyText =
  | { readonly isWhole: true; readonly text: string }
  | { readonly isWhole: false; readonly text: string; readonly failure: unknown }

/**
 * Reads what is left of a body as text; `first` is a piece that was read before. A body over `maxBytes` fails with
 * `event-too-large`, and its rest is not read. Counted after decompression, so that a small bomb is stopped too.
 */
export async function readText(body: BodyReader, maxBytes: number, first?: Uint8Array): Promise<BodyText> {
  const decoder = new TextDecoder()
  let text = ''
  let room = maxBytes
  try {
    for (
      let piece = first ?? (await body.read()).value;
      piece !== undefined;
      piece = (await body.read()).value
    ) {
      if (piece.byteLength > room) {
        text += decoder.decode(piece.subarray(0, room))
        const message = `The answer is longer than ${maxBytes} bytes.`
        return { isWhole: false, text, failure: new ProviderError('event-too-large', message) }
      }
      room -= piece.byteLength
      text += decoder.decode(piece, { stream: true })
    }
    return { isWhole: true, text: text + decoder.decode() }
  } catch (failure) {
    return { isWhole: false, text, failure }
  } finally {
    body.cancel()
  }
}

/** What comes of an error body, or of a page: cut at a size, after a time, and where it breaks off. Never throws. */
export async function readErrorText(
  body: BodyReader,
  clock: Clock,
  limits: { readonly first?: Uint8Array | undefined; readonly waitMs?: number | undefined } = {},
): Promise<string> {
  const { first, waitMs = errorBodyMs } = limits
  let isLate = false
  const cancelTimer = clock.timer(Math.min(errorBodyMs, waitMs), () => {
    isLate = true
    body.cancel()
  })
  const { text, isWhole } = await readText(body, errorBodyBytes, first)
  cancelTimer()
  return isWhole && !isLate ? text : withoutLastWord(text)
}

/** Behind a cut, half a key could not be recognised any more, and so not be hidden. */
function withoutLastWord(text: string): string {
  let end = text.length
  while (end > 0 && !/[\s"'<>(){}[\],;]/.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
