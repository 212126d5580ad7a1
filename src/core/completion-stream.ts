// What a caller of `streamCompletion` holds: the events of one request, and the means to end it.

import type { CompletionResponse } from './response.js'
import type { StreamEvent } from './stream-event.js'

/**
 * The stream of one request. Iterate it with `for await`, or wait for its `response()`; leaving the loop, `abort()` and
 * the caller's signal close the connection at once.
 */
export interface CompletionStream extends AsyncGenerator<StreamEvent, void, void> {
  /** The next event, `done` last. Throws the error of a stream that failed, once; after that it is done. */
  next(): Promise<IteratorResult<StreamEvent, void>>

  /** Leaves the stream: closes the connection, settles what it cost, and throws nothing. */
  return(): Promise<IteratorResult<StreamEvent, void>>

  /** Leaves the stream, and throws this error of the consumer's own. */
  throw(error: unknown): Promise<IteratorResult<StreamEvent, void>>

  /** The stream itself: one stream has one reader. */
  [Symbol.asyncIterator](): CompletionStream

  /** Leaves the stream, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>

  /** Ends the stream: what waits for its next event gets an `aborted` error, with the reason as its cause. */
  abort(reason?: unknown): void

  /**
   * The whole response. It drives the stream where nobody iterates; the events stay there for who begins to iterate
   * later. Beside a consumer who iterates slowly it reads ahead: who wants the provider to wait takes the response from
   * `done`. Safe to ignore: a failure that nobody awaits is no unhandled rejection.
   */
  response(): Promise<CompletionResponse>
}
