// Prices of the catalogue: what the app says there, and what stands behind everything else.

import { describe, expect, it } from 'vitest'
import { layeredPrices } from '../../src/catalogue/app-prices.js'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import { ModelBook } from '../../src/catalogue/model-book.js'
import { cataloguePrices, snapshotPrices } from '../../src/catalogue/snapshot-prices.js'
import { isModelPrice } from '../../src/cost/price.js'

const at = Date.parse('2026-11-21T12:00Z')
const book = new ModelBook()
const snapshot = snapshotPrices(book)
const genai = genaiPrices()
await genai.load()

describe('CO2: the snapshot of prices', () => {
  it('knows nothing before it is loaded, and then what the catalogue has, marked as assumed (CO2)', async () => {
    expect(snapshot.find('openai', 'gpt-6.1-sol', at)).toBeUndefined()
    await snapshot.load?.()
    const found = snapshot.find('openai', 'gpt-6.1-sol', at)
    expect(found).toMatchObject({ version: 'catalogue 2026-11-10', caveat: 'assumed' })
    expect(found?.price.input).toEqual({ base: 2e9, tiers: [{ above: 272_000, rate: 4e9 }] })
    expect(found?.contextWindow).toBe(book.find('openai', 'gpt-6.1-sol')?.contextWindow)
    expect(snapshot.find('openai', 'gpt-6.1-sol', at)).toBe(found)
  })

  it('has a price that can be billed for every row that has one', async () => {
    await snapshot.load?.()
    const priced = book.all().filter(({ price }) => price !== undefined)
    expect(priced.length).toBeGreaterThan(300)
    for (const { provider, model } of priced)
      expect(isModelPrice(snapshot.find(provider, model, at)!.price), model).toBe(true)
  })

  it('means that model alone: no part of a name, no date, no other capitals (CO1)', async () => {
    await snapshot.load?.()
    for (const model of ['gpt-6.1', 'gpt-6.1-sol-2026-11-01', 'GPT-6.1-sol', 'openai/gpt-6.1-sol'])
      expect(snapshot.find('openai', model, at)).toBeUndefined()
  })

  it('is not loaded for a provider that it has no model of', () => {
    expect(snapshot.covers?.('openai')).toBe(true)
    for (const provider of ['ollama', 'azure', 'mine']) expect(snapshot.covers?.(provider)).toBe(false)
  })

  it('stands behind the price table, which stands behind the app (CO2)', async () => {
    const own = cataloguePrices([
      { provider: 'openai', model: 'gpt-4o', price: { inputPerMillion: 1, outputPerMillion: 2 } },
    ])
    const layered = layeredPrices(own!, genai, snapshot)
    await layered.load?.()
    expect(layered.find('openai', 'gpt-4o', at)).toMatchObject({ version: 'app', price: { input: 1e9 } })
    expect(layered.find('openai', 'gpt-4.1', at)?.version).toMatch(/^genai-prices/)
    expect(layered.find('openai', 'gpt-6.1-sol', at)?.version).toBe('catalogue 2026-11-10')
    expect(layered.find('openai', 'gpt-nobody', at)).toBeUndefined()
  })

  it('has no price for what counts of tokens do not tell', async () => {
    await snapshot.load?.()
    for (const model of ['sonar', 'sonar-pro', 'sonar-deep-research'])
      expect(snapshot.find('perplexity', model, at), model).toBeUndefined()
  })
})

describe('CO2: the prices of the option catalogue', () => {
  it('are none where no model has one', () => {
    expect(cataloguePrices([])).toBeUndefined()
    expect(cataloguePrices([{ provider: 'mine', model: 'm', contextWindow: 8_000 }])).toBeUndefined()
  })

  it('may be 0, which is free', () => {
    const source = cataloguePrices([
      { provider: 'local', model: 'm', price: { inputPerMillion: 0, outputPerMillion: 0 } },
    ])
    expect(source?.find('local', 'm', at)).toEqual({ price: { input: 0, output: 0 }, version: 'app' })
    expect(source?.covers?.('openai')).toBe(false)
  })
})
