// A budget in its current window: whose it is, how much of it is used, and when it will be used up.

import { readCounterName } from '../cost/counter.js'
import { ZonedTime } from '../cost/zoned-time.js'

/** How a counter rose within its window. Amounts are nano-dollars, tokens or calls. */
export interface BudgetSeries {
  /** `measure/scope/who/per/window`, as `usd/tenant/acme/day/2026-11-21@UTC`. */
  readonly counter: string
  /** The one that the last attempt was held to. */
  readonly limit: number
  /** Nothing is refused beyond the limit: it is only told that it was reached. @default false */
  readonly isOnlyMark?: boolean
  /** When the window ends, in milliseconds since 1970. Absent: never. */
  readonly endsAt?: number
  /** In order of time. */
  readonly points: readonly { readonly at: number; readonly committed: number }[]
}

/** What will become of a budget, if things go on as they did in its window so far. */
export type Forecast =
  /** The limit has been reached. */
  | { readonly outcome: 'used-up'; readonly at: number }
  /** It will be reached at this moment, within the window. */
  | { readonly outcome: 'runs-out'; readonly at: number }
  /** The window ends before. `expected` is what will have been used by then; absent where the window has no end. */
  | { readonly outcome: 'lasts'; readonly expected?: number }
  /** The window ends now. */
  | { readonly outcome: 'ended' }

/** A budget, ready to be shown. */
export interface BudgetWindow {
  readonly counter: string
  readonly measure: string
  readonly scope: string
  /** Whose: one name, or the tenant's and another one within it. Empty for the whole app. */
  readonly who: readonly string[]
  readonly per: string
  /** As the counter's name has it. */
  readonly window: string
  readonly limit: number
  /** Nothing is refused beyond the limit. */
  readonly isOnlyMark: boolean
  readonly committed: number
  readonly startsAt: number
  readonly endsAt?: number
  readonly points: BudgetSeries['points']
  readonly forecast: Forecast
}

const lengthsMs: ReadonlyMap<string, number> = new Map([
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
])

/** What is used up only after years lasts: no pace holds for so long. */
const longestForecastMs = 2 * 365 * 86_400_000

/**
 * The window of each budget at a moment: those of the whole app first, so that no number of others hides them, and each
 * kind with the nearest to being used up first. A window that ends at that very moment is still shown; of one that ended
 * before, nothing is left to tell.
 */
export function currentWindows(series: readonly BudgetSeries[], asOf: number): BudgetWindow[] {
  const latest = new Map<string, BudgetWindow>()
  for (const one of series) {
    const window = windowAt(one, asOf)
    if (window === undefined) continue
    const name = budgetOf(one.counter)
    const other = latest.get(name)
    if (other === undefined || other.startsAt <= window.startsAt) latest.set(name, window)
  }
  return [...latest.values()].sort(
    (left, right) =>
      Number(right.scope === 'app') - Number(left.scope === 'app') ||
      shareOf(right) - shareOf(left) ||
      (left.counter < right.counter ? -1 : 1),
  )
}

/** What all windows of a budget have in common: the counter's name without its window, but with the zone of that. */
export function budgetOf(counter: string): string {
  const { window } = namesOf(counter)
  const zone = window.indexOf('@')
  const label = zone === -1 ? window : window.slice(0, zone)
  return counter.slice(0, counter.length - window.length) + window.slice(label.length)
}

/** The share of a budget that is used; of a budget of 0, all. */
export function shareOf({ committed, limit }: BudgetWindow): number {
  return limit === 0 ? 1 : committed / limit
}

/** The tenant that a counter belongs to; `undefined` where it belongs to none in particular. */
export function tenantOf(counter: string): string | undefined {
  const { scope, who } = namesOf(counter)
  return ['tenant', 'user', 'agent', 'run'].includes(scope) ? who[0] : undefined
}

function windowAt(series: BudgetSeries, asOf: number): BudgetWindow | undefined {
  if (series.endsAt !== undefined && series.endsAt < asOf) return undefined
  const points = series.points.filter(({ at }) => at <= asOf)
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return undefined
  const names = namesOf(series.counter)
  const startsAt = Math.min(startOf(names, series.endsAt) ?? first.at, first.at)
  const { counter, limit, isOnlyMark = false, endsAt } = series
  const window = { counter, ...names, limit, isOnlyMark, committed: last.committed, startsAt, points }
  const forecast = forecastOf({ ...window, endsAt }, asOf)
  return endsAt === undefined ? { ...window, forecast } : { ...window, endsAt, forecast }
}

interface WindowSoFar {
  readonly limit: number
  readonly committed: number
  readonly startsAt: number
  readonly endsAt: number | undefined
  readonly points: BudgetSeries['points']
}

function forecastOf(window: WindowSoFar, asOf: number): Forecast {
  const { limit, committed, startsAt, endsAt, points } = window
  if (endsAt !== undefined && endsAt <= asOf) return { outcome: 'ended' }
  const reached = points.find((point) => point.committed >= limit)
  if (committed >= limit && reached !== undefined) return { outcome: 'used-up', at: reached.at }
  const perMs = committed / Math.max(asOf - startsAt, 1)
  const at = asOf + (limit - committed) / perMs
  const lasts = endsAt === undefined ? at - asOf > longestForecastMs : at >= endsAt
  if (!lasts && Number.isFinite(at)) return { outcome: 'runs-out', at }
  return endsAt === undefined
    ? { outcome: 'lasts' }
    : { outcome: 'lasts', expected: perMs * (endsAt - startsAt) }
}

interface CounterNames {
  readonly measure: string
  readonly scope: string
  readonly who: readonly string[]
  readonly per: string
  readonly window: string
}

/** A counter that is named otherwise is shown by its whole name. */
function namesOf(counter: string): CounterNames {
  return readCounterName(counter) ?? { measure: '', scope: '', who: [counter], per: '', window: '' }
}

/** When the window began: by its own name where that can be read, else counted back from its end. */
function startOf({ per, window }: CounterNames, endsAt: number | undefined): number | undefined {
  const [label = '', zone = 'UTC'] = window.split('@')
  const named = {
    // `2026-11-21T14+0100`: an hour says how far its zone is ahead, since in autumn there are two of one name.
    hour: label.replace(/([+-]\d\d)(\d\d)$/, ':00$1:$2'),
    day: label,
    week: label.replace('week-of-', ''),
    month: `${label}-01`,
  }[per]
  if (named !== undefined) {
    try {
      const at = new ZonedTime(zone).momentOf(named)
      if (at !== undefined) return at
    } catch {
      // An unknown zone: the end of the window is still known.
    }
  }
  const length = lengthsMs.get(per)
  return endsAt === undefined || length === undefined ? undefined : endsAt - length
}
