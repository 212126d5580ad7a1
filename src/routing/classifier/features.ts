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

/** The features of a turn, in the order of their names. Amounts count by their logarithm, meanings twice at the most. */
export function measure(sight: Sight): readonly number[] {
  const { tally } = sight
  const words = Math.max(1, sight.allWords)
  return [
    Math.log1p(sight.allWords), // length
    Math.log1p(sight.words), // askLength
    Math.log1p(sight.numbers),
    sight.numbers / words, // numberDensity
    Math.log1p(sight.formulaSigns), // formulas
    Math.log1p(sight.codeSigns),
    Math.min(2, sight.questionMarks),
    Math.log1p(sight.sentences),
    Math.min(10, sight.letters / words), // wordLength
    sight.commonEnglish / words,
    sight.hasCode ? 1 : 0, // code
    sight.hasData ? 1 : 0, // data
    sight.hasPassage ? 1 : 0, // passage
    Math.log1p(sight.clauses),
    Math.log1p(sight.newlines),
    Math.min(2, tally.maths),
    Math.min(2, tally.solve), // solving
    Math.min(2, tally.fact), // factual
    Math.min(2, tally.why),
    Math.min(2, tally.code), // programming
    Math.min(2, tally.language),
    Math.min(2, tally.expert),
    Math.min(2, tally.analyse), // analysis
    Math.min(2, tally.expertDomain), // costlyField
    Math.min(2, tally.constraint), // conditions
    Math.min(2, tally.puzzle),
    Math.min(2, tally.explain), // explaining
    Math.min(2, tally.write), // writing
  ]
}
