// What a usage query answers: sums that are exact, groups that add up, the newest records first.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UsageRecord } from '../../src/core/usage-record.js'
import { Durations, latencyBucketsSeconds } from '../../src/cost/durations.js'
import type { UsageGroupName, UsageQuery } from '../../src/cost/usage-query.js'
import { summarise } from '../../src/cost/usage-report.js'
import { names, record, records } from './records.js'

const asked = (query: unknown): Promise<unknown> => summarise([], query as UsageQuery) // what JavaScript may pass

describe('sums', () => {
  it('CO7: a million calls of $0.00075 are exactly $750', async () => {
    function* million(): Iterable<UsageRecord> {
      const one = record({ usage: { input: 1_000, output: 1_000 } })
      for (let at = 0; at < 1_000_000; at += 1) yield one
    }
    const { total } = await summarise(million(), { limit: 0 })
    expect(total).toMatchObject({ calls: 1_000_000, usd: 750, knownUsd: 750 })
    expect(total.usage).toEqual({ input: 1_000_000_000, output: 1_000_000_000 })
  })

  it('stay exact beyond what numbers can hold in nano-dollars', async () => {
    const most = record({ cost: Number.MAX_SAFE_INTEGER })
    const { total } = await summarise([most, most, most, record({ cost: 1 })])
    expect(total.usd).toBe(Number('27021597.764222974'))
  })

  it('CO5: one unknown price makes the sum unknown, and the known part is told', async () => {
    const { total } = await summarise([record({ cost: 2_000_000_000 }), record({ cost: null })])
    expect(total).toMatchObject({ usd: null, knownUsd: 2, unknownPriceCalls: 1 })
  })

  it('a free call costs 0 and is not unknown; no call at all costs 0', async () => {
    expect((await summarise([record({ cost: 0 })])).total).toMatchObject({ usd: 0, unknownPriceCalls: 0 })
    expect((await summarise([])).total).toEqual({
      calls: 0,
      failures: 0,
      usage: {},
      estimatedCalls: 0,
      usd: 0,
      knownUsd: 0,
      unknownPriceCalls: 0,
      savingsUsd: null,
      latencyMs: null,
      firstDeltaMs: null,
      failovers: 0,
    })
  })

  it.each([Number.NaN, -1, 0.5, 2 ** 60, '7', {}])('US2: a cost of %s counts as unknown', async (cost) => {
    const { total } = await summarise([record({ cost: cost as number, usage: { input: cost as number } })])
    expect(total).toMatchObject({ usd: null, knownUsd: 0, usage: {} })
  })

  it('count failures, estimates, failovers and what was saved', async () => {
    const { total } = await summarise([
      record({ outcome: 'failure', savings: 1_000_000_000 }),
      record({ outcome: 'aborted', usageEstimated: true }),
      record({ failoverFrom: 'openai/gpt-5.4', savings: 500_000_000 }),
    ])
    expect(total).toMatchObject({ calls: 3, failures: 1, estimatedCalls: 1, failovers: 1, savingsUsd: 1.5 })
  })

  it('leave tokens of a bucket that nobody reported out, and keep a reported 0', async () => {
    const { total } = await summarise([record({ usage: { input: 5, cacheRead: 0 } }), record()])
    expect(total.usage).toEqual({ input: 5, cacheRead: 0 })
  })
})

