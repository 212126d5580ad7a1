// The script that makes the catalogue, on a few made-up models: what it keeps, whom it believes, and how it rates.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildCatalogue } from '../../scripts/catalogue/build.mjs'
import { Estimator, emptyFeatures } from '../../scripts/catalogue/estimate.mjs'
import { identityOf, ratingsByIdentity } from '../../scripts/catalogue/identity.mjs'
import { eloOf, qualityOf } from '../../scripts/catalogue/quality.mjs'
import { reportLines } from '../../scripts/catalogue/report.mjs'
import { readRatings } from '../../scripts/catalogue/sources.mjs'
import { changesBetween, factsText, readSnapshotText, snapshotText } from '../../scripts/catalogue/write.mjs'
import type { ModelInfo } from '../../src/core/model-info.js'

interface Listing {
  provider: string
  model: string
  name?: string
  contextWindow?: number
  input?: string[]
  tools?: boolean
  reasoning?: boolean
  price?: { inputPerMillion: number; outputPerMillion: number; [rate: string]: unknown }
  isPriceUntold?: boolean
  knowledgeDate?: string
}

const chat = { input: ['text', 'image'], tools: true, reasoning: false, contextWindow: 100_000 }
const price = { inputPerMillion: 2, outputPerMillion: 8, cacheReadPerMillion: 0.5 }

/** A catalogue of these listings: of the newest source, of the price table, and of the oldest. */
function build({
  newest = [],
  table = [],
  oldest = [],
  deprecated = [],
  ratings = {},
}: {
  newest?: Listing[]
  table?: Listing[]
  oldest?: Listing[]
  deprecated?: string[]
  ratings?: Record<string, Record<string, number>>
}): { rows: ModelInfo[]; made: ReturnType<typeof buildCatalogue> } {
  const listingOf = (provider: string, model: string) =>
    table.find((listing) => listing.provider === provider && listing.model === model)
  const made = buildCatalogue({
    pi: { date: '2026-11-10', listings: newest },
    genai: {
      listingOf,
      isDeprecated: (provider: string, model: string) => deprecated.includes(`${provider}/${model}`),
    },
    tokenlens: { listings: oldest },
    ratings: { 'some-model': { overall: 1300 }, 'another-model': { overall: 1250 }, ...ratings },
  })
  return { rows: readSnapshotText(snapshotText(made.rows)) as ModelInfo[], made }
}

function rowOf(rows: readonly ModelInfo[], name: string): ModelInfo | undefined {
  return rows.find(({ provider, model }) => `${provider}/${model}` === name)
}

describe('which models are kept', () => {
  it('leaves out batches, routers, moving names and what is deprecated, and says why', () => {
    const names = ['openai/gpt-9:batch', 'auto', '~openai/gpt-latest', 'openai/gpt-8', 'openai/gpt-9']
    const newest = names.map((model) => ({ provider: 'openrouter', model, ...chat }))
    const { rows, made } = build({ newest, deprecated: ['openrouter/openai/gpt-8'] })
    expect(rows.filter(({ provider }) => provider === 'openrouter').map(({ model }) => model)).toEqual([
      'openai/gpt-5.4-nano', // the provider's default model, which always stands
      'openai/gpt-9',
    ])
    expect(made.dropped.map(({ model }: { model: string }) => model)).toEqual(names.slice(0, 4))
  })

  it('keeps one name of several for the same: the default, else the one without a date', () => {
    const twins = ['mistral-small-2603', 'mistral-small-latest', 'mistral-x-latest', 'mistral-x-2601']
    const dated = ['claude-nine', 'claude-nine-20260101', 'claude-ten-20260101']
    const { rows } = build({
      newest: [
        ...twins.map((model) => ({ provider: 'mistral', model, ...chat, price })),
        ...dated.map((model) => ({ provider: 'anthropic', model, ...chat, price })),
      ],
    })
    const of = (id: string) => rows.filter(({ provider }) => provider === id).map(({ model }) => model)
    expect(of('mistral')).toEqual(['mistral-small-latest', 'mistral-x-2601'])
    expect(of('anthropic')).toEqual(['claude-haiku-4-5', 'claude-nine', 'claude-ten-20260101'])
  })

  it('keeps a dated name whose price is another', () => {
    const { rows } = build({
      newest: [
        { provider: 'openai', model: 'gpt-4o', ...chat, price },
        {
          provider: 'openai',
          model: 'gpt-4o-2024-05-13',
          ...chat,
          price: { ...price, outputPerMillion: 15 },
        },
      ],
    })
    expect(rowOf(rows, 'openai/gpt-4o-2024-05-13')?.price?.outputPerMillion).toBe(15)
  })
})

