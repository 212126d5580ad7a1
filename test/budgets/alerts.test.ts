// Alerts: each share of a budget is told once a window, whoever reaches it, with whom it was about.
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { loadSdks, upstreamWith } from '../pipeline/stage.js'
import { ask, counted, deskOf } from './desk.js'

beforeAll(loadSdks)

/** A tenth of a cent. */
const replies = [counted(500, 250)]

describe('BU6: alerts', () => {
  it('BU6: 50, 80, 90 and 100 % are each told once, and again in the next window', async () => {
    const desk = await deskOf([{ scope: 'tenant', usd: 0.01, per: 'day', onExceed: 'alert' }], { replies })
    const request = { ...ask, tenant: 'acme' }
    const shares = []
    for (let call = 0; call < 12; call += 1) {
      await desk.handler.generateResponse(request)
      shares.push(desk.alerts.splice(0).map(({ share }) => share))
    }
    expect(shares).toEqual([[], [], [], [], [0.5], [], [], [0.8], [0.9], [1], [], []])
    await desk.clock.advance(24 * 3_600_000)
    for (let call = 0; call < 5; call += 1) await desk.handler.generateResponse(request)
    expect(desk.alerts.map(({ share }) => share)).toEqual([0.5])
  })

  it('BU6: a single call that reaches several shares tells them all, and a budget that only alerts refuses nothing', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0.001, per: 'day', onExceed: 'alert' }], { replies })
    await desk.handler.generateResponse(ask)
    await desk.handler.generateResponse(ask)
    expect(desk.alerts.map(({ share }) => share)).toEqual([0.5, 0.8, 0.9, 1])
  })

  it('BU6: the event names tenant, user, agent and request, and how the budget stands', async () => {
    const desk = await deskOf([{ scope: 'tenant', usd: 0.002, per: 'day', alertAt: [0.5] }], { replies })
    const labels = { tenant: 'acme', user: 'ann', agent: 'scout', session: 's', run: 'r', tags: ['t'] }
    await desk.handler.generateResponse({ ...ask, ...labels, maxTokens: 10 })
    expect(desk.alerts).toEqual([
      {
        ...labels,
        requestId: desk.told.answers[0]?.requestId,
        share: 0.5,
        budget: {
          scope: 'tenant',
          of: 'acme',
          measure: 'usd',
          per: 'day',
          timeZone: 'UTC',
          limit: 0.002,
          spent: 0.001,
          held: 0,
          left: 0.001,
          endsAt: Date.UTC(2026, 0, 2),
          onExceed: 'block',
        },
      },
    ])
  })

  it('BU6: fifty calls at once, over two handlers on one store: each share is told once', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const upstream = await upstreamWith(replies)
    const budgets = [{ scope: 'app', usd: 0.05, per: 'total', onExceed: 'alert' }] as const
    const desks = await Promise.all(
      [1, 2].map((seed) => deskOf(budgets, { at: upstream, store, clock: new FakeClock({ seed }) })),
    )
    await Promise.all(
      desks.flatMap(({ handler }) => Array.from({ length: 25 }, () => handler.generateResponse(ask))),
    )
    const told = desks.flatMap(({ alerts }) => alerts.map(({ share }) => share))
    expect(told.sort()).toEqual([0.5, 0.8, 0.9, 1])
  })

  it('BU6: calls and tokens alert too; an empty list of shares alerts nobody', async () => {
    const desk = await deskOf(
      [
        { scope: 'app', calls: 4, per: 'day', alertAt: [0.25, 0.25, 1] },
        { scope: 'app', tokens: 1_000_000, per: 'day', alertAt: [] },
        { scope: 'app', tokens: 1_500, per: 'hour', alertAt: [1], onExceed: 'alert' },
      ],
      { replies },
    )
    for (let call = 0; call < 2; call += 1) await desk.handler.generateResponse(ask)
    expect(desk.alerts.map(({ budget, share }) => [budget.measure, share])).toEqual([
      ['calls', 0.25],
      ['tokens', 1],
    ])
  })

  it('BU6: a budget that is raised alerts again as the shares of its new amount are reached', async () => {
    const daily = { scope: 'app', per: 'day', onExceed: 'alert' } as const
    const desk = await deskOf([{ ...daily, calls: 2 }], { replies })
    for (let call = 0; call < 2; call += 1) await desk.handler.generateResponse(ask)
    expect(desk.alerts.splice(0).map(({ share }) => share)).toEqual([0.5, 0.8, 0.9, 1])
    await desk.handler.setBudget({ ...daily, calls: 10 })
    const shares = []
    for (let call = 2; call < 10; call += 1) {
      await desk.handler.generateResponse(ask)
      shares.push(...desk.alerts.splice(0).map(({ share, budget }) => [budget.limit, share]))
    }
    expect(shares).toEqual([0.5, 0.8, 0.9, 1].map((share) => [10, share]))
  })

  it('BU6: a listener that throws harms neither the answer nor the next listener', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 0.001, per: 'day', alertAt: [0.5], onExceed: 'alert' }], {
      replies,
    })
    let heard = 0
    desk.handler.on('budget-alert', () => {
      throw new Error('no')
    })
    desk.handler.on('budget-alert', () => {
      heard += 1
    })
    await desk.handler.generateResponse(ask)
    expect(heard).toBe(1)
  })
})