describe('groups', () => {
  it('US3: sums by provider, model, tenant, agent and tag', async () => {
    const all = [
      record({ tenant: 'acme', agent: 'writer', tags: ['a', 'b'], cost: 3_000_000_000 }),
      record({ tenant: 'acme', provider: 'anthropic', model: 'claude-haiku-4-5', cost: 1_000_000_000 }),
      record({ tenant: 'globex', tags: ['b', 'b'], cost: 500_000_000 }),
    ]
    const sums = async (groupBy: UsageGroupName) =>
      (await summarise(all, { groupBy })).groups.map(({ by, usd }) => [by[groupBy], usd])
    expect(await sums('provider')).toEqual([
      ['openai', 3.5],
      ['anthropic', 1],
    ])
    expect(await sums('model')).toEqual([
      ['gpt-5.4-nano', 3.5],
      ['claude-haiku-4-5', 1],
    ])
    expect(await sums('tenant')).toEqual([
      ['acme', 4],
      ['globex', 0.5],
    ])
    expect(await sums('agent')).toEqual([
      ['writer', 3],
      [null, 1.5],
    ])
    expect(await sums('tag')).toEqual([
      ['b', 3.5],
      ['a', 3],
      [null, 1],
    ])
    expect((await summarise(all, { groupBy: 'tag' })).total.usd).toBe(4.5)
  })

  it('are made for each combination, and those of a tenant called [null] are not those without one', async () => {
    const all = [record({ tenant: '[null]' }), record(), record({ tenant: 'null' }), record({ tenant: '' })]
    const { groups } = await summarise(all, { groupBy: ['tenant', 'provider'] })
    expect(groups.map(({ by }) => by.tenant)).toEqual([null, '', '[null]', 'null'])
    expect(groups.every(({ by, calls }) => by.provider === 'openai' && calls === 1)).toBe(true)
  })

  it('F15: take __proto__ and constructor for names like any other', async () => {
    const all = ['__proto__', 'constructor', '__proto__'].map((tenant) => record({ tenant, tags: [tenant] }))
    for (const groupBy of ['tenant', 'tag'] as const) {
      const { groups } = await summarise(all, { groupBy })
      expect(groups.map(({ by, calls }) => [by[groupBy], calls])).toEqual([
        ['__proto__', 2],
        ['constructor', 1],
      ])
    }
    expect(({} as { calls?: number }).calls).toBeUndefined()
  })

  it('count days and hours in the time zone that is given, and keep the hour apart that comes twice', async () => {
    const all = ['2026-10-24T22:30Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T23:30Z'].map(
      (at) => record({ at: Date.parse(at) }),
    )
    const by = async (query: UsageQuery) => (await summarise(all, query)).groups.map((group) => group.by)
    expect(await by({ groupBy: 'day' })).toEqual([{ day: '2026-10-24' }, { day: '2026-10-25' }])
    expect(await by({ groupBy: 'day', timeZone: 'Europe/Berlin' })).toEqual([
      { day: '2026-10-25' },
      { day: '2026-10-26' },
    ])
    expect(await by({ groupBy: 'hour', timeZone: 'Europe/Berlin', to: '2026-10-25T03:00' })).toEqual([
      { hour: '2026-10-25T00:00+02:00' },
      { hour: '2026-10-25T02:00+01:00' },
      { hour: '2026-10-25T02:00+02:00' },
    ])
    expect(await by({ groupBy: 'hour', to: '2026-10-25' })).toEqual([{ hour: '2026-10-24T22:00Z' }])
  })

  it('survive a moment that no calendar reaches', async () => {
    const { groups } = await summarise([record({ at: 9e99 })], { groupBy: ['day', 'hour'] })
    expect(groups[0]?.by).toEqual({ day: null, hour: null })
  })

  it('add up to the total, whatever the records', async () => {
    const groupings = fc.uniqueArray(
      fc.constantFrom('provider', 'model', 'tenant', 'agent', 'outcome', 'day', 'hour'),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    await fc.assert(
      fc.asyncProperty(records, groupings, async (all, groupBy) => {
        const { groups, total } = await summarise(all, { groupBy: groupBy as UsageGroupName[] })
        const sum = (field: 'calls' | 'failures' | 'unknownPriceCalls' | 'failovers') =>
          groups.reduce((before, group) => before + group[field], 0)
        for (const field of ['calls', 'failures', 'unknownPriceCalls', 'failovers'] as const)
          expect(sum(field)).toBe(total[field])
        const dollars = groups.reduce((before, group) => before + group.knownUsd, 0)
        expect(dollars).toBeCloseTo(total.knownUsd, 6)
        expect(new Set(groups.map(({ by }) => JSON.stringify(by))).size).toBe(groups.length)
        const nanos = all.reduce((before, { cost }) => before + BigInt(cost ?? 0), 0n)
        expect(total.knownUsd).toBe(
          Number(`${nanos / 10n ** 9n}.${String(nanos % 10n ** 9n).padStart(9, '0')}`),
        )
      }),
    )
  })

  it('by tag hold each record once for each of its tags', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (all) => {
        const { groups, total } = await summarise(all, { groupBy: 'tag' })
        const expected = all.reduce((sum, { tags }) => sum + Math.max(1, new Set(tags).size), 0)
        expect(groups.reduce((sum, { calls }) => sum + calls, 0)).toBe(expected)
        expect(total.calls).toBe(all.length)
      }),
    )
  })
})

