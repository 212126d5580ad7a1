// The recorded outcomes of the development data, with what the classifier says of each prompt it was not fitted on.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { Level } from '../../src/core/level.js'
import type { ModelPrice } from '../../src/core/price.js'
import { expectedCost, promptShape } from '../../src/cost/expected.js'
import { Classifier } from '../../src/routing/classifier/classify.js'
import { Reader } from '../../src/routing/classifier/sight.js'
import { TrainedScore, type TrainedWeights } from '../../src/routing/classifier/trained.js'
import { folder, labelledFiles, type Row, readRows, trainingFiles } from '../classifier/data.js'
import { fitWeights, sumOf } from '../classifier/ridge.js'
import { type PricedModel, pairs } from './pairs.js'
import type { Case } from './sweep.js'

/** A file with the outcomes of a strong and a weak model. */
export type LabelledFile = (typeof labelledFiles)[number]

/** A file, ready to be swept. */
export interface Outcomes {
  readonly file: LabelledFile
  readonly cases: readonly Case[]
  /** The same with answers of a letter or a number instead of a text. */
  readonly shortCases: readonly Case[]
  /** The classifier's score, with weights that were fitted without the prompt's group. */
  readonly scores: readonly number[]
  /** In characters. */
  readonly lengths: readonly number[]
  /** As the classifier that ships says it, with its own cuts. */
  readonly levels: readonly Level[]
  readonly strongPrice: ModelPrice
  readonly weakPrice: ModelPrice
  readonly priceVersion: string
}

/** How long an answer is taken to be, in tokens: a text, and a letter or a number. */
export const answerTokens = { text: 500, short: 10 }

/** Reads the labelled files. `at`: on which day's prices, in milliseconds since 1970. */
export async function readOutcomes(at: number): Promise<Outcomes[]> {
  const reader = new Reader()
  const rows = trainingFiles.flatMap((file) => readRows(file, reader))
  const classifier = new Classifier()
  const prices = genaiPrices()
  await prices.load()
  const priceOf = ({ provider, model }: PricedModel): { price: ModelPrice; version: string } => {
    const found = prices.find(provider, model, at)
    if (found === undefined) throw new Error(`There is no price of ${provider}/${model}.`)
    return found
  }
  return labelledFiles.map((file) => {
    const strong = priceOf(pairs[file].strong)
    const weak = priceOf(pairs[file].weak)
    const here = rows.filter((row) => row.file === file)
    const outcomes = readOutcomeLines(file)
    const casesWith = (outputTokens: number): Case[] =>
      here.map((row, place) => {
        const outcome = outcomes[place]
        if (outcome?.prompt !== row.prompt) throw new Error(`${file} was read in two orders.`)
        const prompt = promptShape({ messages: [{ role: 'user', content: row.prompt }] })
        const costOf = (price: ModelPrice): number => expectedCost({ price, prompt, outputTokens })
        return {
          group: row.group,
          strong: outcome.strong,
          weak: outcome.weak,
          strongCost: costOf(strong.price),
          weakCost: costOf(weak.price),
        }
      })
    return {
      file,
      cases: casesWith(answerTokens.text),
      shortCases: casesWith(answerTokens.short),
      scores: crossFitted(here, rows),
      lengths: here.map(({ prompt }) => prompt.length),
      levels: here.map(
        ({ prompt }) => classifier.classify({ messages: [{ role: 'user', content: prompt }] }).level,
      ),
      strongPrice: strong.price,
      weakPrice: weak.price,
      priceVersion: strong.version,
    }
  })
}

/** The prompts of a file that was fitted on, as they stand there. */
export function readPrompts(file: (typeof trainingFiles)[number]): string[] {
  return linesOf(file).map(({ prompt }) => prompt)
}

interface Line {
  readonly prompt: string
  readonly strong: number
  readonly weak: number
}

function readOutcomeLines(file: LabelledFile): Line[] {
  return linesOf(file)
}

function linesOf(file: string): Line[] {
  return readFileSync(join(folder, `${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Line) // the README of the data names the fields
}

/** Scores each group by weights that were fitted without it, and without copies of its questions in other files. */
function crossFitted(here: readonly Row[], all: readonly Row[]): number[] {
  const scores = new Map<Row, number>()
  for (const group of new Set(here.map((row) => row.group))) {
    const held = here.filter((row) => row.group === group)
    const copies = new Set(held.map(({ copyKey }) => copyKey))
    const heldRows = new Set(held)
    const others = all.filter((row) => !heldRows.has(row) && !copies.has(row.copyKey))
    const score = scorer(others)
    for (const row of held) scores.set(row, score(row))
  }
  return here.map((row) => scores.get(row) ?? 0)
}

/** The classifier's score as it would ship if these rows were all there were. */
function scorer(rows: readonly Row[]): (row: Row) => number {
  const features = fitWeights(rows)
  const sum = meanAndSpread(rows.map((row) => sumOf(row, features)))
  const weights: TrainedWeights = {
    features,
    sum,
    rules: meanAndSpread(rows.map((row) => row.rulePoints)),
    reached: '',
  }
  const trained = new TrainedScore(weights)
  return (row) => trained.ordering((sumOf(row, features) - sum[0]) / sum[1], row.rulePoints)
}

function meanAndSpread(values: readonly number[]): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return [mean, spread]
}
