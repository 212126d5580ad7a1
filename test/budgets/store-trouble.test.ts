// What happens where the store fails or hangs: nothing is sent unpaid, nothing is booked twice, nobody waits for long.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/core/store.js'
import type { BudgetOption } from '../../src/options/check-budgets.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import type { Reply } from '../../src/testing/reply.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, firstText, loadSdks, readAll, stageOf, until, upstreamWith } from '../pipeline/stage.js'
import { ask, counted, type Desk, deskOf, refusalOf } from './desk.js'
import { type Trouble, type TroubledStore, troubled } from './troubled-store.js'

beforeAll(loadSdks)

const budget: BudgetOption = { scope: 'app', usd: 1, per: 'day' }

async function troubledDesk(
  options: HandlerOptions & { replies?: readonly Reply[] } = {},
): Promise<Desk & { troubles: TroubledStore }> {
  const clock = new FakeClock()
  const ledger: Desk['ledger'] = []
  const troubles = troubled(memoryStore({ clock, onEntry: (entry) => ledger.push(entry) }))
  const desk = await deskOf([budget], {
    replies: [counted(1_000, 500)],
    ...options,
    clock,
    store: troubles.store,
    ledger,
  })
  return { ...desk, troubles }
}

/** Lets the limits on waiting for a store run out. */
async function outwait(
  desk: Desk,
  operation: Parameters<TroubledStore['calls']>[0],
  troubles: TroubledStore,
): Promise<void> {
  await until(() => troubles.calls(operation) > 0, `${operation} is asked`)
  await desk.clock.advance(5_000)
}

