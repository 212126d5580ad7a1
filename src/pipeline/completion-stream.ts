// The object that a caller iterates: hands out events one by one, and can be ended at any moment.

import type { CompletionStream } from '../core/completion-stream.js'
import { asByokError, type ByokError } from '../core/errors.js'
import type { CompletionResponse } from '../core/response.js'
import type { StreamEvent } from '../core/stream-event.js'
import { abortedBy, type RequestContext } from './context.js'
import { EventQueue } from './event-queue.js'

/** Begins a request whose events go to `queue`, and tells its context before anything else happens. */
export type StreamBeginning = (
  queue: EventQueue,
  prepared: (context: RequestContext) => void,
) => Promise<CompletionResponse>

/** How a stream has ended. */
type Ending = { readonly error: ByokError } | { readonly response: CompletionResponse }

/** Somebody who waits for the next event. */
interface Reader {
  readonly resolve: (result: IteratorResult<StreamEvent, void>) => void
  readonly reject: (error: ByokError) => void
}

/**
 * The stream of one request. Nothing is checked or sent before the first `next()` or `response()`. The pipeline reads
 * once from the network, and again when what that brought has been handed out. Leaving the loop (`break`, `return()`,
 * an error in its body), `abort()` and the caller's signal all close the connection at once, also while a read is under
 * way, which a plain generator cannot do.
 */
export class RequestStream implements CompletionStream {
  readonly #begin: StreamBeginning
  readonly #queue = new EventQueue(() => this.#serve())
  /** Who waits for an event, in the order in which they came. */
  readonly #readers: Reader[] = []
  #context: RequestContext | undefined
  #running: Promise<void> | undefined
  #ending: Ending | undefined
  /** The caller has left, or has been thrown the error: nothing more is handed out. */
  #isLeft = false
  #abort: ByokError | undefined
  #response: Promise<CompletionResponse> | undefined
  /** Somebody waits for the response, so that what nobody takes is read all the same. */
  #isDriven = false

  /** `begin` checks the request, prepares it and runs it; what it throws is thrown by the first `next()`. */
  constructor(begin: StreamBeginning) {
    this.#begin = begin
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<StreamEvent, void>> {
    const value = this.#readers.length === 0 ? this.#take() : undefined
    if (value !== undefined) return Promise.resolve({ done: false, value })
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
      if (this.#readers.length === 1) this.#serve()
    })
  }

  async return(): Promise<IteratorResult<StreamEvent, void>> {
    this.#isLeft = true
    this.#leave()
    this.#queue.clear()
    await this.#running
    this.#ending ??= { error: this.#abort ?? abortedBy(undefined) }
    return { done: true, value: undefined }
  }

  async throw(error: unknown): Promise<IteratorResult<StreamEvent, void>> {
    await this.return()
    throw error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.#interrupt(abortedBy(reason))
  }

  response(): Promise<CompletionResponse> {
    if (this.#response === undefined) {
      this.#response = this.#drive()
      this.#response.catch(() => undefined)
    }
    return this.#response
  }

  async #drive(): Promise<CompletionResponse> {
    await Promise.resolve() // a consumer that iterates has asked for its first event by then
    this.#isDriven = true
    if (this.#ending === undefined) this.#more()
    await this.#running
    return this.#outcome()
  }

  #outcome(): CompletionResponse {
    if (this.#ending === undefined) throw abortedBy(undefined)
    if ('error' in this.#ending) throw this.#ending.error
    return this.#ending.response
  }

  #leave(): void {
    const message = 'The consumer left the stream.'
    this.#interrupt(abortedBy(new DOMException(message, 'AbortError'), message))
  }

  #interrupt(error: ByokError): void {
    if (this.#ending !== undefined) return
    this.#abort ??= error
    this.#context?.interrupt(this.#abort)
  }

  /** Gives those who wait what there is, in the order in which they came, and asks for more where that is not enough. */
  #serve(): void {
    while (this.#readers.length > 0) {
      const value = this.#take()
      if (value === undefined && this.#ending === undefined && !this.#isLeft) break
      const reader = this.#readers.shift()
      if (reader === undefined) break
      if (value !== undefined) reader.resolve({ done: false, value })
      else this.#end(reader)
    }
    if (this.#ending === undefined && (this.#readers.length > 0 || this.#isDriven)) this.#more()
  }

  /** The next event, unless the caller has left, or has ended the stream and is owed no more than its error. */
  #take(): StreamEvent | undefined {
    if (this.#isLeft || (this.#context?.interruption !== undefined && !this.#hasResponse())) return undefined
    return this.#queue.take()
  }

  /** The error is thrown once. */
  #end(reader: Reader): void {
    const error =
      !this.#isLeft && this.#ending !== undefined && 'error' in this.#ending ? this.#ending.error : undefined
    this.#isLeft = true
    if (error === undefined) reader.resolve({ done: true, value: undefined })
    else reader.reject(error)
  }

  /** Asks the pipeline for more, and begins where it has not begun. */
  #more(): void {
    this.#running ??= Promise.resolve().then(() => this.#run()) // what it calls may come back here at once
    this.#queue.more()
  }

  /** Never rejects: what goes wrong is the ending. */
  async #run(): Promise<void> {
    try {
      const response = await this.#begin(this.#queue, (context) => {
        this.#context = context
        if (this.#abort !== undefined) context.interrupt(this.#abort)
        // What is interrupted while the consumer is busy elsewhere must close its connection all the same.
        context.onInterrupt(() => this.#queue.letGo())
      })
      this.#ending = { response }
      void this.#queue.put([{ type: 'done', response }]) // nothing waits to go on behind the last event
    } catch (thrown) {
      this.#ending = { error: asByokError(thrown) }
    } finally {
      this.#queue.close()
    }
  }

  #hasResponse(): boolean {
    return this.#ending !== undefined && 'response' in this.#ending
  }
}

/** Does the work now, and gives or throws what came of it when it is asked for. */
export function outcomeOf<Result>(work: () => Result): () => Result {
  try {
    const result = work()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
