// Who may be asked at all, in which order, and who is asked next: lists, models that nobody knows, failures.

import { beforeAll, describe, expect, it } from 'vitest'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { failureOf, loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'
import { chosenBy, type MarketModel, marketOf } from './market.js'

beforeAll(loadSdks)

const nowhere = 'http://127.0.0.1:9'
const places = { one: nowhere, two: nowhere }
const models: Readonly<Record<string, MarketModel>> = {
  'one/nano': { quality: 70, usd: 1 },
  'one/mini': { quality: 84, usd: 3 },
  'two/best': { quality: 97, usd: 15 },
}
const simple: CompletionRequest = { prompt: 'Hi', level: 'simple' }
const modelsAsked = ({ requests }: Upstream) => requests.map(({ body }) => (body as { model: string }).model) // what was sent

/** Ways to keep `one/nano` from the tenant `acme`. */
const lists: readonly [string, HandlerOptions][] = [
  ['`routing.deny`', { routing: { deny: ['one/nano'] } }],
  ['`routing.allow`', { routing: { allow: ['one/mini', 'two/*'] } }],
  ["the tenant's `allow`", { tenants: { acme: { allow: ['one/mini', 'two/*'] } } }],
  [
    "the tenant's `allow` within the app's",
    { routing: { allow: ['*'] }, tenants: { acme: { allow: ['two/best', 'one/mini'] } } },
  ],
]

describe('a list of models', () => {
  it.each(lists)('keeps `auto` from what it leaves out: %s (RK2)', async (_, options) => {
    const { handler } = marketOf(places, models, options)
    const route = await handler.plan({ ...simple, tenant: 'acme' })
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/mini', 'two/best'])
    expect(route.excluded).toMatchObject([{ model: 'one/nano', filter: 'allowed' }])
  })

  it.each(lists)('holds for a model that is named, and nothing is sent: %s (RK2)', async (_, options) => {
    const upstream = await upstreamWith([])
    const { handler } = marketOf({ one: upstream, two: upstream }, models, options)
    const named: CompletionRequest = { prompt: 'Hi', model: 'one/nano', tenant: 'acme' }
    const route = await handler.plan(named)
    expect(route).toMatchObject({
      candidates: [],
      excluded: [{ model: 'one/nano', filter: 'allowed' }],
      refusal: { code: 'permission' },
    })
    expect(await failureOf(handler.generateResponse(named))).toMatchObject({
      code: 'permission',
      field: 'model',
    })
    const { error } = await readAll(handler.streamCompletion(named))
    expect(error?.code).toBe('permission')
    expect(upstream.requests).toEqual([])
  })

  it.each(lists)('leaves the other models that are named: %s (RK2)', async (_, options) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models, options)
    const model = ['one/nano', 'two/best']
    const response = await handler.generateResponse({ prompt: 'Hi', model, tenant: 'acme' })
    expect(modelsAsked(upstream)).toEqual(['best'])
    expect(response.byok.route.excluded).toMatchObject([{ model: 'one/nano', filter: 'allowed' }])
  })

  it("of a tenant's does not hold for others (RK2)", async () => {
    const { handler } = marketOf(places, models, { tenants: { acme: { allow: ['two/*'] } } })
    const named: CompletionRequest = { prompt: 'Hi', model: 'one/nano' }
    expect(await chosenBy(handler, { ...named, tenant: 'other' })).toEqual(['one/nano'])
    expect(await chosenBy(handler, named)).toEqual(['one/nano'])
  })
})

