// Holds the simulation of routing to its arithmetic: what a sweep costs and gives, and how sure a figure is.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generator } from '../../scripts/classifier/apgr.js'
import { intervals, sample } from '../../scripts/routing-simulation/bootstrap.js'
import { cheapestAsGood, mixedByChance, type Spending } from '../../scripts/routing-simulation/market.js'
import {
  type Case,
  costToRecover,
  gapOf,
  oracleScores,
  outcomeOf,
  qualityAt,
  sweep,
  tiesOf,
} from '../../scripts/routing-simulation/sweep.js'

/** A prompt that costs 10 with the strong model and 1 with the weak one. */
function prompt(strong: number, weak: number, group = 'one'): Case {
  return { group, strong, weak, strongCost: 10, weakCost: 1 }
}

const anyCase = fc.record({
  group: fc.constantFrom('one', 'two', 'three'),
  strong: fc.constantFrom(0, 1),
  weak: fc.constantFrom(0, 1),
  strongCost: fc.integer({ min: 20, max: 40 }),
  weakCost: fc.integer({ min: 1, max: 10 }),
})

const four = [prompt(1, 0), prompt(1, 1), prompt(1, 0), prompt(0, 0)]

describe('the sweep over shares of strong calls', () => {
  it('begins with the weak model for everything and ends with the strong one', () => {
    const { costs, qualities } = sweep(four, tiesOf([4, 3, 2, 1]))
    expect(costs).toEqual([1, 3.25, 5.5, 7.75, 10])
    expect(qualities).toEqual([0.25, 0.5, 0.5, 0.75, 0.75])
  })

  it('ends at the same cost and quality in whatever order the prompts are sent', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyCase, fc.integer()), { minLength: 1, maxLength: 30 }), (drawn) => {
        const cases = drawn.map(([one]) => one)
        const { costs, qualities } = sweep(cases, tiesOf(drawn.map(([, score]) => score)))
        const mean = (values: readonly number[]): number =>
          values.reduce((sum, value) => sum + value, 0) / values.length
        expect(costs.at(-1)).toBeCloseTo(mean(cases.map(({ strongCost }) => strongCost)))
        expect(qualities.at(-1)).toBeCloseTo(mean(cases.map(({ strong }) => strong)))
        expect(costs[0]).toBeCloseTo(mean(cases.map(({ weakCost }) => weakCost)))
      }),
    )
  })

  it('counts prompts of one score as mixed evenly, so that chance is a straight line', () => {
    const chance = sweep(four, tiesOf([0, 0, 0, 0]))
    expect(chance.costs).toEqual([1, 10])
    expect(qualityAt(chance, 5.5)).toBe(0.5)
    expect(costToRecover(chance, 0.5)).toBeCloseTo(0.55)
  })

  it('counts a prompt that was drawn twice as two', () => {
    const twice = sweep([prompt(1, 0), prompt(1, 1)], tiesOf([2, 1]), Float64Array.from([2, 0]))
    expect(twice).toEqual({ costs: [1, 10, 10], qualities: [0, 1, 1] })
  })
})

describe('the cost of recovering the gap', () => {
  it('is what the prompts cost up to where the gap is recovered, as a share of always-strong', () => {
    const perfect = sweep(four, tiesOf([4, 1, 4, 1]))
    expect(costToRecover(perfect, 1)).toBeCloseTo(0.55)
    expect(costToRecover(perfect, 0.5)).toBeCloseTo(0.325)
  })

  it('does not count a peak that is lost again', () => {
    // Right after the first prompt all is recovered; the second one, which only the weak model had right, loses it.
    const cases = [prompt(1, 0), prompt(0, 1), prompt(1, 0)]
    const curve = sweep(cases, tiesOf([3, 2, 1]))
    expect(gapOf(curve)).toBeCloseTo(1 / 3)
    expect(costToRecover(curve, 1)).toBeCloseTo(1)
  })

  it('says nothing where the strong model is no better', () => {
    expect(costToRecover(sweep([prompt(0, 1), prompt(1, 0)], tiesOf([2, 1])), 0.9)).toBeNaN()
  })

  it('is never lower by any order than by that of the outcomes themselves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyCase, fc.integer()), { minLength: 2, maxLength: 30 }),
        fc.constantFrom(0.5, 0.9, 1),
        (drawn, share) => {
          const cases = drawn.map(([one]) => one)
          const oracle = costToRecover(sweep(cases, tiesOf(oracleScores(cases))), share)
          const other = costToRecover(sweep(cases, tiesOf(drawn.map(([, score]) => score))), share)
          if (!Number.isNaN(oracle)) expect(oracle).toBeLessThanOrEqual(other + 1e-9)
        },
      ),
    )
  })
})

