// Least squares with a pull towards expected weights, solved exactly: the same rows give the same weights to the last bit.

import { featureNames, featurePriors } from '../../src/routing/classifier/features.js'
import type { TrainedWeights } from '../../src/routing/classifier/trained.js'
import type { Row } from './data.js'

/** How strongly the weights are pulled towards what is expected: like so many rows that bear the expectation out. */
export const usualPull = 400_000
/** What a prior of 1 means in units of the target, for each spread. */
const usualPriorUnit = 0.01
const mostSpreads = 3

/** Fits the weights. Each file has a level of its own, so that only differences inside a file teach anything. */
export function fitWeights(
  rows: readonly Row[],
  pull = usualPull,
  priorUnit = usualPriorUnit,
): TrainedWeights['features'] {
  const count = featureNames.length
  const means = new Float64Array(count)
  const spreads = new Float64Array(count)
  for (const row of rows)
    for (let at = 0; at < count; at += 1) means[at] = (means[at] ?? 0) + (row.features[at] ?? 0) / rows.length
  for (const row of rows)
    for (let at = 0; at < count; at += 1)
      spreads[at] = (spreads[at] ?? 0) + ((row.features[at] ?? 0) - (means[at] ?? 0)) ** 2 / rows.length
  for (let at = 0; at < count; at += 1) spreads[at] = Math.sqrt(spreads[at] ?? 0) || 1
  const expected = featureNames.map((name) => featurePriors[name] * priorUnit)
  const files = [...new Set(rows.map((row) => row.file))]
  const size = count + files.length
  const matrix = Array.from({ length: size }, () => new Float64Array(size))
  const right = new Float64Array(size)
  const vector = new Float64Array(size)
  for (const row of rows) {
    vector.fill(0)
    let known = 0
    for (let at = 0; at < count; at += 1) {
      const value = ((row.features[at] ?? 0) - (means[at] ?? 0)) / (spreads[at] ?? 1)
      const bounded = Math.max(-mostSpreads, Math.min(mostSpreads, value))
      vector[at] = bounded
      known += bounded * (expected[at] ?? 0)
    }
    vector[count + files.indexOf(row.file)] = 1
    addProduct(matrix, right, vector, row.target - known)
  }
  for (let at = 0; at < size; at += 1) {
    const line = matrix[at]
    if (line !== undefined) line[at] = (line[at] ?? 0) + (at < count ? pull : 1e-3)
  }
  const moved = solve(matrix, right)
  const rounded = (value: number): number => Number(value.toPrecision(4))
  return Object.fromEntries(
    featureNames.map((name, at) => [
      name,
      [rounded(means[at] ?? 0), rounded(spreads[at] ?? 1), rounded((expected[at] ?? 0) + (moved[at] ?? 0))],
    ]),
  ) as unknown as TrainedWeights['features'] // one entry for every name
}

function addProduct(matrix: Float64Array[], right: Float64Array, vector: Float64Array, target: number): void {
  for (let row = 0; row < vector.length; row += 1) {
    const factor = vector[row] ?? 0
    if (factor === 0) continue
    right[row] = (right[row] ?? 0) + factor * target
    const line = matrix[row] as Float64Array // as many lines as the vector has numbers
    for (let column = 0; column < vector.length; column += 1)
      line[column] = (line[column] ?? 0) + factor * (vector[column] ?? 0)
  }
}

/** Gaussian elimination; the matrix is symmetric and positive, so no line needs to be exchanged. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  for (let pivot = 0; pivot < size; pivot += 1) {
    const line = matrix[pivot] as Float64Array // inside the matrix
    for (let row = pivot + 1; row < size; row += 1) {
      const other = matrix[row] as Float64Array // inside the matrix
      const factor = (other[pivot] ?? 0) / (line[pivot] ?? 1)
      if (factor === 0) continue
      for (let column = pivot; column < size; column += 1)
        other[column] = (other[column] ?? 0) - factor * (line[column] ?? 0)
      right[row] = (right[row] ?? 0) - factor * (right[pivot] ?? 0)
    }
  }
  const solution = new Float64Array(size)
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = matrix[row] as Float64Array // inside the matrix
    let sum = right[row] ?? 0
    for (let column = row + 1; column < size; column += 1)
      sum -= (line[column] ?? 0) * (solution[column] ?? 0)
    solution[row] = sum / (line[row] ?? 1)
  }
  return solution
}

/** What the weights make of a row. */
export function sumOf(row: Row, weights: TrainedWeights['features']): number {
  let sum = 0
  for (const [at, name] of featureNames.entries()) {
    const [mean, spread, weight] = weights[name]
    const value = ((row.features[at] ?? 0) - mean) / spread
    sum += weight * Math.max(-mostSpreads, Math.min(mostSpreads, value))
  }
  return sum
}