describe('models of which nothing is known', () => {
  // The app's own order, which is not that of their names.
  const order = { two: nowhere, one: nowhere, three: nowhere }
  const inOrder = ['two/m', 'one/m', 'three/m']
  const prices = {
    'two/*': { inputPerMillion: 9, outputPerMillion: 9 },
    'three/*': { inputPerMillion: 1, outputPerMillion: 1 },
  }
  const candidatesWith = (options: HandlerOptions, request: CompletionRequest = {}) =>
    chosenBy(stageOf(order, options).handler, { ...simple, ...request })

  it("stand in the app's own order, whatever they cost (RK6)", async () => {
    expect(await candidatesWith({})).toEqual(inOrder)
    expect(await candidatesWith({ prices })).toEqual(inOrder)
    expect(await candidatesWith({}, { level: 'advanced' })).toEqual(inOrder)
  })

  it.each<[string, HandlerOptions, CompletionRequest, string[]]>([
    ['`routing.deny`', { routing: { deny: ['two/*'] } }, {}, ['one/m', 'three/m']],
    ['`routing.allow`', { routing: { allow: ['three/m', 'two/m'] } }, {}, ['two/m', 'three/m']],
    ["the tenant's `allow`", { tenants: { acme: { allow: ['one/*'] } } }, { tenant: 'acme' }, ['one/m']],
  ])('are held to lists too: %s (RK2)', async (_, options, request, left) => {
    expect(await candidatesWith(options, request)).toEqual(left)
  })

  it('are left out under a budget where their price is unknown (RK7)', async () => {
    expect(await candidatesWith({ prices }, { budget: 1 })).toEqual(['two/m', 'three/m'])
  })

  it.each<[string, HandlerOptions, CompletionRequest]>([
    ['the app', { routing: { preferProviders: ['three'] } }, {}],
    ['the tenant', { tenants: { acme: { preferProviders: ['three'] } } }, { tenant: 'acme' }],
  ])('begin with those that %s prefers (RK6)', async (_, options, request) => {
    expect(await candidatesWith(options, request)).toEqual(['three/m', 'two/m', 'one/m'])
  })

  it('begin with the one that last answered the session (RK11)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ two: nowhere, one: upstream })
    await handler.generateResponse({ model: 'one/m', prompt: 'Hi', session: 's' })
    expect(await chosenBy(handler, { ...simple, session: 's' })).toEqual(['one/m', 'two/m'])
    expect(await chosenBy(handler, { ...simple, session: 'another' })).toEqual(['two/m', 'one/m'])
  })
})

describe('providers whose names share words', () => {
  it('keep their models apart: "a b" is not "a" and "b" (RK1)', async () => {
    const { handler } = marketOf(
      { 'a b': nowhere, a: nowhere, b: nowhere },
      { 'a b/x': { quality: 80, usd: 1 }, 'a/y': { quality: 80, usd: 1 }, 'b/z': { quality: 80, usd: 1 } },
      { keys: { 'a b': 'test-key-a-b-0001' } },
    )
    const chosenFor = (...ids: string[]) =>
      chosenBy(handler, {
        ...simple,
        keys: Object.fromEntries(ids.map((id) => [id, `test-key-${id.replace(' ', '-')}-0009`])),
      })
    expect(await chosenFor('a', 'b')).toEqual(['a/y', 'b/z'])
    expect(await chosenFor('a b')).toEqual(['a b/x'])
    expect(await chosenFor('a', 'b')).toEqual(['a/y', 'b/z'])
  })
})

