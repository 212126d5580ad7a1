// Budgets that are read, set and removed while handlers run, over one store and several handlers.
import { beforeAll, describe, expect, it } from 'vitest'
import type { BudgetName, BudgetOption } from '../../src/options/check-budgets.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { failureOf, loadSdks, stageOf } from '../pipeline/stage.js'
import { ask, boundFor, counted, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

const daily = { scope: 'tenant', per: 'day' } as const
const request = { ...ask, tenant: 'acme' }

describe('BU8: budgets at run time', () => {
  it('BU8: tells limit, spent, held, left and the end of the window; the app’s own stands beside the tenant’s', async () => {
    const slow = { ...counted(1, 1), headersAfterMs: 150 }
    const desk = await deskOf(
      [
        { ...daily, usd: 1 },
        { scope: 'app', calls: 10, per: 'total' },
      ],
      {
        replies: [counted(1_000, 1_000), slow],
      },
    )
    await desk.handler.generateResponse(request)
    const running = desk.handler.generateResponse(request)
    while (desk.upstream.hits() < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    const [tenant, app] = await desk.handler.budget('acme')
    expect(tenant).toMatchObject({
      scope: 'tenant',
      of: 'acme',
      limit: 1,
      spent: 0.003,
      held: boundFor(1_000) / 1e9,
      endsAt: Date.UTC(2026, 0, 2),
    })
    expect(tenant?.left).toBeCloseTo(1 - 0.003 - boundFor(1_000) / 1e9, 9)
    expect(app).toEqual({
      scope: 'app',
      measure: 'calls',
      per: 'total',
      timeZone: 'UTC',
      limit: 10,
      spent: 1,
      held: 1,
      left: 8,
      onExceed: 'block',
    })
    await running
  })

  it('BU8: a tenant that never called stands at zero', async () => {
    const desk = await deskOf([{ ...daily, usd: 1 }])
    expect(await desk.handler.budget('new')).toMatchObject([
      { of: 'new', limit: 1, spent: 0, held: 0, left: 1 },
    ])
    expect(await desk.handler.budget()).toEqual([])
  })

  it('BU8: a budget is set, changed and removed while the handler runs, and what was spent stays counted', async () => {
    const desk = await deskOf([])
    await desk.handler.generateResponse(request)
    await desk.handler.setBudget({ ...daily, calls: 1 })
    await desk.handler.generateResponse(request)
    expect((await refusalOf(desk, request)).budget).toMatchObject({ limit: 1, spent: 1 })
    await desk.handler.setBudget({ ...daily, calls: 2 })
    await desk.handler.generateResponse(request)
    expect((await refusalOf(desk, request)).budget).toMatchObject({ limit: 2, spent: 2 })
    await desk.handler.removeBudget({ ...daily, measure: 'calls' })
    await desk.handler.generateResponse(request)
    expect(await desk.handler.budget('acme')).toEqual([])
  })

  it('BU8: a budget of the options is removed, and set again', async () => {
    const desk = await deskOf([{ ...daily, calls: 0 }])
    await desk.handler.removeBudget({ ...daily, measure: 'calls' })
    await desk.handler.generateResponse(request)
    await desk.handler.setBudget({ ...daily, calls: 0 })
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
  })

  it('BU8: another handler on the same store meets what was set at its very next call', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const here = await deskOf([], { store })
    const there = await deskOf([], { store, at: here.upstream, clock: new FakeClock({ seed: 2 }) })
    await there.handler.generateResponse(request)
    await here.handler.setBudget({ ...daily, calls: 0 })
    expect((await refusalOf(there, request)).code).toBe('budget-exceeded')
    expect(await there.handler.budget('acme')).toMatchObject([{ limit: 0 }])
    await here.handler.removeBudget({ ...daily, measure: 'calls' })
    await there.handler.generateResponse(request)
  })

  it('BU8: two handlers that set different budgets at once both succeed', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const desks = await Promise.all(
      [1, 2].map((seed) => deskOf([], { store, clock: new FakeClock({ seed }) })),
    )
    await Promise.all(
      desks.flatMap(({ handler }, at) =>
        [1, 2, 3].map((number) =>
          handler.setBudget({ scope: 'tenant', of: `t${at}${number}`, calls: number, per: 'day' }),
        ),
      ),
    )
    for (const at of [0, 1])
      for (const number of [1, 2, 3])
        expect(await desks[0]?.handler.budget(`t${at}${number}`)).toMatchObject([{ limit: number }])
  })

  it('BU8: limits that change under many calls refuse none of them without a reason', async () => {
    const desk = await deskOf([])
    const calls = Array.from({ length: 60 }, () => desk.handler.generateResponse(request))
    for (let limit = 1_000; limit < 1_010; limit += 1)
      await desk.handler.setBudget({ ...daily, calls: limit })
    await Promise.all(calls)
  })

  it('BU8: outlasts the handler: a new one on the same store has the budget', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const first = await deskOf([], { store })
    await first.handler.setBudget({ ...daily, calls: 0 })
    await first.handler.close()
    const second = await deskOf([{ ...daily, calls: 5 }], { store, clock: new FakeClock({ seed: 2 }) })
    expect((await refusalOf(second, request)).budget).toMatchObject({ limit: 0 })
  })

  const whole = {
    scope: 'tenant',
    measure: 'calls',
    amount: 0,
    per: 'day',
    timeZone: 'UTC',
    onExceed: 'block',
    alertAt: [],
  }
  const identity = JSON.stringify(['tenant', null, null, 'calls', 'day', 'UTC'])
  const broken: readonly [string, string][] = [
    ['an object', '{}'],
    ['no JSON', '['],
    ['null', 'null'],
    ['a list of something else', '[1]'],
    ['an entry without a limit', '[["x"]]'],
    ['a limit without fields', JSON.stringify([[identity, {}]])],
    ['an unknown word', JSON.stringify([[identity, { ...whole, onExceed: 'shout' }]])],
    ['an amount that is text', JSON.stringify([[identity, { ...whole, amount: '5' }]])],
    ['an amount below 0', JSON.stringify([[identity, { ...whole, amount: -1 }]])],
    ['a name that is none', JSON.stringify([[identity, { ...whole, of: 5 }]])],
    ['a zone that is none', JSON.stringify([[identity, { ...whole, timeZone: 'Mars/Base' }]])],
    ['shares that are none', JSON.stringify([[identity, { ...whole, alertAt: [null] }]])],
    ['the name of another limit', JSON.stringify([['other', whole]])],
  ]

  it.each(broken)(
    'BU8: where %s stands in the store instead of limits, calls are told so, and setBudget mends it',
    async (_, value) => {
      for (const onStoreError of ['deny', 'allow'] as const) {
        const desk = await deskOf([], { onStoreError })
        await desk.store.set('limits', 'budgets', value)
        const error = await refusalOf(desk, request)
        expect(error).toMatchObject({ code: 'config', isRetryable: false })
        expect(error.message).toContain('limits/budgets')
        expect(await failureOf(desk.handler.budget('acme'))).toMatchObject({ code: 'config' })
        await desk.handler.setBudget({ ...daily, calls: 1 })
        await desk.handler.generateResponse(request)
        expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
      }
    },
  )

  it('BU8: limits that are whole are read from the store', async () => {
    const desk = await deskOf([])
    await desk.store.set('limits', 'budgets', JSON.stringify([[identity, whole]]))
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
  })

  it('BU8: nothing is left in the store of budgets that were set and removed again', async () => {
    const desk = await deskOf([{ ...daily, calls: 5 }])
    for (const of of ['a', 'b']) {
      await desk.handler.setBudget({ ...daily, of, calls: 1 })
      expect(await desk.handler.removeBudget({ ...daily, of, measure: 'calls' })).toBe(true)
    }
    expect(await desk.store.get('limits', 'budgets')).toMatchObject({ value: '[]' })
    expect(await desk.handler.removeBudget({ ...daily, measure: 'calls' })).toBe(true)
    expect(await desk.handler.removeBudget({ ...daily, measure: 'calls' })).toBe(false)
    await desk.handler.setBudget({ ...daily, of: 'a', calls: 1 })
    expect(await desk.handler.budget('b')).toEqual([])
  })

  it('BU8: a budget that another handler’s options name stays removed, whoever removes it once more', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const here = await deskOf([{ ...daily, calls: 0 }], { store })
    const there = await deskOf([], { store, clock: new FakeClock({ seed: 2 }) })
    await here.handler.removeBudget({ ...daily, measure: 'calls' })
    expect(await there.handler.removeBudget({ ...daily, measure: 'calls' })).toBe(false)
    expect(await here.handler.budget('acme')).toEqual([])
  })

  it('BU8: without a measure, budgets of every measure are removed, and it is told whether there was one', async () => {
    const desk = await deskOf([
      { ...daily, calls: 0 },
      { ...daily, tokens: 0 },
      { ...daily, calls: 7, per: 'month' },
    ])
    expect(await desk.handler.removeBudget({ ...daily })).toBe(true)
    expect(await desk.handler.budget('acme')).toMatchObject([{ measure: 'calls', per: 'month' }])
    expect(await desk.handler.removeBudget({ ...daily })).toBe(false)
    await desk.handler.setBudget({ ...daily, usd: 1 })
    expect(await desk.handler.removeBudget({ ...daily, measure: 'tokens' })).toBe(false)
    expect(await desk.handler.removeBudget({ ...daily })).toBe(true)
  })

  const faults: readonly [string, object, string][] = [
    ['an unknown field', { ...daily, usd: 1, limit: 2 }, 'budget.limit'],
    ['no amount', { ...daily }, 'budget'],
    ['two amounts', { ...daily, usd: 1, tokens: 5 }, 'budget'],
    ['NaN', { ...daily, usd: Number.NaN }, 'budget.usd'],
    ['Infinity', { ...daily, usd: Number.POSITIVE_INFINITY }, 'budget.usd'],
    ['a negative amount', { ...daily, usd: -1 }, 'budget.usd'],
    ['half a token', { ...daily, tokens: 0.5 }, 'budget.tokens'],
    ['more than can be counted', { ...daily, usd: 1e7 }, 'budget.usd'],
    ['text', { ...daily, usd: '5' }, 'budget.usd'],
    ['an unknown scope', { ...daily, scope: 'planet', usd: 1 }, 'budget.scope'],
    ['an unknown window', { ...daily, per: 'year', usd: 1 }, 'budget.per'],
    ['a wrong zone', { ...daily, usd: 1, timeZone: 'Mars/Base' }, 'budget.timeZone'],
    ['an empty name', { ...daily, usd: 1, of: '' }, 'budget.of'],
    ['an unknown reaction', { ...daily, usd: 1, onExceed: 'shout' }, 'budget.onExceed'],
    ['a share beyond 1', { ...daily, usd: 1, alertAt: [0.5, 2] }, 'budget.alertAt[1]'],
    ['a share of 0', { ...daily, usd: 1, alertAt: [0] }, 'budget.alertAt[0]'],
    ['one of the app', { scope: 'app', of: 'x', usd: 1, per: 'day' }, 'budget.scope'],
    ['a model without a provider', { scope: 'model', of: 'gpt-4o', usd: 1, per: 'day' }, 'budget.of'],
    ['a provider without a model', { scope: 'model', of: 'openai/', usd: 1, per: 'day' }, 'budget.of'],
    ['a key itself', { scope: 'key', of: 'test-key-customer-0002', usd: 1, per: 'day' }, 'budget.of'],
  ]

  it.each(faults)('BU8: %s is refused, and the error names the field', async (_, budget, field) => {
    const desk = await deskOf([])
    const error = await failureOf(desk.handler.setBudget(budget as BudgetOption)) // as plain JavaScript may
    expect(error).toMatchObject({ code: 'invalid-request', field })
    await expect(deskOf([budget as BudgetOption])).rejects.toMatchObject({
      code: 'config',
      field: field.replace('budget', 'budgets[0]'),
    })
  })

  it('BU8: the error for a key in the place of a fingerprint does not show it', async () => {
    const { handler } = await deskOf([])
    const of = 'test-key-customer-0002'
    const error = await failureOf(handler.setBudget({ scope: 'key', of, usd: 1, per: 'day' }))
    expect(JSON.stringify(error) + error.message).not.toContain(of)
  })

  it('BU8: models with slashes in their names, and fingerprints, are names', async () => {
    const desk = await deskOf([{ scope: 'model', of: 'openrouter/a/b', usd: 1, per: 'day' }])
    await desk.handler.setBudget({ scope: 'key', of: '0123abcd', usd: 1, per: 'day' })
  })

  it('BU8: a time zone in another spelling is the same one', async () => {
    const zoned = { ...daily, timeZone: 'europe/berlin' }
    const desk = await deskOf([{ ...zoned, calls: 0 }])
    expect(await desk.handler.budget('acme')).toMatchObject([{ timeZone: 'Europe/Berlin' }])
    await desk.handler.setBudget({ ...daily, timeZone: 'EUROPE/Berlin', calls: 1 })
    await desk.handler.setBudget({ ...daily, timeZone: 'utc', calls: 2 })
    expect(await desk.handler.budget('acme')).toMatchObject([
      { timeZone: 'Europe/Berlin', limit: 1 },
      { timeZone: 'UTC', limit: 2 },
    ])
    expect(await desk.handler.removeBudget(zoned)).toBe(true)
  })

  it('BU8: a budget that asks is refused by a handler with nobody to ask', async () => {
    const asking = { ...daily, usd: 1, onExceed: 'approve' } as const
    const { handler } = await deskOf([])
    expect(await failureOf(handler.setBudget(asking))).toMatchObject({
      code: 'invalid-request',
      field: 'approve',
    })
    await (await deskOf([], { approve: () => true })).handler.setBudget(asking)
  })

  it('BU8: limits on keys in a store need the secret that names them the same in every process', async () => {
    const none = { fingerprintSecret: undefined }
    const budget = { scope: 'key', calls: 1, per: 'day' } as const
    const field = 'fingerprintSecret'
    await expect(deskOf([budget], none)).rejects.toMatchObject({ code: 'config', field })
    const rateLimits = [{ scope: 'key', requests: 1 }] as const
    await expect(deskOf([], { ...none, rateLimits })).rejects.toMatchObject({ code: 'config', field })
    const { handler } = await deskOf([], none)
    expect(await failureOf(handler.setBudget(budget))).toMatchObject({ code: 'invalid-request', field })
    stageOf({}, { budgets: [budget], rateLimits })
  })

  it('BU8: a wrong name or question is refused, and names the field', async () => {
    const { handler } = await deskOf([])
    expect(
      await failureOf(handler.removeBudget({ ...daily, usd: 1 } as unknown as BudgetName)),
    ).toMatchObject({ field: 'budget.usd' })
    expect(
      await failureOf(handler.removeBudget({ ...daily, measure: 'cents' } as unknown as BudgetName)),
    ).toMatchObject({ field: 'budget.measure' })
    expect(await failureOf(handler.budget(''))).toMatchObject({ code: 'invalid-request', field: 'tenant' })
    expect(await failureOf(handler.budget({ tenants: 'x' } as object))).toMatchObject({
      field: 'budget.tenants',
    })
  })
})
