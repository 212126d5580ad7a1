// The table of trained words: how much more a prompt gains from a strong model for each word in it, by the word's hash.

/** Words share so many places: those whose hashes fall together weigh alike. */
export const wordSlots = 4_096
/** Weights are whole numbers up to so much, above and below zero. */
export const mostWordWeight = 22
/** The character that stands for a weight of zero: all others lie close around it, none a quote or a backslash. */
const zero = 69

/** The place of a word in the table, by its hash. */
export function slotOfWord(hash: number): number {
  return (hash ^ (hash >>> 15)) & (wordSlots - 1)
}

/** Weights as a text, a character each. */
export function encodeWords(weights: readonly number[]): string {
  return String.fromCharCode(...weights.map((weight) => zero + weight))
}

/** The weights of such a text. */
export function decodeWords(text: string): Int8Array {
  return Int8Array.from(text, (character) => character.charCodeAt(0) - zero)
}

/** Adds up the weights of the words of texts. */
export class WordTable {
  readonly #weights: Int8Array
  /** The text in which each place was last met, so that a word counts once a text. */
  readonly #metIn = new Int32Array(wordSlots)
  #text = 0

  constructor(words: string) {
    this.#weights = decodeWords(words)
  }

  /** The sum over the words of a text, given by their hashes, each counted once. */
  sum(hashes: readonly number[]): number {
    this.#text = (this.#text + 1) | 0
    let sum = 0
    for (const hash of hashes) {
      const slot = slotOfWord(hash)
      if (this.#metIn[slot] === this.#text) continue
      this.#metIn[slot] = this.#text
      sum += this.#weights[slot] ?? 0
    }
    return sum
  }
}
