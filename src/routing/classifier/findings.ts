// What is counted while a text is read.

import { meanings } from './lexicon.js'

/** What stands in a text. */
export interface Findings {
  /** How often each meaning occurs in what is asked, by its number. */
  readonly counts: Uint8Array
  /** Words of what is asked; in scripts without spaces two characters count as one. */
  words: number
  /** Letters of all words, and their number, material beside the question included. */
  letters: number
  allWords: number
  numbers: number
  /** Single letters in formulas. */
  variables: number
  /** Signs of formulas. */
  formulaSigns: number
  /** Brackets, semicolons and the like. */
  codeSigns: number
  questionMarks: number
  sentences: number
  clauses: number
  newlines: number
  /** Very common English words: whether the text is English at all. */
  commonEnglish: number
  /** Letters outside the Latin alphabet. */
  foreignLetters: number
  /** The hash of every word, material included, in the order of the text. */
  readonly wordHashes: number[]
}

/** Nothing read yet. */
export function noFindings(): Findings {
  return {
    counts: new Uint8Array(meanings.length),
    words: 0,
    letters: 0,
    allWords: 0,
    numbers: 0,
    variables: 0,
    formulaSigns: 0,
    codeSigns: 0,
    questionMarks: 0,
    sentences: 0,
    clauses: 0,
    newlines: 0,
    commonEnglish: 0,
    foreignLetters: 0,
    wordHashes: [],
  }
}
