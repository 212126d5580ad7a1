// The options that bear on whom `auto` chooses, each seen from outside.

import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import type { AppReRanker } from '../../src/routing/policy.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, upstreamWith } from '../pipeline/stage.js'
import { chosenBy, type MarketModel, marketOf } from './market.js'

beforeAll(loadSdks)

const nowhere = 'http://127.0.0.1:9'

describe('an agent', () => {
  const rows: Readonly<Record<string, MarketModel>> = {
    'one/plain': { quality: 80, usd: 1, abilities: {} },
    'one/tooled': { quality: 80, usd: 2 },
  }

  it('is given a model that has tools, also where its request brings none (RK3)', async () => {
    const { handler } = marketOf({ one: nowhere }, rows)
    const request = { prompt: 'Hi', level: 'simple' } as const
    expect(await chosenBy(handler, request)).toEqual(['one/plain', 'one/tooled'])
    expect(await chosenBy(handler, { ...request, agent: 'helper' })).toEqual(['one/tooled'])
    const route = await handler.plan({ ...request, agent: 'helper' })
    expect(route.excluded).toMatchObject([{ model: 'one/plain', filter: 'abilities' }])
  })
})

describe('`routing.prefer`', () => {
  // Sixteen points of quality do not make up for four times the price, unless quality is what the app asks for.
  const rows: Readonly<Record<string, MarketModel>> = {
    'one/cheap': { quality: 80, usd: 1 },
    'one/dear': { quality: 96, usd: 4 },
  }

  it.each([
    ['cost', 'one/cheap'],
    ['balanced', 'one/cheap'],
    ['quality', 'one/dear'],
  ] as const)('%s goes to %s first (RK6)', async (prefer, first) => {
    const { handler } = marketOf({ one: nowhere }, rows, { routing: { prefer } })
    expect((await chosenBy(handler, { prompt: 'Hi', level: 'simple' }))[0]).toBe(first)
  })

  it('cost weighs the price more than `balanced` does (RK6)', async () => {
    const close: Readonly<Record<string, MarketModel>> = {
      'one/cheap': { quality: 60, usd: 1 },
      'one/dear': { quality: 95, usd: 2 },
    }
    const first = async (options: HandlerOptions) =>
      (
        await chosenBy(marketOf({ one: nowhere }, close, options).handler, { prompt: 'Hi', level: 'simple' })
      )[0]
    expect(await first({})).toBe('one/dear')
    expect(await first({ routing: { prefer: 'cost' } })).toBe('one/cheap')
  })
})

describe('an unknown price', () => {
  const rows: Readonly<Record<string, MarketModel>> = {
    'one/priced': { quality: 80, usd: 1 },
    'one/unpriced': { quality: 99, usd: null },
  }
  const request: CompletionRequest = { prompt: 'Hi', level: 'simple', tenant: 'acme' }
  const ceilings: readonly [string, CompletionRequest, HandlerOptions][] = [
    ['a budget of the request', { ...request, budget: 1 }, {}],
    ['the most that a tenant spends on one', request, { tenants: { acme: { maxUsdPerRequest: 1 } } }],
    ['a budget of the app', request, { budgets: [{ scope: 'app', usd: 1, per: 'day' }] }],
  ]

  it.each(ceilings)('is left out under %s (RK7)', async (_, asked, options) => {
    const { handler } = marketOf({ one: nowhere }, rows, options)
    const route = await handler.plan(asked)
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/priced'])
    expect(route.excluded).toMatchObject([{ model: 'one/unpriced', filter: 'price' }])
  })

  it.each(ceilings)(
    'stays, behind the others, under %s where the app allows it (RK7)',
    async (_, asked, options) => {
      const { handler } = marketOf({ one: nowhere }, rows, { ...options, unknownPrice: 'allow' })
      expect(await chosenBy(handler, asked)).toEqual(['one/priced', 'one/unpriced'])
    },
  )

  it('stays, behind the others, where nothing limits what is spent (RK7)', async () => {
    const { handler } = marketOf({ one: nowhere }, rows)
    expect(await chosenBy(handler, request)).toEqual(['one/priced', 'one/unpriced'])
  })
})

describe("the app's re-ranker", () => {
  const rows: Readonly<Record<string, MarketModel>> = {
    'one/a': { quality: 80, usd: 1 },
    'one/b': { quality: 80, usd: 2 },
  }
  const request = { prompt: 'Hi', level: 'simple' } as const
  const planned = async (reRank: AppReRanker) =>
    marketOf({ one: nowhere }, rows, { routing: { reRank } }).handler.plan(request)

  it('is heard, without a warning, where it only reorders (RK12)', async () => {
    const route = await planned((models) => [...models].reverse())
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/b', 'one/a'])
    expect(route.warnings).toEqual([])
  })

  it.each<[string, AppReRanker]>([
    ['adds a model and drops none', (models) => [...models, { provider: 'one', model: 'c' }]],
    ['names a model twice and drops none', (models) => [...models, ...models.slice(0, 1)]],
    ['drops a model and adds none', (models) => models.slice(0, 1)],
  ])('that %s is undone, with a warning (RK12)', async (_, reRank) => {
    const route = await planned(reRank)
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/a', 'one/b'])
    expect(route.warnings).toMatchObject([
      { code: 're-ranker-failed', message: expect.stringMatching(/undone/) },
    ])
  })

  it('whose answer throws when it is read leaves the order, with a warning (C9, RK12)', async () => {
    const trap = {
      provider: 'one',
      get model(): string {
        throw new Error('no')
      },
    }
    const route = await planned(([first, second]) => [second, trap, first].filter((one) => one !== undefined))
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/a', 'one/b'])
    expect(route.warnings).toMatchObject([
      { code: 're-ranker-failed', message: expect.stringMatching(/failed: the order stands/) },
    ])
  })

  it('that thinks for longer than a second leaves the order, with a warning (C9, RK12)', async () => {
    const clock = new FakeClock()
    const reRank = vi.fn<AppReRanker>(() => new Promise(() => undefined))
    const { handler } = marketOf({ one: nowhere }, rows, { clock, routing: { reRank } })
    const asked = handler.plan(request)
    const done = vi.fn()
    asked.then(done, done)
    await vi.waitFor(() => expect(reRank).toHaveBeenCalled())
    await clock.advance(999)
    expect(done).not.toHaveBeenCalled()
    await clock.advance(1)
    const route = await asked
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/a', 'one/b'])
    expect(route.warnings).toMatchObject([
      { code: 're-ranker-failed', message: expect.stringContaining('longer than 1000 ms') },
    ])
  })
})