describe('records', () => {
  it('US3: come newest first, 100 where nothing is said, while sums are over all', async () => {
    const all = Array.from({ length: 250 }, (_, at) => record({ at: (at * 7) % 250 }))
    const { records: shown, total } = await summarise(all)
    expect(shown.map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, at) => 249 - at))
    expect(total.calls).toBe(250)
  })

  it('come newest first whatever their order, and no more than asked for', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(50), async (all, limit) => {
        const { records: shown } = await summarise(all, { limit })
        expect(shown).toEqual([...all].sort((left, right) => right.at - left.at).slice(0, limit))
      }),
    )
  })

  it('US3: are those that the query means', async () => {
    const meant = record({
      at: Date.UTC(2026, 10, 21),
      tenant: 'acme',
      user: 'u',
      agent: 'a',
      session: 's',
      run: 'r',
      tags: ['t', 'other'],
      outcome: 'failure',
    })
    const query = {
      from: '2026-11-21',
      to: new Date(Date.UTC(2026, 10, 22)),
      tenant: 'acme',
      user: 'u',
      agent: 'a',
      session: 's',
      run: 'r',
      tag: 't',
      provider: 'openai',
      model: 'gpt-5.4-nano',
      outcome: 'failure',
    } as const
    expect((await summarise([meant], query)).records).toEqual([meant])
    const others = Object.keys(query).map((name) => {
      if (name === 'from') return { ...meant, at: meant.at - 1 }
      if (name === 'to') return { ...meant, at: Date.UTC(2026, 10, 22) }
      return name === 'tag' ? { ...meant, tags: ['x'] } : { ...meant, [name]: 'x' }
    })
    expect((await summarise(others, query)).total.calls).toBe(0)
  })

  it('may come from a store that answers as it reads', async () => {
    async function* slowly() {
      yield record({ at: 1 })
      await null
      yield record({ at: 2 })
    }
    expect((await summarise(slowly(), {})).records.map(({ at }) => at)).toEqual([2, 1])
  })

  it('are read no further once the caller has left, and the source is told to end', async () => {
    const leaving = new AbortController()
    let ended = false
    function* endless() {
      try {
        for (let at = 0; ; at += 1) {
          if (at === 10) leaving.abort(new Error('gone'))
          yield record({ at })
        }
      } finally {
        ended = true
      }
    }
    await expect(summarise(endless(), {}, leaving.signal)).rejects.toMatchObject({
      code: 'aborted',
      cause: new Error('gone'),
    })
    expect(ended).toBe(true)
  })
})

