// Budgets refuse what does not fit: each scope, measure and window, and what the refusal says.
import { beforeAll, describe, expect, it } from 'vitest'
import type { BudgetOption } from '../../src/options/check-budgets.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import {
  attemptsOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  upstreamWith,
} from '../pipeline/stage.js'
import { ask, boundFor, counted, deskOf, plainPrice, promptBound, refusalOf } from './desk.js'

beforeAll(loadSdks)

const hourMs = 3_600_000

describe('BU1: scopes', () => {
  const scopes: readonly [BudgetOption['scope'], Partial<CompletionRequest>, Partial<CompletionRequest>][] = [
    ['tenant', { tenant: 'acme' }, { tenant: 'other' }],
    ['user', { tenant: 'acme', user: 'ann' }, { tenant: 'acme', user: 'bob' }],
    ['user', { tenant: 'acme', user: 'ann' }, { tenant: 'other', user: 'ann' }],
    ['agent', { tenant: 'acme', agent: 'ann' }, { tenant: 'acme', agent: 'bob' }],
    ['agent', { tenant: 'acme', agent: 'ann' }, { tenant: 'other', agent: 'ann' }],
    ['run', { run: 'r1' }, { run: 'r2' }],
    ['tag', { tags: ['a', 'b'] }, { tags: ['c'] }],
    ['key', {}, { apiKey: 'test-key-customer-0002' }],
    ['provider', { model: 'one/m' }, { model: 'two/m' }],
    ['model', { model: 'one/m' }, { model: 'one/n' }],
  ]

  it.each(scopes)('BU1: a budget of each %s by itself counts %j, and not %j', async (scope, one, other) => {
    const desk = await deskOf([{ scope, calls: 1, per: 'day' }])
    await desk.handler.generateResponse({ ...ask, ...one })
    const error = await refusalOf(desk, { ...ask, ...one })
    expect(error).toMatchObject({
      code: 'budget-exceeded',
      budget: { scope, measure: 'calls', limit: 1, spent: 1 },
    })
    await desk.handler.generateResponse({ ...ask, ...other })
    await desk.handler
      .generateResponse({
        ...ask,
        ...other,
        tags: ['none'],
        run: 'free',
        user: 'z',
        agent: 'z',
        tenant: 'z',
        apiKey: 'test-key-customer-0003',
        model: 'two/z',
      })
      .catch((error) => expect(scope).toBe(error.budget.scope))
  })

  it('BU1: the app’s budget counts everybody', async () => {
    const desk = await deskOf([{ scope: 'app', calls: 2, per: 'day' }])
    await desk.handler.generateResponse({ ...ask, tenant: 'a' })
    await desk.handler.generateResponse({ ...ask, tenant: 'b', model: 'two/m' })
    expect((await refusalOf(desk, ask)).budget).toMatchObject({ scope: 'app', spent: 2 })
  })

  it('BU1: a tag among several is enough, and a tag that is named twice counts once', async () => {
    const desk = await deskOf([{ scope: 'tag', calls: 2, per: 'day' }])
    await desk.handler.generateResponse({ ...ask, tags: ['a', 'a', 'b'] })
    await desk.handler.generateResponse({ ...ask, tags: ['b'] })
    expect((await refusalOf(desk, { ...ask, tags: ['c', 'b'] })).budget).toMatchObject({
      scope: 'tag',
      of: 'b',
    })
    await desk.handler.generateResponse({ ...ask, tags: ['a'] })
  })

  it('BU1: the budget of one named tenant goes before that of each tenant', async () => {
    const desk = await deskOf([
      { scope: 'tenant', of: 'big', calls: 2, per: 'day' },
      { scope: 'tenant', calls: 1, per: 'day' },
    ])
    for (const tenant of ['big', 'big', 'small']) await desk.handler.generateResponse({ ...ask, tenant })
    expect((await refusalOf(desk, { ...ask, tenant: 'big' })).budget).toMatchObject({ limit: 2, spent: 2 })
    expect((await refusalOf(desk, { ...ask, tenant: 'small' })).budget).toMatchObject({ limit: 1 })
  })

  it('BU1: several at once, all or nothing: a call that one refuses is counted by none', async () => {
    const budgets: BudgetOption[] = [
      { scope: 'tenant', calls: 5, per: 'day' },
      { scope: 'model', of: 'one/m', calls: 1, per: 'day' },
      { scope: 'app', usd: 1, per: 'month' },
      { scope: 'tenant', tokens: 100_000, per: 'week' },
    ]
    const desk = await deskOf(budgets)
    await desk.handler.generateResponse({ ...ask, tenant: 'acme' })
    const before = await desk.handler.budget({ tenant: 'acme', model: 'one/m' })
    expect(before).toHaveLength(4)
    await refusalOf(desk, { ...ask, tenant: 'acme' })
    expect(await desk.handler.budget({ tenant: 'acme', model: 'one/m' })).toEqual(before)
    expect(before.every(({ held }) => held === 0)).toBe(true)
  })
})

