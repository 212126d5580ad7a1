// Who should answer: what a model is worth for a request, by its quality for the work and what it is expected to cost.

import type { TaskType } from '../core/level.js'
import type { Contender } from './contender.js'
import type { Needs } from './needs.js'
import { greatestFirst, medianOf } from './order.js'
import type { Preference } from './policy.js'

/** A contender with what is known of it for this request. */
export interface Rated {
  readonly contender: Contender
  /** Nano-dollars; NaN where the price is unknown. */
  readonly cost: number
  /** From 0 to 100, for this kind of work. */
  readonly quality: number
  /** More is better. */
  score: number
}

/** What else bears on the rank. */
export interface RankFactors {
  readonly prefer: Preference
  /** Which share of the median cost is the floor below which cheaper is no better. */
  readonly costFloor: number
  /** From 0 to 1: how much of what its provider lets through is left. Absent: everything, of everybody. */
  readonly headroomOf: ((contender: Contender) => number) | undefined
  /** From 0 to 1: how it has done lately. */
  readonly healthOf: (contender: Contender) => number
  /** How well it did at such work before; 1 where that is not learned. Absent: nothing is learned. */
  readonly learnedOf: ((contender: Contender) => number) | undefined
}

/** What a model's quality counts as for work that a better one would do no better. */
const extractionCeiling = 90

/** However little is left to a model, and however badly it did: it stays behind the others, and in. */
const leastFactor = 0.25
const leastHealth = 0.01

/** What quality and cost weigh where the app leans to one of them. */
const leanings = {
  cost: { cost: 0.7, quality: 0.3 },
  quality: { cost: 0.3, quality: 0.7 },
} as const

/** A model's quality for the work that a request asks for. */
export function qualityFor(contender: Contender, { kind, taskType }: Needs): number {
  const quality = contender.quality[kind]
  return taskType === 'extraction' ? Math.min(quality, extractionCeiling) : quality
}

/** The least quality for a task at a floor of its level. */
export function floorFor(floor: number, taskType: TaskType): number {
  return taskType === 'extraction' ? Math.min(floor, extractionCeiling) : floor
}

/** What one call counts for in a provider's allowance, as a factor: 1 for ordinary models, 0.61 for a weight of 12. */
export function quotaFactor(weight: number): number {
  return weight > 1 ? Math.min(1, Math.max(leastFactor, (1 / weight) ** 0.2)) : 1
}

/** The median cost of those that cost something; 0 where all are free. */
export function medianCost(rated: readonly Pick<Rated, 'cost'>[]): number {
  const paid = new Float64Array(rated.length)
  let count = 0
  for (const { cost } of rated) if (cost > 0) paid[count++] = cost
  return medianOf(paid.subarray(0, count))
}

/**
 * Puts contenders into the order in which they are to be asked: those whose price is known by score, then the others.
 * Equals keep their order. What counts as cheap goes by the whole pool, also those that are not good enough: so that an
 * easier request never finds a dearer model than a harder one.
 */
export function rank(rated: readonly Rated[], pool: readonly Rated[], factors: RankFactors): Rated[] {
  const unpriced = rated.filter(({ cost }) => Number.isNaN(cost))
  const priced = unpriced.length === 0 ? rated : rated.filter(({ cost }) => !Number.isNaN(cost))
  const worth = worthOf(pool, factors)
  for (const entry of priced) entry.score = worth(entry) * factorOf(entry.contender, factors)
  for (const entry of unpriced) entry.score = entry.quality * factorOf(entry.contender, factors)
  return unpriced.length === 0 ? byScore(priced) : [...byScore(priced), ...byScore(unpriced)]
}

/** Cheapest first, for models that a tenant has named for a level; those of unknown price last. */
export function byExpectedCost(left: Rated, right: Rated): number {
  const [first, second] = [left, right].map(({ cost }) =>
    Number.isNaN(cost) ? Number.POSITIVE_INFINITY : cost,
  )
  if (first === second) return byName(left, right)
  return (first ?? 0) < (second ?? 0) ? -1 : 1
}

function worthOf(
  pool: readonly Rated[],
  { prefer, costFloor }: Pick<RankFactors, 'prefer' | 'costFloor'>,
): (entry: Rated) => number {
  if (prefer === 'balanced') {
    const median = medianCost(pool)
    if (median === 0) return ({ quality }) => quality
    const floor = Math.max(1, costFloor * median) // a nano-dollar at the least: what is free is divided by it too
    return ({ quality, cost }) => (quality * quality) / Math.max(cost, floor)
  }
  const weights = leanings[prefer]
  const paid = pool.filter(({ cost }) => cost > 0)
  const least = paid.reduce((found, { cost }) => Math.min(found, cost), Number.POSITIVE_INFINITY)
  const most = paid.reduce((found, { cost }) => Math.max(found, cost), 0)
  const span = Math.log(most / least)
  const cheapness = (cost: number): number =>
    cost <= 0 || !(span > 0) ? 1 : 1 - Math.log(cost / least) / span
  // Both run from 0 to 1 inside the pool: else the one that differs more would decide, whatever its weight.
  const worst = pool.reduce((found, { quality }) => Math.min(found, quality), 100)
  const best = pool.reduce((found, { quality }) => Math.max(found, quality), 0)
  const goodness = (quality: number): number => (best > worst ? (quality - worst) / (best - worst) : 1)
  return ({ quality, cost }) => weights.quality * goodness(quality) + weights.cost * cheapness(cost)
}

function factorOf(contender: Contender, { headroomOf, healthOf, learnedOf }: RankFactors): number {
  return (
    Math.max(leastFactor, headroomOf?.(contender) ?? 1) *
    Math.max(leastHealth, healthOf(contender)) *
    quotaFactor(contender.quotaWeight) *
    (learnedOf?.(contender) ?? 1)
  )
}

function byScore(rated: readonly Rated[]): Rated[] {
  const scores = new Float64Array(rated.length)
  for (let place = 0; place < rated.length; place += 1) scores[place] = rated[place]?.score ?? 0
  return greatestFirst(scores).map((place) => rated[place] as Rated) // they are places of the same list
}

function byName(left: Rated, right: Rated): number {
  return left.contender.name < right.contender.name ? -1 : left.contender.name > right.contender.name ? 1 : 0
}