describe('whom it believes', () => {
  it('takes each figure from the newest source that has it, and says where they disagree', () => {
    const of = { provider: 'openai', model: 'gpt-5.5' }
    const { rows, made } = build({
      newest: [{ ...of, ...chat, name: 'GPT-5.5' }],
      table: [{ ...of, contextWindow: 90_000, price }],
      oldest: [{ ...of, contextWindow: 80_000, tools: false, knowledgeDate: '2026-01' }],
    })
    expect(rowOf(rows, 'openai/gpt-5.5')).toMatchObject({
      description: 'GPT-5.5',
      contextWindow: 100_000,
      price,
      knowledgeDate: '2026-01',
      input: ['text', 'image', 'document'],
      abilities: { tools: true, structuredOutput: true, reasoning: false, promptCache: true },
    })
    expect(made.disagreements).toEqual([
      {
        ...of,
        field: 'contextWindow',
        told: [
          { source: 'pi-ai', value: 100_000 },
          { source: 'genai-prices', value: 90_000 },
          { source: 'tokenlens', value: 80_000 },
        ],
        preferred: 'pi-ai',
      },
      {
        ...of,
        field: 'tools',
        told: [
          { source: 'pi-ai', value: true },
          { source: 'tokenlens', value: false },
        ],
        preferred: 'pi-ai',
      },
    ])
    const lines = reportLines(made, changesBetween([], made.rows)).join('\n')
    expect(lines).toContain('openai/gpt-5.5 contextWindow: pi-ai 100000, genai-prices 90000, tokenlens 80000')
    expect(lines).toContain('contextWindow 1, tools 1')
  })

  it('leaves unknown what nobody says: never 0, never a guess', () => {
    const { rows } = build({ newest: [{ provider: 'groq', model: 'x' }] })
    const { provider, model, ...rest } = rowOf(rows, 'groq/x')!
    expect(JSON.parse(JSON.stringify(rest))).toEqual({})
  })

  it('does not say of GPT-5.6 and later at OpenAI that they take tools: over chat they do so only without reasoning', () => {
    const { rows } = build({
      newest: [
        { provider: 'openai', model: 'gpt-5.6-sol', ...chat },
        { provider: 'openrouter', model: 'openai/gpt-5.6-sol', ...chat },
      ],
    })
    expect(rowOf(rows, 'openai/gpt-5.6-sol')?.abilities?.tools).toBeUndefined()
    expect(rowOf(rows, 'openrouter/openai/gpt-5.6-sol')?.abilities?.tools).toBe(true)
  })

  it('has no price where the price table knows one that tokens do not tell', () => {
    const of = { provider: 'perplexity', model: 'sonar' }
    const { rows } = build({ table: [{ ...of, isPriceUntold: true }], oldest: [{ ...of, price }] })
    expect(rowOf(rows, 'perplexity/sonar')).toMatchObject({ isSpecialPurpose: true })
    expect(rowOf(rows, 'perplexity/sonar')?.price).toBeUndefined()
  })

  it('does not take the end of a price tier for the window', () => {
    const above = [{ promptTokens: 100_000, inputPerMillion: 4, outputPerMillion: 12 }]
    const of = { provider: 'openai', model: 'gpt-9', ...chat, price: { ...price, above } }
    const elsewhere = { provider: 'openrouter', model: 'openai/gpt-9', ...chat, contextWindow: 1_000_000 }
    const alone = rowOf(build({ newest: [of] }).rows, 'openai/gpt-9')
    expect(alone).toMatchObject({ price: { above } })
    expect(alone?.contextWindow).toBeUndefined()
    const { rows } = build({ newest: [of, elsewhere] })
    expect(rowOf(rows, 'openai/gpt-9')?.contextWindow).toBe(1_000_000)
  })
})

