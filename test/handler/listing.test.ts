// What a handler says of the models and providers that it can reach.

import { describe, expect, it } from 'vitest'
import { failureOf } from '../pipeline/stage.js'
import { type MarketModel, marketOf } from './market.js'

const models: Readonly<Record<string, MarketModel>> = {
  'one/a': { quality: 70, usd: 3 },
  'one/free': { quality: 70, usd: 0 },
  'one/unpriced': { quality: 90, usd: null },
  'two/b': { quality: 84, usd: 1, description: 'A model.', input: ['text', 'image'] },
  ...Object.fromEntries(
    ['c', 'd', 'e', 'f'].map((name, at) => [`two/${name}`, { quality: 80, usd: 5 + at }]),
  ),
}
const places = { one: 'http://127.0.0.1:9', two: 'http://127.0.0.1:9' }

describe('models()', () => {
  it('lists what can be reached, with all that is known of it (RK14)', async () => {
    const { handler } = marketOf(places, models)
    const listed = await handler.models()
    expect(listed).toHaveLength(8)
    expect(listed.find(({ id }) => id === 'two/b')).toEqual({
      id: 'two/b',
      provider: 'two',
      model: 'b',
      description: 'A model.',
      abilities: { tools: true },
      input: ['text', 'image'],
      contextWindow: 128_000,
      quality: { general: 84 },
      price: { inputPerMillion: 1, outputPerMillion: 1 },
    })
  })

  it('tells a free model from one of unknown price (RK14)', async () => {
    const { handler } = marketOf(places, models)
    const priceOf = async (id: string) => (await handler.models()).find((model) => model.id === id)?.price
    expect(await priceOf('one/free')).toEqual({ inputPerMillion: 0, outputPerMillion: 0 })
    expect(await priceOf('one/unpriced')).toBeNull()
  })

  it('sorts by price, the first five unless told otherwise (RK14)', async () => {
    const { handler } = marketOf(places, models)
    const ids = async (limit?: number) =>
      (await handler.models({ sortBy: 'price', limit })).map(({ id }) => id)
    expect(await ids()).toEqual(['one/free', 'two/b', 'one/a', 'two/c', 'two/d'])
    expect((await ids(100)).at(-1)).toBe('one/unpriced')
  })

  it('lists those of one provider, and refuses what is no question', async () => {
    const { handler } = marketOf(places, models)
    expect(await handler.models({ provider: 'one' })).toHaveLength(3)
    expect(await failureOf(handler.models({ sortBy: 'age' } as never))).toMatchObject({
      code: 'invalid-request',
      field: 'query.sortBy',
    })
  })
})

describe('providers()', () => {
  it('compares what their models cost (RK14)', async () => {
    const { handler } = marketOf(places, models)
    expect(await handler.providers()).toEqual([
      { id: 'one', models: 3, priced: 2, pricePerMillion: { min: 0, mean: 1.5, max: 3 } },
      { id: 'two', models: 5, priced: 5, pricePerMillion: { min: 1, mean: 5.4, max: 8 } },
    ])
  })

  it('leaves out one that is switched off (RK14)', async () => {
    const { handler } = marketOf({ one: places.one }, {}, { providers: { openai: false } })
    expect((await handler.providers()).map(({ id }) => id)).toEqual(['one'])
  })
})

describe('rankModels()', () => {
  it('ranks what `auto` would choose from, also for a request that names a model', async () => {
    const { handler } = marketOf(places, models)
    const ranked = await handler.rankModels({ model: 'one/a', prompt: 'Hi', level: 'moderate' })
    expect(ranked.map(({ model }) => model)).toEqual([
      'two/b',
      'two/c',
      'two/d',
      'two/e',
      'two/f',
      'one/unpriced',
    ])
  })
})
