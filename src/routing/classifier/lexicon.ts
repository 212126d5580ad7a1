// The vocabulary as one table of hashes, so that a text is read character by character without cutting it into strings.

import { askWords } from './vocabulary-asks.js'
import { workWords } from './vocabulary-work.js'

/** What a word or phrase may mean. */
export type Meaning = keyof typeof askWords | keyof typeof workWords

/** All meanings; their places are their numbers. */
export const meanings = [...Object.keys(askWords), ...Object.keys(workWords)] as readonly Meaning[] // the keys of both

const offsetBasis = 0x811c9dc5

/** Hashing begins with it. */
export const emptyHash = offsetBasis | 0
/** Takes the place of a space inside a phrase. */
export const phraseMark = 32
/** Ends a whole word. */
export const endMark = 1

/** The hash of a text that goes on by one character (FNV-1a). */
export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

/** The hash of a whole text. */
export function hashOf(text: string): number {
  let hash = emptyHash
  for (let at = 0; at < text.length; at += 1) hash = hashStep(hash, text.charCodeAt(at))
  return hash
}

const slotBits = 14
const slotMask = (1 << slotBits) - 1

/** Finds what a hash means. */
export class Lexicon {
  readonly #keys = new Int32Array(1 << slotBits)
  readonly #values = new Uint16Array(1 << slotBits)
  /** One bit for many hashes: small enough to stay close, and most questions end here. */
  readonly #sieve = new Int32Array(1 << 11)
  /** Sets of meanings, so that a word may have several; the first is that of a phrase that only goes on. */
  readonly #sets: number[][] = [[]]
  readonly #numbers = new Map<string, number>([['', 0]])

  constructor() {
    const words = { ...askWords, ...workWords }
    for (const [place, meaning] of meanings.entries())
      for (const term of words[meaning].split(/\s/)) if (term !== '') this.#addTerm(foldText(term), place)
  }

  /** The meanings of a hash, empty where it only begins a phrase; `undefined` where nothing is known. */
  find(hash: number): readonly number[] | undefined {
    if ((((this.#sieve[(hash >>> 16) & 2047] ?? 0) >>> (hash >>> 27)) & 1) === 0) return undefined
    let slot = slotOf(hash)
    while (this.#values[slot] !== 0) {
      if (this.#keys[slot] === hash) return this.#sets[(this.#values[slot] as number) - 1] // a slot in use names a set
      slot = (slot + 1) & slotMask
    }
    return undefined
  }

  #addTerm(term: string, place: number): void {
    const isStem = term.endsWith('*') || isInflected(term)
    const text = term.replaceAll('*', '').replaceAll('_', ' ')
    let hash = emptyHash
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      if (isMark(unit)) continue
      hash = hashStep(hash, unit)
      if (unit === phraseMark) this.#put(hash, undefined)
    }
    this.#put(isStem ? hash : hashStep(hash, endMark), place)
  }

  #put(hash: number, place: number | undefined): void {
    let slot = slotOf(hash)
    while (this.#values[slot] !== 0 && this.#keys[slot] !== hash) slot = (slot + 1) & slotMask
    const held = this.#values[slot] === 0 ? [] : (this.#sets[(this.#values[slot] as number) - 1] ?? []) // as in find
    const set = place === undefined || held.includes(place) ? held : [...held, place]
    this.#keys[slot] = hash
    const word = (hash >>> 16) & 2047
    this.#sieve[word] = (this.#sieve[word] ?? 0) | (1 << (hash >>> 27))
    this.#values[slot] = this.#numberOf(set) + 1
  }

  #numberOf(set: number[]): number {
    const name = set.join()
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#sets.push(set)
    this.#numbers.set(name, this.#sets.length - 1)
    return this.#sets.length - 1
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & slotMask
}

const beyondAscii = /[^\x00-\x7f]/

/** Small letters without accents: how both the vocabulary and the texts are read. */
export function foldText(text: string): string {
  const small = text.toLowerCase()
  if (!beyondAscii.test(small)) return small
  return small.normalize('NFD').replaceAll(barred, (letter) => plainLetters[letter] ?? letter)
}

/** Letters that stand alone in Unicode, though people see a plain one with a bar, or without its dot. */
const barred = /[łđøı]/g
const plainLetters: Readonly<Record<string, string>> = { ł: 'l', đ: 'd', ø: 'o', ı: 'i' }

/** A mark on the letter before it, which counts for nothing: accents, Arabic and Hebrew vowel signs. */
export function isMark(unit: number): boolean {
  if (unit < 0x300) return false
  return (
    unit <= 0x36f ||
    (unit >= 0x591 && unit <= 0x5c7) ||
    (unit >= 0x64b && unit <= 0x65f) ||
    unit === 0x640 ||
    unit === 0x200c
  )
}

/** Scripts written without spaces: Chinese, Japanese, Thai and their neighbours. */
export function isUnspaced(unit: number): boolean {
  return (
    (unit >= 0x0e00 && unit <= 0x0eff) ||
    (unit >= 0x1000 && unit <= 0x109f) ||
    (unit >= 0x1780 && unit <= 0x17ff) ||
    (unit >= 0x3040 && unit <= 0x30ff) ||
    (unit >= 0x3400 && unit <= 0x9fff) ||
    (unit >= 0xf900 && unit <= 0xfaff)
  )
}

/** Words of these scripts carry endings, so a term of some length stands for all of its forms. */
function isInflected(term: string): boolean {
  const unit = term.charCodeAt(0)
  if (isUnspaced(unit)) return true
  const isEndingScript = (unit >= 0x590 && unit <= 0x6ff) || (unit >= 0x900 && unit <= 0xdff)
  return (isEndingScript && term.length >= 4) || (unit >= 0x1100 && unit <= 0x11ff && term.length >= 4)
}
