// Estimates the quality of models that nobody has rated: from their family, their version, their price and their size.
import { identityOf } from './identity.mjs'
import { lineage } from './lineage.mjs'
import { eloOf, qualityOf } from './quality.mjs'

/** Families whose lines count their versions together: a Sonnet 5 is newer than an Opus 4.5. */
const oneNumbering = new Set(['claude', 'gpt', 'gemini', 'grok', 'glm', 'kimi', 'deepseek', 'minimax'])

/** One price of a million tokens, three of them input. */
export function blended({ inputPerMillion, outputPerMillion }) {
  return (3 * inputPerMillion + outputPerMillion) / 4
}

/**
 * What is known of models, whoever serves them; the price is the median of what the maker and the hosts ask. What is
 * not known is NaN.
 * @param {{ model: string, price?: object, reasoning?: boolean }[]} listings
 */
export function featuresByIdentity(listings) {
  const found = new Map()
  for (const { model, price, reasoning } of listings) {
    const features = found.get(identityOf(model)) ?? emptyFeatures(identityOf(model))
    if (price !== undefined && price.inputPerMillion > 0) features.prices.push(blended(price))
    if (reasoning) features.reasoning = true
    found.set(features.identity, features)
  }
  for (const features of found.values()) features.logPrice = Math.log10(median(features.prices))
  return found
}

/** A model of which nothing but its name is known. */
export function emptyFeatures(identity) {
  return { identity, ...lineage(identity), prices: [], logPrice: Number.NaN, reasoning: false }
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2
}

/** In points of quality: how far above the best rated model an estimate may come. */
const headroom = 1
/** An estimate looks no further ahead, or back, than so many versions. */
const mostVersions = 1
/** What of a version's usual gain is believed of a model that is newer than the ratings: too low costs less than too high. */
const believedGain = 0.5
/** How much the price says beside the relatives. */
const priceShare = 0.25
/** What another line of the family, and a step in size by its name, count for in the distance of two models. */
const otherLine = 0.5
const tierStep = 0.5
/** The wider, the more relatives have a say. */
const reach = 0.35

/**
 * An estimator made of rated models. Where the family has rated models, the estimate is three parts their ratings, each
 * shifted by the difference in version, price and size, the nearest counting most, and one part what the price says; the
 * slopes are fitted to pairs of rated relatives. A successor is put above what it succeeds. Elsewhere
 * it is a regression on price, size and reasoning over the rated models that are still served, less its usual error.
 */
export class Estimator {
  #known
  #best
  #slopes
  #plain

  /** `known`: features of rated models, with their `quality` by kind and whether they are still served. */
  constructor(known) {
    this.#known = known.map((model) => ({ ...model, elo: eloOf(model.quality.general) }))
    this.#best = Math.max(...known.map(({ quality }) => quality.general))
    this.#slopes = this.#fitRelatives()
    this.#plain = this.#fitAll()
  }

  /** Points of a rating for a whole version, for ten times the price, and for ten times the size. */
  get slopes() {
    return this.#slopes
  }

