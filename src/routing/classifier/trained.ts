// The trained score: how much a prompt is expected to gain from a strong model, as a sum of weighted features.

import { type Feature, featureNames, measure } from './features.js'
import type { Sight } from './sight.js'
import { WordTable } from './trained-words.js'

/** What training found. */
export interface TrainedWeights {
  /** Mean, spread and weight of each feature. */
  readonly features: Readonly<Record<Feature, readonly [mean: number, spread: number, weight: number]>>
  /** Mean and spread of the sum over the development data. */
  readonly sum: readonly [mean: number, spread: number]
  /** Mean and spread of the rules' points over the same. */
  readonly rules: readonly [mean: number, spread: number]
  /** Mean and spread of the sum of the words' weights over the same. */
  readonly wordSum: readonly [mean: number, spread: number]
  /** The weights of the words, a character each. */
  readonly words: string
  /** How the level scores fall there: the thousandths in each of 100 steps from 0 to 1, with spaces between. */
  readonly reached: string
}

/** No feature counts for more than so many spreads, and the words together neither. */
const mostSpreads = 3
/** What the rules count for beside the trained sum of features and that of words, which count 1. */
export const ruleShare = 0.5

/** The trained weights, laid out for speed. */
export class TrainedScore {
  readonly #weights: TrainedWeights
  readonly #numbers: Float64Array
  readonly #words: WordTable

  constructor(weights: TrainedWeights) {
    this.#weights = weights
    this.#numbers = Float64Array.from(featureNames.flatMap((name) => [...weights.features[name]]))
    this.#words = new WordTable(weights.words)
  }

  /** How far a turn's sum lies above the mean of the development data, in spreads. */
  spreads(sight: Sight): number {
    const measured = measure(sight)
    let sum = 0
    for (let at = 0; at < measured.length; at += 1) {
      const mean = this.#numbers[3 * at] ?? 0
      const spread = this.#numbers[3 * at + 1] ?? 1
      const away = ((measured[at] ?? 0) - mean) / spread
      sum += (this.#numbers[3 * at + 2] ?? 0) * bounded(away)
    }
    return (sum - this.#weights.sum[0]) / this.#weights.sum[1]
  }

  /** The blend that orders prompts best, from 0 to 1: both trained sums, with the rules' points beside them. */
  ordering(sight: Sight, spreads: number, points: number): number {
    const { rules, wordSum } = this.#weights
    const words = bounded((this.#words.sum(sight.wordHashes) - wordSum[0]) / wordSum[1])
    return 1 / (1 + Math.exp(-(spreads + words + (ruleShare * (points - rules[0])) / rules[1])))
  }
}

/** A distance from the mean in spreads, as far as it counts. */
export function bounded(spreads: number): number {
  return Math.max(-mostSpreads, Math.min(mostSpreads, spreads))
}
