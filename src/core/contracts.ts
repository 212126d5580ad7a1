// The contracts that more than one floor speaks of.

import type { Clock } from './clock.js'
import type { Delta } from './delta.js'
import type { RateLimits } from './rate-limits.js'
import type { ChatRequest } from './request.js'
import type { Secret } from './secret.js'

/** One call of one model. */
export interface ProviderCall {
  /** The provider's own name for the model. */
  readonly model: string
  readonly request: ChatRequest
  /** Absent for a provider that takes none. */
  readonly key?: Secret
  /** Aborts when the caller leaves or a time limit is reached. Stop at once, and close the connection. */
  readonly signal: AbortSignal
  /** How long a connection may take to be established, in milliseconds. */
  readonly connectMs: number
  /**
   * Call it when the provider has answered with an error status and its words are still to be read. From then on no limit
   * on the first output holds, so that the error that you throw counts. Read for as many milliseconds as it says.
   */
  readonly onRefusal?: () => number
  /**
   * Call it when the provider has answered, whatever the status, with what it says of its rate limits: requests are then
   * routed around a key that has little left. An adapter may leave it out; without it only our own count is known.
   */
  readonly onRateLimits?: (limits: RateLimits) => void
}

/**
 * Translates between us and one provider, and does nothing else: it never retries, prices, logs, reads the environment
 * or remembers. It yields deltas, ends with `finish`, and throws a `ProviderError` only.
 */
export interface ProviderAdapter {
  readonly id: string
  /** Asks for a stream. Yield one delta at a time, or an array for each network read. */
  stream(call: ProviderCall): AsyncIterable<Delta | readonly Delta[]>
  /** The same request without streaming, as the deltas it amounts to. */
  complete?(call: ProviderCall): Promise<readonly Delta[]>
}

/** A request on its way to a provider. */
export interface TransportRequest {
  /** Below the base URL, with a leading slash: `/chat/completions`. */
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly key?: Secret
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** How long the connection may take to be established, in milliseconds. */
  readonly connectMs: number
}

/**
 * Carries a request to a provider and brings back the `Response`, whatever its status. It authenticates, follows no
 * redirect, never retries, and throws only when no response came.
 */
export interface Transport {
  send(request: TransportRequest): Promise<Response>
}

/** What an adapter of ours needs from its surroundings. */
export interface AdapterSurroundings {
  readonly clock: Clock
  readonly fetch: typeof globalThis.fetch
  /** What that fetch is to connect by, for a limit on how long it may take. Absent where the fetch is the app's own. */
  readonly agentFor?: (connectMs: number) => object | undefined
}
