// Ends a wait at once, from outside, whether or not what is waited for ever comes.

import type { ByokError } from '../core/errors.js'

/**
 * A wait that can be cut short. An adapter that ignores its signal, or a read that hangs, holds nobody up. One promise a
 * wait and nothing that stays behind on a long-lived signal.
 */
export class Interruption {
  #error: ByokError | undefined
  #fail: ((error: ByokError) => void) | undefined

  get error(): ByokError | undefined {
    return this.#error
  }

  /** Ends the wait that is under way, and every later one. The first error counts. */
  interrupt(error: ByokError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#fail?.(error)
  }

  /** The promise's own result, or the interruption, whichever comes first. */
  guard<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return this.guardWith(promise, asItIs, thrown)
  }

  /** The same, with what is to be made of the value or the error: without a promise of its own for that. */
  guardWith<Value, Result>(
    promise: PromiseLike<Value>,
    onValue: (value: Value) => Result,
    onError: (error: unknown) => Result,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      let isOver = false
      const fail = (error: unknown): void => {
        if (isOver) return
        isOver = true
        try {
          resolve(onError(error))
        } catch (failure) {
          reject(failure)
        }
      }
      const succeed = (value: Value): void => {
        if (isOver) return
        try {
          resolve(onValue(value))
          isOver = true
        } catch (failure) {
          fail(failure)
        }
      }
      promise.then(succeed, fail)
      if (this.#error === undefined) this.#fail = fail
      else fail(this.#error)
    })
  }
}

function asItIs<Value>(value: Value): Value {
  return value
}

function thrown(error: unknown): never {
  throw error
}
