// The sums over usage records: exact in nano-dollars, and plain about what is not known.

import type { Usage } from '../core/usage.js'
import type { UsageRecord } from '../core/usage-record.js'
import { Durations, type Percentiles } from './durations.js'

/** What a number of attempts came to. */
export interface UsageFigures {
  /** Attempts, whatever became of them. */
  readonly calls: number
  /** Attempts whose outcome is `failure`. */
  readonly failures: number
  /** Tokens by bucket; a bucket that no record has is absent. */
  readonly usage: Usage
  /** Attempts whose tokens were estimated, not reported. */
  readonly estimatedCalls: number
  /** US dollars; `null` where the price of one of the attempts is unknown. */
  readonly usd: number | null
  /** The part of it that is known. */
  readonly knownUsd: number
  /** Attempts whose price is unknown. */
  readonly unknownPriceCalls: number
  /** What is known to have been saved, in US dollars; `null` where nothing is known. */
  readonly savingsUsd: number | null
  /** Of attempts that ended well, in milliseconds; `null` without any. */
  readonly latencyMs: Percentiles | null
  /** From the start of an attempt to its first output, in milliseconds; `null` where none had any. */
  readonly firstDeltaMs: Percentiles | null
  /** Attempts that took over from another model. */
  readonly failovers: number
}

const buckets = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
] as const satisfies readonly (keyof Usage)[]

/** Adds up records, one after another. */
export class UsageSum {
  #calls = 0
  #failures = 0
  #estimatedCalls = 0
  #unknownPriceCalls = 0
  #failovers = 0
  #cost = 0n
  #savings: bigint | undefined
  readonly #usage = new Map<keyof Usage, bigint>()
  readonly #latency = new Durations()
  readonly #firstDelta = new Durations()

  /** Counts a record. Amounts that are no whole numbers from 0 are taken for unknown. */
  add(record: UsageRecord): void {
    this.#calls += 1
    if (record.outcome === 'failure') this.#failures += 1
    if (record.usageEstimated === true) this.#estimatedCalls += 1
    if (record.failoverFrom !== undefined) this.#failovers += 1
    if (isWhole(record.cost)) this.#cost += BigInt(record.cost)
    else this.#unknownPriceCalls += 1
    if (isWhole(record.savings)) this.#savings = (this.#savings ?? 0n) + BigInt(record.savings)
    for (const bucket of buckets) {
      const tokens = record.usage?.[bucket]
      if (isWhole(tokens)) this.#usage.set(bucket, (this.#usage.get(bucket) ?? 0n) + BigInt(tokens))
    }
    if (record.outcome === 'success') this.#latency.add(record.durationMs)
    if (record.firstDeltaMs !== undefined) this.#firstDelta.add(record.firstDeltaMs)
  }

  /** The part of the cost that is known, in nano-dollars. */
  get knownCost(): bigint {
    return this.#cost
  }

  /** The sums so far. */
  figures(): UsageFigures {
    const knownUsd = nanosToUsd(this.#cost)
    return {
      calls: this.#calls,
      failures: this.#failures,
      usage: Object.fromEntries([...this.#usage].map(([bucket, tokens]) => [bucket, Number(tokens)])),
      estimatedCalls: this.#estimatedCalls,
      usd: this.#unknownPriceCalls > 0 ? null : knownUsd,
      knownUsd,
      unknownPriceCalls: this.#unknownPriceCalls,
      savingsUsd: this.#savings === undefined ? null : nanosToUsd(this.#savings),
      latencyMs: this.#latency.percentiles(),
      firstDeltaMs: this.#firstDelta.percentiles(),
      failovers: this.#failovers,
    }
  }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** The number nearest to the amount: a sum may be larger than what numbers can hold to the nano-dollar. */
function nanosToUsd(nanos: bigint): number {
  const digits = String(nanos).padStart(10, '0')
  return Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`)
}
