// Scores prompts by weights that were fitted without them, their groups, and copies of them in other files.

import { createHash } from 'node:crypto'
import { bounded, ruleShare } from '../../src/routing/classifier/trained.js'
import type { Row } from './data.js'
import { fitWeights, sumOf, usualPull } from './ridge.js'
import { fitWords, wordSumsOf } from './words.js'

const folds = 6

/** How weights are fitted and blended. */
export interface Way {
  readonly pull: number
  readonly priorUnit: number
  /** What the features, the words and the rules count for, each in spreads. */
  readonly featureShare: number
  readonly wordShare: number
  readonly ruleShare: number
}

/** The way of the shipped weights. */
export const shippedWay: Way = { pull: usualPull, priorUnit: 0.01, featureShare: 1, wordShare: 1, ruleShare }

/** Tables of words by the rows that they were fitted on. */
const fittedWords = new Map<string, string>()

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

/** The classifier's own blend, with weights and proportions from the training rows. */
export function scored(tested: readonly Row[], training: readonly Row[], way = shippedWay): number[] {
  const features = fitWeights(training, way.pull, way.priorUnit)
  const words = way.wordShare === 0 ? '' : wordsFor(training)
  const featureSum = inSpreads(training, tested, (rows) => rows.map((row) => sumOf(row, features)))
  const wordSum = inSpreads(training, tested, (rows) => wordSumsOf(rows, words))
  const rules = inSpreads(training, tested, (rows) => rows.map((row) => row.rulePoints))
  return tested.map(
    (_, at) =>
      way.featureShare * (featureSum[at] ?? 0) +
      way.wordShare * bounded(wordSum[at] ?? 0) +
      way.ruleShare * (rules[at] ?? 0),
  )
}

/** The same rows are held out for every way, and the words then come out the same. */
function wordsFor(training: readonly Row[]): string {
  const key = createHash('sha1')
  for (const row of training) key.update(`${row.file} ${row.group} ${row.copyKey}\n`)
  const name = key.digest('hex')
  const known = fittedWords.get(name) ?? fitWords(training)
  fittedWords.set(name, known)
  return known
}

function inSpreads(
  training: readonly Row[],
  tested: readonly Row[],
  values: (rows: readonly Row[]) => readonly number[],
): number[] {
  const [mean, spread] = meanAndSpread(values(training))
  return values(tested).map((value) => (value - mean) / (spread || 1))
}

function meanAndSpread(values: readonly number[]): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)]
}
