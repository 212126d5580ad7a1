// How well each model has done lately.

import type { Clock } from '../core/clock.js'

/** How far back calls count. */
const windowMs = 300_000

/** Enough for a 99th percentile that means something, and no more to keep. */
const mostSamples = 512

/** More models than anyone uses; the one that was asked longest ago is forgotten first. */
const mostNames = 10_000

/** A mean latency from which nothing is left of that part of the score. */
const slowMs = 5_000

/** What a model did in the last five minutes, in its last 512 calls at most. */
export interface ModelHealth {
  readonly calls: number
  /** 0 to 1; `null` without calls. */
  readonly successRate: number | null
  /** Of successful calls, in milliseconds; `null` without any. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null
  /** 0.7 × success rate + 0.3 × max(0, 1 − mean latency of successes / 5 s); without success 0, without calls 1. */
  readonly score: number
}

interface Sample {
  readonly at: number
  readonly isSuccess: boolean
  readonly durationMs: number
}

/** Samples by name. */
export class HealthRecord {
  readonly #clock: Clock
  readonly #samples = new Map<string, Sample[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A call has ended, in a way that says something about the model. */
  note(name: string, isSuccess: boolean, durationMs: number): void {
    const samples = this.#samples.get(name) ?? []
    this.#samples.delete(name)
    this.#samples.set(name, samples)
    samples.push({ at: this.#clock.now(), isSuccess, durationMs })
    if (samples.length > mostSamples) samples.shift()
    const oldest = this.#samples.keys().next()
    if (this.#samples.size > mostNames && !oldest.done) this.#samples.delete(oldest.value)
  }

  of(name: string): ModelHealth {
    const since = this.#clock.now() - windowMs
    const samples = (this.#samples.get(name) ?? []).filter((sample) => sample.at > since)
    const durations = samples
      .filter((sample) => sample.isSuccess)
      .map((sample) => sample.durationMs)
      .sort((left, right) => left - right)
    if (samples.length === 0) return { calls: 0, successRate: null, latencyMs: null, score: 1 }
    const successRate = durations.length / samples.length
    if (durations.length === 0) return { calls: samples.length, successRate, latencyMs: null, score: 0 }
    const totalMs = durations.reduce((sum, duration) => sum + duration, 0)
    return {
      calls: samples.length,
      successRate,
      latencyMs: {
        p50: percentile(durations, 0.5),
        p95: percentile(durations, 0.95),
        p99: percentile(durations, 0.99),
      },
      score: scored(samples.length, durations.length, totalMs),
    }
  }

  /** The score alone, without the percentiles that take sorting. */
  scoreOf(name: string): number {
    const samples = this.#samples.get(name)
    if (samples === undefined) return 1
    const since = this.#clock.now() - windowMs
    let [calls, successes, totalMs] = [0, 0, 0]
    for (const { at, isSuccess, durationMs } of samples) {
      if (at <= since) continue
      calls += 1
      if (!isSuccess) continue
      successes += 1
      totalMs += durationMs
    }
    return scored(calls, successes, totalMs)
  }

  /** The names that have been heard of. */
  names(): readonly string[] {
    return [...this.#samples.keys()]
  }
}

function scored(calls: number, successes: number, totalMs: number): number {
  if (calls === 0) return 1
  if (successes === 0) return 0
  return 0.7 * (successes / calls) + 0.3 * Math.max(0, 1 - totalMs / successes / slowMs)
}

/** Nearest rank: the smallest value that the share of all values does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
