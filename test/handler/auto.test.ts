// `auto` over real connections: the right model for each prompt, and what the answer says of the choice.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Level } from '../../src/core/level.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, loadSdks, upstreamWith } from '../pipeline/stage.js'
import { chosenBy, type MarketModel, marketOf } from './market.js'

beforeAll(loadSdks)

/** One provider with a model for each level, and one with a strong and dear one. */
const models: Readonly<Record<string, MarketModel>> = {
  'one/nano': { quality: 70, usd: 1 },
  'one/mini': { quality: 84, usd: 3 },
  'one/large': { quality: 90, usd: 5, input: ['text', 'image'] },
  'two/best': { quality: 97, usd: 15, input: ['text', 'image'] },
}

const image: CompletionRequest = {
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      ],
    },
  ],
}

const places = { one: 'http://127.0.0.1:9', two: 'http://127.0.0.1:9' }

describe('auto', () => {
  it.each<[Level, string]>([
    ['simple', 'nano'],
    ['moderate', 'mini'],
    ['complex', 'large'],
    ['advanced', 'best'],
  ])('asks the cheapest model that does %s work well (§28 routing, RK2, TR1)', async (level, model) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    const response = await handler.generateResponse({ prompt: 'Do it.', level })
    expect(upstream.requests[0]?.body).toMatchObject({ model })
    expect(response.byok).toMatchObject({
      model,
      requestedModel: 'auto',
      route: { level, levelSource: 'request' },
    })
    expect(response.byok.cost.usd).toBeGreaterThan(0)
  })

  it('sends a simple question to a cheap model and a hard one to a strong one (§28 cost)', async () => {
    const upstream = await upstreamWith([reply.chat(), reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    await handler.generateResponse({ prompt: 'What is the capital of Peru?' })
    await handler.generateResponse({
      prompt:
        'Design a replicated key-value store that keeps linearizability while a whole region is cut off, and prove that no acknowledged write is ever lost.',
    })
    const asked = upstream.requests.map(({ body }) => (body as { model: string }).model)
    expect(asked[0]).toBe('nano')
    expect(['large', 'best']).toContain(asked[1])
  })

  it('sends an image to a model that sees (IM2, §28 routing)', async () => {
    const { handler } = marketOf(places, models)
    expect(await chosenBy(handler, { ...image, level: 'simple' })).toEqual(['one/large', 'two/best'])
  })

  it('refuses an image that no model with a key can see, and names vision (IM2)', async () => {
    const upstream = await upstreamWith([])
    const { handler } = marketOf({ one: upstream }, { 'one/nano': { quality: 70, usd: 0.1 } })
    const error = await failureOf(handler.generateResponse(image))
    expect(error).toMatchObject({ code: 'invalid-request', field: 'messages' })
    expect(error.message).toContain('vision')
    expect(upstream.requests).toEqual([])
  })

  it('leaves a model that the caller names alone (RQ2, §28 routing)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    const response = await handler.generateResponse({ model: 'two/best', prompt: 'Hi' })
    expect(response.byok.model).toBe('best')
    expect(response.byok.route.level).toBeUndefined()
  })

  it('tries a named model that is not known to have an ability, with a warning (RK3)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const plain = { 'one/plain': { quality: 90, usd: 1, abilities: {} } }
    const { handler } = marketOf({ one: upstream }, plain)
    const tools = [{ type: 'function', function: { name: 'look', parameters: {} } }] as const
    const response = await handler.generateResponse({ model: 'one/plain', prompt: 'Hi', tools })
    expect(response.byok.warnings).toMatchObject([{ code: 'ability-unknown' }])
    expect(response.byok.warnings[0]?.message).toContain('tools')
  })

  it('goes to another provider first when one fails (§28 failover)', async () => {
    const one = await upstreamWith([reply.error(503), reply.error(503)])
    const two = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one, two }, models)
    const response = await handler.generateResponse({ prompt: 'Do it.', level: 'moderate' })
    expect(response.byok.route.candidates.map(({ model }) => model)).toEqual([
      'one/mini',
      'one/large',
      'two/best',
    ])
    expect(response.byok.provider).toBe('two')
    expect(two.requests).toHaveLength(1)
  })

  it('asks no other model of a provider that has refused its key, and throws that refusal', async () => {
    const one = await upstreamWith([reply.error(401)])
    const { handler } = marketOf({ one }, models)
    const error = await failureOf(handler.generateResponse({ prompt: 'Hi', level: 'simple' }))
    expect(error).toMatchObject({ code: 'authentication', attempts: [{ model: 'nano' }] })
    expect(one.requests).toHaveLength(1)
  })

  it('asks a cheaper model where a budget does not allow the first, and says so (BU2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models, {
      budgets: [{ scope: 'app', usd: 0.005, per: 'total' }],
      routing: { qualityFloors: { advanced: 0 }, prefer: 'quality', preferProviders: ['two'] },
    })
    const response = await handler.generateResponse({ prompt: 'Do it.', level: 'advanced', maxTokens: 1_000 })
    expect(response.byok.model).not.toBe('best')
    expect(response.byok.attempts[0]).toMatchObject({
      outcome: 'skipped',
      error: { code: 'budget-exceeded' },
    })
  })

  it('asks nobody whose price is unknown under a budget, before anything is sent (RK7)', async () => {
    const upstream = await upstreamWith([])
    const { handler } = marketOf({ one: upstream }, { 'one/x': { quality: 99, usd: null } }, { prices: {} })
    const error = await failureOf(handler.generateResponse({ prompt: 'Hi', level: 'simple', budget: 1 }))
    expect(error.code).toBe('price-unknown')
    expect(upstream.requests).toEqual([])
  })

  it('passes over a model whose breaker is open (§28 routing, RK2)', async () => {
    const one = await upstreamWith([reply.error(500), reply.chat()])
    const { handler } = marketOf({ one }, models, {
      breaker: { consecutiveFailures: 1 },
      failover: { streamFallback: false, maxCandidates: 1 },
    })
    await failureOf(handler.generateResponse({ prompt: 'Hi', level: 'simple' }))
    const route = await handler.plan({ prompt: 'Hi', level: 'simple' })
    expect(route.candidates[0]?.model).not.toBe('one/nano')
    expect(route.excluded).toContainEqual({
      model: 'one/nano',
      filter: 'health',
      reason: 'its breaker is open',
    })
  })

  it('moves a model that fails behind the others (HE1, §28 routing)', async () => {
    const one = await upstreamWith([reply.error(500), reply.chat()])
    const rows = { 'one/a': { quality: 85, usd: 1 }, 'one/b': { quality: 85, usd: 1.5 } }
    const { handler } = marketOf({ one }, rows, { failover: { streamFallback: false } })
    expect(await chosenBy(handler, { prompt: 'Hi', level: 'moderate' })).toEqual(['one/a', 'one/b'])
    await handler.generateResponse({ prompt: 'Hi', level: 'moderate' })
    expect(await chosenBy(handler, { prompt: 'Hi', level: 'moderate' })).toEqual(['one/b', 'one/a'])
  })

  it('goes to the widest window where the prompt fits none and may be cut (CW1, CW2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const rows = {
      'one/a': { quality: 90, usd: 1, contextWindow: 20_000 },
      'one/b': { quality: 90, usd: 2, contextWindow: 30_000 },
    }
    const { handler } = marketOf({ one: upstream }, rows)
    const request = { prompt: 'word '.repeat(40_000), level: 'simple' } as const
    expect((await failureOf(handler.generateResponse(request))).code).toBe('context-length')
    const response = await handler.generateResponse({ ...request, contextOverflow: 'truncate' })
    expect(response.byok.model).toBe('b')
    expect(response.byok.warnings).toMatchObject([{ code: 'context-cut' }])
  })

  it('is the one model that the app has set for a provider (RK1)', async () => {
    const { handler } = marketOf(places, models, {
      providers: { one: { baseURL: 'http://127.0.0.1:9/v1', defaultModel: 'mini' } },
    })
    expect(await chosenBy(handler, { prompt: 'Hi', level: 'simple' })).toEqual(['one/mini', 'two/best'])
  })

  it('is another model where `routing.default` names one', async () => {
    const { handler } = marketOf(places, models, { routing: { default: 'two/best' } })
    expect(await chosenBy(handler, { prompt: 'Hi' })).toEqual(['two/best'])
  })

  it('counts only the providers that a request brings keys for (RK2)', async () => {
    const { handler } = marketOf(places, models)
    const route = await handler.plan({ prompt: 'Hi', level: 'simple', keys: { two: 'test-key-two-0009' } })
    expect(route.candidates).toMatchObject([{ model: 'two/best', credentialSource: 'request' }])
    expect(route.excluded.map(({ filter }) => filter)).toEqual(['key', 'key', 'key'])
  })

  it('has a level and a kind of work in its records (US1)', async () => {
    const upstream = await upstreamWith([reply.chat(), reply.chat()])
    const { handler } = marketOf({ one: upstream }, models)
    await handler.generateResponse({ prompt: 'Hi', level: 'moderate', taskType: 'creative' })
    await handler.generateResponse({ prompt: 'Hi', model: 'one/nano' })
    const { records } = await handler.usage()
    expect(records[1]).toMatchObject({ level: 'moderate', taskType: 'creative' })
    expect(records[0]).not.toHaveProperty('level')
  })
})

