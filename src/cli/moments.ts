// How days and moments are written for people, in the time zone of the report.

import type { ZonedTime } from '../cost/zoned-time.js'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026-11-21` as `21 Nov`. */
export function dayName(day: string): string {
  const [, month, date] = day.split('-').map(Number)
  return `${date} ${months[(month ?? 1) - 1]}`
}

/** `21 Nov 2026, 14:05`. */
export function momentText(at: number, zone: ZonedTime): string {
  const day = zone.dayOf(at)
  return day === null ? 'never' : `${dayName(day)} ${day.slice(0, day.indexOf('-'))}, ${clockText(at, zone)}`
}

/** The day of a moment: `21 Nov`, or `21 Nov 2026` where it is half a year away from another one. */
export function dateText(at: number, zone: ZonedTime, beside: number): string {
  const day = zone.dayOf(at)
  if (day === null) return 'never'
  return isFar(at, beside) ? `${dayName(day)} ${day.slice(0, day.indexOf('-'))}` : dayName(day)
}

/** No longer than needed beside another moment: `14:05` of the same day, `21 Nov, 14:05` within half a year. */
export function nearText(at: number, zone: ZonedTime, beside: number): string {
  const day = zone.dayOf(at)
  if (day === null || isFar(at, beside)) return momentText(at, zone)
  return day === zone.dayOf(beside) ? clockText(at, zone) : `${dayName(day)}, ${clockText(at, zone)}`
}

function isFar(at: number, beside: number): boolean {
  return Math.abs(at - beside) > 180 * 86_400_000
}

function clockText(at: number, zone: ZonedTime): string {
  return new Date(at + zone.offsetOf(at)).toISOString().slice(11, 16)
}
