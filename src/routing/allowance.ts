// What one key has used of one model in the last minute, and how much it may use.

import type { RateLimit, RateLimits } from '../core/rate-limits.js'
import { isTokenCount } from '../core/usage.js'
import type { MinuteLimits } from './policy.js'

/** The window slides in steps of this. */
const stepMs = 1_000
const steps = 60

/** However late a provider says that it lets something through again: a day later it is tried once more. */
const longestResetMs = 86_400_000

/** More tokens than any call has, weighted: sums stay exact. */
const mostTokens = 1e12

/** What was used in the last 60 seconds, in a ring of seconds. */
class MinuteOfUse {
  requests = 0
  tokens = 0
  readonly #requests = new Uint32Array(steps)
  readonly #tokens = new Float64Array(steps)
  /** The second that was written last. */
  #second = Number.NEGATIVE_INFINITY

  add(requests: number, tokens: number, now: number): void {
    this.slideTo(now)
    const place = this.#second % steps
    this.#requests[place] = (this.#requests[place] ?? 0) + requests
    this.#tokens[place] = (this.#tokens[place] ?? 0) + tokens
    this.requests += requests
    this.tokens += tokens
  }

  /** Forgets what is older than the window. */
  slideTo(now: number): void {
    const second = Math.floor(now / stepMs)
    if (second <= this.#second) return
    if (second - this.#second >= steps) {
      this.#requests.fill(0)
      this.#tokens.fill(0)
      this.requests = 0
      this.tokens = 0
      this.#second = second
      return
    }
    while (this.#second < second) {
      this.#second += 1
      const place = this.#second % steps
      this.requests -= this.#requests[place] ?? 0
      this.tokens -= this.#tokens[place] ?? 0
      this.#requests[place] = 0
      this.#tokens[place] = 0
    }
  }
}

/** One limit as the provider has told it, and what was used since. */
class ToldLimit {
  #limit = Number.POSITIVE_INFINITY
  /** Of the limit, when it was told. */
  #used = 0
  #isSpent = false
  #until = Number.NEGATIVE_INFINITY
  #toldAt = Number.NEGATIVE_INFINITY
  #usedSince = 0

  get isKnown(): boolean {
    return this.#limit !== Number.POSITIVE_INFINITY || this.#isSpent
  }

  learn({ limit, remaining, resetMs }: RateLimit, now: number): void {
    if (isTokenCount(limit) && limit > 0) this.#limit = limit
    if (!isTokenCount(remaining) || resetMs === undefined || !(resetMs >= 0)) return
    this.#isSpent = remaining === 0
    this.#used = Math.max(0, this.#limit - remaining)
    this.#until = now + Math.min(resetMs, longestResetMs)
    this.#toldAt = now
    this.#usedSince = 0
  }

  /** A call that began before the provider told its limit is in what it told. */
  add(amount: number, begunAt: number): void {
    if (begunAt > this.#toldAt) this.#usedSince += amount
  }

  /** From 0 to 1 and beyond. `inWindow` is all that was used in the last minute. */
  fullness(inWindow: number, now: number): number {
    if (this.#toldAt === Number.NEGATIVE_INFINITY) return inWindow / this.#limit
    const isHolding = now < this.#until
    if (isHolding && this.#isSpent) return 1
    const used = (isHolding ? this.#used : 0) + Math.min(inWindow, this.#usedSince)
    return this.#limit === Number.POSITIVE_INFINITY ? 0 : used / this.#limit
  }
}

/**
 * What a key has used of a model, beside the limits of the app's settings and those that the provider tells. Where it
 * tells how much is left, that goes before our own count until it is all there again: others may use the same key, and
 * not every token counts with every provider (what is read from a cache often does not).
 */
export class Allowance {
  readonly #settings: MinuteLimits
  readonly #use = new MinuteOfUse()
  readonly #requests = new ToldLimit()
  readonly #tokens = new ToldLimit()
  #isLimited: boolean

  constructor(settings: MinuteLimits) {
    this.#settings = settings
    this.#isLimited = settings.requestsPerMinute !== undefined || settings.tokensPerMinute !== undefined
  }

  /** Counts what a call has used. `begunAt` is when it was sent. What is no amount counts as none. */
  note(requests: number, tokens: number, begunAt: number, now: number): void {
    const calls = amountOf(requests)
    const weighted = amountOf(tokens)
    this.#use.add(calls, weighted, now)
    this.#requests.add(calls, begunAt)
    this.#tokens.add(weighted, begunAt)
  }

  /** Takes what the provider tells. What it cannot mean is passed over. */
  learn(limits: RateLimits, now: number): void {
    // An adapter of somebody else's may hand over anything.
    this.#requests.learn(limits?.requests ?? {}, now)
    this.#tokens.learn(limits?.tokens ?? {}, now)
    this.#isLimited ||= this.#requests.isKnown || this.#tokens.isKnown
  }

  /** From 0 (used up) to 1 (untouched, or nobody knows a limit). */
  headroom(now: number): number {
    if (!this.#isLimited) return 1
    this.#use.slideTo(now)
    const { requests, tokens } = this.#use
    const { requestsPerMinute, tokensPerMinute } = this.#settings
    const fullest = Math.max(
      requestsPerMinute === undefined ? 0 : requests / requestsPerMinute,
      tokensPerMinute === undefined ? 0 : tokens / tokensPerMinute,
      this.#requests.fullness(requests, now),
      this.#tokens.fullness(tokens, now),
    )
    return Math.max(0, 1 - fullest)
  }

  get isLimited(): boolean {
    return this.#isLimited
  }
}

function amountOf(amount: number): number {
  return amount > 0 ? Math.min(Math.ceil(amount), mostTokens) : 0
}