describe('a tenant', () => {
  const bounds = { small: { maxLevel: 'moderate' }, big: { minLevel: 'advanced' } } as const

  it.each<[string, CompletionRequest, string]>([
    [
      'has an upper bound',
      { prompt: 'Prove that the square root of 2 is irrational.', tenant: 'small' },
      'one/mini',
    ],
    ['has a lower bound', { prompt: 'Hi', tenant: 'big' }, 'two/best'],
    ['is overruled by the request', { prompt: 'Hi', tenant: 'small', level: 'advanced' }, 'two/best'],
    ['may have none', { prompt: 'Hi', tenant: 'other', level: 'simple' }, 'one/nano'],
  ])('%s (TR1)', async (_, request, first) => {
    const { handler } = marketOf(places, models, { tenants: bounds })
    expect((await chosenBy(handler, request))[0]).toBe(first)
  })

  it('is found by a function, when it is needed (TR2)', async () => {
    const tenants = async (tenant: string) =>
      tenant === 'acme' ? { level: 'advanced' as const, preferProviders: ['one'] } : undefined
    const { handler } = marketOf(places, models, { tenants, routing: { qualityFloors: { advanced: 90 } } })
    expect(await chosenBy(handler, { prompt: 'Hi', tenant: 'acme' })).toEqual(['one/large', 'two/best'])
    expect((await handler.plan({ prompt: 'Hi', tenant: 'acme' })).levelSource).toBe('tenant')
  })

  it.each([
    ['fails', () => Promise.reject(new Error('down'))],
    ['gives what is no policy', () => ({ minLevel: 'advanced', maxLevel: 'simple' })],
    ['gives an unknown level', () => ({ level: 'genius' })],
  ])('whose function %s is a `config` error, and nothing is sent (TR1)', async (_, tenants) => {
    const upstream = await upstreamWith([])
    const { handler } = marketOf({ one: upstream }, models, { tenants: tenants as never }) // what an app in JavaScript may do
    const error = await failureOf(handler.generateResponse({ prompt: 'Hi', tenant: 'acme' }))
    expect(error).toMatchObject({ code: 'config' })
    expect(upstream.requests).toEqual([])
  })

  it('has its own models for a level, cheapest first, if there is a key for them (TR2)', async () => {
    const tenants = { acme: { models: { simple: ['two/best', 'one/mini', 'groq/llama-3.1-8b-instant'] } } }
    const { handler } = marketOf(places, models, { tenants })
    const route = await handler.plan({ prompt: 'Hi', tenant: 'acme', level: 'simple' })
    expect(route.candidates.map(({ model }) => model)).toEqual(['one/mini', 'two/best'])
    expect(route.excluded).toMatchObject([{ model: 'groq/llama-3.1-8b-instant', filter: 'key' }])
  })

  it('may spend so much on one request (TR2)', async () => {
    const upstream = await upstreamWith([])
    const { handler } = marketOf({ one: upstream }, models, { tenants: { acme: { maxUsdPerRequest: 0 } } })
    const error = await failureOf(handler.generateResponse({ prompt: 'Hi', tenant: 'acme', level: 'simple' }))
    expect(error.code).toBe('budget-exceeded')
    expect(upstream.requests).toEqual([])
  })

  it('has a list of models that it may have (RK2)', async () => {
    const { handler } = marketOf(places, models, { tenants: { acme: { allow: ['two/*'] } } })
    expect(await chosenBy(handler, { prompt: 'Hi', tenant: 'acme', level: 'simple' })).toEqual(['two/best'])
    const other = await handler.plan({ prompt: 'Hi', level: 'simple' })
    expect(other.candidates).toHaveLength(4)
  })
})

