// The rules of costs, bounds and savings, over prices and usages of every kind.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxMoney } from '../../src/core/money.js'
import type { ModelPrice, Rate } from '../../src/core/price.js'
import type { Usage } from '../../src/core/usage.js'
import { boundOf, costOf, priceAtServiceTier, savingsOf } from '../../src/cost/price.js'

const promptBuckets = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
] as const
const answerBuckets = ['output', 'audioOutput', 'imageOutput'] as const

/** From nothing to $1,000 a million tokens. */
const amount = fc.oneof(fc.integer({ min: 0, max: 1_000_000_000_000 }), fc.constantFrom(0, 1, 150_000_000))

const flat: fc.Arbitrary<Rate> = amount

/** Rising with the length, as every list has it. */
const rising: fc.Arbitrary<Rate> = fc
  .tuple(
    amount,
    fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 300_000 }), amount), {
      maxLength: 3,
      selector: ([above]) => above,
    }),
  )
  .map(([base, steps]) => {
    let rate = base
    const tiers = steps
      .sort(([one], [other]) => one - other)
      .map(([above, more]) => {
        rate += more
        return { above, rate }
      })
    return { base, tiers }
  })

/** Whatever a table might say. */
const wild: fc.Arbitrary<Rate> = fc.oneof(
  flat,
  rising,
  fc.record({
    base: amount,
    tiers: fc
      .uniqueArray(fc.record({ above: fc.integer({ min: 0, max: 300_000 }), rate: amount }), {
        maxLength: 3,
        selector: ({ above }) => above,
      })
      .map((tiers) => tiers.sort((one, other) => one.above - other.above)),
  }),
)

function priceOf(rate: fc.Arbitrary<Rate>): fc.Arbitrary<ModelPrice> {
  return fc.record(
    {
      input: rate,
      output: rate,
      cacheRead: rate,
      cacheWrite: rate,
      cacheWrite1h: rate,
      audioInput: rate,
      imageInput: rate,
      audioOutput: rate,
      imageOutput: rate,
      perCall: fc.integer({ min: 0, max: 1_000_000_000 }),
    },
    { requiredKeys: ['input', 'output'] },
  )
}

const count = fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.constantFrom(0, 1, 199_999, 200_000, 200_001))

const usages: fc.Arbitrary<Usage> = fc.record(
  Object.fromEntries([...promptBuckets, ...answerBuckets].map((bucket) => [bucket, count])),
  { requiredKeys: [] },
)