describe('a quality', () => {
  it('rises with the rating, always, and lies between 0 and 100', () => {
    const rating = fc.integer({ min: 600, max: 1_800 })
    fc.assert(
      fc.property(rating, rating, (one, other) => {
        expect(Math.sign(qualityOf(one) - qualityOf(other))).toBe(Math.sign(one - other))
        expect(qualityOf(one)).toBeGreaterThan(0)
        expect(qualityOf(one)).toBeLessThan(100)
        expect(eloOf(qualityOf(one))).toBeCloseTo(one, 6)
      }),
    )
  })

  it('is that of a rating under exactly this name, or another name of the table; never of a part of one', () => {
    const ratings = { 'gpt-9': { overall: 1400, coding: 1420 }, 'llama-3.3-70b-instruct': { overall: 1276 } }
    const { rows } = build({
      newest: [
        { provider: 'openai', model: 'gpt-9', ...chat },
        { provider: 'openrouter', model: 'openai/gpt-9', ...chat },
        { provider: 'groq', model: 'llama-3.3-70b-versatile', ...chat },
        { provider: 'xai', model: 'gpt-9-fast', ...chat },
      ],
      ratings,
    })
    const quality = { general: 93.7, coding: 94.8 }
    expect(rowOf(rows, 'openai/gpt-9')?.quality).toEqual(quality)
    expect(rowOf(rows, 'openrouter/openai/gpt-9')?.quality).toEqual(quality)
    expect(rowOf(rows, 'openrouter/openai/gpt-9')?.isQualityEstimated).toBeUndefined()
    expect(rowOf(rows, 'groq/llama-3.3-70b-versatile')?.quality).toEqual({ general: 79.4 })
    expect(rowOf(rows, 'xai/gpt-9-fast')?.isQualityEstimated).toBe(true)
  })

  it('prefers the rating of the model as it is by default to one while it thinks', () => {
    const plain = { overall: 1421 }
    const thinking = { overall: 1446 }
    expect(ratingsByIdentity({ 'gpt-5.1-high': thinking, 'gpt-5.1': plain }).get('gpt-5-1')?.rating).toBe(
      plain,
    )
    expect(ratingsByIdentity({ 'gpt-5-high': thinking }).get('gpt-5')?.rating).toBe(thinking)
    const dated = ratingsByIdentity({ 'gpt-4o-2024-05-13': plain, 'gpt-4o-2024-08-06': thinking })
    expect(dated.get('gpt-4o')?.rating).toBe(thinking)
  })

  it.each([
    ['accounts/fireworks/models/glm-5p3', 'glm-5-3'],
    ['anthropic/claude-opus-4.5', 'claude-opus-4-5'],
    ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['gpt-4.1-2025-04-14', 'gpt-4-1'],
    ['google/gemma-4-31b-it:free', 'gemma-4-31b-it'],
    ['Qwen/Qwen3-235B-A22B-Instruct-2507', 'qwen3-235b-a22b-instruct-2507'],
    ['qwen/qwen3-235b-a22b-2507', 'qwen3-235b-a22b-instruct-2507'],
  ])('knows %s as %s', (name, identity) => {
    expect(identityOf(name)).toBe(identity)
  })
})