describe('plan()', () => {
  it('says all there is to say, with what each is expected to cost (PV1)', async () => {
    const { handler } = marketOf(places, models)
    const route = await handler.plan({ prompt: 'Explain how vaccines work.', level: 'moderate' })
    expect(route).toMatchObject({
      requestedModel: 'auto',
      level: 'moderate',
      levelSource: 'request',
      classification: { score: expect.any(Number), reasons: expect.any(Array) },
      candidates: [
        { model: 'one/mini', priceLabel: 'budget', quality: 84, credentialSource: 'app' },
        { model: 'one/large', priceLabel: 'mid' },
        { model: 'two/best', priceLabel: 'premium' },
      ],
      excluded: [{ model: 'one/nano', filter: 'quality' }],
      warnings: [],
    })
    // 17 tokens of prompt and 500 of answer at $3 a million.
    expect(route.candidates[0]?.expectedCostUsd).toBeCloseTo((17 + 500) * 3e-6, 9)
    expect(JSON.stringify(route)).not.toMatch(/vaccine|test-key/)
  })

  it('makes no call and changes nothing, and the request then goes to its first candidate (PV2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = marketOf({ one: upstream }, models, {
      budgets: [{ scope: 'app', usd: 1, per: 'day' }],
    })
    const request = { prompt: 'Hi', level: 'complex' } as const
    const before = await handler.budget()
    const routes = await Promise.all(Array.from({ length: 20 }, () => handler.plan(request)))
    expect(new Set(routes.map((route) => JSON.stringify(route))).size).toBe(1)
    expect(upstream.requests).toEqual([])
    expect(told.attempts).toEqual([])
    expect(await handler.budget()).toEqual(before)
    expect((await handler.health()).models).toEqual([])
    const response = await handler.generateResponse(request)
    expect(response.byok.route).toEqual(routes[0])
    expect(`${response.byok.provider}/${response.byok.model}`).toBe(routes[0]?.candidates[0]?.model)
  })

  it.each<[string, CompletionRequest, object, string, RegExp]>([
    ['abilities', image, {}, 'invalid-request', /vision/],
    ['window', { prompt: 'x'.repeat(600_000) }, {}, 'context-length', /window/],
    ['allowed', { prompt: 'Hi' }, { allow: ['two/*'] }, 'permission', /allowed/],
    ['quality', { prompt: 'Hi' }, { minQuality: 99 }, 'config', /quality/],
  ])(
    'says why nobody is left, and a request throws that: %s (PV2, RK13)',
    async (filter, request, routing, code, why) => {
      const { handler } = marketOf(
        { one: 'http://127.0.0.1:9', two: 'http://127.0.0.1:9' },
        { 'one/nano': { quality: 70, usd: 0.1 } },
        {
          routing,
        },
      )
      const route = await handler.plan({ ...request, level: 'simple' })
      expect(route.candidates).toEqual([])
      expect(route.refusal).toMatchObject({ code, message: expect.stringMatching(why) })
      expect(route.excluded[0]?.filter).toBe(filter)
      const error = await failureOf(handler.generateResponse({ ...request, level: 'simple' }))
      expect(error).toMatchObject({ code, message: route.refusal?.message })
    },
  )

  it('says that there is no key, and never chooses a model without one (RK13)', async () => {
    const { handler } = marketOf(places, models, { keys: { one: () => undefined, two: () => undefined } })
    const route = await handler.plan({ prompt: 'Hi' })
    expect(route.refusal?.code).toBe('no-key')
    expect(new Set(route.excluded.map(({ filter }) => filter))).toEqual(new Set(['key']))
  })

  it('throws for a request that nobody could be sent (TR1)', async () => {
    const { handler } = marketOf(places, models)
    const unknown = { prompt: 'Hi', level: 'genius' } as never // what JavaScript may pass
    expect(await failureOf(handler.plan(unknown))).toMatchObject({ code: 'invalid-request', field: 'level' })
    expect(await failureOf(handler.plan({ prompt: 'Hi', taskType: 'magic' } as never))).toMatchObject({
      field: 'taskType',
    })
  })

  it('lowers the floor where nobody is good enough, and the answer says so (RK13)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream }, { 'one/nano': { quality: 70, usd: 0.1 } })
    const response = await handler.generateResponse({ prompt: 'Hi', level: 'advanced' })
    expect(response.byok.warnings).toMatchObject([{ code: 'quality-floor-lowered' }])
    expect(response.byok.model).toBe('nano')
  })
})

