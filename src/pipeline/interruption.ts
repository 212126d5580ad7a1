// Ends a wait at once, from outside, whether or not what is waited for ever comes.

import type { ByokError } from '../core/errors.js'

/** A wait that can be cut short: one at a time. Nothing stays behind on what was waited for. */
export class Interruption {
  #error: ByokError | undefined
  #reject: ((error: ByokError) => void) | undefined

  get error(): ByokError | undefined {
    return this.#error
  }

  /** Ends the wait that is under way, and every later one. The first error counts. */
  interrupt(error: ByokError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#reject?.(error)
  }

  /** The promise's own result, or the interruption, whichever comes first. */
  guard<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#reject = reject
      promise.then(resolve, reject)
      if (this.#error !== undefined) reject(this.#error)
    })
  }
}
