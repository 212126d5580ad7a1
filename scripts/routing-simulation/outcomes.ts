// The recorded outcomes of the development data, with what the classifier says of each prompt it was not fitted on.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { Level } from '../../src/core/level.js'
import type { ModelPrice } from '../../src/core/price.js'
import { expectedCost, promptShape } from '../../src/cost/expected.js'
import { Classifier } from '../../src/routing/classifier/classify.js'
import { Reader } from '../../src/routing/classifier/sight.js'
import { crossValidated } from '../classifier/cross-validation.js'
import { folder, labelledFiles, readRows, trainingFiles } from '../classifier/data.js'
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
      scores: crossValidated(rows, here),
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

/** The same without its largest group, which alone may make a difference. */
export function withoutLargest(outcomes: Outcomes): { readonly left: Outcomes; readonly group: string } {
  const { cases } = outcomes
  const sizes = new Map<string, number>()
  for (const { group } of cases) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const [largest] = [...sizes].sort(([, one], [, other]) => other - one)
  const group = largest?.[0] ?? ''
  const isLeft = (_: unknown, place: number): boolean => cases[place]?.group !== group
  const left = {
    ...outcomes,
    cases: cases.filter(isLeft),
    shortCases: outcomes.shortCases.filter(isLeft),
    scores: outcomes.scores.filter(isLeft),
    lengths: outcomes.lengths.filter(isLeft),
    levels: outcomes.levels.filter(isLeft),
  }
  return { left, group }
}
