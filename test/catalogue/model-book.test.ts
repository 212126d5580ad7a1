// The models that are known: how they are found, what an app may say of them, and what the snapshot holds.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelBook } from '../../src/catalogue/model-book.js'
import { snapshotDate, snapshotProviders } from '../../src/catalogue/snapshot-facts.js'
import type { ModelInfo } from '../../src/core/model-info.js'
import { checkModelInfo } from '../../src/options/check-catalogue.js'
import { presets } from '../../src/providers/presets.js'

const known = new ModelBook()
await known.load()

async function bookWith(...additions: ModelInfo[]): Promise<ModelBook> {
  const book = new ModelBook(additions)
  await book.load()
  return book
}

describe('a model', () => {
  it('is found by its exact name, and by no part of one (RK1)', () => {
    expect(known.find('openai', 'gpt-4o-mini')?.model).toBe('gpt-4o-mini')
    for (const model of ['gpt-4o-min', 'GPT-4o-mini', 'gpt-4o-mini-2024-07-18', 'openai/gpt-4o-mini', ''])
      expect(known.find('openai', model), model).toBeUndefined()
    expect(known.find('__proto__', 'constructor')).toBeUndefined()
  })

  it('of a gateway belongs to that gateway alone (RK1)', () => {
    expect(known.find('openrouter', 'openai/gpt-4o-mini')?.provider).toBe('openrouter')
    expect(known.find('openai', 'openai/gpt-4o-mini')).toBeUndefined()
    expect(known.find('openrouter', 'gpt-4o-mini')).toBeUndefined()
    expect(known.of('openai').every(({ provider }) => provider === 'openai')).toBe(true)
  })

  it('is the same row in every list, frozen with all that it holds, and of one shape', () => {
    const [first, ...others] = known.all()
    const shape = Object.keys(first!)
    for (const row of [first!, ...others]) {
      expect(known.find(row.provider, row.model)).toBe(row)
      expect(Object.keys(row)).toEqual(shape)
      for (const part of [row, row.input, row.abilities, row.quality, row.price, row.price?.above])
        expect(part === undefined || Object.isFrozen(part)).toBe(true)
    }
    expect(known.of('openai').every((row) => known.all().includes(row))).toBe(true)
  })

  it('that nobody knows leaves nothing: no rows of such a provider', () => {
    expect(known.of('nobody')).toEqual([])
    expect(known.find('nobody', 'x')).toBeUndefined()
  })
})

describe('before it is loaded', () => {
  it('knows what the app has said, and nothing else', async () => {
    const book = new ModelBook([{ provider: 'local', model: 'mine', contextWindow: 8_000 }])
    expect(book.all().map(({ model }) => model)).toEqual(['mine'])
    const once = book.load()
    expect(book.load()).toBe(once)
    await once
    expect(book.all().length).toBe(known.all().length + 1)
    expect(book.find('local', 'mine')?.contextWindow).toBe(8_000)
  })
})