describe('D7: a store that cannot be reached', () => {
  it.each([
    ['admit', 'fails'],
    ['admit', 'throws'],
    ['admit', 'hangs'],
    ['get', 'fails'],
    ['get', 'throws'],
    ['get', 'hangs'],
  ] as const)(
    'D7, BU5: where %s %s, nothing is sent, for text and streams: store-unavailable within five seconds',
    async (operation, how) => {
      const desk = await troubledDesk()
      desk.troubles.trouble(operation, how)
      const whole = failureOf(desk.handler.generateResponse({ ...ask, model: ['one/m', 'two/m'] }))
      const streamed = readAll(desk.handler.streamCompletion(ask))
      if (how === 'hangs') await outwait(desk, operation, desk.troubles)
      for (const error of [await whole, (await streamed).error])
        expect(error).toMatchObject({ code: 'store-unavailable', isRetryable: true })
      expect(desk.upstream.hits()).toBe(0)
      desk.troubles.trouble(operation, undefined)
      await desk.handler.generateResponse(ask)
    },
  )

  it.each(['fails', 'throws', 'hangs'] as const)(
    'D7: with allow, where admit %s, the call goes on with a warning',
    async (how) => {
      const desk = await troubledDesk({ onStoreError: 'allow' })
      desk.troubles.trouble('admit', how)
      const answered = desk.handler.generateResponse({ ...ask, tenant: 'acme' })
      if (how === 'hangs') await outwait(desk, 'admit', desk.troubles)
      const { byok } = await answered
      expect(byok.cost.usd).toBe(0.002)
      expect(byok.warnings).toMatchObject([{ code: 'store-unavailable' }])
      expect(desk.told.warnings).toMatchObject([{ tenant: 'acme', warning: { code: 'store-unavailable' } }])
    },
  )

  it('D7: a store that has forgotten what it held books nothing, and that is told', async () => {
    const desk = await troubledDesk()
    const { store } = desk.troubles
    const forgetful: Store = {
      ...store,
      commit: async () => ({ outcome: 'unknown', alerts: [], counters: [] }),
    }
    const { handler, told } = stageOf({ one: desk.upstream }, { store: forgetful })
    await handler.generateResponse(ask)
    expect(told.warnings).toMatchObject([
      { warning: { code: 'store-unavailable', message: expect.stringContaining('not booked') } },
    ])
  })

  it('D7: usage() waits five seconds at most for a store that hangs', async () => {
    const desk = await troubledDesk()
    const silent: Store = {
      ...desk.troubles.store,
      records: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
      }),
    }
    const { handler } = stageOf({ one: desk.upstream }, { store: silent, clock: desk.clock })
    const failure = failureOf(handler.usage())
    await until(() => desk.clock.pending() > 0, 'the wait')
    await desk.clock.advance(5_000)
    expect(await failure).toMatchObject({ code: 'store-unavailable' })
  })

  it('D9: a source of prices that hangs, or tells what is no price, costs no answer, and ends no close', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.chat()])
    const hanging = { load: () => new Promise<never>(() => undefined), find: () => undefined }
    const { handler } = stageOf({ one: upstream }, { clock, prices: hanging })
    const answer = handler.generateResponse(ask)
    await until(() => clock.pending() > 0 && upstream.requests[0]?.over !== undefined, 'the wait for prices')
    await upstream.requests[0]?.over
    await new Promise((resolve) => setTimeout(resolve, 20))
    await clock.advance(5_000)
    expect((await answer).byok.cost.usd).toBeNull()
    await handler.close()
    for (const rate of [150_000_000.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const prices = { find: () => ({ price: { input: rate, output: 1 }, version: 'odd' }) }
      const odd = stageOf({ one: upstream }, { prices })
      const { byok } = await odd.handler.generateResponse(ask)
      expect(byok.cost.usd).toBeNull()
      expect((await odd.handler.usage()).records).toHaveLength(1)
    }
  })

  it('D7: with allow, a call that the store refuses is still refused, and one that it cannot count too', async () => {
    const desk = await troubledDesk({ onStoreError: 'allow' })
    expect((await refusalOf(desk, { ...ask, maxTokens: 1_000_000 })).code).toBe('budget-exceeded')
    expect((await refusalOf(desk, { ...ask, maxTokens: Number.MAX_SAFE_INTEGER })).code).toBe(
      'budget-exceeded',
    )
  })

  it.each(['deny', 'allow'] as const)(
    'D7: a hold that was made though its answer was lost is let go again (%s)',
    async (onStoreError) => {
      const desk = await troubledDesk({ onStoreError })
      desk.troubles.trouble('admit', 'loses-answer')
      await desk.handler.generateResponse(ask).catch(() => undefined)
      await until(() => desk.ledger.length === 2, 'the release')
      expect(desk.ledger.map(({ operation }) => operation)).toEqual(['admit', 'release'])
      expect((await desk.handler.budget())[0]).toMatchObject({ held: 0, spent: 0 })
    },
  )

  it('D7: a hold that is made only after everybody has given up on it is let go again', async () => {
    const desk = await troubledDesk()
    let makeIt: (() => void) | undefined
    const late = {
      ...desk.store,
      admit: async (hold: Parameters<typeof desk.store.admit>[0]) => {
        await new Promise<void>((resolve) => {
          makeIt = resolve
        })
        return desk.store.admit(hold)
      },
    }
    const other = await deskOf([budget], { store: late, at: desk.upstream })
    const refused = failureOf(other.handler.generateResponse(ask))
    await until(() => makeIt !== undefined && other.clock.pending() > 1, 'the limit on waiting')
    await other.clock.advance(5_000)
    expect((await refused).code).toBe('store-unavailable')
    makeIt?.()
    await until(() => desk.ledger.length === 2, 'the release')
    expect(desk.ledger.map(({ operation }) => operation)).toEqual(['admit', 'release'])
  })

  it('BU8: limits and kept prices are read once, and not again for each call', async () => {
    const desk = await troubledDesk()
    for (let call = 0; call < 5; call += 1) await desk.handler.generateResponse(ask)
    expect(desk.troubles.calls('get')).toBe(2)
    expect(desk.troubles.calls('admit')).toBe(5)
    expect(desk.troubles.calls('commit')).toBe(5)
  })

  it.each(['fails', 'loses-answer', 'throws'] as const)(
    'D7: where commit %s, the answer comes, and is booked once behind the scenes',
    async (how) => {
      const desk = await troubledDesk()
      desk.troubles.trouble('commit', how)
      const { byok } = await desk.handler.generateResponse(ask)
      expect(byok.cost.usd).toBe(0.002)
      expect(desk.told.warnings).toMatchObject([{ warning: { code: 'store-unavailable' } }])
      await desk.clock.advance(3_000)
      expect(desk.told.warnings).toHaveLength(1)
      desk.troubles.trouble('commit', undefined)
      await desk.clock.advance(10_000)
      expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0.002, held: 0 })
      expect(await desk.records()).toMatchObject([{ outcome: 'success', cost: 2_000_000 }])
      expect(desk.ledger.filter(({ operation }) => operation === 'commit')).toHaveLength(1)
      const calls = desk.troubles.calls('commit')
      await desk.clock.advance(120_000)
      expect(desk.troubles.calls('commit')).toBe(calls)
    },
  )

  it('D7: where commit hangs, the answer comes after five seconds all the same, and is booked later', async () => {
    const desk = await troubledDesk()
    desk.troubles.trouble('commit', 'hangs')
    const answered = desk.handler.generateResponse(ask)
    await outwait(desk, 'commit', desk.troubles)
    expect((await answered).byok.cost.usd).toBe(0.002)
    desk.troubles.trouble('commit', undefined)
    await desk.clock.advance(2_000)
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0.002, held: 0 })
  })

  it('D7: what could not be booked for good is charged at its bound when the hold expires, never silently given back', async () => {
    const desk = await troubledDesk()
    desk.troubles.trouble('commit', 'fails')
    await desk.handler.generateResponse(ask)
    await desk.clock.advance(61_000)
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0.002_273, held: 0 })
    expect(await desk.records()).toMatchObject([{ outcome: 'uncertain', cost: 2_273_000 }])
  })

  it('D7: close() tries once more what could not be booked', async () => {
    const desk = await troubledDesk()
    desk.troubles.trouble('commit', 'fails')
    await desk.handler.generateResponse(ask)
    desk.troubles.trouble('commit', undefined)
    await desk.handler.close()
    expect(await desk.records()).toMatchObject([{ outcome: 'success', cost: 2_000_000 }])
    expect(desk.troubles.calls('commit')).toBe(2)
    await desk.clock.advance(60_000)
    expect(desk.troubles.calls('commit')).toBe(2)
  })

  it('D7: close() does not wait forever for a store that hangs', async () => {
    const desk = await troubledDesk()
    desk.troubles.trouble('commit', 'fails')
    await desk.handler.generateResponse(ask)
    desk.troubles.trouble('commit', 'hangs')
    const closed = desk.handler.close()
    await until(() => desk.troubles.calls('commit') === 2, 'the last try')
    await desk.clock.advance(5_000)
    await closed
  })

  it.each(['fails', 'hangs'] as const)(
    'D7: an abort is not held up by a store whose commit %s: the caller hears at once',
    async (how) => {
      const desk = await troubledDesk({
        replies: [reply.stall({ afterEvents: 5 }, { text: Array(20).fill('word ') })],
      })
      desk.troubles.trouble('commit', how)
      const control = new AbortController()
      const stream = desk.handler.streamCompletion({ ...ask, signal: control.signal })
      await firstText(stream)
      const rest = readAll(stream)
      const since = performance.now()
      control.abort()
      expect((await rest).error?.code).toBe('aborted')
      expect(performance.now() - since).toBeLessThan(1_000)
      expect(desk.told.attemptEnds).toMatchObject([{ attempt: { outcome: 'aborted' } }])
      await desk.clock.advance(5_000)
      desk.troubles.trouble('commit', undefined)
      await desk.clock.advance(16_000)
      expect(await desk.records()).toMatchObject([{ outcome: 'aborted', errorCode: 'aborted' }])
      expect((await desk.handler.budget())[0]?.held).toBe(0)
    },
  )

  it('D7: whoever leaves the loop is not held up either, and close() waits for the booking', async () => {
    const desk = await troubledDesk({
      replies: [reply.stall({ afterEvents: 5 }, { text: Array(20).fill('word ') })],
    })
    desk.troubles.trouble('commit', 'hangs')
    for await (const event of desk.handler.streamCompletion(ask)) if (event.type === 'text') break
    const closed = desk.handler.close()
    await until(() => desk.troubles.calls('commit') === 1, 'the commit')
    desk.troubles.trouble('commit', undefined)
    await desk.clock.advance(5_000)
    await closed
    expect(await desk.records()).toMatchObject([{ outcome: 'aborted' }])
  })

  it.each(['admit', 'get'] as const)(
    'D7: an abort is not held up while %s hangs, and nothing is sent',
    async (operation) => {
      const desk = await troubledDesk()
      desk.troubles.trouble(operation, 'hangs')
      const control = new AbortController()
      const aborted = failureOf(desk.handler.generateResponse({ ...ask, signal: control.signal }))
      await until(() => desk.troubles.calls(operation) > 0, 'the question')
      control.abort()
      expect((await aborted).code).toBe('aborted')
      expect(desk.upstream.hits()).toBe(0)
      await desk.clock.advance(5_000)
    },
  )

  it('D7: a release that fails is tried again, and gives everything back', async () => {
    const desk = await troubledDesk()
    desk.troubles.trouble('release', 'fails')
    const control = new AbortController()
    desk.handler.once('attempt', () => control.abort())
    expect((await failureOf(desk.handler.generateResponse({ ...ask, signal: control.signal }))).code).toBe(
      'aborted',
    )
    desk.troubles.trouble('release', undefined)
    await desk.clock.advance(1_000)
    expect((await desk.handler.budget())[0]).toMatchObject({ held: 0, spent: 0 })
  })

  it.each(['fails', 'throws', 'hangs'] as Trouble[])(
    'D7: a renewal that %s ends nothing: the end corrects what expired meanwhile',
    async (how) => {
      const desk = await troubledDesk({
        replies: [{ ...reply.chat({ text: Array(60).fill('word ') }), eventEveryMs: 5 }],
      })
      desk.troubles.trouble('renew', how)
      const stream = desk.handler.streamCompletion(ask)
      await firstText(stream)
      await desk.clock.advance(61_000)
      expect(await desk.records()).toMatchObject([{ outcome: 'uncertain' }])
      expect((await readAll(stream)).error).toBeUndefined()
      expect(await desk.records()).toMatchObject([{ outcome: 'success' }])
      expect((await desk.handler.budget())[0]?.held).toBe(0)
    },
  )

  it('D7: budgets and usage that cannot be read are store-unavailable', async () => {
    const desk = await troubledDesk()
    for (const operation of ['readCounters', 'get', 'set'] as const) desk.troubles.trouble(operation, 'fails')
    expect((await failureOf(desk.handler.budget())).code).toBe('store-unavailable')
    expect((await failureOf(desk.handler.setBudget(budget))).code).toBe('store-unavailable')
    await desk.store.close()
    expect((await failureOf(desk.handler.usage())).code).toBe('store-unavailable')
  })

  it('D7: limits that keep changing refuse a call in the end, and send nothing', async () => {
    const desk = await troubledDesk()
    const stale = { ...desk.store, admit: async () => ({ outcome: 'stale' }) as const }
    const other = await deskOf([budget], {
      store: stale,
      at: desk.upstream,
      clock: new FakeClock({ seed: 2 }),
    })
    expect((await refusalOf(other, ask)).code).toBe('store-unavailable')
  })
})

describe('D7: questions about budgets', () => {
  it.each([
    ['budget()', 'readCounters', ({ handler }: Desk) => handler.budget('acme')],
    ['setBudget()', 'set', ({ handler }: Desk) => handler.setBudget(budget)],
    ['removeBudget()', 'get', ({ handler }: Desk) => handler.removeBudget({ scope: 'app', per: 'day' })],
  ] as const)('D7: %s waits five seconds at most for a store that hangs', async (_, operation, question) => {
    const desk = await troubledDesk()
    desk.troubles.trouble(operation, 'hangs')
    const failure = failureOf(question(desk))
    await outwait(desk, operation, desk.troubles)
    expect(await failure).toMatchObject({ code: 'store-unavailable' })
    expect(desk.clock.pending()).toBe(0)
  })
})
