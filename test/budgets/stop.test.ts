// What happens where a budget is spent: what runs is stopped, or the app is asked.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Approval } from '../../src/cost/admission.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { attemptsOf, failureOf, firstText, loadSdks, readAll, until } from '../pipeline/stage.js'
import { ask, boundFor, counted, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

const endless = reply.stall({ afterEvents: 6 }, { text: Array(50).fill('word ') })
const spendAll = { replies: [endless, counted(1_000, 20_000)] }
const stopping = { scope: 'tenant', usd: 0.02, per: 'day', onExceed: 'stop' } as const
const request = { ...ask, tenant: 'acme' }

describe('BU7: stop', () => {
  it('BU7: a running stream ends with budget-exceeded and what had come, once another call has spent the rest', async () => {
    const desk = await deskOf([stopping], spendAll)
    const stream = desk.handler.streamCompletion(request)
    const first = await firstText(stream)
    const rest = readAll(stream)
    await desk.handler.generateResponse(request)
    const { error, text } = await rest
    expect(error).toMatchObject({
      code: 'budget-exceeded',
      budget: { scope: 'tenant', of: 'acme', onExceed: 'stop', limit: 0.02, spent: 0.041 },
      partial: { text: first + text },
    })
    expect(attemptsOf(error ?? {})).toEqual(['stream budget-exceeded'])
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
    const [stopped] = await desk.records()
    expect(stopped).toMatchObject({ outcome: 'failure', errorCode: 'budget-exceeded', usageEstimated: true })
    expect(stopped?.cost).toBeGreaterThan(0)
    await until(() => desk.upstream.requests[0]?.closedByClient === true, 'the connection ends')
  })

  it('BU7: a whole answer under way ends too, and no other candidate takes over', async () => {
    const desk = await deskOf([stopping], { replies: [reply.hang(), counted(1_000, 20_000)] })
    const running = failureOf(desk.handler.generateResponse({ ...request, model: ['one/m', 'two/m'] }))
    await until(() => desk.upstream.hits() === 1, 'the first call')
    await desk.handler.generateResponse({ ...request, model: 'two/m' })
    expect((await running).code).toBe('budget-exceeded')
    expect(desk.upstream.hits()).toBe(2)
  })

  it('BU7: with block, what runs finishes, and only new calls are refused', async () => {
    const slow = { ...reply.chat({ text: Array(60).fill('word ') }), eventEveryMs: 5 }
    const desk = await deskOf([{ ...stopping, onExceed: 'block' }], {
      replies: [slow, counted(1_000, 20_000)],
    })
    const stream = desk.handler.streamCompletion(request)
    await firstText(stream)
    const rest = readAll(stream)
    await desk.handler.generateResponse(request)
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
    expect((await rest).response?.byok.finishReason).toBe('stop')
  })

  it('BU7: streams of others go on', async () => {
    const slow = { ...reply.chat({ text: Array(60).fill('word ') }), eventEveryMs: 5 }
    const desk = await deskOf([stopping], { replies: [slow, counted(1_000, 20_000)] })
    const stream = desk.handler.streamCompletion({ ...request, tenant: 'other' })
    await firstText(stream)
    const rest = readAll(stream)
    await desk.handler.generateResponse(request)
    expect((await rest).error).toBeUndefined()
  })

  it('BU7: a limit that is lowered below what is spent ends what runs, at once', async () => {
    const desk = await deskOf([{ ...stopping, usd: 1 }], { replies: [counted(1_000, 1_000), endless] })
    await desk.handler.generateResponse(request)
    const stream = desk.handler.streamCompletion(request)
    await firstText(stream)
    const rest = readAll(stream)
    await desk.handler.setBudget({ ...stopping, usd: 0.003 })
    expect((await rest).error).toMatchObject({
      code: 'budget-exceeded',
      budget: { limit: 0.003, spent: 0.003 },
    })
  })

  it('BU7: a budget that is set while a stream runs, where there was none, ends it too', async () => {
    const desk = await deskOf([], { replies: [endless] })
    const stream = desk.handler.streamCompletion(request)
    await firstText(stream)
    const rest = readAll(stream)
    await desk.handler.setBudget({ ...stopping, usd: 0 })
    expect((await rest).error).toMatchObject({ code: 'budget-exceeded', budget: { limit: 0 } })
  })

  it('BU7: when another handler on the same store spends the rest, what runs here ends within five seconds', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const here = await deskOf([stopping], { store, replies: [endless] })
    const there = await deskOf([stopping], {
      store,
      replies: [counted(1_000, 20_000)],
      clock: new FakeClock({ seed: 2 }),
    })
    const stream = here.handler.streamCompletion(request)
    await firstText(stream)
    const rest = readAll(stream)
    await there.handler.generateResponse(request)
    await here.clock.advance(5_000)
    expect((await rest).error).toMatchObject({ code: 'budget-exceeded', budget: { spent: 0.041 } })
  })

  it('BU7: when another handler lowers the limit, what runs here ends within five seconds', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const here = await deskOf([{ ...stopping, usd: 1 }], { store, replies: [counted(1_000, 1_000), endless] })
    const there = await deskOf([], { store, clock: new FakeClock({ seed: 2 }) })
    await here.handler.generateResponse(request)
    const stream = here.handler.streamCompletion(request)
    await firstText(stream)
    const rest = readAll(stream)
    await there.handler.setBudget({ ...stopping, usd: 0.001 })
    await here.clock.advance(5_000)
    expect((await rest).error).toMatchObject({ code: 'budget-exceeded' })
  })

  it('BU7: a hundred streams end together, with few looks at the store', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    let looks = 0
    const counting = {
      ...bound(store),
      readCounters: (...question: Parameters<typeof store.readCounters>) => {
        looks += 1
        return store.readCounters(...question)
      },
    }
    const desk = await deskOf([{ ...stopping, usd: 1 }], {
      store: counting,
      replies: (_, index) => (index < 100 ? endless : counted(1_000, 600_000)),
    })
    const streams = Array.from({ length: 100 }, () => desk.handler.streamCompletion(request))
    await Promise.all(streams.map(firstText))
    const ends = Promise.all(streams.map(readAll))
    await desk.handler.generateResponse(request)
    expect((await ends).every(({ error }) => error?.code === 'budget-exceeded')).toBe(true)
    expect(looks).toBeLessThan(100)
  })

  it.each(['when it is looked at', 'when the budget is set anew'])(
    'BU7: a call that costs nothing goes on under a budget that is spent, also %s',
    async (when) => {
      const desk = await deskOf([{ ...stopping, usd: 0 }], {
        prices: { 'one/*': { inputPerMillion: 0, outputPerMillion: 0 } },
        replies: [{ ...reply.chat({ text: Array(60).fill('word ') }), eventEveryMs: 5 }],
      })
      const stream = desk.handler.streamCompletion(request)
      await firstText(stream)
      const rest = readAll(stream)
      if (when === 'when it is looked at') await desk.clock.advance(5_000)
      else await desk.handler.setBudget({ ...stopping, usd: 0 })
      expect((await rest).response?.byok.finishReason).toBe('stop')
    },
  )

  it('BU7: a look reads each counter of a tenant once, and one tenant that cannot be read spares no other', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const looks: (readonly string[])[] = []
    const partly = {
      ...bound(store),
      readCounters: async (names: readonly string[], tenant?: string) => {
        looks.push(names)
        if (tenant === 'broken') throw new Error('ECONNREFUSED')
        return store.readCounters(names, tenant)
      },
    }
    const shared = { ...stopping, scope: 'app', usd: 1 } as const
    const desk = await deskOf([shared, { ...stopping, usd: 1 }], {
      store: partly,
      replies: (_, index) => (index < 5 ? endless : counted(1_000, 600_000)),
    })
    const tenants = ['broken', 'acme', 'acme', 'acme', 'other']
    const streams = tenants.map((tenant) => desk.handler.streamCompletion({ ...request, tenant }))
    await Promise.all(streams.map(firstText))
    const ends = streams.map(readAll)
    await desk.handler.generateResponse(request)
    for (const end of ends.slice(1)) expect((await end).error?.code).toBe('budget-exceeded')
    for (const names of looks) expect(names).toHaveLength(2)
    await desk.handler.close()
    expect((await ends[0])?.error?.code).toBe('aborted')
  })

  it('BU7: nothing is looked at, and no timer waits, once nothing runs', async () => {
    const desk = await deskOf([stopping])
    await desk.handler.generateResponse(request)
    await until(() => desk.clock.pending() === 0, 'all timers end')
  })
})

