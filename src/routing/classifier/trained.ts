// The trained score: how much a prompt is expected to gain from a strong model, as a sum of weighted features.

import { type Feature, featureNames, measure } from './features.js'
import type { Sight } from './sight.js'

/** What training found. */
export interface TrainedWeights {
  /** Mean, spread and weight of each feature. */
  readonly features: Readonly<Record<Feature, readonly [mean: number, spread: number, weight: number]>>
  /** Mean and spread of the sum over the development data. */
  readonly sum: readonly [mean: number, spread: number]
  /** Mean and spread of the rules' points over the same. */
  readonly rules: readonly [mean: number, spread: number]
  /** How the level scores fall there: the thousandths in each of 100 steps from 0 to 1, with spaces between. */
  readonly reached: string
}

/** One feature never counts for more than so many spreads. */
const mostSpreads = 3
/** What the rules count for beside the trained sum. */
export const ruleShare = 0.1

/** The trained weights, laid out for speed. */
export class TrainedScore {
  readonly #weights: TrainedWeights
  readonly #numbers: Float64Array

  constructor(weights: TrainedWeights) {
    this.#weights = weights
    this.#numbers = Float64Array.from(featureNames.flatMap((name) => [...weights.features[name]]))
  }

  /** How far a turn's sum lies above the mean of the development data, in spreads. */
  spreads(sight: Sight): number {
    const measured = measure(sight)
    let sum = 0
    for (let at = 0; at < measured.length; at += 1) {
      const mean = this.#numbers[3 * at] ?? 0
      const spread = this.#numbers[3 * at + 1] ?? 1
      const away = ((measured[at] ?? 0) - mean) / spread
      sum += (this.#numbers[3 * at + 2] ?? 0) * Math.max(-mostSpreads, Math.min(mostSpreads, away))
    }
    return (sum - this.#weights.sum[0]) / this.#weights.sum[1]
  }

  /** The blend that orders prompts best, from 0 to 1: the trained sum with the rules' points beside it. */
  ordering(spreads: number, points: number): number {
    const { rules } = this.#weights
    return 1 / (1 + Math.exp(-(spreads + (ruleShare * (points - rules[0])) / rules[1])))
  }
}
