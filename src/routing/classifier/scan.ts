// Reads a text once, character by character: which meanings it holds, its words, numbers, signs and sentences.

import type { Findings } from './findings.js'
import { isGap, isVariable } from './letters.js'
import {
  emptyHash,
  endMark,
  foldText,
  hashOf,
  hashStep,
  isMark,
  isUnspaced,
  type Lexicon,
  meanings,
  phraseMark,
} from './lexicon.js'

const longestUnspacedTerm = 8

const other = 0
const letter = 1
const digit = 2
const unspaced = 3
const mark = 4

function kindOf(unit: number): number {
  if (unit < 0x80) {
    if (unit >= 97 && unit <= 122) return letter
    return unit >= 48 && unit <= 57 ? digit : other
  }
  if (unit < 0xc0) return other
  if (isMark(unit)) return mark
  if (isUnspaced(unit)) return unspaced
  if (unit === 0xd7 || unit === 0xf7) return other
  // Letters, and the vowel signs of Indian scripts, stand here; punctuation, signs and pictures above.
  if (unit < 0x2000) return isIndianStop(unit) || isArabicSign(unit) || unit === 0x37e ? other : letter
  return unit >= 0xac00 && unit <= 0xd7a3 ? letter : other
}

function isIndianStop(unit: number): boolean {
  return unit === 0x964 || unit === 0x965
}

function isArabicSign(unit: number): boolean {
  return unit === 0x60c || unit === 0x61b || unit === 0x61f || unit === 0x6d4
}

const commonWords = [
  'the',
  'of',
  'and',
  'is',
  'in',
  'to',
  'what',
  'which',
  'a',
  'for',
  'how',
  'with',
  'that',
  'this',
  'are',
]

