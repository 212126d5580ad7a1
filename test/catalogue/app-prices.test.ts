// The app's own prices, and which source goes before which.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appPrices, layeredPrices } from '../../src/catalogue/app-prices.js'
import { isByokError } from '../../src/core/errors.js'
import type { PriceSource } from '../../src/core/price.js'
import { costOf } from '../../src/cost/price.js'

const free = { inputPerMillion: 0, outputPerMillion: 0 }

function refusalOf(value: unknown): { code: string; field: string | undefined; message: string } | undefined {
  try {
    appPrices(value)
    return undefined
  } catch (error) {
    if (!isByokError(error)) throw error
    return { code: error.code, field: error.field, message: error.message }
  }
}

describe("the app's own prices", () => {
  it('CO7: are exact: $0.15 and $0.60 a million make 750,000 nano-dollars of 1,000 and 1,000 tokens', () => {
    const source = appPrices({ 'my/model': { inputPerMillion: 0.15, outputPerMillion: 0.6 } })
    const found = source.find('my', 'model', 0)
    expect(found).toEqual({ price: { input: 150_000_000, output: 600_000_000 }, version: 'app' })
    expect(found && costOf(found.price, { input: 1_000, output: 1_000 })).toBe(750_000)
  })

  it('CO3: name every kind of token, a fee for the call, and tiers by the length of the prompt', () => {
    const source = appPrices({
      'my/model': {
        inputPerMillion: 3,
        outputPerMillion: 15,
        cacheReadPerMillion: 0.3,
        cacheWritePerMillion: 3.75,
        cacheWrite1hPerMillion: 6,
        audioInputPerMillion: 7,
        imageInputPerMillion: 8,
        audioOutputPerMillion: 9,
        imageOutputPerMillion: 10,
        perCallUsd: 0.005,
        above: [
          { promptTokens: 500_000, inputPerMillion: 9 },
          { promptTokens: 200_000, inputPerMillion: 6, outputPerMillion: 22.5 },
        ],
      },
    })
    expect(source.find('my', 'model', 0)?.price).toEqual({
      input: {
        base: 3_000_000_000,
        tiers: [
          { above: 200_000, rate: 6_000_000_000 },
          { above: 500_000, rate: 9_000_000_000 },
        ],
      },
      output: { base: 15_000_000_000, tiers: [{ above: 200_000, rate: 22_500_000_000 }] },
      cacheRead: 300_000_000,
      cacheWrite: 3_750_000_000,
      cacheWrite1h: 6_000_000_000,
      audioInput: 7_000_000_000,
      imageInput: 8_000_000_000,
      audioOutput: 9_000_000_000,
      imageOutput: 10_000_000_000,
      perCall: 5_000_000,
    })
  })

  it('are for that model and no other, however much its name looks alike', () => {
    const source = appPrices({ 'my/model': free, 'gateway/maker/model': free })
    expect(source.find('gateway', 'maker/model', 0)).toBeDefined()
    for (const model of ['model-2025-01-01', 'MODEL', 'mode', 'model/x', '', '__proto__', 'constructor'])
      expect([model, source.find('my', model, 0)]).toEqual([model, undefined])
    expect(source.find('maker', 'model', 0)).toBeUndefined()
  })

  it('may be for every model of a provider; a model that is named goes first', () => {
    const source = appPrices({ 'ollama/*': free, 'ollama/big': { inputPerMillion: 1, outputPerMillion: 1 } })
    expect(source.find('ollama', 'anything:7b', 0)?.price).toEqual({ input: 0, output: 0 })
    expect(source.find('ollama', 'big', 0)?.price.input).toBe(1_000_000_000)
    expect(source.find('vllm', 'anything', 0)).toBeUndefined()
  })

  it('leave out what is undefined', () => {
    const source = appPrices({
      'a/b': undefined,
      'a/c': { ...free, cacheReadPerMillion: undefined, above: undefined },
    })
    expect(source.find('a', 'b', 0)).toBeUndefined()
    expect(source.find('a', 'c', 0)?.price).toEqual({ input: 0, output: 0 })
  })

  const wrong: readonly [string, unknown, string][] = [
    ['prices that are no object', 5, 'prices'],
    ['prices that are nothing', null, 'prices'],
    ['a list', [], 'prices'],
    ['a map', new Map(), 'prices'],
    ['a name without a provider', { model: free }, 'prices.model'],
    ['a name without a model', { 'my/': free }, 'prices.my/'],
    ['a name that begins with a slash', { '/model': free }, 'prices./model'],
    ['a price that is a number', { 'a/b': 1 }, 'prices.a/b'],
    ['a missing input', { 'a/b': { outputPerMillion: 1 } }, 'prices.a/b.inputPerMillion'],
    ['a missing output', { 'a/b': { inputPerMillion: 1 } }, 'prices.a/b.outputPerMillion'],
    ['a negative price', { 'a/b': { ...free, inputPerMillion: -1 } }, 'prices.a/b.inputPerMillion'],
    ['NaN', { 'a/b': { ...free, outputPerMillion: Number.NaN } }, 'prices.a/b.outputPerMillion'],
    [
      'an infinite price',
      { 'a/b': { ...free, cacheReadPerMillion: Infinity } },
      'prices.a/b.cacheReadPerMillion',
    ],
    ['text', { 'a/b': { ...free, inputPerMillion: '0.15' } }, 'prices.a/b.inputPerMillion'],
    ['null', { 'a/b': { ...free, inputPerMillion: null } }, 'prices.a/b.inputPerMillion'],
    [
      'a price a token instead of a million',
      { 'a/b': { ...free, inputPerMillion: 2e6 } },
      'prices.a/b.inputPerMillion',
    ],
    ['a field that does not exist', { 'a/b': { ...free, input: 1 } }, 'prices.a/b.input'],
    [
      'a field of the prototype',
      JSON.parse('{"a/b":{"__proto__":1,"inputPerMillion":0,"outputPerMillion":0}}'),
      'prices.a/b.__proto__',
    ],
    ['a negative fee', { 'a/b': { ...free, perCallUsd: -0.1 } }, 'prices.a/b.perCallUsd'],
    ['tiers that are no list', { 'a/b': { ...free, above: {} } }, 'prices.a/b.above'],
    ['a tier that is no object', { 'a/b': { ...free, above: [1] } }, 'prices.a/b.above[0]'],
    [
      'a tier without a length',
      { 'a/b': { ...free, above: [{ inputPerMillion: 1 }] } },
      'prices.a/b.above[0].promptTokens',
    ],
    [
      'half a token',
      { 'a/b': { ...free, above: [{ promptTokens: 0.5 }] } },
      'prices.a/b.above[0].promptTokens',
    ],
    [
      'a tier with an unknown field',
      { 'a/b': { ...free, above: [{ promptTokens: 1, perCallUsd: 1 }] } },
      'prices.a/b.above[0].perCallUsd',
    ],
    [
      'a tier with a negative price',
      { 'a/b': { ...free, above: [{ promptTokens: 1, inputPerMillion: -1 }] } },
      'prices.a/b.above[0].inputPerMillion',
    ],
    [
      'the same tier twice',
      { 'a/b': { ...free, above: [{ promptTokens: 1 }, { promptTokens: 1 }] } },
      'prices.a/b.above[0]',
    ],
    [
      'a tier for a rate that is not there',
      { 'a/b': { ...free, above: [{ promptTokens: 1, cacheReadPerMillion: 1 }] } },
      'prices.a/b.above[0]',
    ],
  ]

  it.each(wrong)('are refused with the field at fault: %s', (_, value, field) => {
    const refusal = refusalOf(value)
    expect(refusal).toMatchObject({ code: 'config', field })
    expect(refusal?.message.startsWith(`${field}: `)).toBe(true)
  })

  it('are refused in our words where reading them throws', () => {
    const trap = {
      get inputPerMillion(): number {
        throw new Error('trap')
      },
    }
    expect(refusalOf({ 'a/b': trap })).toMatchObject({ code: 'config', field: 'prices.a/b' })
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('trap')
        },
      },
    )
    expect(refusalOf(proxy)).toMatchObject({ code: 'config', field: 'prices' })
  })

  it('are refused or taken, whatever they are, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (value, price) => {
        refusalOf(value)
        refusalOf({ 'a/b': price })
        refusalOf({ [`${String(Object.prototype.toString.call(value))}/x`]: { ...free, above: [price] } })
      }),
    )
  })

  it('show no more of a foreign name than fits a line', () => {
    const refusal = refusalOf({ [`a/${'b'.repeat(10_240)}`]: { ...free, ['c'.repeat(10_240)]: 1 } })
    expect(refusal?.message.length).toBeLessThan(1_000)
  })
})

