// The table of trained words: a logistic regression on which hashed words a prompt holds, the same for the same rows.

import {
  decodeWords,
  encodeWords,
  mostWordWeight,
  wordSlots,
} from '../../src/routing/classifier/trained-words.js'
import type { Row } from './data.js'

/** How strongly weights are pulled towards zero. */
const pull = 10
const rounds = 120
const firstStep = 0.1
/** How much of the last gradients, and of their squares, is remembered (Adam). */
const [kept, keptSquares] = [0.9, 0.99]
/** Weights of so many spreads and more look alike. */
const widestSpreads = 3

/** Fits the table. Each file counts alike, and has a level of its own, so that only differences inside a file teach anything. */
export function fitWords(rows: readonly Row[]): string {
  const files = [...new Set(rows.map((row) => row.file))]
  const fileOf = rows.map((row) => files.indexOf(row.file))
  const sizes = files.map((file) => rows.filter((row) => row.file === file).length)
  const count = wordSlots + files.length
  const weights = new Float64Array(count)
  const [drift, force, gradient] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ] // three of them
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < count; at += 1) gradient[at] = at < wordSlots ? pull * (weights[at] ?? 0) : 0
    for (const [at, row] of rows.entries()) {
      const file = fileOf[at] ?? 0
      let sum = weights[wordSlots + file] ?? 0
      for (const slot of row.slots) sum += weights[slot] ?? 0
      const goal = Math.min(1, Math.max(0, row.target))
      const share = rows.length / files.length / (sizes[file] ?? 1)
      const error = share * (1 / (1 + Math.exp(-sum)) - goal)
      for (const slot of row.slots) gradient[slot] = (gradient[slot] ?? 0) + error
      gradient[wordSlots + file] = (gradient[wordSlots + file] ?? 0) + error
    }
    const step = firstStep * (1 - round / rounds)
    for (let at = 0; at < count; at += 1) {
      const slope = gradient[at] ?? 0
      drift[at] = kept * (drift[at] ?? 0) + (1 - kept) * slope
      force[at] = keptSquares * (force[at] ?? 0) + (1 - keptSquares) * slope ** 2
      const ahead = (drift[at] ?? 0) / (1 - kept ** (round + 1))
      const size = Math.sqrt((force[at] ?? 0) / (1 - keptSquares ** (round + 1)))
      weights[at] = (weights[at] ?? 0) - (step * ahead) / (size + 1e-8)
    }
  }
  return encodeWords(quantised(weights.subarray(0, wordSlots)))
}

function quantised(weights: Float64Array): number[] {
  const spread = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0) / weights.length) || 1
  const unit = (widestSpreads * spread) / mostWordWeight
  return Array.from(weights, (weight) =>
    Math.max(-mostWordWeight, Math.min(mostWordWeight, Math.round(weight / unit))),
  )
}

/** What the table makes of each row. */
export function wordSumsOf(rows: readonly Row[], words: string): number[] {
  const table = decodeWords(words)
  return rows.map((row) => row.slots.reduce((sum, slot) => sum + (table[slot] ?? 0), 0))
}