describe("the app's own classifier", () => {
  it('is used (CL8)', async () => {
    const { handler } = marketOf(places, models, {
      classifier: async ({ messages }) => ({
        level: messages.length === 1 ? 'advanced' : 'simple',
        taskType: 'math',
        score: 0.9,
      }),
    })
    const route = await handler.plan({ prompt: 'Hi' })
    expect(route).toMatchObject({ level: 'advanced', taskType: 'math', classification: { score: 0.9 } })
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['answers an unknown level', () => ({ level: 'genius' })],
    ['answers an unknown kind of work', () => ({ level: 'simple', taskType: 'magic' })],
    ['answers nothing', () => undefined],
  ])('that %s gives way to the built-in one, and a warning says so (C9, CL8)', async (_, classifier) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream }, models, { classifier: classifier as never }) // what JavaScript may do
    const plain = await marketOf({ one: upstream }, models).handler.plan({ prompt: 'Hi there' })
    const response = await handler.generateResponse({ prompt: 'Hi there' })
    expect(response.byok.route.level).toBe(plain.level)
    expect(response.byok.warnings).toMatchObject([{ code: 'classifier-failed' }])
  })

  it('that takes longer than a second gives way too (C9)', async () => {
    const { handler } = marketOf(places, models, { classifier: () => new Promise(() => undefined) })
    const route = await handler.plan({ prompt: 'Hi' })
    expect(route.warnings).toMatchObject([
      { code: 'classifier-failed', message: expect.stringContaining('longer than 1000 ms') },
    ])
    expect(route.candidates.length).toBeGreaterThan(0)
  })
})