describe('CO2: which source goes first', () => {
  const table: PriceSource = {
    find: (_, model) =>
      model === 'known' || model === 'both'
        ? { price: { input: 2, output: 2 }, version: 'table' }
        : undefined,
  }
  const own = appPrices({ 'p/both': { inputPerMillion: 1, outputPerMillion: 1 } })

  it("CO2: the app's prices go before the table's, and what neither knows is unknown", () => {
    const prices = layeredPrices(own, table)
    expect(prices.find('p', 'both', 0)?.version).toBe('app')
    expect(prices.find('p', 'known', 0)?.version).toBe('table')
    expect(prices.find('p', 'neither', 0)).toBeUndefined()
    expect(layeredPrices().find('p', 'both', 0)).toBeUndefined()
  })

  it('loads all, refreshes those that can, and says so where none can', async () => {
    const told: string[] = []
    const fresh: PriceSource = {
      ...table,
      load: async () => void told.push('load'),
      refresh: async (signal) => void told.push(`refresh ${signal?.aborted}`),
    }
    const prices = layeredPrices(own, fresh, fresh)
    await prices.load?.()
    await prices.refresh?.(AbortSignal.abort())
    expect(told).toEqual(['load', 'load', 'refresh true', 'refresh true'])
    expect(layeredPrices(own, table).refresh).toBeUndefined()
  })
})
