// Where on the level score the levels begin, and how that follows from the share of strong calls an app wants.

import type { Level } from '../../core/level.js'
import { trainedWeights } from './weights.js'

/** The level score from which each level begins; below `moderate` a request is `simple`. */
export interface Cuts {
  readonly moderate: number
  readonly complex: number
  readonly advanced: number
}

/** The cuts that people's own judgement of prompts was matched with. */
export const usualCuts: Cuts = { moderate: 0.25, complex: 0.5, advanced: 0.75 }

/** The level of a level score. */
export function levelAt(levelScore: number, cuts: Cuts = usualCuts): Level {
  if (levelScore >= cuts.advanced) return 'advanced'
  if (levelScore >= cuts.complex) return 'complex'
  return levelScore >= cuts.moderate ? 'moderate' : 'simple'
}

/** The part of the strong calls that are `advanced` where a share of them is asked for. */
const advancedPart = 0.25

/**
 * The cuts at which so large a share of requests (from 0 to 1) is `complex` or `advanced`, as the level scores of the
 * reference mix fall: the four freely licensed files of the development data, each counted alike.
 */
export function cutsFor(strongShare: number): Cuts {
  return cutsOf(referenceCounts(), strongShare)
}

const bins = 100
/** The reference mix counts like so many requests, until the app's own outweigh it. */
const referenceRequests = 100
/** From so many on, older requests count half. */
const mostRequests = 2_000

/**
 * Cuts that follow what an app is asked: a histogram of the level scores seen, in which older ones fade. It begins as the
 * reference mix, needs no clock, and holds 100 numbers whatever it is shown.
 */
export class TrafficCuts {
  #counts = referenceCounts()
  #total = referenceRequests

  /** Takes note of a request. What is no number from 0 to 1 is passed over. */
  observe(levelScore: number): void {
    if (!(levelScore >= 0 && levelScore <= 1)) return
    const bin = binOf(levelScore)
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1
    this.#total += 1
    if (this.#total < mostRequests) return
    this.#counts = this.#counts.map((count) => count / 2)
    this.#total /= 2
  }

  /** The cuts at which so large a share of what was seen is `complex` or `advanced`. */
  cuts(strongShare: number): Cuts {
    return cutsOf(this.#counts, strongShare)
  }
}

function binOf(levelScore: number): number {
  return Math.min(bins - 1, Math.floor(levelScore * bins))
}

function referenceCounts(): number[] {
  return trainedWeights.reached
    .split(' ')
    .map((thousandths) => (Number(thousandths) * referenceRequests) / 1_000)
}

function cutsOf(counts: readonly number[], strongShare: number): Cuts {
  if (strongShare >= 1) return { moderate: 0, complex: 0, advanced: usualCuts.advanced }
  const complex = strongShare <= 0 ? Number.POSITIVE_INFINITY : reach(counts, strongShare)
  const advanced = strongShare <= 0 ? complex : reach(counts, strongShare * advancedPart)
  return {
    moderate: Math.min(usualCuts.moderate, complex),
    complex,
    advanced: Math.max(complex, Math.min(advanced, Math.max(complex, usualCuts.advanced))),
  }
}

/** The level score that this share of the counts reaches, between the bins by proportion. */
function reach(counts: readonly number[], share: number): number {
  let total = 0
  for (const count of counts) total += count
  let above = 0
  for (let bin = counts.length - 1; bin >= 0; bin -= 1) {
    const count = counts[bin] ?? 0
    if (above + count >= share * total && count > 0)
      return (bin + 1 - (share * total - above) / count) / counts.length
    above += count
  }
  return 0
}
