// Whether, and after what wait, the same candidate is asked again.

import type { Clock } from '../core/clock.js'
import type { ByokError } from '../core/errors.js'

/** How often and how soon a request is sent again. Milliseconds. */
export interface RetryOptions {
  /** Retries of one request, over all its candidates; a move to another candidate is none. @default 2 */
  readonly maxRetries: number
  /** The first wait after a passing failure, before it is doubled. @default 250 */
  readonly baseMs: number
  /** The first wait after "too many requests" or "overloaded". @default 1,000 */
  readonly throttleBaseMs: number
  /** The longest wait that we choose ourselves. @default 20,000 */
  readonly maxMs: number
  /** The longest wait that a provider may ask for; for a longer one nobody waits. @default 60,000 */
  readonly maxRetryAfterMs: number
}

/**
 * The wait before retry number `retries` (from 0), in milliseconds; `undefined` where the provider asks for a longer one
 * than anybody would wait. Full jitter under a doubling cap, so that callers who failed together do not return together
 * (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015); the provider's own wish is the floor.
 */
export function retryDelay(
  error: ByokError,
  kind: 'transient' | 'throttle',
  retries: number,
  options: RetryOptions,
  clock: Clock,
): number | undefined {
  const { baseMs, throttleBaseMs, maxMs, maxRetryAfterMs } = options
  const wishMs = error.retryAfterMs ?? 0
  if (wishMs > maxRetryAfterMs) return undefined
  const firstMs = kind === 'throttle' ? throttleBaseMs : baseMs
  const capMs = Math.min(maxMs, firstMs * 2 ** Math.min(retries, 100)) // 0 times Infinity would be no number
  return Math.max(wishMs, clock.random() * capMs)
}