/** Reads texts into findings. */
export class Scanner {
  readonly #lexicon: Lexicon
  readonly #common: ReadonlySet<number>
  /** The word in which each meaning was last seen, so that it counts once a word. */
  readonly #seenIn = new Int32Array(meanings.length)
  #word = 0

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon
    this.#common = new Set(commonWords.map(hashOf))
  }

  /** Adds what stands in the text. Meanings, clauses and words are counted only where it is part of what is asked. */
  read(given: string, into: Findings, isAsked: boolean): void {
    const text = foldText(given)
    const end = text.length
    let at = 0
    let unspacedCount = 0
    let sinceClause = 0
    while (at < end) {
      const unit = text.charCodeAt(at)
      const kind = kindOf(unit)
      if (kind === letter) {
        const after = this.#readWord(text, at, into, isAsked)
        sinceClause += 1
        at = after
      } else if (kind === unspaced) {
        if (isAsked) this.#readUnspaced(text, at, into)
        unspacedCount += 1
        at += 1
        if ((unspacedCount & 1) === 0) sinceClause += 1
      } else if (kind === digit) {
        at = this.#readNumber(text, at, into)
        sinceClause += 1
      } else {
        if (unit !== 32) {
          const isClauseEnd = this.#readSign(unit, text, at, into)
          if (isClauseEnd) {
            if (isAsked && sinceClause >= 3) into.clauses += 1
            sinceClause = 0
          }
        }
        at += 1
      }
    }
    if (isAsked) {
      if (sinceClause >= 3) into.clauses += 1
      into.words += unspacedCount >> 1
    }
    into.allWords += unspacedCount >> 1
    into.foreignLetters += unspacedCount
    into.letters += unspacedCount * 2
  }

  #readWord(text: string, start: number, into: Findings, isAsked: boolean): number {
    this.#word += 1
    const end = text.length
    let hash = emptyHash
    let at = start
    let letters = 0
    const first = text.charCodeAt(start)
    for (; at < end; at += 1) {
      const unit = text.charCodeAt(at)
      const kind = unit >= 97 && unit <= 122 ? letter : kindOf(unit)
      if (kind === mark) continue
      if (kind !== letter) break
      hash = hashStep(hash, unit)
      letters += 1
      if (isAsked && letters > 2) this.#note(hash, into)
    }
    into.allWords += 1
    into.letters += letters
    into.wordHashes.push(hash)
    if (letters === 1 && isAsked && isVariable(text, start, at)) into.variables += 1
    if (first < 0x80) {
      if (letters <= 5 && this.#common.has(hash)) into.commonEnglish += 1
    } else if (first >= 0x370) into.foreignLetters += letters
    if (isAsked) {
      into.words += 1
      this.#note(hashStep(hash, endMark), into)
      this.#readPhrase(hash, text, at, into)
      if (first >= 0x590 && first <= 0x6ff) this.#readAfterPrefix(text, start, at, into)
    }
    return at
  }

  /** Follows a phrase over the next words as long as the vocabulary has one that begins so. */
  #readPhrase(hash: number, text: string, wordEnd: number, into: Findings): void {
    let phrase = hash
    let at = wordEnd
    while (isGap(text.charCodeAt(at)) || (text.charCodeAt(at) === 44 && text.charCodeAt(at + 1) === 32)) {
      if (text.charCodeAt(at) === 44) at += 1
      phrase = hashStep(phrase, phraseMark)
      if (this.#lexicon.find(phrase) === undefined) return
      at += 1
      for (; at < text.length; at += 1) {
        const kind = kindOf(text.charCodeAt(at))
        if (kind === mark) continue
        if (kind !== letter) break
        phrase = hashStep(phrase, text.charCodeAt(at))
        this.#note(phrase, into)
      }
      this.#note(hashStep(phrase, endMark), into)
    }
  }

  /** Arabic and Hebrew write articles and conjunctions onto the word: up to three letters are passed over. */
  #readAfterPrefix(text: string, start: number, end: number, into: Findings): void {
    for (let skip = 1; skip <= 3 && end - start - skip >= 3; skip += 1) {
      let hash = emptyHash
      for (let at = start + skip; at < end; at += 1) {
        const unit = text.charCodeAt(at)
        if (isMark(unit)) continue
        hash = hashStep(hash, unit)
        if (at - start - skip >= 3) this.#note(hash, into)
      }
    }
  }

  #readUnspaced(text: string, start: number, into: Findings): void {
    this.#word += 1
    const end = Math.min(text.length, start + longestUnspacedTerm)
    let hash = emptyHash
    for (let at = start; at < end; at += 1) {
      const unit = text.charCodeAt(at)
      if (!isUnspaced(unit)) return
      hash = hashStep(hash, unit)
      this.#note(hash, into)
    }
  }

  #readNumber(text: string, start: number, into: Findings): number {
    let at = start + 1
    while (at < text.length) {
      const unit = text.charCodeAt(at)
      const isInside =
        (unit >= 48 && unit <= 57) ||
        ((unit === 46 || unit === 44) && kindOf(text.charCodeAt(at + 1)) === digit)
      if (!isInside) break
      at += 1
    }
    into.numbers += 1
    return at
  }

  /** Counts a sign; true where a clause ends with it. */
  #readSign(unit: number, text: string, at: number, into: Findings): boolean {
    switch (unit) {
      case 10:
        into.newlines += 1
        return true
      case 63: // ?
      case 0xff1f:
      case 0x61f:
      case 0x37e:
        into.questionMarks += 1
        into.sentences += 1
        return true
      case 33: // !
      case 0x3002:
      case 0xff01:
      case 0x964:
      case 0x6d4:
        into.sentences += 1
        return true
      case 46: {
        const next = text.charCodeAt(at + 1)
        if (next === 32 || next === 10 || Number.isNaN(next)) {
          into.sentences += 1
          return true
        }
        return false
      }
      case 59: // ;
        into.codeSigns += 1
        return true
      case 44: // ,
      case 58: // :
      case 0xff0c:
      case 0x3001:
      case 0x60c:
      case 0xff1a:
      case 0x2014:
        return true
      case 43: // + ^ = % < > \ $ * /
      case 94:
      case 61:
      case 37:
      case 60:
      case 62:
      case 92:
      case 36:
      case 42:
      case 0xd7:
      case 0xf7:
      case 0xb7:
      case 0xb2:
      case 0xb3:
        into.formulaSigns += 1
        return false
      case 40: // ( ) [ ] { } ` _
      case 41:
      case 91:
      case 93:
      case 123:
      case 125:
      case 96:
      case 95:
        into.codeSigns += 1
        return false
      default:
        if (unit >= 0x2200 && unit <= 0x22ff) into.formulaSigns += 1
        return false
    }
  }

  #note(hash: number, into: Findings): void {
    const found = this.#lexicon.find(hash)
    if (found === undefined) return
    for (const meaning of found) {
      if (this.#seenIn[meaning] === this.#word) continue
      this.#seenIn[meaning] = this.#word
      if ((into.counts[meaning] as number) < 255) into.counts[meaning] = (into.counts[meaning] as number) + 1 // a place of the list
    }
  }
}
