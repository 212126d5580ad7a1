// What a call used, in buckets that do not overlap.

/**
 * Tokens by bucket. No token stands in two buckets, so a price is a plain sum; only `reasoning` is a *part of* `output`.
 * A bucket that the provider did not report is absent, never 0.
 */
export interface Usage {
  /** Prompt tokens at the full price: without those read from or written to a cache, without audio and images where counted apart. */
  readonly input?: number
  /** Prompt tokens read from the provider's cache. */
  readonly cacheRead?: number
  /** Prompt tokens written to the cache at its default lifetime (Anthropic: five minutes). */
  readonly cacheWrite?: number
  /** Prompt tokens written to the cache for one hour. */
  readonly cacheWrite1h?: number
  readonly audioInput?: number
  readonly imageInput?: number
  /** Generated tokens, reasoning included. */
  readonly output?: number
  /** The part of `output` that was reasoning. */
  readonly reasoning?: number
  readonly audioOutput?: number
  readonly imageOutput?: number
}

/** All prompt tokens, as OpenAI counts them (cache inside). */
export function promptTokens(usage: Usage): number {
  return (
    (usage.input ?? 0) +
    (usage.cacheRead ?? 0) +
    (usage.cacheWrite ?? 0) +
    (usage.cacheWrite1h ?? 0) +
    (usage.audioInput ?? 0) +
    (usage.imageInput ?? 0)
  )
}

/** All generated tokens, as OpenAI counts them (reasoning inside). */
export function completionTokens(usage: Usage): number {
  return (usage.output ?? 0) + (usage.audioOutput ?? 0) + (usage.imageOutput ?? 0)
}

/** True for a count that can be believed: a whole number from 0 that arithmetic does not round. */
export function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