describe('the outcome of a choice by level', () => {
  it('tells what was recovered, and how much of it chance would have recovered for the money', () => {
    const outcome = outcomeOf(four, (place) => place === 0)
    expect(outcome).toMatchObject({ cost: 0.325, quality: 0.5, strongShare: 0.25, recovered: 0.5 })
    expect(outcome.beyondChance).toBeCloseTo(0.25)
  })
})

describe('the intervals', () => {
  const groups = ['a', 'a', 'b', 'c', 'c', 'c']
  const mean = (values: readonly number[]) => (counts: Float64Array) => [
    values.reduce((sum, value, at) => sum + value * (counts[at] ?? 0), 0) /
      counts.reduce((sum, count) => sum + count, 0),
  ]

  it('have no width where all groups are alike', () => {
    expect(intervals(groups, mean([1, 1, 1, 1, 1, 1]), 50)).toEqual([{ value: 1, low: 1, high: 1, meant: 1 }])
  })

  it('draw whole groups, the same ones in every run', () => {
    const measure = mean([0, 0, 1, 0.5, 0.5, 0.5])
    const [first] = intervals(groups, measure, 2_000)
    expect(first).toEqual(intervals(groups, measure, 2_000)[0])
    expect(first?.low).toBe(0)
    expect(first?.high).toBe(1)
    intervals(
      groups,
      (counts) => {
        expect(counts[0]).toBe(counts[1])
        expect(counts[3]).toBe(counts[5])
        return []
      },
      50,
    )
  })

  it('say how often a figure meant anything', () => {
    const [figure] = intervals(groups, (counts) => [counts[2] === 0 ? Number.NaN : 1], 200)
    expect(figure?.meant).toBeGreaterThan(0.5)
    expect(figure?.meant).toBeLessThan(0.9)
  })
})

describe('a fair draw', () => {
  it('takes each item at most once, and the same ones for the same seed', () => {
    const items = Array.from({ length: 40 }, (_, at) => at)
    const drawn = sample(items, 10, generator(3))
    expect(new Set(drawn).size).toBe(10)
    expect(drawn).toEqual(sample(items, 10, generator(3)))
    expect(drawn).not.toEqual(sample(items, 10, generator(4)))
    expect(sample([1, 2], 5, generator(3))).toHaveLength(2)
  })

  it('favours no order', () => {
    const random = generator(8)
    const times = new Map<string, number>()
    for (let draw = 0; draw < 6_000; draw += 1) {
      const order = sample(['a', 'b', 'c'], 3, random).join('')
      times.set(order, (times.get(order) ?? 0) + 1)
    }
    expect(times.size).toBe(6)
    for (const count of times.values()) expect(Math.abs(count - 1_000)).toBeLessThan(90)
  })
})

describe('the same quality by other means', () => {
  const spending = (name: string, usdPerThousand: number, quality: number): Spending => ({
    name,
    usdPerThousand,
    quality,
    belowFloor: 0,
  })
  const [best, middle, cheapest] = [spending('a', 10, 96), spending('b', 2, 90), spending('c', 1, 60)]

  it('is the cheapest model that is as good, where there is one', () => {
    const market = { singles: [best, middle, cheapest] }
    expect(cheapestAsGood(market, 88)).toBe(middle)
    expect(cheapestAsGood(market, 96)).toBe(best)
    expect(cheapestAsGood(market, 97)).toBeUndefined()
  })

  it('is what the best and the cheapest model cost, mixed by chance', () => {
    expect(mixedByChance({ best, cheapest }, 78)).toBeCloseTo(5.5)
    expect(mixedByChance({ best, cheapest }, 50)).toBeCloseTo(1)
  })
})
