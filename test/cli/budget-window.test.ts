// When a budget will be used up, by how it was used in its window so far.

import { describe, expect, it } from 'vitest'
import { type BudgetSeries, currentWindows, tenantOf } from '../../src/cli/budget-window.js'
import { budgetState, budgetTitle, isShort } from '../../src/cli/budget-words.js'
import { counterName } from '../../src/cost/counter.js'

const midnight = Date.UTC(2026, 10, 21)
const tokens = { measure: 'tokens', scope: 'user', per: 'day', window: '2026-11-21@UTC' } as const
const hourMs = 3_600_000
const noon = midnight + 12 * hourMs

function day(fields: Partial<BudgetSeries> = {}): BudgetSeries {
  return {
    counter: 'usd/tenant/acme/day/2026-11-21@UTC',
    limit: 5_000_000_000,
    endsAt: midnight + 24 * hourMs,
    points: [{ at: noon, committed: 3_000_000_000 }],
    ...fields,
  }
}

/** The only window there, and what is said of it. */
function shown(series: BudgetSeries, asOf = noon) {
  const [window] = currentWindows([series], asOf)
  if (window === undefined) throw new Error('There is no window.')
  return { ...window, ...budgetState(window, { timeZone: 'UTC', asOf }), title: budgetTitle(window) }
}

