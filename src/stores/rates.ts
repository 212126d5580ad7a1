// All rates of an embedded store by their name and window.

import type { RateClaim } from '../core/store.js'
import type { HeldRate, StatePart } from './change.js'
import { bucketAt, RateLog } from './rate-log.js'

/** The rates of a store. One that is asked for with another window is another rate. */
export class Rates {
  readonly #logs = new Map<string, { readonly key: string; readonly log: RateLog }>()
  #cursor = this.#logs.entries()

  /** The rate with the longest wait, where one must wait. */
  longestWait(
    rates: readonly RateClaim[],
    at: number,
  ): { readonly rate: number; readonly retryAfterMs: number } | undefined {
    let longest: { readonly rate: number; readonly retryAfterMs: number } | undefined
    for (const [index, { key, windowMs, limit, amount }] of rates.entries()) {
      const log = this.#logs.get(nameOf(key, windowMs))?.log ?? new RateLog(windowMs)
      const retryAfterMs = log.waitFor(amount, limit, at)
      if (retryAfterMs > (longest?.retryAfterMs ?? 0)) longest = { rate: index, retryAfterMs }
    }
    return longest
  }

  /** Where an amount that begins now will count. */
  place({ key, windowMs, amount }: RateClaim, at: number): HeldRate {
    return { key, windowMs, bucket: bucketAt(windowMs, at), amount }
  }

  /** Adds where it was placed, or takes away where the amount is negative. */
  add({ key, windowMs, bucket, amount }: HeldRate, at: number): void {
    const name = nameOf(key, windowMs)
    const found = this.#logs.get(name)
    if (found !== undefined) found.log.add(bucket, amount, at)
    else if (amount > 0) {
      const log = new RateLog(windowMs)
      log.add(bucket, amount, at)
      if (!log.isEmpty(at)) this.#logs.set(name, { key, log })
    }
  }

  /** Looks at the next rate in turn, and forgets it where nothing of it counts any more. */
  tidy(at: number): void {
    const next = this.#cursor.next()
    if (next.done) this.#cursor = this.#logs.entries()
    else if (next.value[1].log.isEmpty(at)) this.#logs.delete(next.value[0])
  }

  *state(): Generator<StatePart> {
    for (const { key, log } of this.#logs.values()) {
      yield { kind: 'rate', key, windowMs: log.windowMs, buckets: log.buckets() }
    }
  }
}

function nameOf(key: string, windowMs: number): string {
  return `${windowMs} ${key}`
}
