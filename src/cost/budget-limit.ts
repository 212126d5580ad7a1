// What a budget limits, and which budgets an attempt meets.

import type { Calendar, Period } from './calendar.js'
import { type BudgetScope, counterName, type Measure, withinTenant } from './counter.js'

/** What may happen where an attempt does not fit. */
export const reactions = ['block', 'stop', 'alert', 'approve'] as const

/**
 * What happens where an attempt does not fit. `block`: it is not made; what runs goes on. `stop`: besides, what runs ends
 * once the limit is spent. `alert`: it is made; listeners hear of it. `approve`: it is not made unless the app says so.
 */
export type OnExceed = (typeof reactions)[number]

/** Whom a limit is about. */
export interface LimitTarget {
  readonly scope: BudgetScope
  /** Only this one of the scope: a tenant, a user, `provider/model` … Absent: each of them by itself. */
  readonly of?: string
  /** Only within this tenant. */
  readonly tenant?: string
}

/** One budget, every default decided. */
export interface BudgetLimit extends LimitTarget {
  readonly measure: Measure
  /** Nano-dollars, tokens or calls. */
  readonly amount: number
  readonly per: Period
  readonly timeZone: string
  readonly onExceed: OnExceed
  /** Shares of the amount, in rising order, at which listeners are told. */
  readonly alertAt: readonly number[]
}

/** A limit on how much may begin within a stretch of time. */
export interface RateLimit extends LimitTarget {
  readonly measure: 'requests' | 'tokens'
  readonly amount: number
  readonly windowMs: number
}

/** Who asks whom, as budgets tell them apart. */
export interface Subject {
  readonly tenant?: string
  readonly user?: string
  readonly agent?: string
  readonly run?: string
  readonly tags?: readonly string[]
  /** The fingerprint of the key that pays. */
  readonly key?: string
  readonly provider?: string
  /** `provider/model`. */
  readonly model?: string
}

/** A budget that an attempt meets, with the counter of its current window. */
export interface AppliedLimit {
  readonly limit: BudgetLimit
  readonly counter: string
  /** The name within the scope; empty for the app. */
  readonly name: string
  readonly endsAt?: number
}

/** What tells limits apart: of two with one identity, the later one counts. */
export function identityOf({
  scope,
  of,
  tenant,
  measure,
  per,
  timeZone,
}: Omit<BudgetLimit, 'amount'>): string {
  return JSON.stringify([scope, of ?? null, tenant ?? null, measure, per, timeZone])
}

/** The budgets that a subject meets. Where a general and a special one name the same counter, the special one counts. */
export function appliedLimits(
  limits: Iterable<BudgetLimit>,
  subject: Subject,
  calendar: Calendar,
  at: number,
): AppliedLimit[] {
  const found = new Map<string, AppliedLimit>()
  for (const limit of limits) {
    const { measure, scope, per } = limit
    for (const name of namesIn(limit, subject)) {
      const { id: window, ...end } = calendar.windowAt(per, limit.timeZone, at)
      const counter = counterName({ measure, scope, who: whoIs(scope, name, subject), per, window })
      const other = found.get(counter)
      if (other !== undefined && specialty(other.limit) > specialty(limit)) continue
      found.set(counter, { limit, counter, name, ...('endsAt' in end ? { endsAt: end.endsAt } : {}) })
    }
  }
  return [...found.values()]
}

/** Whether one of the limits on money holds for a subject, whose provider need not be known yet. */
export function isMoneyLimited(limits: Iterable<BudgetLimit>, subject: Subject): boolean {
  for (const limit of limits)
    if (limit.measure === 'usd' && limit.onExceed !== 'alert' && namesIn(limit, subject).length > 0)
      return true
  return false
}

/** A rate limit that an attempt meets, with the name of its gauge. */
export interface AppliedRate {
  readonly limit: RateLimit
  readonly key: string
}

/** The rate limits that a subject meets; the special ones in place of the general ones. */
export function appliedRates(limits: readonly RateLimit[], subject: Subject): AppliedRate[] {
  const found = new Map<string, AppliedRate>()
  for (const limit of limits) {
    for (const name of namesIn(limit, subject)) {
      const who = JSON.stringify(whoIs(limit.scope, name, subject))
      const key = `${limit.measure}/${limit.scope}/${who}/${limit.windowMs}`
      const other = found.get(key)
      if (other === undefined || specialty(other.limit) <= specialty(limit)) found.set(key, { limit, key })
    }
  }
  return [...found.values()]
}

/** Whom of the scope the subject is, as far as the limit is about them. Tags may be several. */
function namesIn({ scope, of, tenant }: LimitTarget, subject: Subject): readonly string[] {
  if (tenant !== undefined && tenant !== subject.tenant) return []
  const names = namesOf(scope, subject)
  return of === undefined ? names : names.filter((name) => name === of)
}

function namesOf(scope: BudgetScope, subject: Subject): readonly string[] {
  if (scope === 'app') return ['']
  if (scope === 'tag') return [...new Set(subject.tags)]
  const name = subject[scope]
  return name === undefined ? [] : [name]
}

function whoIs(scope: BudgetScope, name: string, { tenant }: Subject): readonly string[] {
  if (scope === 'app') return []
  return withinTenant.has(scope) ? [tenant ?? '', name] : [name]
}

function specialty({ of, tenant }: LimitTarget): number {
  return (of === undefined ? 0 : 2) + (tenant === undefined ? 0 : 1)
}