describe('an estimated quality', () => {
  const ratings = {
    'claude-opus-4-5-20251101': { overall: 1446, coding: 1498 },
    'claude-haiku-4-5-20251001': { overall: 1384, coding: 1451 },
    'claude-opus-4-20250514': { overall: 1364, coding: 1401 },
    'claude-opus-4-1-20250805': { overall: 1413, coding: 1470 },
    'gemini-3-pro': { overall: 1487, coding: 1486 },
  }
  const claude = (model: string, input: number): Listing => ({
    provider: 'anthropic',
    model,
    ...chat,
    price: { inputPerMillion: input, outputPerMillion: 5 * input },
  })
  const { rows } = build({
    newest: [
      claude('claude-opus-4-5', 5),
      claude('claude-opus-4-1', 15),
      claude('claude-haiku-4-5', 1),
      claude('claude-opus-6', 5),
      claude('claude-haiku-5', 1),
      { provider: 'groq', model: 'nobodys-model', ...chat },
    ],
    ratings,
  })
  const general = (model: string) => rowOf(rows, `anthropic/${model}`)?.quality?.general ?? 0

  it('comes from the rated models of the family: a successor is better, and says that it is a guess', () => {
    expect(general('claude-opus-6')).toBeGreaterThan(general('claude-opus-4-5'))
    expect(general('claude-haiku-5')).toBeGreaterThan(general('claude-haiku-4-5'))
    expect(general('claude-opus-6')).toBeGreaterThan(general('claude-haiku-5'))
    expect(rowOf(rows, 'anthropic/claude-opus-6')?.isQualityEstimated).toBe(true)
    expect(rowOf(rows, 'anthropic/claude-opus-6')?.quality?.coding).toBeGreaterThan(general('claude-opus-6'))
  })

  it('lies less than a point above the best rated model, however fast its family has risen', () => {
    const version = (number: number, elo?: number) => ({
      ...emptyFeatures(`gemini-${number}-pro`),
      logPrice: 0,
      isServed: true,
      quality: { general: qualityOf(elo ?? 0) },
    })
    const best = qualityOf(1487)
    const estimator = new Estimator([version(1, 1050), version(2, 1270), version(3, 1487)])
    const of = (number: number) => estimator.estimate(version(number))?.quality.general ?? 0
    expect(of(4)).toBeGreaterThan(best + 0.5)
    expect(of(4)).toBeLessThan(best + 1)
    expect(of(3.5)).toBeLessThan(of(4))
  })

  it('is absent where there is neither family nor price', () => {
    expect(rowOf(rows, 'groq/nobodys-model')?.quality).toBeUndefined()
    expect(rowOf(rows, 'groq/nobodys-model')?.isQualityEstimated).toBeUndefined()
  })
})

describe('what is written', () => {
  const newest = [
    { provider: 'openai', model: 'gpt-9', ...chat, price },
    { provider: 'groq', model: 'x', ...chat },
  ]

  it('is the same for the same sources, byte for byte, and reads back as it was', () => {
    const { made } = build({ newest })
    expect(snapshotText(made.rows)).toBe(snapshotText(build({ newest }).made.rows))
    expect(JSON.parse(JSON.stringify(readSnapshotText(snapshotText(made.rows))))).toEqual(
      JSON.parse(JSON.stringify(made.rows.map(({ levels, ...row }: { levels?: unknown }) => row))),
    )
    expect(factsText(made.date, made.rows)).toContain("snapshotDate = '2026-11-10'")
  })

  it('is compared with what stood there: what is new, what is gone, which fields have changed', () => {
    const before = build({ newest }).rows
    const after = build({
      newest: [
        { ...newest[0]!, contextWindow: 200_000 },
        { provider: 'groq', model: 'y', ...chat },
      ],
    }).rows
    expect(changesBetween(before, after)).toEqual({
      added: ['groq/y'],
      removed: ['groq/x'],
      changed: [{ model: 'openai/gpt-9', fields: ['contextWindow'] }],
    })
    expect(changesBetween(before, before)).toEqual({ added: [], removed: [], changed: [] })
  })
})

it('says that there are no ratings where the folder is not there', () => {
  expect(readRatings('nowhere/at-all')).toBeUndefined()
})
