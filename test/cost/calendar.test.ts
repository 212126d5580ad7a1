// The windows of budgets, beside a slow reference that asks the system for the local time of every moment.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Calendar, isTimeZone, type Period } from '../../src/cost/calendar.js'

type Timed = Exclude<Period, 'total'>

const hourMs = 3_600_000
const periods: readonly Timed[] = ['hour', 'day', 'week', 'month']

/** Zones whose clocks do odd things: at midnight, by half an hour, over the date line, in Ramadan. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Antarctica/Troll',
]

const formats = new Map<string, Intl.DateTimeFormat>()

/** What a wall clock and a wall calendar of the zone show: `2026-11-21T14`, in plain words of the system. */
function shown(timeZone: string, at: number): { date: string; hour: string; offset: string } {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'longOffset',
    })
    formats.set(timeZone, format)
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    hour: part('hour'),
    offset: part('timeZoneName'),
  }
}

/** A name for the window that a moment lies in, made in another way than the calendar's. */
function reference(period: Timed, timeZone: string, at: number): string {
  const { date, hour, offset } = shown(timeZone, at)
  if (period === 'hour') return `${date} ${hour} ${offset}`
  if (period === 'day') return date
  if (period === 'month') return date.slice(0, 7)
  // Days since Monday 1970-01-05, counted on the calendar alone.
  return `week ${Math.floor((Date.parse(date) / (24 * hourMs) - 4) / 7)}`
}

function windowOf(period: Timed, timeZone: string, at: number) {
  const window = new Calendar().windowAt(period, timeZone, at)
  if (window.endsAt === undefined) throw new Error('A window without an end.')
  return { id: window.id, endsAt: window.endsAt }
}

const moments = fc.integer({ min: Date.UTC(2016, 0, 1), max: Date.UTC(2030, 0, 1) })

describe('D8: windows', () => {
  it('D8: two moments are in one window exactly where the local calendar shows the same hour, day, week or month', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...periods),
        moments,
        fc.integer({ min: -40 * 24 * hourMs, max: 40 * 24 * hourMs }),
        (zone, period, at, distance) => {
          const other = at + distance
          expect(windowOf(period, zone, at).id === windowOf(period, zone, other).id).toBe(
            reference(period, zone, at) === reference(period, zone, other),
          )
        },
      ),
      { numRuns: 150 },
    )
  })

  it('D8: a window holds until its end, and not a millisecond longer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...periods),
        moments,
        fc.nat(1_000),
        (zone, period, at, share) => {
          const { id, endsAt } = windowOf(period, zone, at)
          const name = reference(period, zone, at)
          expect(endsAt).toBeGreaterThan(at)
          expect(reference(period, zone, endsAt - 1)).toBe(name)
          expect(reference(period, zone, endsAt)).not.toBe(name)
          const between = at + Math.floor(((endsAt - 1 - at) * share) / 1_000)
          expect(windowOf(period, zone, between)).toEqual({ id, endsAt })
        },
      ),
      { numRuns: 150 },
    )
  })

  it('D8: a calendar that remembers says the same as one that does not, in whatever order it is asked, also back in time', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom(...zones.slice(0, 5)),
            fc.constantFrom(...periods),
            fc.integer({ min: 0, max: 90 * 24 * hourMs }),
          ),
          {
            minLength: 2,
            maxLength: 15,
          },
        ),
        (asked) => {
          const calendar = new Calendar()
          for (const [zone, period, offset] of asked) {
            const at = Date.UTC(2026, 1, 15) + offset
            expect(calendar.windowAt(period, zone, at)).toMatchObject(windowOf(period, zone, at))
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it.each([
    ['a day without its first hour', 'America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-05T02:00Z', 23],
    ['a day whose last hour comes twice', 'America/Sao_Paulo', '2018-02-17T12:00Z', '2018-02-18T03:00Z', 25],
    ['a day in spring', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-29T22:00Z', 23],
    ['a day in autumn', 'Europe/Berlin', '2026-10-25T12:00Z', '2026-10-25T23:00Z', 25],
    ['a day that gains half an hour', 'Australia/Lord_Howe', '2026-04-04T20:00Z', '2026-04-05T13:30Z', 24.5],
    ['a day that loses half an hour', 'Australia/Lord_Howe', '2026-10-03T20:00Z', '2026-10-04T13:00Z', 23.5],
    ['the day before one that never was', 'Pacific/Apia', '2011-12-29T20:00Z', '2011-12-30T10:00Z', 24],
    ['the day behind one that never was', 'Pacific/Apia', '2011-12-30T20:00Z', '2011-12-31T10:00Z', 24],
    [
      'the day on which Ramadan’s time begins',
      'Africa/Casablanca',
      '2026-02-15T12:00Z',
      '2026-02-16T00:00Z',
      25,
    ],
    [
      'the day on which Ramadan’s time ends',
      'Africa/Casablanca',
      '2026-03-22T12:00Z',
      '2026-03-22T23:00Z',
      23,
    ],
  ])('D8: %s in %s', (_, zone, at, endsAt, hours) => {
    const day = windowOf('day', zone, Date.parse(at))
    expect(new Date(day.endsAt).toISOString()).toBe(new Date(endsAt).toISOString())
    const beginsAt = day.endsAt - hours * hourMs
    expect(windowOf('day', zone, beginsAt)).toEqual(day)
    expect(windowOf('day', zone, beginsAt - 1).id).not.toBe(day.id)
  })

  it('D8: the hour that comes twice in autumn is two windows', () => {
    const [first, second] = [Date.parse('2026-10-25T00:30Z'), Date.parse('2026-10-25T01:30Z')]
    const ids = [first, second].map((at) => windowOf('hour', 'Europe/Berlin', at).id)
    expect(ids).toEqual(['2026-10-25T02+0200@Europe/Berlin', '2026-10-25T02+0100@Europe/Berlin'])
  })

  it('D8: weeks begin on Monday, and belong to no month or year', () => {
    expect(windowOf('week', 'UTC', Date.parse('2026-01-01T00:00Z'))).toEqual({
      id: 'week-of-2025-12-29@UTC',
      endsAt: Date.parse('2026-01-05T00:00Z'),
    })
  })

  it('a total has one window, without an end', () => {
    expect(new Calendar().windowAt('total', 'UTC', 0)).toEqual({ id: 'total' })
  })

  it('knows the names of zones', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Base', '', ' '].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