describe('BU1: every scope, measure and window', () => {
  const scopes = ['app', 'tenant', 'user', 'agent', 'run', 'tag', 'key', 'provider', 'model'] as const
  const measures = ['usd', 'tokens', 'calls'] as const
  const periods = ['hour', 'day', 'week', 'month', 'total'] as const

  it('BU1: 135 budgets at once all count one call, and each of them can refuse the next', async () => {
    const all = scopes.flatMap((scope) =>
      measures.flatMap((measure) => periods.map((per) => ({ scope, measure, per }))),
    )
    const roomy = all.map(({ scope, measure, per }) => ({ scope, per, [measure]: 1_000_000 }))
    const desk = await deskOf(roomy, { replies: [counted(1_000, 500)], fingerprintSecret: 'pepper' })
    const request = { ...ask, tenant: 'acme', user: 'ann', agent: 'scout', run: 'r1', tags: ['t'] }
    await desk.handler.generateResponse(request)
    const key = (await desk.records())[0]?.keyFingerprint ?? ''
    const { model: _model, prompt: _prompt, maxTokens: _maxTokens, tags: _tags, ...names } = request
    const states = await desk.handler.budget({ ...names, tag: 't', key, provider: 'one', model: 'one/m' })
    const spent = { usd: 0.002, tokens: 1_500, calls: 1 }
    expect(states).toHaveLength(135)
    for (const state of states) expect(state).toMatchObject({ spent: spent[state.measure], held: 0 })
    for (const { scope, measure, per } of all) {
      await desk.handler.setBudget({ scope, per, [measure]: 0 })
      const { budget } = await refusalOf(desk, request)
      expect(budget).toMatchObject({ scope, measure, per, limit: 0, spent: spent[measure] })
      await desk.handler.setBudget({ scope, per, [measure]: 1_000_000 })
    }
    await desk.handler.generateResponse(request)
  })
})