describe('after a failure', () => {
  const options: HandlerOptions = { failover: { streamFallback: false } }

  it('another provider is asked before the same one again (§28 failover)', async () => {
    const one = await upstreamWith([reply.error(503)])
    const two = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one, two }, models, options)
    const response = await handler.generateResponse(simple)
    expect(response.byok.route.candidates.map(({ model }) => model)).toEqual([
      'one/nano',
      'one/mini',
      'two/best',
    ])
    expect(modelsAsked(one)).toEqual(['nano'])
    expect(modelsAsked(two)).toEqual(['best'])
  })

  it('the same provider is asked again where all have failed (§28 failover)', async () => {
    const one = await upstreamWith([reply.error(503), reply.chat()])
    const two = await upstreamWith([reply.error(503)])
    const { handler } = marketOf({ one, two }, models, options)
    expect((await handler.generateResponse(simple)).byok.model).toBe('mini')
    expect(modelsAsked(two)).toEqual(['best'])
  })

  it('that is of a key, all models of its provider are left, now and in the next plan (RK2)', async () => {
    const one = await upstreamWith([reply.error(401)])
    const two = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one, two }, models, options)
    const response = await handler.generateResponse(simple)
    expect(response.byok.attempts.map(({ model }) => model)).toEqual(['nano', 'best'])
    expect(one.requests).toHaveLength(1)
    const route = await handler.plan(simple)
    expect(route.candidates.map(({ model }) => model)).toEqual(['two/best'])
    expect(route.excluded).toMatchObject([
      { model: 'one/mini', filter: 'health' },
      { model: 'one/nano', filter: 'health' },
    ])
    const withAnotherKey = await handler.plan({ ...simple, keys: { one: 'test-key-one-0009' } })
    expect(withAnotherKey.candidates[0]?.model).toBe('one/nano')
  })

  it('of a budget, nobody is tried who costs as much (BU2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const rows: Readonly<Record<string, MarketModel>> = {
      'one/dear': { quality: 97, usd: 10 },
      'two/alike': { quality: 96, usd: 10 },
      'two/cheap': { quality: 70, usd: 1 },
    }
    const { handler } = marketOf({ one: upstream, two: upstream }, rows, { routing: { prefer: 'quality' } })
    const response = await handler.generateResponse({ ...simple, maxTokens: 1_000, budget: 0.005 })
    expect(response.byok.route.candidates.map(({ model }) => model)).toEqual(Object.keys(rows))
    expect(response.byok.attempts).toMatchObject([
      { model: 'dear', outcome: 'skipped', error: { code: 'budget-exceeded' } },
      { model: 'cheap' },
    ])
    expect(response.byok.attempts).toHaveLength(2)
    expect(modelsAsked(upstream)).toEqual(['cheap'])
  })
})

describe('plan()', () => {
  it('has no candidates where every breaker is open, and says that it is so (PV2)', async () => {
    const one = await upstreamWith([reply.error(500)])
    const { handler } = marketOf(
      { one },
      { 'one/nano': { quality: 70, usd: 1 } },
      {
        breaker: { consecutiveFailures: 1 },
        failover: { streamFallback: false },
      },
    )
    await failureOf(handler.generateResponse(simple))
    expect(await handler.plan(simple)).toMatchObject({
      candidates: [],
      excluded: [{ model: 'one/nano', filter: 'health', reason: 'its breaker is open' }],
      refusal: { code: 'circuit-open' },
    })
    expect((await failureOf(handler.generateResponse(simple))).code).toBe('circuit-open')
    expect(one.requests).toHaveLength(1)
  })

  const silent = (): Promise<never> => new Promise(() => undefined)
  it.each<[string, HandlerOptions]>([
    ['a function for tenants', { tenants: silent }],
    ['a function for keys', { keys: { one: silent } }],
  ])('ends by its signal, and with its handler, while %s hangs (IN1)', async (_, options) => {
    const { handler } = marketOf({ one: nowhere }, models, options)
    const leaving = new AbortController()
    const asked = failureOf(handler.plan({ ...simple, tenant: 'acme', signal: leaving.signal }))
    const other = failureOf(handler.plan({ ...simple, tenant: 'acme' }))
    leaving.abort()
    expect((await asked).code).toBe('aborted')
    await handler.close()
    expect((await other).code).toBe('aborted')
  })

  it('is refused by a handler that is closed', async () => {
    const { handler } = marketOf(places, models)
    await handler.close()
    expect((await failureOf(handler.plan(simple))).code).toBe('config')
  })
})

describe('the route', () => {
  it('stands in the answer, and not in its JSON (PV1)', async () => {
    const upstream = await upstreamWith([reply.chat(), reply.chat()])
    const { handler } = marketOf({ one: upstream }, models)
    const seen = await readAll(handler.streamCompletion(simple))
    for (const response of [await handler.generateResponse(simple), seen.response]) {
      expect(response?.byok.route.candidates[0]?.model).toBe('one/nano')
      const { byok } = JSON.parse(JSON.stringify(response)) as { byok: object } // as a JSON API would pass it on
      expect(byok).toHaveProperty('attempts')
      expect(byok).not.toHaveProperty('route')
    }
  })
})
