// Follows the books of a journal through its lines: how the budgets rose, and which attempts are not over.

import type { UsageRecord } from '../core/usage-record.js'
import type { AdmitChange, HeldClaim, SettleChange } from '../stores/change.js'
import type { Line } from '../stores/file/line.js'
import { type BudgetSeries, budgetOf } from './budget-window.js'

/** So many points tell how a budget rose. */
const mostPoints = 600

type Point = BudgetSeries['points'][number]

interface OpenWindow {
  readonly counter: string
  readonly endsAt: number | undefined
  limit: number | undefined
  /** Whether a call was ever held to the limit. */
  isHeldTo: boolean
  committed: number
  /** How often it rose; of these times, every `stride`th is a point. */
  rises: number
  stride: number
  points: Point[]
  /** How it stands, where that is no point yet. */
  latest: Point | undefined
}

/** Reads the segments of a journal in order. Of each budget it keeps the latest window, as it stood at a moment. */
export class BooksReader {
  readonly #asOf: number
  readonly #windows = new Map<string, OpenWindow>()
  readonly #holds = new Map<string, UsageRecord>()

  constructor(asOf: number) {
    this.#asOf = asOf
  }

  /** The whole lines of one segment. It begins with the books as they stood, which makes up for what is missing before. */
  readSegment(lines: readonly Line[]): void {
    const [first] = lines
    const parts = lines.flatMap((line) => ('part' in line ? [line.part] : []))
    const hasState = first !== undefined && 'head' in first && first.head.parts === parts.length
    if (hasState) this.#holds.clear()
    let at = 0
    for (const part of hasState ? parts : []) {
      if (part.kind === 'books') at = part.at
      if (part.kind === 'hold') this.#holds.set(part.hold.id, part.hold.record)
      if (part.kind === 'counter') {
        const { committed = 0 } = this.#windowOf(part.counter, part.endsAt, at) ?? {}
        this.#rise(part.counter, part.endsAt, part.committed - committed, at)
      }
    }
    for (const line of lines) {
      if (!('change' in line) || line.change.kind === 'text') continue
      if (line.change.kind === 'admit') this.#admit(line.change)
      else this.#settle(line.change)
    }
  }

  /** The budgets whose limits are known. */
  budgets(): BudgetSeries[] {
    return [...this.#windows.values()].flatMap(({ counter, endsAt, limit, isHeldTo, points, latest }) => {
      if (limit === undefined) return []
      const all = latest === undefined ? points : [...points, latest]
      const mark = isHeldTo ? {} : { isOnlyMark: true }
      return [{ counter, limit, ...mark, points: all, ...(endsAt === undefined ? {} : { endsAt }) }]
    })
  }

  /** What is written down of the attempts that are not settled, should they never be. */
  underWay(): UsageRecord[] {
    return [...this.#holds.values()]
  }

  #admit({ hold, at }: AdmitChange): void {
    this.#holds.set(hold.id, hold.record)
    for (const claim of hold.claims) {
      const window = this.#windowOf(claim.counter, claim.endsAt, at)
      if (window === undefined) continue
      window.limit = limitOf(claim) ?? window.limit
      window.isHeldTo ||= claim.limit !== undefined
      if (window.points.length === 0) window.points.push({ at, committed: 0 })
    }
  }

  #settle({ id, counters, at }: SettleChange): void {
    this.#holds.delete(id)
    for (const { counter, endsAt, committed } of counters) this.#rise(counter, endsAt, committed, at)
  }

  #rise(counter: string, endsAt: number | undefined, amount: number, at: number): void {
    const window = this.#windowOf(counter, endsAt, at)
    if (window === undefined || amount === 0) return
    const { limit = Number.POSITIVE_INFINITY, committed: before } = window
    window.committed += amount
    window.rises += 1
    window.latest = { at, committed: window.committed }
    // The point at which the limit was reached stays: it says when the budget was used up.
    const reachesLimit = before < limit && window.committed >= limit
    if (window.rises % window.stride !== 0 && !reachesLimit) return
    window.points.push(window.latest)
    window.latest = undefined
    if (window.points.length > mostPoints) thin(window)
  }

  /** The window that a counter is, unless there is a later one of its budget, or it is too late for the report. */
  #windowOf(counter: string, endsAt: number | undefined, at: number): OpenWindow | undefined {
    if (at > this.#asOf) return undefined
    const budget = budgetOf(counter)
    const latest = this.#windows.get(budget)
    if (latest?.counter === counter) return latest
    if (latest !== undefined && (latest.endsAt ?? 0) > (endsAt ?? 0)) return undefined
    const window: OpenWindow = {
      counter,
      endsAt,
      limit: undefined,
      isHeldTo: false,
      committed: 0,
      rises: 0,
      stride: 1,
      points: [],
      latest: undefined,
    }
    this.#windows.set(budget, window)
    return window
  }
}

/** Lines that do not tell the limit (an alert refuses nothing, and old ones did not say) tell at which amounts to alert. */
function limitOf({ limit, alerts }: HeldClaim): number | undefined {
  const mark = alerts?.at(-1)
  return limit ?? (mark === undefined ? undefined : Math.floor(mark.at / mark.share))
}

function thin(window: OpenWindow): void {
  const { points, limit = Number.POSITIVE_INFINITY } = window
  const reached = points.findIndex(({ committed }) => committed >= limit)
  window.points = points.filter((_, at) => at % 2 === 0 || at === points.length - 1 || at === reached)
  window.stride *= 2
}