describe('BU1: measures and windows', () => {
  it('BU1: dollars, tokens and calls are each counted as they are', async () => {
    const desk = await deskOf(
      (['usd', 'tokens', 'calls'] as const).map((measure) => ({
        scope: 'app',
        [measure]: 100_000,
        per: 'total',
      })),
      { replies: [counted(1_000, 500)] },
    )
    await desk.handler.generateResponse(ask)
    const states = await desk.handler.budget()
    expect(states.map(({ measure, spent }) => [measure, spent])).toEqual([
      ['usd', 0.002],
      ['tokens', 1_500],
      ['calls', 1],
    ])
  })

  it('BU1: a budget of tokens holds the prompt’s bound and the longest answer, and refuses the rest', async () => {
    const desk = await deskOf([{ scope: 'app', tokens: promptBound + 1_000, per: 'day' }], {
      replies: [counted(1, 1)],
    })
    await desk.handler.generateResponse(ask)
    expect((await refusalOf(desk, ask)).budget).toMatchObject({
      measure: 'tokens',
      spent: 2,
      asked: promptBound + 1_000,
    })
  })

  it.each([
    ['hour', hourMs, hourMs],
    ['day', 24 * hourMs, 24 * hourMs],
    ['week', 4 * 24 * hourMs, 7 * 24 * hourMs],
    ['month', 31 * 24 * hourMs, 28 * 24 * hourMs],
  ] as const)(
    'BU1: an exhausted %s is refused until its window ends, and then begins again',
    async (per, firstMs, nextMs) => {
      // 2026-01-01 is a Thursday: its week ends on Monday the 5th.
      const desk = await deskOf([{ scope: 'app', calls: 1, per }])
      await desk.handler.generateResponse(ask)
      await desk.clock.advance(firstMs - 1)
      const error = await refusalOf(desk, ask)
      expect(error.retryAfterMs).toBe(1)
      expect(error.budget?.endsAt).toBe(Date.UTC(2026, 0, 1) + firstMs)
      await desk.clock.advance(1)
      await desk.handler.generateResponse(ask)
      expect((await refusalOf(desk, ask)).retryAfterMs).toBe(nextMs)
    },
  )

  it('BU1: a total never begins again', async () => {
    const desk = await deskOf([{ scope: 'app', calls: 1, per: 'total' }])
    await desk.handler.generateResponse(ask)
    await desk.clock.advance(400 * 24 * hourMs)
    const error = await refusalOf(desk, ask)
    expect(error.budget).not.toHaveProperty('endsAt')
    expect(error).not.toHaveProperty('retryAfterMs')
  })

  it('BU1: a month is compared with the sum of the month, over its days', async () => {
    const desk = await deskOf([{ scope: 'tenant', usd: 0.01, per: 'month' }], {
      replies: [counted(1_000, 1_000)],
    })
    for (let day = 0; day < 3; day += 1) {
      await desk.handler.generateResponse({ ...ask, tenant: 'acme' })
      await desk.clock.advance(5 * 24 * hourMs)
    }
    expect((await refusalOf(desk, { ...ask, tenant: 'acme' })).budget).toMatchObject({
      spent: 0.009,
      per: 'month',
    })
  })

  it.each([
    ['UTC', Date.UTC(2026, 0, 1, 23, 30), Date.UTC(2026, 0, 2)],
    ['Europe/Berlin', Date.UTC(2026, 0, 1, 22, 30), Date.UTC(2026, 0, 1, 23)],
    ['America/New_York', Date.UTC(2026, 0, 1, 23, 30), Date.UTC(2026, 0, 2, 5)],
    ['Pacific/Auckland', Date.UTC(2026, 0, 1, 10, 30), Date.UTC(2026, 0, 1, 11)],
  ])('BU1: a day in %s ends at its own midnight', async (timeZone, date, endsAt) => {
    const desk = await deskOf([{ scope: 'app', calls: 1, per: 'day', timeZone }], {
      clock: new FakeClock({ date }),
    })
    await desk.handler.generateResponse(ask)
    expect((await refusalOf(desk, ask)).budget).toMatchObject({ endsAt, timeZone })
    await desk.clock.advance(endsAt - date)
    await desk.handler.generateResponse(ask)
  })

  it('D8: a call that runs over midnight is booked in the window in which it was admitted', async () => {
    const clock = new FakeClock({ date: Date.UTC(2026, 0, 1, 23, 59, 59) })
    const slow = { ...reply.chat({ usage: { input: 1_000, output: 1_000 } }), headersAfterMs: 100 }
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { clock, replies: [slow] })
    const answered = desk.handler.generateResponse(ask)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await clock.advance(2_000)
    await answered
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0, held: 0 })
    expect(await desk.store.readCounters(['usd/app//day/2026-01-01@UTC'])).toEqual([
      { committed: 3_000_000, held: 0 },
    ])
  })
})

