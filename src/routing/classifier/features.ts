// The measured features of a turn, in a fixed order: what the trained score is a sum of.

import type { Sight } from './sight.js'

/**
 * The features by name, with the direction that is expected of each: how far a prompt that is one spread above the mean in it
 * gains from a strong model. Training starts from these and moves away only as far as the data insist.
 */
export const featurePriors = {
  length: 6,
  askLength: 0,
  numbers: 2,
  numberDensity: 0,
  formulas: 1,
  codeSigns: 2,
  questionMarks: 0,
  sentences: 2,
  wordLength: 0,
  commonEnglish: 0,
  code: 0,
  data: 0,
  passage: 1,
  clauses: 2,
  lines: 0,
  maths: 1,
  solving: 0,
  factual: 2,
  why: 0,
  programming: 0,
  language: 0,
  expert: 0,
  analysis: 1,
  costlyField: 1,
  conditions: 2,
  puzzle: 2,
  explaining: 0,
  writing: 0,
} as const

/** A feature's name. */
export type Feature = keyof typeof featurePriors

/** The names in their order. */
export const featureNames = Object.keys(featurePriors) as readonly Feature[] // the keys of that very object

/** The features of a turn. Amounts count by their logarithm, and meanings twice at the most. */
export function measure(sight: Sight): Readonly<Record<Feature, number>> {
  const { tally } = sight
  const words = Math.max(1, sight.allWords)
  return {
    length: Math.log1p(sight.allWords),
    askLength: Math.log1p(sight.words),
    numbers: Math.log1p(sight.numbers),
    numberDensity: sight.numbers / words,
    formulas: Math.log1p(sight.formulaSigns),
    codeSigns: Math.log1p(sight.codeSigns),
    questionMarks: Math.min(2, sight.questionMarks),
    sentences: Math.log1p(sight.sentences),
    wordLength: Math.min(10, sight.letters / words),
    commonEnglish: sight.commonEnglish / words,
    code: sight.hasCode ? 1 : 0,
    data: sight.hasData ? 1 : 0,
    passage: sight.hasPassage ? 1 : 0,
    clauses: Math.log1p(sight.clauses),
    lines: Math.log1p(sight.newlines),
    maths: Math.min(2, tally.maths),
    solving: Math.min(2, tally.solve),
    factual: Math.min(2, tally.fact),
    why: Math.min(2, tally.why),
    programming: Math.min(2, tally.code),
    language: Math.min(2, tally.language),
    expert: Math.min(2, tally.expert),
    analysis: Math.min(2, tally.analyse),
    costlyField: Math.min(2, tally.expertDomain),
    conditions: Math.min(2, tally.constraint),
    puzzle: Math.min(2, tally.puzzle),
    explaining: Math.min(2, tally.explain),
    writing: Math.min(2, tally.write),
  }
}