/** A store's methods as an object of their own. */
function bound(store: ReturnType<typeof memoryStore>): typeof store {
  return {
    admit: (hold) => store.admit(hold),
    renew: (id, ttlMs) => store.renew(id, ttlMs),
    commit: (id, charge, record) => store.commit(id, charge, record),
    release: (id, record) => store.release(id, record),
    readCounters: (names, tenant) => store.readCounters(names, tenant),
    records: (filter) => store.records(filter),
    get: (collection, key) => store.get(collection, key),
    set: (collection, key, value, ifVersion) => store.set(collection, key, value, ifVersion),
    delete: (collection, key) => store.delete(collection, key),
    list: (collection) => store.list(collection),
    close: () => store.close(),
  }
}

describe('BU7: approve', () => {
  const asking = { scope: 'tenant', usd: 0.001, per: 'day', onExceed: 'approve' } as const

  async function deskWith(approve: Approval) {
    const asked: Parameters<Approval>[0][] = []
    const desk = await deskOf([asking], {
      replies: [counted(1, 1)],
      approve: (excess) => {
        asked.push(excess)
        return approve(excess)
      },
    })
    return { desk, asked }
  }

  it('BU7: a yes lets this call go beyond the budget; the next one is asked about anew', async () => {
    const { desk, asked } = await deskWith(async () => true)
    await desk.handler.generateResponse(request)
    await desk.handler.generateResponse(request)
    expect(asked).toHaveLength(2)
    expect(asked[0]).toMatchObject({
      budgets: [
        { scope: 'tenant', of: 'acme', limit: 0.001, asked: boundFor(1_000) / 1e9, onExceed: 'approve' },
      ],
      facts: {
        labels: { tenant: 'acme' },
        provider: 'one',
        model: 'm',
        mode: 'stream',
        credentialSource: 'app',
      },
    })
    expect(JSON.stringify(asked)).not.toContain('test-key')
    expect((await desk.handler.budget('acme'))[0]).toMatchObject({ spent: 0.000_006, held: 0 })
  })

  it('BU7: nobody is asked about a call that fits', async () => {
    const { desk, asked } = await deskWith(() => true)
    await desk.handler.generateResponse({ ...request, maxTokens: 100 })
    expect(asked).toEqual([])
  })

  const refusals: readonly [string, Approval][] = [
    ['a no', () => false],
    [
      'an error',
      () => {
        throw new Error('no')
      },
    ],
    [
      'a rejection',
      async () => {
        throw new Error('no')
      },
    ],
    ['a truthy word that is no true', () => 'yes' as unknown as boolean],
    ['nothing', () => undefined as unknown as boolean],
  ]

  it.each(refusals)('BU7: %s is a no, and nothing is sent', async (_, approve) => {
    const { desk } = await deskWith(approve)
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
    expect((await desk.handler.budget('acme'))[0]).toMatchObject({ held: 0, spent: 0 })
  })

  it('BU7: silence is a no after thirty seconds', async () => {
    const { desk, asked } = await deskWith(() => new Promise<boolean>(() => undefined))
    const refused = failureOf(desk.handler.generateResponse(request))
    await until(() => asked.length === 1, 'the question')
    await desk.clock.advance(29_999)
    expect(desk.told.errors).toEqual([])
    await desk.clock.advance(1)
    expect((await refused).code).toBe('budget-exceeded')
    expect(desk.upstream.hits()).toBe(0)
    expect(desk.clock.pending()).toBe(0)
  })

  it('BU7: the app cannot approve what another budget blocks', async () => {
    let asked = 0
    const desk = await deskOf([asking, { scope: 'app', calls: 0, per: 'day' }], {
      approve: () => {
        asked += 1
        return true
      },
    })
    expect((await refusalOf(desk, request)).code).toBe('budget-exceeded')
    expect(asked).toBe(0)
  })

  it('BU7: a yes waives what was asked about alone: a budget that filled up meanwhile still refuses', async () => {
    const desk = await deskOf([asking, { scope: 'app', calls: 1, per: 'day' }], {
      approve: async () => {
        await desk.handler.generateResponse({ ...request, tenant: 'other', maxTokens: 100 })
        return true
      },
    })
    expect(await failureOf(desk.handler.generateResponse(request))).toMatchObject({
      code: 'budget-exceeded',
      budget: { scope: 'app', measure: 'calls', onExceed: 'block', spent: 1 },
    })
    expect(desk.upstream.hits()).toBe(1)
  })

  it('BU7: a caller who leaves while the app thinks leaves nothing held, whatever it says then', async () => {
    let answer = (_yes: boolean): void => undefined
    const { desk, asked } = await deskWith(
      () =>
        new Promise<boolean>((resolve) => {
          answer = resolve
        }),
    )
    const control = new AbortController()
    const left = failureOf(desk.handler.generateResponse({ ...request, signal: control.signal }))
    await until(() => asked.length === 1, 'the question')
    control.abort()
    expect((await left).code).toBe('aborted')
    answer(true)
    await until(() => desk.ledger.length === 2, 'the release')
    expect(desk.ledger.map(({ operation }) => operation)).toEqual(['admit', 'release'])
    expect(desk.upstream.hits()).toBe(0)
  })
})