describe('a query that cannot be used is refused by the name of its field', () => {
  it.each([
    ['groupBy', { groupBy: 'colour' }],
    ['groupBy', { groupBy: ['tenant', '__proto__'] }],
    ['groupBy', { groupBy: [undefined] }],
    ['groupBy', { groupBy: null }],
    ['from', { from: 'yesterday' }],
    ['from', { from: '2026-02-30' }],
    ['from', { from: '2026-11-21T24:00' }],
    ['from', { from: '2026-11-21T12:00+99:00' }],
    ['from', { from: Number.NaN }],
    ['from', { from: null }],
    ['to', { to: new Date(Number.NaN) }],
    ['to', { to: Number.POSITIVE_INFINITY }],
    ['to', { from: '2026-11-21', to: '2026-11-20' }],
    ['limit', { limit: -1 }],
    ['limit', { limit: 1.5 }],
    ['limit', { limit: '10' }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['timeZone', { timeZone: '' }],
    ['tenant', { tenant: '' }],
    ['tenant', { tenant: null }],
    ['tag', { tag: ['a'] }],
    ['outcome', { outcome: 'fine' }],
    ['tennant', { tennant: 'acme' }],
    ['query', 'tenant'],
    ['query', null],
    ['query', []],
  ])('%s: %o', async (field, query) => {
    await expect(asked(query)).rejects.toMatchObject({ code: 'invalid-request', field })
  })

  it('also where reading it throws', async () => {
    const hostile = Object.defineProperty({}, 'tenant', {
      enumerable: true,
      get: () => {
        throw new Error('gotcha')
      },
    })
    await expect(asked(hostile)).rejects.toMatchObject({ code: 'invalid-request', field: 'query' })
  })

  it('and what is merely not given does not matter', async () => {
    await expect(asked({ from: undefined, tenant: undefined, groupBy: undefined })).resolves.toBeTruthy()
  })

  it('whatever names are asked for, an answer comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        names.filter((name) => name !== ''),
        async (all, tenant) => {
          const { total } = await summarise(all, { tenant, groupBy: ['tenant', 'tag'] })
          expect(total.calls).toBe(all.filter((one) => one.tenant === tenant).length)
        },
      ),
    )
  })
})

describe('moments', () => {
  it.each([
    ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-11-21T14:30', 'Asia/Kolkata', '2026-11-21T09:00:00.000Z'],
    ['2026-11-21T14:30:15.5Z', 'Asia/Kolkata', '2026-11-21T14:30:15.500Z'],
    ['2026-11-21T14:30-05:00', 'UTC', '2026-11-21T19:30:00.000Z'],
    // The hour that comes twice: its first.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    // The hour that is left out: the one behind it.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    // A day that begins at one o'clock.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  ])('%s in %s is %s', async (from, timeZone, moment) => {
    const at = Date.parse(moment)
    const { records: shown } = await summarise([record({ at }), record({ at: at - 1 })], { from, timeZone })
    expect(shown.map((one) => one.at)).toEqual([at])
  })
})

describe('percentiles', () => {
  it('are by nearest rank, of calls that ended well', async () => {
    const all = Array.from({ length: 100 }, (_, at) => record({ durationMs: at + 1, firstDeltaMs: at }))
    const { total } = await summarise([...all, record({ outcome: 'failure', durationMs: 1e6 })])
    expect(total.latencyMs).toEqual({ p50: 50, p95: 95, p99: 99 })
    expect(total.firstDeltaMs).toEqual({ p50: 49, p95: 94, p99: 98 })
  })

  it('stay within 2 % of the truth beyond 50,000 durations', () => {
    const durations = new Durations()
    const all: number[] = []
    for (let at = 0; at < 120_000; at += 1) {
      // Three decades, most of them short.
      const duration = 5 * 1_000 ** ((((at * 48_271) % 120_001) / 120_001) ** 2)
      all.push(duration)
      durations.add(duration)
    }
    all.sort((left, right) => left - right)
    const told = durations.percentiles()
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const truth = all[Math.ceil(share * all.length) - 1] ?? 0
      expect(Math.abs((told?.[name] ?? 0) / truth - 1)).toBeLessThan(0.02)
    }
  })

  it('are not thrown off by what is no duration', () => {
    const durations = new Durations()
    for (const duration of [Number.NaN, -1, Number.POSITIVE_INFINITY]) durations.add(duration)
    expect(durations.percentiles()).toBeNull()
    for (let at = 0; at < 50_002; at += 1) durations.add(at % 2 === 0 ? 0 : 1e300)
    expect(durations.percentiles()).toMatchObject({ p50: expect.closeTo(0.001, 4) })
  })

  it('US4: telemetry counts in ten buckets', () => {
    expect(latencyBucketsSeconds).toEqual([0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120])
  })
})
