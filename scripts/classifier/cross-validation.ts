// Scores prompts by weights that were fitted without them, their groups, and copies of them in other files.

import { ruleShare } from '../../src/routing/classifier/trained.js'
import type { Row } from './data.js'
import { fitWeights, sumOf, usualPull } from './ridge.js'

const folds = 6

/** How weights are fitted and blended. */
export interface Way {
  readonly pull: number
  readonly priorUnit: number
  readonly ruleShare: number
}

const shippedWay: Way = { pull: usualPull, priorUnit: 0.01, ruleShare }
/** The score of every row from weights fitted without its group. */
export function crossValidated(rows: readonly Row[], tested: readonly Row[], way = shippedWay): number[] {
  const groups = [...new Set(tested.map((row) => row.group))].sort()
  const scores = new Map<Row, number>()
  const count = Math.min(folds, groups.length)
  for (let fold = 0; fold < count; fold += 1) {
    const left = new Set(groups.filter((_, at) => at % count === fold))
    const out = tested.filter((row) => left.has(row.group))
    const held = new Set(out)
    const training = withoutCopies(
      rows.filter((row) => !held.has(row)),
      out,
    )
    const found = scored(out, training, way)
    for (const [at, row] of out.entries()) scores.set(row, found[at] ?? 0)
  }
  return tested.map((row) => scores.get(row) ?? 0)
}

/** Questions stand in more than one file: copies of what is tested are not trained on. */
export function withoutCopies(training: readonly Row[], tested: readonly Row[]): Row[] {
  const keys = new Set(tested.map((row) => row.copyKey))
  return training.filter((row) => !keys.has(row.copyKey))
}

/** The score of rows from weights that were fitted on others. */
export function scored(tested: readonly Row[], training: readonly Row[], way = shippedWay): number[] {
  return blend(tested, fitWeights(training, way.pull, way.priorUnit), training, way.ruleShare)
}

/** The classifier's own blend, with proportions taken from the training rows. */
export function blend(
  tested: readonly Row[],
  features: ReturnType<typeof fitWeights>,
  training: readonly Row[],
  share = ruleShare,
): number[] {
  const sum = meanAndSpread(training.map((row) => sumOf(row, features)))
  const rules = meanAndSpread(training.map((row) => row.rulePoints))
  return tested.map(
    (row) => (sumOf(row, features) - sum[0]) / sum[1] + (share * (row.rulePoints - rules[0])) / rules[1],
  )
}

function meanAndSpread(values: readonly number[]): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)]
}
