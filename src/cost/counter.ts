// The names of a budget's counters: what is counted, whose it is, and in which window.

import type { Period } from './calendar.js'

/** The measures of budgets. */
export const measures = ['usd', 'tokens', 'calls'] as const

/** What a budget counts: money (in nano-dollars), tokens, or calls. */
export type Measure = (typeof measures)[number]

/** The scopes of budgets. */
export const budgetScopes = [
  'app',
  'tenant',
  'user',
  'agent',
  'run',
  'tag',
  'key',
  'provider',
  'model',
] as const

/** Whose spending a budget limits. Users, agents and runs are those of one tenant; the others reach over all tenants. */
export type BudgetScope = (typeof budgetScopes)[number]

/** The scopes whose names mean something only within a tenant. */
export const withinTenant: ReadonlySet<BudgetScope> = new Set(['user', 'agent', 'run'])

/** What a counter's name says. */
export interface CounterParts {
  readonly measure: Measure
  readonly scope: BudgetScope
  /** Whom of the scope: empty for `app`, a name, or the tenant's and the name. */
  readonly who: readonly string[]
  readonly per: Period
  readonly window: string
}

/** `usd/tenant/acme/day/2026-11-21@UTC`: no two counters have one name, whatever tenants are called. */
export function counterName({ measure, scope, who, per, window }: CounterParts): string {
  return `${measure}/${scope}/${who.map(escaped).join(':')}/${per}/${window}`
}

/** Percent signs for all but letters, digits, `_`, `.` and `-`, by UTF-16 unit: also half a surrogate pair has a name. */
function escaped(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// Zones have slashes in their names, too.
const counterPattern =
  /^(usd|tokens|calls)\/(app|tenant|user|agent|run|tag|key|provider|model)\/([^/]*)\/(hour|day|week|month|total)\/(.+)$/s

/** What a name says that `counterName` has made; `undefined` for any other name. */
export function readCounterName(name: string): CounterParts | undefined {
  const match = counterPattern.exec(name)
  if (match === null) return undefined
  const [, measure, scope, who = '', per, window] = match
  return {
    measure,
    scope,
    who: who === '' ? [] : who.split(':').map(unescaped),
    per,
    window,
  } as CounterParts // the pattern allows no other words
}

function unescaped(part: string): string {
  return part.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
