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
const ruleShare = 0.4

/** The trained sum, before it is set in proportion. */
export function trainedSum(sight: Sight, weights: TrainedWeights['features']): number {
  const measured = measure(sight)
  let sum = 0
  for (const name of featureNames) {
    const [mean, spread, weight] = weights[name]
    const spreads = (measured[name] - mean) / spread
    sum += weight * Math.max(-mostSpreads, Math.min(mostSpreads, spreads))
  }
  return sum
}

/** The trained sum in spreads from the mean of the development data. */
export function trainedSpreads(sight: Sight, weights: TrainedWeights): number {
  return (trainedSum(sight, weights.features) - weights.sum[0]) / weights.sum[1]
}

/** The blend that orders prompts best, from 0 to 1: the trained sum with the rules beside it. */
export function orderingScore(spreads: number, points: number, weights: TrainedWeights): number {
  const blend = spreads + (ruleShare * (points - weights.rules[0])) / weights.rules[1]
  return 1 / (1 + Math.exp(-blend))
}
