// How much has begun lately under one rate, kept in as many buckets of time as a window needs, however much that is.

/** How finely time is divided. An amount counts up to this part of a window longer than it must. */
const bucketsPerWindow = 60

/** The bucket that a moment falls in. */
export function bucketAt(windowMs: number, at: number): number {
  return Math.floor(at / bucketMsOf(windowMs))
}

/**
 * The amounts of one rate. An amount counts until the whole bucket in which it fell has left the window, so that within no
 * stretch of `windowMs` more is let through than the limit. Time must not run backwards.
 */
export class RateLog {
  readonly windowMs: number
  readonly #bucketMs: number
  /** By rising number; the numbers are whole multiples of the bucket's length since 1970. */
  readonly #buckets: { readonly number: number; amount: number }[] = []
  #sum = 0

  constructor(windowMs: number) {
    this.windowMs = windowMs
    this.#bucketMs = bucketMsOf(windowMs)
  }

  /** How long it takes until `amount` fits: 0 where it fits now, Infinity where it never does. */
  waitFor(amount: number, limit: number, at: number): number {
    if (amount > limit) return Number.POSITIVE_INFINITY
    this.#forget(at)
    let rest = this.#sum
    for (const bucket of this.#buckets) {
      if (rest + amount <= limit) break
      rest -= bucket.amount
      if (rest + amount <= limit) return this.#endOf(bucket.number) - at
    }
    return 0
  }

  /** Adds to a bucket, or takes away where the amount is negative. What has left the window stays as it was. */
  add(bucketNumber: number, amount: number, at: number): void {
    this.#forget(at)
    if (this.#endOf(bucketNumber) <= at) return
    const index = this.#buckets.findLastIndex(({ number }) => number <= bucketNumber)
    const found = this.#buckets[index]
    if (found?.number === bucketNumber) {
      const before = found.amount
      found.amount = Math.max(0, before + amount)
      this.#sum += found.amount - before
    } else if (amount > 0) {
      this.#buckets.splice(index + 1, 0, { number: bucketNumber, amount })
      this.#sum += amount
    }
  }

  isEmpty(at: number): boolean {
    this.#forget(at)
    return this.#sum === 0
  }

  /** What counts still, to be written down. */
  buckets(): [bucket: number, amount: number][] {
    return this.#buckets.map(({ number, amount }) => [number, amount])
  }

  #endOf(bucketNumber: number): number {
    return (bucketNumber + 1) * this.#bucketMs + this.windowMs
  }

  #forget(at: number): void {
    while (this.#buckets[0] !== undefined && this.#endOf(this.#buckets[0].number) <= at) {
      this.#sum -= this.#buckets.shift()?.amount ?? 0
    }
  }
}

function bucketMsOf(windowMs: number): number {
  return Math.ceil(windowMs / bucketsPerWindow)
}
