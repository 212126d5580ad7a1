// Budgets that are read, set and removed while handlers run, over one store and several handlers.
import { beforeAll, describe, expect, it } from 'vitest'
import type { BudgetName, BudgetOption } from '../../src/options/check-budgets.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { failureOf, loadSdks } from '../pipeline/stage.js'
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