describe('what a cache saves', () => {
  const rows: Readonly<Record<string, MarketModel>> = {
    'one/cached': { quality: 80, usd: 3 },
    'one/plain': { quality: 80, usd: 2 },
  }
  const prices = {
    'one/cached': { inputPerMillion: 3, outputPerMillion: 3, cacheReadPerMillion: 0.1 },
    'one/plain': { inputPerMillion: 2, outputPerMillion: 2 },
  }
  const request: CompletionRequest = {
    level: 'simple',
    messages: [
      { role: 'system', content: 'You sell garden tools. '.repeat(400) },
      { role: 'user', content: 'Hi' },
    ],
  }
  const costOf = async (options: HandlerOptions, asked = request) => {
    const { handler } = marketOf({ one: nowhere }, rows, { prices, ...options })
    const { candidates } = await handler.plan(asked)
    const cached = candidates.find(({ model }) => model === 'one/cached')
    return { first: candidates[0]?.model, usd: cached?.expectedCostUsd ?? Number.NaN }
  }

  it('counts by the chance that the app gives, and decides on the order (CO9)', async () => {
    const [never, half, usual, always] = await Promise.all(
      [0, 0.5, undefined, 1].map((cacheHitChance) => costOf({ routing: { cacheHitChance } })),
    )
    expect([never, half, usual, always].map((one) => one?.first)).toEqual([
      'one/plain',
      'one/cached',
      'one/cached',
      'one/cached',
    ])
    expect(usual?.usd).toBe(half?.usd)
    expect(half?.usd).toBeCloseTo(((never?.usd ?? 0) + (always?.usd ?? 0)) / 2, 8)
    expect(always?.usd).toBeLessThan((never?.usd ?? 0) / 2)
  })

  it('counts by what its provider has found there lately, for each tenant (CO9)', async () => {
    const upstream = await upstreamWith(
      Array.from({ length: 3 }, () => reply.chat({ usage: { input: 2_000, cacheRead: 0, output: 5 } })),
    )
    const { handler } = marketOf({ one: upstream }, rows, { prices })
    const first = async (asked: CompletionRequest) => (await chosenBy(handler, asked))[0]
    expect(await first(request)).toBe('one/cached')
    for (let turn = 0; turn < 3; turn += 1)
      await handler.generateResponse({ ...request, model: 'one/cached' })
    expect(await first(request)).toBe('one/plain')
    expect(await first({ ...request, tenant: 'another' })).toBe('one/cached')
  })
})

describe('the window', () => {
  it('of a model is filled by what the app counts (CL9)', async () => {
    const rows: Readonly<Record<string, MarketModel>> = {
      'one/narrow': { quality: 80, usd: 1, contextWindow: 8_000 },
      'one/wide': { quality: 80, usd: 2 },
    }
    const request = { prompt: 'Hi', level: 'simple' } as const
    expect(await chosenBy(marketOf({ one: nowhere }, rows).handler, request)).toHaveLength(2)
    const { handler } = marketOf({ one: nowhere }, rows, { countTokens: () => 7_500 })
    const route = await handler.plan(request)
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/wide'])
    expect(route.excluded).toMatchObject([{ model: 'one/narrow', filter: 'window' }])
  })

  it('that nobody knows does not keep the only model from a long prompt, with a warning (CW1)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const unknown = { quality: 80, usd: 1, contextWindow: undefined as never } // a row without a window
    const { handler } = marketOf({ one: upstream }, { 'one/unknown': unknown })
    const request = { prompt: 'word '.repeat(6_000), level: 'simple' } as const
    const route = await handler.plan(request)
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/unknown'])
    expect(route.warnings).toMatchObject([
      { code: 'window-assumed', message: expect.stringContaining('one/unknown') },
    ])
    const response = await handler.generateResponse(request)
    expect(response.byok.warnings).toMatchObject([{ code: 'window-assumed' }])
    expect(upstream.requests).toHaveLength(1)
  })

  it('that nobody knows is passed over where another model is wide enough (CW1)', async () => {
    const unknown = { quality: 80, usd: 1, contextWindow: undefined as never } // a row without a window
    const { handler } = marketOf(
      { one: nowhere },
      { 'one/unknown': unknown, 'one/wide': { quality: 80, usd: 2 } },
    )
    const route = await handler.plan({ prompt: 'word '.repeat(6_000), level: 'simple' })
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/wide'])
    expect(route.warnings).toEqual([])
  })
})