describe('BU2: what does not fit', () => {
  it('BU2: without a limit nothing is refused, and no output limit is sent', async () => {
    const desk = await deskOf([])
    for (let call = 0; call < 5; call += 1)
      await desk.handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expect(desk.upstream.requests[0]?.body).not.toHaveProperty('max_completion_tokens')
    expect(desk.upstream.requests[0]?.body).not.toHaveProperty('max_tokens')
  })

  it('BU2: a limit of 0 lets no paid call go out, and lets through what is free', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0, per: 'day' }], {
      prices: { 'one/*': plainPrice, 'two/*': { inputPerMillion: 0, outputPerMillion: 0 } },
    })
    expect((await refusalOf(desk, ask)).budget).toMatchObject({ limit: 0, spent: 0, left: 0 })
    await desk.handler.generateResponse({ ...ask, model: 'two/m' })
  })

  it.each(['tokens', 'calls'] as const)('BU2: a limit of 0 %s lets nothing go out', async (measure) => {
    const desk = await deskOf([{ scope: 'app', [measure]: 0, per: 'day' }])
    expect(await refusalOf(desk, ask)).toMatchObject({
      code: 'budget-exceeded',
      budget: { measure, limit: 0 },
    })
  })

  it('BU2: the error says whose budget, its limit, what is spent, held and asked, and when it is free', async () => {
    const slow = { ...counted(1, 1), headersAfterMs: 200 }
    const desk = await deskOf([{ scope: 'tenant', usd: 0.005, per: 'day' }], {
      replies: [counted(500, 250), slow],
    })
    const request = { ...ask, tenant: 'acme' }
    await desk.handler.generateResponse(request)
    const running = desk.handler.generateResponse(request)
    while (desk.upstream.hits() < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    const error = await refusalOf(desk, request)
    expect(error).toMatchObject({
      code: 'budget-exceeded',
      isRetryable: false,
      provider: 'one',
      model: 'm',
      budget: {
        scope: 'tenant',
        of: 'acme',
        measure: 'usd',
        per: 'day',
        timeZone: 'UTC',
        limit: 0.005,
        spent: 0.001,
        held: boundFor(1_000) / 1e9,
        asked: boundFor(1_000) / 1e9,
        endsAt: Date.UTC(2026, 0, 2),
        onExceed: 'block',
      },
    })
    expect(error.budget?.left).toBeCloseTo(0.004 - boundFor(1_000) / 1e9, 12)
    expect(error.message).toBe(
      'Budget "tenant acme/day" would be exceeded: $0.001 of $0.005 spent, $0.002273 held for calls under way, this call needs up to $0.002273. It begins again at 2026-01-02T00:00:00.000Z.',
    )
    expect(attemptsOf(error)).toEqual(['stream budget-exceeded'])
    await running
    expect(await desk.records()).toHaveLength(2)
  })

  it('BU2: with several budgets in the way, the error names the one that is free last', async () => {
    const desk = await deskOf([
      { scope: 'app', calls: 0, per: 'month' },
      { scope: 'app', calls: 0, per: 'hour' },
    ])
    expect((await refusalOf(desk, ask)).budget?.per).toBe('month')
  })

  it('BU2: what the request says about its length is sent as it is, and never lowered', async () => {
    const desk = await deskOf([{ scope: 'app', usd: boundFor(2_000) / 1e9, per: 'day' }])
    expect(await refusalOf(desk, { ...ask, maxTokens: 2_001 })).toMatchObject({ code: 'budget-exceeded' })
    const { byok } = await desk.handler.generateResponse({ ...ask, maxTokens: 2_000 })
    expect(desk.upstream.requests[0]?.body).toMatchObject({ max_tokens: 2_000 })
    expect(byok.warnings).toEqual([])
  })

  it('BU2: a limit that an app has put into the provider’s own fields counts, the largest of several', async () => {
    const desk = await deskOf([{ scope: 'app', usd: boundFor(5_000) / 1e9, per: 'day' }])
    const providerOptions = { one: { max_tokens: 50_000 } }
    expect(await refusalOf(desk, { ...ask, providerOptions })).toMatchObject({ code: 'budget-exceeded' })
    expect(
      await refusalOf(desk, { ...ask, maxTokens: 50_000, providerOptions: { one: { max_tokens: 5 } } }),
    ).toMatchObject({
      code: 'budget-exceeded',
    })
    expect(await refusalOf(desk, { ...ask, providerOptions: { one: { n: 50 } } })).toMatchObject({
      code: 'budget-exceeded',
    })
  })

  it('BU2: an absurd length is refused like any other that does not fit, with or without a store that may be missing', async () => {
    for (const onStoreError of ['deny', 'allow'] as const) {
      const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { onStoreError })
      for (const maxTokens of [1e12, Number.MAX_SAFE_INTEGER]) {
        expect(await refusalOf(desk, { ...ask, maxTokens })).toMatchObject({ code: 'budget-exceeded' })
      }
    }
  })

  const lengthAt: Readonly<Record<string, string>> = {
    'openai-chat': 'max_tokens',
    'openai-responses': 'max_output_tokens',
    'anthropic-messages': 'max_tokens',
  }

  it.each(dialects)(
    'BU2: without a word about length, what fits is sent in the body of %s, with a warning',
    async (dialect) => {
      const desk = await deskOf([{ scope: 'app', usd: boundFor(1_500) / 1e9, per: 'day' }], {
        dialect,
        replies: [counted(1, 1)],
      })
      const { response } = await readAll(desk.handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      expect(desk.upstream.requests[0]?.body).toMatchObject({ [lengthAt[dialect] ?? '']: 1_500 })
      expect(response?.byok.warnings).toMatchObject([{ code: 'output-limit-lowered', option: 'maxTokens' }])
      expect(response?.byok.warnings[0]?.message).toContain('1500')
    },
  )

  it.each(dialects)(
    'BU2: the model’s own limit is what is held where it fits, and is not sent to %s unless it is needed there',
    async (dialect) => {
      const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { dialect, replies: [counted(1, 1)] })
      const { byok } = await desk.handler.generateResponse({ model: 'one/claude-3-haiku', prompt: 'x' })
      expect(byok.warnings.filter(({ code }) => code === 'output-limit-lowered')).toEqual([])
      const [admitted] = desk.ledger
      expect(admitted?.changes[0]?.held).toBe(boundFor(4_096))
    },
  )

  it('BU2: the model’s own limit is lowered to what fits', async () => {
    const desk = await deskOf([{ scope: 'app', usd: boundFor(3_000) / 1e9, per: 'day' }], {
      dialect: 'anthropic-messages',
    })
    const { byok } = await desk.handler.generateResponse({ model: 'one/claude-3-haiku', prompt: 'x' })
    expect(desk.upstream.requests[0]?.body).toMatchObject({ max_tokens: 3_000 })
    expect(byok.warnings.map(({ code }) => code)).toContain('output-limit-lowered')
  })

  it('BU2: of an unknown model 4,096 tokens are asked for, with a warning', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 100, per: 'day' }])
    const { byok } = await desk.handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expect(desk.upstream.requests[0]?.body).toMatchObject({ max_tokens: 4_096 })
    expect(byok.warnings).toMatchObject([{ code: 'output-limit-lowered' }])
  })

  it('BU2: no length below 1,024 tokens is sent: the call is refused', async () => {
    const request = { model: 'one/m', prompt: 'x' }
    const fits = await deskOf([{ scope: 'app', usd: boundFor(1_024) / 1e9, per: 'day' }])
    await fits.handler.generateResponse(request)
    expect(fits.upstream.requests[0]?.body).toMatchObject({ max_tokens: 1_024 })
    const short = await deskOf([{ scope: 'app', usd: boundFor(1_023) / 1e9, per: 'day' }])
    expect((await refusalOf(short, request)).budget).toMatchObject({ asked: boundFor(1_024) / 1e9 })
  })

  it('BU2: a limit that budgets have set is renamed where the provider wants another name for it, and still warned of', async () => {
    const refusal = reply.status(400, {
      error: {
        message: 'Use the other.',
        type: 'invalid_request_error',
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    })
    const desk = await deskOf([{ scope: 'app', usd: 100, per: 'day' }], { replies: [refusal, counted(1, 1)] })
    const { byok } = await desk.handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expect(desk.upstream.requests[1]?.body).toMatchObject({ max_completion_tokens: 4_096 })
    expect(desk.upstream.requests[1]?.body).not.toHaveProperty('max_tokens')
    expect(byok.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['output-limit-lowered', 'request-repaired']),
    )
  })

  it('BU2: a budget that only alerts, or counts calls, changes nothing of the request', async () => {
    const desk = await deskOf([
      { scope: 'app', usd: 0.000_001, per: 'day', onExceed: 'alert' },
      { scope: 'app', calls: 10, per: 'day' },
    ])
    const { byok } = await desk.handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expect(desk.upstream.requests[0]?.body).not.toHaveProperty('max_tokens')
    expect(byok.warnings).toEqual([])
  })

  it('BU2: a cheaper candidate that fits takes over', async () => {
    const upstream = await upstreamWith([counted(1, 1)])
    const { handler, told } = stageOf(
      { one: upstream, two: upstream },
      {
        budgets: [{ scope: 'app', usd: 0.01, per: 'day' }],
        prices: { 'one/*': { inputPerMillion: 100, outputPerMillion: 200 }, 'two/*': plainPrice },
      },
    )
    const { byok } = await handler.generateResponse({ ...ask, model: ['one/m', 'two/m'] })
    expect(attemptsOf(byok)).toEqual(['stream budget-exceeded', 'stream success'])
    expect(byok.provider).toBe('two')
    expect(upstream.hits()).toBe(1)
    expect(told.failovers).toHaveLength(1)
  })

  it('BU2: where no candidate fits, the error is that of the budget, with all who were asked', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0.000_1, per: 'day' }])
    const error = await refusalOf(desk, { ...ask, model: ['one/m', 'two/m'] })
    expect(error).toMatchObject({ code: 'budget-exceeded', budget: { scope: 'app' } })
    expect(attemptsOf(error)).toEqual(['stream budget-exceeded', 'stream budget-exceeded'])
  })

  it('D9: an unknown price under a money budget is refused, for streams too, and nothing is sent', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { prices: {} })
    expect(await refusalOf(desk, ask)).toMatchObject({ code: 'price-unknown', isRetryable: false })
    expect((await readAll(desk.handler.streamCompletion(ask))).error?.code).toBe('price-unknown')
    const both = await refusalOf(desk, { ...ask, model: ['one/m', 'two/m'] })
    expect(both).toMatchObject({ code: 'price-unknown', isRetryable: false })
    expect(desk.upstream.hits()).toBe(0)
  })

  it('F16: what a model or a tenant is called does nothing in an error', async () => {
    const hostile = '\u001b[2J\nfake\u202e'
    const shown = '\\x1b[2J\\x0afake\\u{202e}'
    const unpriced = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { prices: {} })
    const models = [`one/${hostile}`, `two/${hostile}`]
    const [unknown, nobody] = [
      await refusalOf(unpriced, { ...ask, model: models.slice(0, 1) }),
      await refusalOf(unpriced, { ...ask, model: models }),
    ]
    const poor = await deskOf([{ scope: 'tenant', usd: 0.000_1, per: 'day' }])
    const exceeded = await refusalOf(poor, { ...ask, tenant: hostile })
    expect(unknown.message).toContain(`The price of one/${shown} is unknown`)
    expect(nobody.message).toContain(`two/${shown}`)
    expect(exceeded.message).toContain(`Budget "tenant ${shown}/day"`)
    for (const { message } of [unknown, nobody, exceeded]) expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('D9: an unknown price is let through as if it cost nothing only where the app says so, and never booked as a known 0', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { prices: {}, unknownPrice: 'allow' })
    expect((await desk.handler.generateResponse(ask)).byok.cost.usd).toBeNull()
    expect(await desk.records()).toMatchObject([{ cost: null }])
  })

  it('D9: an unknown price harms nobody where no money is limited', async () => {
    const desk = await deskOf(
      [
        { scope: 'app', calls: 5, per: 'day' },
        { scope: 'app', tokens: 50_000, per: 'day' },
        { scope: 'app', usd: 1, per: 'day', onExceed: 'alert' },
      ],
      { prices: {} },
    )
    await desk.handler.generateResponse(ask)
  })

  it('D9: a way of being served that has no known price is no known price', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }])
    const error = await refusalOf(desk, { ...ask, providerOptions: { one: { service_tier: 'priority' } } })
    expect(error.code).toBe('price-unknown')
  })

  it('BU2: a history that the provider itself keeps is held as the longest there is', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0.5, per: 'day' }], { dialect: 'openai-responses' })
    const providerOptions = { one: { previous_response_id: 'resp_1' } }
    expect(await refusalOf(desk, { ...ask, providerOptions })).toMatchObject({ code: 'budget-exceeded' })
  })

  it('BU5: the same refusal for text, a stream and a response format', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0.002, per: 'day' }])
    const schema = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } } as const
    const errors = [
      await failureOf(desk.handler.generateResponse(ask)),
      (await readAll(desk.handler.streamCompletion(ask))).error,
      await failureOf(desk.handler.generateResponse({ ...ask, responseFormat: schema })),
      (await readAll(desk.handler.streamCompletion({ ...ask, responseFormat: { type: 'json_object' } })))
        .error,
      await failureOf(desk.handler.generateResponse({ ...ask, callbacks: { onTextDelta: () => undefined } })),
    ]
    for (const error of errors)
      expect(error).toMatchObject({ code: 'budget-exceeded', budget: { limit: 0.002, spent: 0 } })
    expect(desk.upstream.hits()).toBe(0)
  })
})
