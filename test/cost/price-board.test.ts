// The board of prices: the same sums as the exact ones, and prices that are never older than a minute.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { FoundPrice, ModelPrice, PriceSource, Rate } from '../../src/core/price.js'
import { expectedCost, type PromptShape } from '../../src/cost/expected.js'
import { entryOf, expectedOf, expectedOfAll, PriceBoard, ratesAt } from '../../src/cost/price-board.js'
import { Pricing } from '../../src/cost/pricing.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const minute = Date.UTC(2026, 0, 1, 12, 0)

function boardOf(source: PriceSource, unknownPrice: 'deny' | ModelPrice = 'deny') {
  const baseline = { provider: 'openai', model: 'gpt-4o' }
  const pricing = new Pricing({ clock: new FakeClock(), source, unknownPrice, baseline })
  return { pricing, board: new PriceBoard(pricing) }
}

/** A source that tells what stands in `prices`, and counts how often it was asked. */
function told(prices: Map<string, FoundPrice>) {
  const asked: string[] = []
  const source = {
    find(provider: string, model: string) {
      asked.push(`${provider}/${model}`)
      return prices.get(`${provider}/${model}`)
    },
  }
  return { asked, source }
}

const found = (price: ModelPrice, more: Partial<FoundPrice> = {}): FoundPrice => ({
  price,
  version: 'test',
  ...more,
})

const amount = fc.oneof(fc.nat({ max: 100_000_000_000 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }))
const tokens = fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 3_000_000 }))
const tier = fc.record({ above: tokens, rate: amount })
const rate: fc.Arbitrary<Rate> = fc.oneof(
  amount,
  fc
    .record({ base: amount, tiers: fc.array(tier, { maxLength: 3 }) })
    .map(({ base, tiers }) => ({ base, tiers: tiers.toSorted((one, other) => one.above - other.above) })),
)
const anyPrice = fc.record(
  {
    input: rate,
    output: rate,
    cacheRead: rate,
    cacheWrite: rate,
    cacheFromTokens: tokens,
    perCall: amount,
    audioInput: rate,
  },
  { requiredKeys: ['input', 'output'] },
)
const anyCount = fc.oneof(
  { weight: 9, arbitrary: tokens },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, 1e17, Number.NaN, Number.POSITIVE_INFINITY, 1_024) },
)
const anyPrompt: fc.Arbitrary<PromptShape> = fc.record({
  tokens: anyCount,
  prefixTokens: anyCount,
  markedTokens: fc.oneof(fc.constant(0), anyCount),
  isFirstTurn: fc.boolean(),
})
const anyChance = fc.oneof(fc.constant(undefined), fc.double({ min: 0, max: 1, noNaN: true }), fc.double())

