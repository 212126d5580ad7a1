// The object that a caller iterates: hands out events one by one, and can be ended at any moment.

import { ByokError, isByokError } from '../core/errors.js'
import type { CompletionResponse } from '../core/response.js'
import type { StreamEvent } from '../core/stream-event.js'
import { abortedBy, type RequestContext } from './context.js'
import { run } from './run.js'

/** How a stream has ended. */
type Ending = { readonly error: ByokError } | { readonly response: CompletionResponse } | 'left'

/**
 * The stream of one request. Nothing is checked or sent before the first `next()` or `response()`. Events are taken from
 * the pipeline one network read at a time, and the next read waits until the last has been handed out. Leaving the loop
 * (`break`, `return()`, an error in its body), `abort()` and the caller's signal all close the connection at once, also
 * while a read is under way, which a plain generator cannot do.
 */
export class CompletionStream implements AsyncGenerator<StreamEvent, void, void> {
  readonly #open: () => RequestContext
  #context: RequestContext | undefined
  #events: AsyncGenerator<StreamEvent[], void> | undefined
  #queue: StreamEvent[] = []
  #next = 0
  #pull: Promise<void> | undefined
  #isReading = false
  #ending: Ending | undefined
  #isThrown = false
  #abort: ByokError | undefined
  #response: Promise<CompletionResponse> | undefined

  /** `open` checks the request and prepares it; what it throws is thrown by the first `next()`. */
  constructor(open: () => RequestContext) {
    this.#open = open
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next event. Throws the error of a stream that failed, once; after that it is done. */
  async next(): Promise<IteratorResult<StreamEvent, void>> {
    for (;;) {
      if (this.#context?.interruption === undefined) {
        const event = this.#queue[this.#next]
        if (event !== undefined) {
          this.#next += 1
          return { done: false, value: event }
        }
      }
      if (this.#ending !== undefined) return this.#ended(this.#ending)
      await (this.#pull ?? this.#startPull())
    }
  }

  /** Leaves the stream: closes the connection, settles what it cost, and throws nothing. */
  async return(): Promise<IteratorResult<StreamEvent, void>> {
    this.#isThrown = true // leaving throws nothing, neither here nor in a `next()` that still waits
    if (this.#ending === undefined) {
      this.#context?.interrupt(abortedBy(new DOMException('The consumer left the stream.', 'AbortError')))
      await this.#pull
      await this.#events?.return().catch(() => undefined) // what it still throws concerns nobody any more
      this.#ending ??= 'left'
      this.#context?.stop()
    }
    this.#queue = []
    return { done: true, value: undefined }
  }

  /** Leaves the stream with an error of the consumer's own. */
  async throw(error: unknown): Promise<IteratorResult<StreamEvent, void>> {
    await this.return()
    throw error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** Ends the stream: what waits for its next event gets an `aborted` error, with the reason as its cause. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.#ending !== undefined) return
    const error = abortedBy(reason)
    this.#abort ??= error
    this.#context?.interrupt(error)
  }

  /**
   * The whole response. It drives the stream where nobody iterates; the events stay there for who begins to iterate
   * later. Safe to ignore: a failure that nobody awaits is no unhandled rejection.
   */
  response(): Promise<CompletionResponse> {
    if (this.#response === undefined) {
      this.#response = this.#drive()
      this.#response.catch(() => undefined)
    }
    return this.#response
  }

  async #drive(): Promise<CompletionResponse> {
    while (this.#ending === undefined) {
      // A consumer that iterates has started its own read by then, and this only looks on.
      await Promise.resolve()
      await (this.#pull ?? (this.#ending === undefined ? this.#startPull() : undefined))
    }
    const ending = this.#ending
    if (ending === 'left') throw abortedBy(new DOMException('The consumer left the stream.', 'AbortError'))
    if ('error' in ending) throw ending.error
    return ending.response
  }

  #startPull(): Promise<void> {
    this.#isReading = true
    const pull = this.#read().finally(() => {
      this.#isReading = false
      this.#pull = undefined
    })
    this.#pull = pull
    return pull
  }

  /** One network read. Never rejects: what goes wrong is the ending. */
  async #read(): Promise<void> {
    try {
      this.#events ??= this.#begin()
      const read = await this.#events.next()
      if (read.done) {
        this.#ending ??= 'left'
        return
      }
      // Handed-out events are let go of, so that a long stream does not pile up.
      if (this.#next === this.#queue.length) {
        this.#queue = read.value
        this.#next = 0
      } else {
        this.#queue.push(...read.value)
      }
      const last = read.value.at(-1)
      if (last?.type === 'done') {
        this.#ending = { response: last.response }
        await this.#events.return()
      }
    } catch (thrown) {
      const error = isByokError(thrown)
        ? thrown
        : new ByokError('internal', 'Something unforeseen failed.', { cause: thrown })
      this.#ending ??= { error }
    }
  }

  #begin(): AsyncGenerator<StreamEvent[], void> {
    const context = this.#open()
    this.#context = context
    if (this.#abort !== undefined) context.interrupt(this.#abort)
    // A limit that is reached while the consumer is busy elsewhere must close the connection all the same.
    context.onInterrupt(() => {
      if (!this.#isReading && this.#ending === undefined) void this.#startPull()
    })
    return run(context)
  }

  #ended(ending: Ending): IteratorResult<StreamEvent, void> {
    if (ending !== 'left' && 'error' in ending && !this.#isThrown) {
      this.#isThrown = true
      throw ending.error
    }
    return { done: true, value: undefined }
  }
}
