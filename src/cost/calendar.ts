// The windows in which budgets count: hours, days, weeks and months of a time zone.

import { ZonedTime } from './zoned-time.js'

/** The periods of budgets. */
export const periods = ['hour', 'day', 'week', 'month', 'total'] as const

/** How long a budget lasts before it begins again. */
export type Period = (typeof periods)[number]

/** One window: its name, which no other window of the period and zone has, and when it ends. */
export interface Window {
  readonly id: string
  /** Milliseconds since 1970; absent for a window that never ends. */
  readonly endsAt?: number
}

const hourMs = 3_600_000

/** From any moment of a window it is over after this, whatever summer time does. */
const longestMs: Readonly<Record<Exclude<Period, 'total'>, number>> = {
  hour: 2 * hourMs,
  day: 27 * hourMs,
  week: 8 * 24 * hourMs,
  month: 33 * 24 * hourMs,
}

/** A window as it was worked out, and since when it is known to hold. */
interface Known extends Window {
  readonly from: number
}

/** Knows the windows of all time zones, and remembers the current ones. */
export class Calendar {
  readonly #zones = new Map<string, ZonedTime>()
  readonly #current = new Map<string, Known>()

  /** The window that a moment (milliseconds since 1970) lies in. The zone must be one that `isTimeZone` knows. */
  windowAt(period: Period, timeZone: string, at: number): Window {
    if (period === 'total') return { id: 'total' }
    const name = `${period} ${timeZone}`
    const known = this.#current.get(name)
    if (known !== undefined && at >= known.from && at < (known.endsAt ?? 0)) return known
    const id = this.#idAt(period, timeZone, at)
    const window = { id: `${id}@${timeZone}`, from: at, endsAt: this.#endOf(period, timeZone, at, id) }
    this.#current.set(name, window)
    return window
  }

  /** The first moment with another name: found by halving, since zones skip and repeat hours, and even days. */
  #endOf(period: Exclude<Period, 'total'>, timeZone: string, at: number, id: string): number {
    let inside = at
    let outside = at + longestMs[period]
    while (outside - inside > 1) {
      const middle = Math.floor((inside + outside) / 2)
      if (this.#idAt(period, timeZone, middle) === id) inside = middle
      else outside = middle
    }
    return outside
  }

  #idAt(period: Exclude<Period, 'total'>, timeZone: string, at: number): string {
    const offsetMs = this.#zone(timeZone).offsetOf(at)
    const local = at + offsetMs
    const iso = new Date(local).toISOString()
    switch (period) {
      case 'hour':
        // With the offset: in autumn the same hour comes twice, and is two windows.
        return `${iso.slice(0, 13)}${offsetName(offsetMs)}`
      case 'day':
        return iso.slice(0, 10)
      case 'week': {
        const daysSinceMonday = (new Date(local).getUTCDay() + 6) % 7
        return `week-of-${new Date(local - daysSinceMonday * 24 * hourMs).toISOString().slice(0, 10)}`
      }
      case 'month':
        return iso.slice(0, 7)
      default:
        period satisfies never
        return iso
    }
  }

  #zone(timeZone: string): ZonedTime {
    let zone = this.#zones.get(timeZone)
    if (zone === undefined) {
      zone = new ZonedTime(timeZone)
      this.#zones.set(timeZone, zone)
    }
    return zone
  }
}

/** Whether there is such a time zone: `UTC`, or a name of the IANA database such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  return timeZoneNamed(name) !== undefined
}

/** The one spelling of a time zone, however it is written; `undefined` where there is none. */
export function timeZoneNamed(name: string): string | undefined {
  if (name.toUpperCase() === 'UTC') return 'UTC'
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function offsetName(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
}