describe('the fast sum', () => {
  it('CO8, CO9: is what the exact one is, to the nano-dollar, for every price and prompt', () => {
    fc.assert(
      fc.property(anyPrice, anyPrompt, anyCount, anyChance, (price, prompt, outputTokens, hitChance) => {
        const entry = entryOf(found(price))
        const exact = expectedCost({ price, prompt, outputTokens, hitChance })
        expect(expectedOf(entry, prompt, outputTokens, hitChance)).toBe(exact)
      }),
      { numRuns: 3_000 },
    )
  })

  it('CO8, CO9: is the same for a whole list at once, and unknown where a price is', () => {
    const prices = fc.array(fc.oneof(anyPrice, fc.constant(undefined)), { maxLength: 12 })
    fc.assert(
      fc.property(prices, anyPrompt, anyCount, anyChance, (given, prompt, outputTokens, hitChance) => {
        const models = given.map((_, at) => ({ provider: 'a', model: `m${at}` }))
        const known = new Map(
          given.flatMap((price, at) => (price === undefined ? [] : [[`a/m${at}`, found(price)] as const])),
        )
        const { board } = boardOf(told(known).source)
        const calls = { outputTokensOf: () => outputTokens, hitChanceOf: () => hitChance }
        const costs = expectedOfAll(board.pricedAll(models, minute), prompt, calls)
        expect([...costs]).toEqual(
          models.map(({ provider, model }) => {
            const entry = board.priced(provider, model, minute)
            return expectedOf(entry, prompt, outputTokens, hitChance) ?? Number.NaN
          }),
        )
      }),
      { numRuns: 1_000 },
    )
  })

  it('CO8: is rounded up like the exact one where a millionth is left over, up to the largest sums', () => {
    const one = { tokens: 1, prefixTokens: 0, markedTokens: 0, isFirstTurn: false }
    fc.assert(
      fc.property(
        fc.nat({ max: 9_007_199_253 }),
        fc.constantFrom(0, 1, 2, 999_998, 999_999),
        (whole, left) => {
          const price = { input: whole * 1_000_000 + left, output: 0 }
          const cost = expectedOf(entryOf(found(price)), one, 0)
          expect(cost).toBe(whole + (left > 0 ? 1 : 0))
          expect(cost).toBe(expectedCost({ price, prompt: one, outputTokens: 0 }))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('CO9: is what the exact one is for every price of the table', async () => {
    const source = genaiPrices()
    await source.load()
    const { board } = boardOf(source)
    const prompts = [500, 1_024, 130_000, 210_000, 280_000].flatMap((size) =>
      [true, false].map((isFirstTurn) => ({
        tokens: size,
        prefixTokens: size - 100,
        markedTokens: isFirstTurn ? 0 : size - 50,
        isFirstTurn,
      })),
    )
    for (const [provider, model] of [
      ['openai', 'gpt-4o-mini'],
      ['anthropic', 'claude-haiku-4-5'],
      ['anthropic', 'claude-sonnet-4-5'],
      ['gemini', 'gemini-2.5-pro'],
      ['gemini', 'gemini-2.5-flash'],
      ['deepseek', 'deepseek-chat'],
    ] as const) {
      const { price, ...entry } = board.priced(provider, model, minute)
      if (price === undefined) throw new Error(model)
      for (const prompt of prompts)
        expect([model, expectedOf({ ...entry, price }, prompt, 900, 0.3)]).toEqual([
          model,
          expectedCost({ price, prompt, outputTokens: 900, hitChance: 0.3 }),
        ])
    }
  })

  it('CO8: is unknown where the price is, and never 0', () => {
    const { board } = boardOf(told(new Map()).source)
    const entry = board.priced('openai', 'gpt-x', minute)
    expect(entry).toMatchObject({ isUnknown: true, isFree: false })
    const prompt = { tokens: 10, prefixTokens: 0, markedTokens: 0, isFirstTurn: true }
    expect(expectedOf(entry, prompt, 10)).toBeNull()
  })
})

describe('the board', () => {
  it('CO8: holds the rates of each length of a prompt, and all that ranking asks', () => {
    const price = {
      input: { base: 100, tiers: [{ above: 200_000, rate: 200 }] },
      output: { base: 300, tiers: [{ above: 100_000, rate: 400 }] },
      cacheRead: 10,
      perCall: 7,
      cacheFromTokens: 2_048,
    }
    const prices = new Map([['a/b', found(price, { caveat: 'stale', contextWindow: 128_000 })]])
    const entry = boardOf(told(prices).source).board.priced('a', 'b', minute)
    expect(entry).toMatchObject({
      isUnknown: false,
      isFree: false,
      caveat: 'stale',
      contextWindow: 128_000,
      perCall: 7,
      cacheFromTokens: 2_048,
    })
    const at = (length: number) => ratesAt(entry, length)
    expect(at(0)).toMatchObject({ input: 100, output: 300, cacheRead: 10, cacheWrite: 100 })
    expect(at(100_000)).toMatchObject({ input: 100, output: 300 })
    expect(at(100_001)).toMatchObject({ input: 100, output: 400, cacheWrite: 100 })
    expect(at(200_001)).toMatchObject({ input: 200, output: 400, cacheRead: 10, cacheWrite: 200 })
  })

  it('RK7: calls free only what costs nothing at all', () => {
    const isFree = (price: ModelPrice) => entryOf(found(price)).isFree
    expect(isFree({ input: 0, output: 0 })).toBe(true)
    expect(isFree({ input: 0, output: { base: 0, tiers: [] }, perCall: 0, cacheFromTokens: 9 })).toBe(true)
    expect(isFree({ input: 0, output: 1 })).toBe(false)
    expect(isFree({ input: 0, output: 0, perCall: 1 })).toBe(false)
    expect(isFree({ input: 0, output: 0, imageOutput: 1 })).toBe(false)
    expect(isFree({ input: 0, output: { base: 0, tiers: [{ above: 9, rate: 1 }] } })).toBe(false)
  })

  it('CO2: takes the price that the app assumes for an assumed one', () => {
    const { board } = boardOf(told(new Map()).source, { input: 5, output: 6 })
    expect(board.priced('a', 'b', minute)).toMatchObject({ isUnknown: false, caveat: 'assumed' })
  })

  it('CO8: looks a price up once in a minute of the date', () => {
    const prices = new Map([['a/b', found({ input: 1, output: 1 })]])
    const { asked, source } = told(prices)
    const { board } = boardOf(source)
    const first = board.priced('a', 'b', minute)
    expect(board.priced('a', 'b', minute + 59_999)).toBe(first)
    board.priced('a', 'c', minute)
    board.priced('a', 'c', minute)
    expect(asked).toEqual(['a/b', 'a/c'])
    prices.set('a/b', found({ input: 2, output: 1 }))
    expect(board.priced('a', 'b', minute + 59_999)).toBe(first)
    expect(ratesAt(board.priced('a', 'b', minute + 60_000), 0).input).toBe(2)
    prices.delete('a/b')
    expect(board.priced('a', 'b', minute + 120_000).isUnknown).toBe(true)
  })

  it('CO8: looks a list up once in a minute, and anew when prices are others', async () => {
    const prices = new Map([['a/b', found({ input: 1, output: 1 })]])
    const { asked, source } = told(prices)
    const { board, pricing } = boardOf(source)
    const list = [{ provider: 'a', model: 'b' }]
    const first = board.pricedAll(list, minute)
    expect(board.pricedAll(list, minute + 59_999)).toBe(first)
    expect(asked).toEqual(['a/b'])
    prices.set('a/b', found({ input: 2, output: 1 }))
    expect(board.pricedAll(list, minute + 60_000).input[0]).toBe(2)
    prices.set('a/b', found({ input: 3, output: 1 }))
    await pricing.refresh()
    expect(board.pricedAll(list, minute + 60_000).input[0]).toBe(3)
  })

  it('CO8: tells the price of the time of day, as the table has it', () => {
    const [day, night] = [found({ input: 10, output: 10 }), found({ input: 5, output: 5 })]
    const find = (_provider: string, _model: string, at: number) =>
      new Date(at).getUTCHours() < 12 ? night : day
    const { board } = boardOf({ find })
    expect(ratesAt(board.priced('a', 'b', minute - 1), 0).input).toBe(5)
    expect(ratesAt(board.priced('a', 'b', minute), 0).input).toBe(10)
  })

  it('CO2: knows at once what was loaded or fetched since', async () => {
    const prices = new Map<string, FoundPrice>()
    const { source } = told(prices)
    const { board, pricing } = boardOf({
      ...source,
      load: async () => void prices.set('a/b', found({ input: 1, output: 1 })),
      refresh: async () => void prices.set('a/b', found({ input: 2, output: 2 })),
    })
    expect(board.priced('a', 'b', minute).isUnknown).toBe(true)
    await board.ready(['a'], minute)
    expect(ratesAt(board.priced('a', 'b', minute), 0).input).toBe(1)
    await pricing.refresh()
    expect(ratesAt(board.priced('a', 'b', minute), 0).input).toBe(2)
  })

  it('CO2: waits for prices once, and then only to load them again', async () => {
    let loads = 0
    const { board } = boardOf({
      find: () => undefined,
      covers: (provider) => provider !== 'own',
      load: async () => {
        loads += 1
      },
    })
    expect(board.ready(['own'], minute)).toBeUndefined()
    const both = [board.ready(['a', 'b'], minute), board.ready(['a'], minute)]
    expect(both.every((wait) => wait !== undefined)).toBe(true)
    await Promise.all(both)
    expect(loads).toBe(1)
    expect(board.ready(['a', 'b', 'own'], minute + 599_999)).toBeUndefined()
    await board.ready(['a', 'b'], minute + 600_000)
    expect(board.ready(['a', 'b'], minute + 600_000)).toBeUndefined()
    expect(loads).toBe(2)
  })

  it('CO2: waits again for prices that could not be loaded', async () => {
    let loads = 0
    const { board } = boardOf({
      find: () => undefined,
      load: async () => {
        loads += 1
        if (loads === 1) throw new Error('no disk')
      },
    })
    await board.ready(['a'], minute)
    const again = board.ready(['a'], minute)
    expect(again).toBeDefined()
    await again
    expect(board.ready(['a'], minute)).toBeUndefined()
  })

  it('CO8: keeps no more than 10,000 models, however many are named', () => {
    const { asked, source } = told(new Map())
    const { board } = boardOf(source)
    for (let number = 0; number <= 10_000; number += 1) board.priced('a', `m${number}`, minute)
    board.priced('a', 'm10000', minute)
    expect(asked).toHaveLength(10_001)
    board.priced('a', 'm0', minute)
    expect(asked).toHaveLength(10_002)
  })
})