describe('what an app says of a model', () => {
  const before = known.find('openai', 'gpt-5.1')!

  it('goes before the catalogue field by field, and the rest stays (CW1)', async () => {
    const book = await bookWith({ provider: 'openai', model: 'gpt-5.1', contextWindow: 32_000 })
    expect(book.find('openai', 'gpt-5.1')).toEqual({ ...before, contextWindow: 32_000 })
    expect(book.all().length).toBe(known.all().length)
    expect(book.find('openai', 'gpt-5')).toEqual(known.find('openai', 'gpt-5'))
  })

  it('of its abilities and quality counts one by one', async () => {
    const abilities = { tools: false, computerUse: true }
    const book = await bookWith({ provider: 'openai', model: 'gpt-5.1', abilities, quality: { coding: 50 } })
    const row = book.find('openai', 'gpt-5.1')
    expect(row?.abilities).toEqual({ ...before.abilities, ...abilities })
    expect(row?.quality).toEqual({ ...before.quality, coding: 50 })
  })

  it('makes an estimated quality its own, unless it says otherwise', async () => {
    const of = { provider: 'openai', model: 'gpt-5.5' }
    expect(known.find('openai', 'gpt-5.5')?.isQualityEstimated).toBe(true)
    const corrected = await bookWith({ ...of, quality: { general: 91 } })
    expect(corrected.find('openai', 'gpt-5.5')?.isQualityEstimated).toBeUndefined()
    const guessed = await bookWith({ ...of, quality: { general: 91 }, isQualityEstimated: true })
    expect(guessed.find('openai', 'gpt-5.5')?.isQualityEstimated).toBe(true)
    const other = await bookWith({ ...of, contextWindow: 1_000 })
    expect(other.find('openai', 'gpt-5.5')?.isQualityEstimated).toBe(true)
  })

  it('twice counts twice, the later going before', async () => {
    const book = await bookWith(
      { provider: 'mine', model: 'm', contextWindow: 1_000, quality: { general: 10 } },
      { provider: 'mine', model: 'm', contextWindow: 2_000, quality: { coding: 20 } },
    )
    expect(book.of('mine')).toMatchObject([{ contextWindow: 2_000, quality: { general: 10, coding: 20 } }])
  })

  it('leaves what is known where it is undefined, whatever else it says', async () => {
    const field = fc.constantFrom('contextWindow', 'input', 'abilities', 'quality', 'price', 'description')
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(field), async (fields) => {
        const absent = Object.fromEntries(fields.map((name) => [name, undefined]))
        const book = await bookWith({ provider: 'openai', model: 'gpt-5.1', ...absent })
        expect(book.find('openai', 'gpt-5.1')).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })
})

describe('the snapshot', () => {
  const usual = known.all().filter(({ isSpecialPurpose }) => isSpecialPurpose !== true)

  it('has at least 300 models, each once, of providers that are known here', () => {
    const names = known.all().map(({ provider, model }) => `${provider}/${model}`)
    expect(names.length).toBeGreaterThanOrEqual(300)
    expect(new Set(names).size).toBe(names.length)
    for (const { provider } of known.all()) expect(presets.has(provider), provider).toBe(true)
    expect(snapshotProviders).toEqual([...new Set(known.all().map(({ provider }) => provider))])
    expect(snapshotDate).toMatch(/^20\d\d-\d\d-\d\d$/)
  })

  it('has only rows that an app could write itself', () => {
    for (const row of known.all()) {
      const name = `${row.provider}/${row.model}`
      expect(checkModelInfo(row, name), name).toEqual(
        Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
      )
    }
  })

  it('has the default model of every provider that has one', () => {
    for (const { id, defaultModel } of presets.values())
      if (defaultModel !== null) expect(known.find(id, defaultModel), id).toBeDefined()
  })

  it.each([80, 88, 94])(
    'has models of at least three providers with a quality of %i, rated ones too',
    (floor) => {
      const passing = usual.filter(({ quality }) => (quality?.general ?? 0) >= floor)
      const rated = passing.filter(({ isQualityEstimated }) => isQualityEstimated !== true)
      for (const list of [passing, rated])
        expect(new Set(list.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(3)
    },
  )

  it.each([
    ['gemini', 'gemini-2.5-pro', 94, 100],
    ['anthropic', 'claude-opus-4-5', 94, 100],
    ['openai', 'gpt-5.1', 94, 100],
    ['openai', 'gpt-4.1', 88, 94],
    ['anthropic', 'claude-haiku-4-5', 80, 94],
    ['openai', 'gpt-4o-mini', 80, 88],
    ['openai', 'gpt-4.1-mini', 80, 94],
    ['groq', 'llama-3.1-8b-instant', 0, 80],
    ['openai', 'gpt-4', 0, 80],
  ])('puts %s/%s from %i to below %i', (provider, model, least, below) => {
    const { general = -1 } = known.find(provider, model)?.quality ?? {}
    expect(general).toBeGreaterThanOrEqual(least)
    expect(general).toBeLessThan(below)
    expect(known.find(provider, model)?.isQualityEstimated).toBeUndefined()
  })

  it('gives one model one quality, whoever serves it', () => {
    const everywhere = known.all().filter(({ model }) => /(?:^|\/)gpt-oss-120b$/.test(model))
    expect(everywhere.length).toBeGreaterThan(3)
    for (const { quality } of everywhere) expect(quality).toEqual(everywhere[0]?.quality)
  })

  it('puts no estimate more than a point above the best rated model', () => {
    for (const kind of ['general', 'coding', 'math'] as const) {
      const of = (isEstimate: boolean) =>
        usual
          .filter(({ isQualityEstimated }) => (isQualityEstimated ?? false) === isEstimate)
          .map(({ quality }) => quality?.[kind] ?? 0)
      // The best of its day, which is not served any more: gemini-3-pro, and for coding claude-opus-4-5.
      const best = Math.max(...of(false), 97.5)
      expect(Math.max(...of(true)), kind).toBeLessThanOrEqual(best + 1.1)
    }
  })

  it('never says that something is free for want of a price', () => {
    const free = known
      .all()
      .filter(({ price }) => price?.inputPerMillion === 0 || price?.outputPerMillion === 0)
    expect(free.length).toBeGreaterThan(0)
    for (const { provider, model } of free) expect(`${provider}/${model}`).toMatch(/^openrouter\/.+:free$/)
  })

  it('leaves out what is no chat, and lets what is for one thing take part only where it is named', () => {
    for (const { model } of known.all())
      expect(model).not.toMatch(/embed|tts|whisper|moderation|:batch$|^~|routers\//)
    for (const name of ['sonar-deep-research', 'sonar']) {
      expect(known.find('perplexity', name)?.isSpecialPurpose).toBe(true)
    }
    expect(known.find('groq', 'openai/gpt-oss-safeguard-20b')?.isSpecialPurpose).toBe(true)
  })
})