describe('a budget', () => {
  it('is used up when its pace so far takes it there', () => {
    // 3 dollars in 12 hours: the other 2 last for 8.
    expect(shown(day())).toMatchObject({
      forecast: { outcome: 'runs-out', at: midnight + 20 * hourMs },
      startsAt: midnight,
      used: '$3.00',
      limit: '$5.00',
      share: '60 %',
      outlook: 'at this pace used up at about 20:00',
      title: 'tenant acme, per day',
    })
  })

  it('that is not quite used up is not said to be', () => {
    const points = [{ at: noon, committed: 4_999_000_000 }]
    expect(shown(day({ points }))).toMatchObject({ share: '>99 %', forecast: { outcome: 'runs-out' } })
  })

  it('lasts where the window ends before', () => {
    const points = [{ at: noon, committed: 1_000_000_000 }]
    expect(shown(day({ points }))).toMatchObject({
      forecast: { outcome: 'lasts', expected: 2_000_000_000 },
      outlook: 'lasts; at this pace about $2.00 by its end',
    })
  })

  it('is used up since it first reached its limit, debt included', () => {
    const points = [4.9, 5, 6].map((usd, at) => ({ at: midnight + at * hourMs, committed: usd * 1e9 }))
    expect(shown(day({ points }))).toMatchObject({
      forecast: { outcome: 'used-up', at: midnight + hourMs },
      outlook: 'used up at 01:00',
      share: '120 %',
    })
  })

  it('lasts where nothing is used, and is used up from the start where its limit is 0', () => {
    expect(shown(day({ points: [{ at: noon, committed: 0 }] })).forecast).toEqual({
      outcome: 'lasts',
      expected: 0,
    })
    expect(shown(day({ limit: 0, points: [{ at: noon, committed: 0 }] }))).toMatchObject({
      forecast: { outcome: 'used-up', at: noon },
      share: '100 %',
    })
  })

  it('is over when its window is', () => {
    expect(shown(day(), midnight + 24 * hourMs).outlook).toBe('its window is over')
    expect(currentWindows([day()], midnight + 25 * hourMs)).toEqual([])
  })

  it('without an end lasts as long as its pace lets it', () => {
    const total = {
      counter: 'calls/app//total/total',
      limit: 100,
      points: [
        { at: midnight, committed: 1 },
        { at: noon, committed: 40 },
      ],
    }
    const { endsAt: _, ...series } = day(total)
    expect(shown(series)).toMatchObject({
      forecast: { outcome: 'runs-out', at: noon + 18 * hourMs },
      outlook: 'at this pace used up at about 22 Nov, 06:00',
      title: 'app, in total',
    })
    const unused = shown({ ...series, points: [{ at: noon, committed: 0 }] })
    expect(unused.forecast).toEqual({ outcome: 'lasts' })
    expect(unused.outlook).toBe('lasts')
  })

  it.each([
    ['usd/tenant/acme/hour/2026-11-21T11+0000@UTC', midnight + 11 * hourMs],
    ['usd/tenant/acme/hour/2026-11-21T16+0530@Asia/Kolkata', midnight + 10.5 * hourMs],
    ['usd/tenant/acme/day/2026-11-21@Europe/Berlin', midnight - hourMs],
    ['usd/tenant/acme/day/2026-11-21@America/Argentina/Buenos_Aires', midnight + 3 * hourMs],
    ['usd/tenant/acme/week/week-of-2026-11-16@Europe/Berlin', midnight - (5 * 24 + 1) * hourMs],
    ['usd/tenant/acme/month/2026-11@UTC', Date.UTC(2026, 10, 1)],
    ['usd/tenant/acme/week/2026-W47@UTC', midnight + (24 - 168) * hourMs],
    // Counted back from the end where the name of the window cannot be read.
    ['usd/tenant/acme/day/2026-11-21@Mars', midnight],
    ['usd/tenant/acme/fortnight/1@UTC', noon],
    ['something else', noon],
    ['%%%/%/%/%/%', noon],
  ])('%s begins when its window does', (counter, startsAt) => {
    expect(shown(day({ counter })).startsAt).toBe(startsAt)
  })

  it('is shown in its latest window as of the moment asked for, the most used one first', () => {
    const yesterday = day({
      counter: 'usd/tenant/acme/day/2026-11-20@UTC',
      endsAt: midnight,
      points: [{ at: midnight - 1, committed: 4_000_000_000 }],
    })
    const other = day({
      counter: 'usd/tenant/globex/day/2026-11-21@UTC',
      points: [{ at: noon, committed: 4e9 }],
    })
    const names = (asOf: number) =>
      currentWindows([yesterday, day(), other], asOf).map(({ counter }) => counter)
    expect(names(noon)).toEqual([other.counter, day().counter])
    expect(names(midnight)).toEqual([yesterday.counter])
    expect(names(midnight - hourMs)).toEqual([])
  })

  it('in a time zone of its own is one budget, and another than that of another zone', () => {
    const window = (label: string, zone: string, endsAt: number) =>
      day({ counter: `usd/tenant/acme/day/${label}@${zone}`, endsAt })
    const [before, berlin, lima] = [
      window('2026-11-20', 'Europe/Berlin', midnight - hourMs),
      window('2026-11-21', 'Europe/Berlin', midnight + 23 * hourMs),
      window('2026-11-21', 'America/Lima', midnight + 29 * hourMs),
    ] as const
    const shownNow = currentWindows([before, berlin, lima], noon)
    expect(new Set(shownNow.map(({ counter }) => counter))).toEqual(new Set([berlin.counter, lima.counter]))
    expect(shownNow.map(budgetTitle)).toEqual(['tenant acme, per day', 'tenant acme, per day'])
  })

  it('of the whole app comes first, however much of others is used', () => {
    const points = [{ at: noon, committed: 1 }]
    const app = day({ counter: 'usd/app//day/2026-11-21@UTC', points })
    const month = day({ counter: 'usd/app//month/2026-11@UTC', points: [{ at: noon, committed: 2 }] })
    const users = Array.from({ length: 30 }, (_, at) =>
      day({ counter: `usd/user/acme:u${at}/day/2026-11-21@UTC` }),
    )
    const titles = currentWindows([...users, app, month], noon).map(budgetTitle)
    expect(titles.slice(0, 3)).toEqual(['app, per month', 'app, per day', 'user u0 of acme, per day'])
  })

  it('that refuses nothing is over its mark, and nobody has to hurry', () => {
    const over = shown(day({ isOnlyMark: true, points: [{ at: noon, committed: 6e9 }] }))
    expect(over).toMatchObject({ outlook: 'over its mark since 12:00', share: '120 %' })
    const soon = shown(day({ isOnlyMark: true }))
    expect(soon.outlook).toBe('at this pace over its mark at about 20:00')
    const windows = [day({ isOnlyMark: true }), day()].flatMap((series) => currentWindows([series], noon))
    expect(windows.map((window) => isShort(window, noon))).toEqual([false, true])
  })

  it('of a user without a tenant is named by the user alone', () => {
    const counter = counterName({ ...tokens, who: ['', 'ada'] })
    const points = [{ at: noon, committed: 1 }]
    expect(shown(day({ counter, points }))).toMatchObject({ title: 'user ada, per day', used: '1 token' })
  })

  it('belongs to a tenant where its scope lies within one', () => {
    expect(tenantOf('usd/tenant/ac%002fme/day/x')).toBe('ac/me')
    expect(tenantOf('usd/user/acme:ada/day/x')).toBe('acme')
    expect(tenantOf('usd/agent/a%003ab:c/day/x')).toBe('a:b')
    expect(tenantOf('usd/app//day/x')).toBeUndefined()
    expect(tenantOf('usd/model/acme/day/x')).toBeUndefined()
    expect(tenantOf('acme')).toBeUndefined()
  })

  it('with a hostile name keeps it within its words', () => {
    const who = ['\u001b[2J', 'x'.repeat(10_000)]
    const counter = counterName({ ...tokens, who })
    expect(shown(day({ counter })).title).toMatch(/^user x{500}… of \\x1b\[2J, per day$/)
  })
})
