// Ends a wait at once, from outside, whether or not what is waited for ever comes.

import type { ByokError } from '../core/errors.js'

/**
 * A wait that can be cut short: one at a time. An adapter that ignores its signal, or a read that hangs, holds nobody up.
 * One promise a wait, no closure, and nothing that stays behind on a long-lived signal.
 */
export class Interruption {
  #error: ByokError | undefined
  /** The wait under way, in pieces: this is the path of every chunk. */
  #resolve: ((result: unknown) => void) | undefined
  #reject: ((error: unknown) => void) | undefined
  #onValue: (value: never) => unknown = asItIs
  #onError: (error: unknown) => unknown = thrown

  get error(): ByokError | undefined {
    return this.#error
  }

  /** Ends the wait that is under way, and every later one. The first error counts. */
  interrupt(error: ByokError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#fail(error)
  }

  /** The promise's own result, or the interruption, whichever comes first. */
  guard<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return this.guardWith<Value, Value>(promise, asItIs, thrown)
  }

  /** The same, with what is to be made of the value or the error: without a promise of its own for that. */
  guardWith<Value, Result>(
    promise: PromiseLike<Value>,
    onValue: (value: Value) => Result | PromiseLike<Result>,
    onError: (error: unknown) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#resolve = resolve as (result: unknown) => void // it gets what onValue and onError give
      this.#reject = reject
      this.#onValue = onValue
      this.#onError = onError
      promise.then(this.#succeed, this.#fail)
      if (this.#error !== undefined) this.#fail(this.#error)
    })
  }

  /** A promise that was given up finds no wait any more, and changes nothing. */
  readonly #succeed = (value: unknown): void => {
    const resolve = this.#resolve
    if (resolve === undefined) return
    // The wait is over before anybody hears of it: what they do then may begin the next one.
    this.#resolve = undefined
    const reject = this.#reject
    const onError = this.#onError
    try {
      resolve(this.#onValue(value as never)) // the value of the promise that onValue came with
    } catch (error) {
      settle(error, onError, resolve, reject)
    }
  }

  readonly #fail = (error: unknown): void => {
    const resolve = this.#resolve
    if (resolve === undefined) return
    this.#resolve = undefined
    settle(error, this.#onError, resolve, this.#reject)
  }
}

function settle(
  error: unknown,
  onError: (error: unknown) => unknown,
  resolve: (result: unknown) => void,
  reject: ((error: unknown) => void) | undefined,
): void {
  try {
    resolve(onError(error))
  } catch (failure) {
    reject?.(failure)
  }
}

function asItIs<Value>(value: Value): Value {
  return value
}

function thrown(error: unknown): never {
  throw error
}
