// Days and hours as people count them, in any time zone, whatever the zone of the server.

/** Moments are grouped by quarters of an hour: no zone changes its offset in between. */
const quarterMs = 900_000

/** Offsets that are remembered: three months of quarters of an hour. */
const mostOffsets = 10_000

const localText =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d\d:\d\d)?)?$/

/** A time zone and its calendar. Throws a `RangeError` where there is no such zone. */
export class ZonedTime {
  readonly #format: Intl.DateTimeFormat | undefined
  readonly #offsets = new Map<number, number>()

  constructor(timeZone: string) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    if (format.resolvedOptions().timeZone !== 'UTC') this.#format = format
  }

  /** The day of a moment, as `2026-11-21`; `null` where no calendar reaches. */
  dayOf(at: number): string | null {
    return this.#localText(at)?.split('T')[0] ?? null
  }

  /**
   * The hour of a moment, as `2026-11-21T14:00Z` or `2026-11-21T15:00+01:00`: the hour that a zone counts twice in
   * autumn differs by its offset. `null` where no calendar reaches.
   */
  hourOf(at: number): string | null {
    const text = this.#localText(at)
    if (text === undefined) return null
    return `${text.slice(0, text.indexOf(':'))}:00${this.#format === undefined ? 'Z' : offsetText(this.offsetOf(at))}`
  }

  /**
   * The moment that ISO text names, in milliseconds since 1970. A day is its first moment; text without an offset is
   * meant in this zone. `undefined` where it names none.
   */
  momentOf(text: string): number | undefined {
    const match = localText.exec(text)
    if (match === null) return undefined
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
      number, // the pattern has six groups here
      number,
      number,
      number,
      number,
      number,
    ]
    const fraction = Number((match[7] ?? '').padEnd(3, '0'))
    const local = new Date(0)
    local.setUTCFullYear(year, month - 1, day)
    local.setUTCHours(hour, minute, second, fraction)
    const isReal =
      local.getUTCMonth() === month - 1 &&
      local.getUTCDate() === day &&
      hour < 24 &&
      minute < 60 &&
      second < 60
    if (!isReal) return undefined
    const offset = match[8]
    if (offset === undefined) return this.#fromLocal(local.getTime())
    const at = local.getTime() - parseOffset(offset)
    return Number.isNaN(at) ? undefined : at
  }

  /** How far the zone is ahead of UTC at a moment, in milliseconds. */
  offsetOf(at: number): number {
    if (this.#format === undefined) return 0
    const quarter = Math.floor(at / quarterMs)
    const known = this.#offsets.get(quarter)
    if (known !== undefined) return known
    const start = quarter * quarterMs
    const parts = new Map(this.#format.formatToParts(start).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
    const local = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    if (this.#offsets.size >= mostOffsets) this.#offsets.clear()
    this.#offsets.set(quarter, local - start)
    return local - start
  }

  /** An hour that the zone leaves out in spring is the one behind it; of an hour that it counts twice, the first is meant. */
  #fromLocal(local: number): number {
    const day = 86_400_000
    const before = local - this.offsetOf(local - day)
    const after = local - this.offsetOf(local + day)
    const isThere = (at: number): boolean => at + this.offsetOf(at) === local
    if (isThere(before) || !isThere(after)) return before
    return after
  }

  #localText(at: number): string | undefined {
    const isReached = Math.abs(at) <= 8.64e15 - 86_400_000
    return isReached ? new Date(at + this.offsetOf(at)).toISOString() : undefined
  }
}

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60_000))
  const digits = (value: number): string => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`
}

/** `NaN` for an offset that no zone has. */
function parseOffset(text: string): number {
  if (text === 'Z') return 0
  const [hours, minutes] = text.slice(1).split(':').map(Number) as [number, number] // the pattern has both
  if (hours > 23 || minutes > 59) return Number.NaN
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
