// Percentiles of durations: exact as long as there are few, from a histogram of bounded size beyond that.

/** The bounds of the latency buckets that telemetry counts in, in seconds. */
export const latencyBucketsSeconds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120] as const

/** Up to so many durations percentiles are exact: all that an embedded store keeps in memory. */
const mostExact = 50_000

/** Beyond that, durations count in buckets whose bounds differ by this factor: the middle is wrong by 1 % at most. */
const bucketFactor = 1.02

/** What is shorter counts there as a microsecond, what is longer as a hundred days. In milliseconds. */
const shortestMs = 0.001
const longestMs = 8_640_000_000

/** Three percentiles, in milliseconds, by nearest rank. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Takes durations, and tells their percentiles. Bounded: at most 1,600 buckets once there are more than 50,000. */
export class Durations {
  #exact: number[] | undefined = []
  readonly #buckets = new Map<number, number>()
  #count = 0

  /** A duration in milliseconds. What is no duration (negative, or not finite) is left out. */
  add(durationMs: number): void {
    if (!Number.isFinite(durationMs) || durationMs < 0) return
    this.#count += 1
    if (this.#exact === undefined) {
      this.#countIn(durationMs)
      return
    }
    this.#exact.push(durationMs)
    if (this.#exact.length <= mostExact) return
    for (const duration of this.#exact) this.#countIn(duration)
    this.#exact = undefined
  }

  /** `null` without any duration. Exact up to 50,000 durations; beyond that, off by 1 % at most. */
  percentiles(): Percentiles | null {
    if (this.#count === 0) return null
    const at = this.#exact === undefined ? this.#fromBuckets() : fromSorted(this.#exact)
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  }

  #countIn(durationMs: number): void {
    const bounded = Math.min(Math.max(durationMs, shortestMs), longestMs)
    const bucket = Math.floor(Math.log(bounded) / Math.log(bucketFactor))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  #fromBuckets(): (share: number) => number {
    const buckets = [...this.#buckets].sort(([left], [right]) => left - right)
    return (share) => {
      let left = rankOf(share, this.#count)
      for (const [bucket, count] of buckets) {
        left -= count
        if (left <= 0) return bucketFactor ** (bucket + 0.5)
      }
      return longestMs
    }
  }
}

function fromSorted(durations: readonly number[]): (share: number) => number {
  const sorted = [...durations].sort((left, right) => left - right)
  return (share) => sorted[rankOf(share, sorted.length) - 1] ?? 0
}

/** Nearest rank: the place of the smallest value that the share of all values does not exceed. */
function rankOf(share: number, count: number): number {
  return Math.max(1, Math.ceil(share * count))
}
