// Makes a quality from 0 to 100 of a rating, and tells which rows have a rating of their own.
import { identityOf, ratingsByIdentity } from './identity.mjs'

/** The rating that becomes 50. */
const middle = 1152
/** How many points of a rating multiply the odds by ten. */
const tenfold = 212

/** The kinds of work, and the boards that rate them. `expert` is left out: it is rated for too few models. */
export const kinds = {
  general: 'overall',
  hard: 'hard',
  coding: 'coding',
  math: 'math',
  instruction: 'instruction',
  creative: 'creative',
  multiTurn: 'multiturn',
  long: 'long',
}

/** The quality of a rating on the Elo scale: one curve for every kind of work, rising all the way. */
export function qualityOf(elo) {
  return 100 / (1 + 10 ** ((middle - elo) / tenfold))
}

/** The rating that a quality comes from. */
export function eloOf(quality) {
  return middle - tenfold * Math.log10(100 / quality - 1)
}

/** As it stands in the catalogue: to a tenth. */
export function rounded(quality) {
  return Math.round(quality * 10) / 10
}

/**
 * The qualities of rated models by identity, unrounded.
 * @returns {Map<string, { rating: string, quality: Record<string, number> }>}
 */
export function ratedQualities(ratings) {
  const found = new Map()
  for (const [identity, { name, rating }] of ratingsByIdentity(ratings)) {
    const quality = {}
    for (const [kind, board] of Object.entries(kinds))
      if (rating[board] !== undefined) quality[kind] = qualityOf(rating[board])
    found.set(identity, { rating: name, quality })
  }
  return found
}

/** The row with its quality: rated, or as `estimate` says, or without one. */
export function withQuality(row, rated, estimate) {
  const own = rated.get(identityOf(row.model))
  const quality = own?.quality ?? estimate(row)
  if (quality === undefined) return row
  const told = Object.fromEntries(Object.entries(quality).map(([kind, value]) => [kind, rounded(value)]))
  return { ...row, quality: told, ...(own === undefined ? { isQualityEstimated: true } : {}) }
}