describe('what a call costs', () => {
  it('is a whole number of nano-dollars and never negative, whatever the counts', () => {
    const hostile = fc.record(
      Object.fromEntries(
        [...promptBuckets, ...answerBuckets].map((bucket) => [
          bucket,
          fc.oneof(count, fc.double(), fc.integer()),
        ]),
      ),
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(priceOf(wild), hostile, (price, usage) => {
        const cost = costOf(price, usage)
        expect(Number.isSafeInteger(cost)).toBe(true)
        expect(cost).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('rises, or stays, with every further token', () => {
    fc.assert(
      fc.property(
        priceOf(rising),
        usages,
        fc.constantFrom(...promptBuckets, ...answerBuckets),
        fc.integer({ min: 1, max: 300_000 }),
        (price, usage, bucket, more) => {
          const grown = { ...usage, [bucket]: (usage[bucket] ?? 0) + more }
          expect(costOf(price, grown)).toBeGreaterThanOrEqual(costOf(price, usage))
        },
      ),
    )
  })

  it('of two usages together is the sum of both, to the one nano-dollar of rounding, where no tier is crossed', () => {
    fc.assert(
      fc.property(priceOf(flat), usages, usages, (given, one, other) => {
        const { perCall: _none, ...price } = given
        const together = Object.fromEntries(
          [...promptBuckets, ...answerBuckets].map((bucket) => [
            bucket,
            (one[bucket] ?? 0) + (other[bucket] ?? 0),
          ]),
        )
        const apart = costOf(price, one) + costOf(price, other)
        expect(costOf(price, together)).toBeLessThanOrEqual(apart)
        expect(costOf(price, together)).toBeGreaterThanOrEqual(apart - 1)
      }),
    )
  })

  it('does not count reasoning a second time', () => {
    const price: ModelPrice = { input: 1_000_000, output: 4_000_000 }
    expect(costOf(price, { input: 10, output: 20, reasoning: 15 })).toBe(10 + 80)
  })

  it('takes what is not known to be cheaper at the full price', () => {
    const price: ModelPrice = { input: 2_000_000, output: 5_000_000 }
    expect(
      costOf(price, { cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1, audioInput: 1, imageInput: 1 }),
    ).toBe(10)
    expect(costOf(price, { audioOutput: 1, imageOutput: 1 })).toBe(10)
    expect(costOf({ ...price, cacheWrite: 3_000_000 }, { cacheWrite1h: 1 })).toBe(3)
  })

  it('rounds a fraction of a nano-dollar up, once for the whole call', () => {
    expect(costOf({ input: 1, output: 1 }, { input: 1 })).toBe(1)
    expect(costOf({ input: 400_000, output: 600_000 }, { input: 1, output: 1 })).toBe(1)
    expect(costOf({ input: 400_001, output: 600_000 }, { input: 1, output: 1 })).toBe(2)
    expect(costOf({ input: 1, output: 1 }, {})).toBe(0)
  })

  it('stops at the largest amount instead of losing digits', () => {
    const price: ModelPrice = { input: maxMoney, output: maxMoney }
    expect(costOf(price, { input: Number.MAX_SAFE_INTEGER, output: Number.MAX_SAFE_INTEGER })).toBe(maxMoney)
    expect(costOf(price, { input: Number.POSITIVE_INFINITY })).toBe(maxMoney)
    expect(costOf({ input: 900_719_925_474, output: 0 }, { input: 9_999_999_999 })).toBe(
      9_007_199_253_839_281,
    )
  })
})

describe('BU2: the most that a call may cost', () => {
  it('BU2: is never less than what any usage within the bound costs', () => {
    fc.assert(
      fc.property(
        priceOf(wild),
        fc.array(fc.integer({ min: 0, max: 120_000 }), { minLength: 6, maxLength: 6 }),
        fc.array(count, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 50_000 }),
        (price, prompt, answer, spare) => {
          const usage = Object.fromEntries([
            ...promptBuckets.map((bucket, index) => [bucket, prompt[index] ?? 0]),
            ...answerBuckets.map((bucket, index) => [bucket, answer[index] ?? 0]),
          ])
          const promptTokens = prompt.reduce((sum, tokens) => sum + tokens, 0)
          const outputTokens = answer.reduce((sum, tokens) => sum + tokens, 0)
          const bound = boundOf(price, promptTokens + spare)
          expect(bound.base + bound.perToken * outputTokens).toBeGreaterThanOrEqual(costOf(price, usage))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('BU2: takes the dearest rate of the prompt, in the tiers that the prompt can reach and no others', () => {
    const price: ModelPrice = {
      input: { base: 3_000_000_000, tiers: [{ above: 200_000, rate: 6_000_000_000 }] },
      cacheWrite1h: { base: 6_000_000_000, tiers: [{ above: 200_000, rate: 12_000_000_000 }] },
      output: { base: 15_000_000_000, tiers: [{ above: 200_000, rate: 22_500_000_000 }] },
      perCall: 7,
    }
    expect(boundOf(price, 200_000)).toEqual({ base: 200_000 * 6_000 + 7, perToken: 15_000 })
    expect(boundOf(price, 200_001)).toEqual({ base: 200_001 * 12_000 + 7, perToken: 22_500 })
    expect(boundOf({ input: 0, output: 1 }, 10)).toEqual({ base: 0, perToken: 1 })
  })
})

describe('CO6: what was saved', () => {
  const dear: ModelPrice = { input: 2_500_000_000, output: 10_000_000_000 }
  const usage: Usage = { input: 1_000, output: 1_000 }

  it('CO6: is the cost at the baseline less the cost, and never less than 0', () => {
    expect(savingsOf(750_000, usage, dear)).toBe(12_500_000 - 750_000)
    expect(savingsOf(12_500_001, usage, dear)).toBe(0)
  })

  it('CO6: is null where the cost, the usage or the baseline is unknown', () => {
    expect(savingsOf(null, usage, dear)).toBeNull()
    expect(savingsOf(1, undefined, dear)).toBeNull()
    expect(savingsOf(1, usage, undefined)).toBeNull()
  })
})

describe('D11: a way of serving that has its own price', () => {
  const price: ModelPrice = {
    input: { base: 2_500_000_000, tiers: [{ above: 271_999, rate: 5_000_000_000 }] },
    output: 15_000_000_001,
    perCall: 3,
    serviceTiers: { flex: 50, batch: 50 },
  }

  it('D11: halves every rate of a flex or batch call, and not the fee for the call', () => {
    const half = priceAtServiceTier(price, 'flex')
    expect(half).toEqual({
      input: { base: 1_250_000_000, tiers: [{ above: 271_999, rate: 2_500_000_000 }] },
      output: 7_500_000_001,
      perCall: 3,
    })
    expect(half && costOf(half, { input: 1_000 })).toBe(1_250_003)
  })

  it('D11: is the ordinary price where the provider says so or says nothing', () => {
    for (const tier of [undefined, null, 'auto', 'default', 'standard', 'on_demand'])
      expect(priceAtServiceTier(price, tier)).toBe(price)
  })

  it('D11: is unknown where nobody knows what that way costs', () => {
    for (const tier of ['priority', 'fast', 'scale', '', '__proto__', 'toString'])
      expect(priceAtServiceTier(price, tier)).toBeUndefined()
    expect(priceAtServiceTier({ input: 1, output: 1 }, 'flex')).toBeUndefined()
  })
})
