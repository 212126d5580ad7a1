// How sure a figure is: groups of prompts drawn again and again, and fair draws.

import { generator } from '../classifier/apgr.js'

/** A value with its 95 % interval. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Of the draws, the share in which the figure means something. */
  readonly meant: number
}

/** How often the groups are drawn. */
export const resamples = 1_000

const seed = 20_261_110

/**
 * Measures figures on the prompts as they are, and with whole groups of them drawn with replacement; each comes with the
 * range that 95 of 100 draws fall into. `measure` is told how often each prompt is there, and answers NaN where a figure
 * means nothing.
 */
export function intervals(
  groups: readonly string[],
  measure: (counts: Float64Array) => readonly number[],
  draws = resamples,
): Interval[] {
  const names = [...new Set(groups)]
  const groupOf = groups.map((group) => names.indexOf(group))
  const random = generator(seed)
  const values = measure(new Float64Array(groups.length).fill(1))
  const drawn: number[][] = values.map(() => [])
  for (let draw = 0; draw < draws; draw += 1) {
    const times = new Float64Array(names.length)
    for (let pick = 0; pick < names.length; pick += 1) {
      const name = Math.floor(random() * names.length)
      times[name] = (times[name] ?? 0) + 1
    }
    const figures = measure(Float64Array.from(groupOf, (name) => times[name] ?? 0))
    for (const [at, figure] of figures.entries()) if (!Number.isNaN(figure)) drawn[at]?.push(figure)
  }
  return values.map((value, at) => {
    const sorted = (drawn[at] ?? []).sort((one, other) => one - other)
    return {
      value,
      low: sorted[Math.floor(sorted.length * 0.025)] ?? Number.NaN,
      high: sorted[Math.ceil(sorted.length * 0.975) - 1] ?? Number.NaN,
      meant: sorted.length / draws,
    }
  })
}

/** So many of them, each at most once, in the order of a fair draw. */
export function sample<Item>(items: readonly Item[], size: number, random: () => number): Item[] {
  const left = [...items]
  for (let at = 0; at < Math.min(size, left.length); at += 1) {
    const other = at + Math.floor(random() * (left.length - at))
    const [one, two] = [left[at], left[other]]
    if (one === undefined || two === undefined) continue
    left[at] = two
    left[other] = one
  }
  return left.slice(0, size)
}
