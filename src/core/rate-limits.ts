// What a provider says of how much it lets through.

/** One of a provider's limits, as it told it. What it did not tell is absent. */
export interface RateLimit {
  /** So much is let through in its window; whole, from 1. */
  readonly limit?: number
  /** So much of that is left; whole, from 0. Means something only together with `resetMs`. */
  readonly remaining?: number
  /** Milliseconds until all of it is there again. */
  readonly resetMs?: number
}

/** The limits on calls and on tokens. */
export interface RateLimits {
  readonly requests?: RateLimit
  readonly tokens?: RateLimit
}