  /**
   * The quality by kind, or `undefined` where there is nothing to go by.
   * @returns {{ quality: Record<string, number>, by: 'family' | 'price' } | undefined}
   */
  estimate(features) {
    const relatives = this.#relatives(features)
    const byPrice =
      this.#plain === undefined || Number.isNaN(features.logPrice)
        ? undefined
        : dot(plainTerms(features), this.#plain.weights)
    if (relatives.length > 0) {
      const total = relatives.reduce((sum, { weight }) => sum + weight, 0)
      const byFamily = relatives.reduce((sum, { weight, elo }) => sum + weight * elo, 0) / total
      const elo = byPrice === undefined ? byFamily : (1 - priceShare) * byFamily + priceShare * byPrice
      const least = Math.max(
        ...relatives.map(({ model }) => (isSuccessor(features, model) ? this.#least(features, model) : 0)),
      )
      return { quality: this.#byKind(Math.max(elo, least), relatives[0].model), by: 'family' }
    }
    if (byPrice === undefined) return undefined
    return { quality: { general: this.#limited(qualityOf(byPrice - this.#plain.error)) }, by: 'price' }
  }

  /** A successor gains at least half of what is believed. */
  #least(features, model) {
    const [versions] = stepsBetween(model, features)
    return model.elo + (versions * this.#slopes[0] * believedGain) / 2
  }

  /** The nearest relative tells how the kinds of work lie to each other. */
  #byKind(elo, model) {
    const quality = {}
    for (const [kind, value] of Object.entries(model.quality))
      quality[kind] = this.#limited(qualityOf(elo + eloOf(value) - model.elo))
    return quality
  }

  /** What lies above the best rated model is pressed together, in its order. */
  #limited(quality) {
    const above = quality - this.#best
    return above <= 0 ? quality : this.#best + headroom * (1 - Math.exp(-above / headroom))
  }

  #relatives(features) {
    const found = []
    for (const model of this.#known) {
      if (features.family === undefined || model.family !== features.family) continue
      const steps = stepsBetween(model, features)
      const distance =
        apart(features.version, model.version) +
        Math.abs(features.tier - model.tier) * tierStep +
        apart(features.logPrice, model.logPrice) +
        apart(features.logSize, model.logSize) +
        (model.line === features.line ? 0 : otherLine)
      if (steps[0] > 0) steps[0] *= believedGain
      found.push({ model, weight: Math.exp(-distance / reach), elo: model.elo + dot(steps, this.#slopes) })
    }
    return found.sort((one, other) => other.weight - one.weight)
  }

  #fitRelatives() {
    const rows = []
    for (const older of this.#known) {
      for (const newer of this.#known) {
        if (older === newer || older.family === undefined || older.family !== newer.family) continue
        if (Number.isNaN(older.logPrice) || Number.isNaN(newer.logPrice)) continue
        if (Number.isNaN(older.logSize) !== Number.isNaN(newer.logSize)) continue
        const steps = stepsBetween(older, newer)
        if (Math.abs(newer.version - older.version) > mostVersions) continue
        if (steps.some((step) => step !== 0)) rows.push({ x: steps, y: newer.elo - older.elo })
      }
    }
    return rows.length === 0 ? [0, 0, 0] : leastSquares(rows)
  }

  #fitAll() {
    const rows = this.#known
      .filter(({ logPrice, isServed }) => isServed && !Number.isNaN(logPrice))
      .map((model) => ({ x: plainTerms(model), y: model.elo }))
    if (rows.length < 8) return undefined
    const weights = leastSquares(rows)
    return { weights, error: median(rows.map(({ x, y }) => Math.abs(dot(x, weights) - y))) }
  }
}

/** From one model to another: versions, and tenfolds of price and size. What is not known of both is no difference. */
function stepsBetween(from, to) {
  const versions = known(to.version - from.version)
  return [
    Math.max(-mostVersions, Math.min(mostVersions, versions)),
    known(to.logPrice - from.logPrice),
    known(to.logSize - from.logSize),
  ]
}

/** Newer in the same line and of the same size, or newer in a family of one numbering and no cheaper. */
function isSuccessor(model, older) {
  if (!(model.version > older.version)) return false
  const isWithoutSize = Number.isNaN(model.logSize) && Number.isNaN(older.logSize)
  if (model.line === older.line && (isWithoutSize || model.logSize === older.logSize)) return true
  return isWithoutSize && oneNumbering.has(model.family) && model.logPrice >= older.logPrice
}

/** How far two figures lie apart: one that is known of one model only is as far as may be, within reason. */
function apart(one, other) {
  if (Number.isNaN(one) && Number.isNaN(other)) return 0
  return known(Math.abs(one - other), 1)
}

function known(value, otherwise = 0) {
  return Number.isNaN(value) ? otherwise : value
}

function plainTerms({ logPrice, logSize, reasoning }) {
  const hasSize = !Number.isNaN(logSize)
  return [1, logPrice, hasSize ? logSize - 2 : 0, hasSize ? 1 : 0, reasoning ? 1 : 0]
}

function dot(one, other) {
  return one.reduce((sum, value, at) => sum + value * other[at], 0)
}

/** Ridge, with a penalty of 1 on every weight but that of a constant. */
function leastSquares(rows) {
  const size = rows[0].x.length
  const isConstant = (column) => rows.every(({ x }) => x[column] === 1)
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      const penalty = row === column && !isConstant(row) ? 1 : 0
      return rows.reduce((sum, { x }) => sum + x[row] * x[column], penalty)
    }),
  )
  const right = Array.from({ length: size }, (_, row) => rows.reduce((sum, { x, y }) => sum + x[row] * y, 0))
  for (let pivot = 0; pivot < size; pivot += 1) {
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue
      const factor = matrix[row][pivot] / matrix[pivot][pivot]
      for (let column = 0; column < size; column += 1) matrix[row][column] -= factor * matrix[pivot][column]
      right[row] -= factor * right[pivot]
    }
  }
  return right.map((value, row) => value / matrix[row][row])
}

/**
 * How far off the estimator is, in points of quality: each rated model that is still served is estimated from the
 * others.
 */
export function leaveOneOut(known) {
  const errors = known
    .filter(({ isServed }) => isServed)
    .flatMap((model) => {
      const estimated = new Estimator(known.filter((other) => other !== model)).estimate(model)
      if (estimated === undefined) return []
      const off = estimated.quality.general - model.quality.general
      return [{ identity: model.identity, by: estimated.by, off, error: Math.abs(off) }]
    })
  const sorted = errors.map(({ error }) => error).sort((one, other) => one - other)
  return {
    models: sorted.length,
    error: median(sorted),
    /** Nine of ten are off by less. */
    mostError: sorted[Math.floor(sorted.length * 0.9)] ?? Number.NaN,
    /** Above 0: it is too high on the whole. */
    bias: median(errors.map(({ off }) => off)),
    errors,
  }
}
