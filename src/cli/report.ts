// From what a journal holds to what a report shows: spend by tenant, model and day, failures, failovers and budgets.

import type { UsageRecord } from '../core/usage-record.js'
import { isMeant } from '../core/usage-record.js'
import { type UsageFigures, UsageSum } from '../cost/usage-figures.js'
import { type UsageGroup, UsageGroups } from '../cost/usage-groups.js'
import { checkUsageQuery, type UsageQuery } from '../cost/usage-query.js'
import { type BudgetSeries, type BudgetWindow, currentWindows, tenantOf } from './budget-window.js'

/** What a journal holds. */
export interface ReportSource {
  readonly records: AsyncIterable<UsageRecord> | Iterable<UsageRecord>
  /** How the budgets stood at a moment; later ones do not matter. Read after the records. */
  books(asOf: number): Promise<ReportBooks>
}

/** What a journal holds besides its records. */
export interface ReportBooks {
  /** How each counter rose, in any order. */
  readonly budgets: readonly BudgetSeries[]
  /** Attempts that began and are not settled. */
  readonly underWay: readonly UsageRecord[]
  /** Lines that cannot be read although whole ones follow. */
  readonly damagedLines: number
}

/** What a report is about. */
export type ReportQuery = Pick<UsageQuery, 'from' | 'to' | 'tenant' | 'timeZone'>

/** How often one model took over from another. */
export interface Failover {
  readonly from: string
  readonly to: string
  readonly calls: number
}

/** Everything that a report shows, as data. */
export interface ReportData {
  /** In milliseconds since 1970, where it was asked for. */
  readonly from?: number
  readonly to?: number
  readonly tenant?: string
  /** False: the journal knows nothing of the tenant that was asked for, in this period or another. */
  readonly isTenantKnown: boolean
  readonly timeZone: string
  /** When the report was made. */
  readonly madeAt: number
  /** The moment that budgets are shown at: when the report was made, or the end of its period. */
  readonly asOf: number
  /** When the first and the last attempt began; absent without any. */
  readonly firstAt?: number
  readonly lastAt?: number
  readonly total: UsageFigures
  /** By `tenant`. */
  readonly tenants: readonly UsageGroup[]
  /** By `provider` and `model`. */
  readonly models: readonly UsageGroup[]
  /** By `day`, the oldest first. */
  readonly days: readonly UsageGroup[]
  readonly tenantModels: readonly UsageGroup[]
  readonly dayModels: readonly UsageGroup[]
  /** The most frequent first. */
  readonly failovers: readonly Failover[]
  /** Failed attempts by error code, the most frequent first. */
  readonly failures: readonly { readonly code: string; readonly calls: number }[]
  /** Attempts that are not over, or whose process has died: they are in no sum. */
  readonly underWay: number
  /** Lines of the journal that cannot be read: what stood in them is missing. */
  readonly damagedLines: number
  /** Those of the app first, then the nearest to being used up. With a tenant, only what belongs to it. */
  readonly budgets: readonly BudgetWindow[]
}

/** Reads a source once, and sums it. A query that cannot be used is `invalid-request` and names the field. */
export async function buildReport(
  source: ReportSource,
  query: ReportQuery,
  madeAt: number,
): Promise<ReportData> {
  const { filter, zone } = checkUsageQuery(query)
  const total = new UsageSum()
  const groups = {
    tenants: new UsageGroups(['tenant'], zone),
    models: new UsageGroups(['provider', 'model'], zone),
    days: new UsageGroups(['day'], zone),
    tenantModels: new UsageGroups(['tenant', 'provider', 'model'], zone),
    dayModels: new UsageGroups(['day', 'provider', 'model'], zone),
  }
  const failovers = new Map<string, Failover>()
  const failures = new Map<string, number>()
  let span: { readonly firstAt: number; readonly lastAt: number } | undefined
  const { from, to, tenant } = filter
  let isTenantKnown = tenant === undefined
  for await (const record of source.records) {
    isTenantKnown ||= record.tenant === tenant
    if (!isMeant(record, filter)) continue
    total.add(record)
    for (const group of Object.values(groups)) group.add(record)
    countFailover(failovers, record)
    const code = record.errorCode ?? 'unknown'
    if (record.outcome === 'failure') failures.set(code, (failures.get(code) ?? 0) + 1)
    span = {
      firstAt: Math.min(span?.firstAt ?? record.at, record.at),
      lastAt: Math.max(span?.lastAt ?? record.at, record.at),
    }
  }
  const books = await source.books(to ?? Number.POSITIVE_INFINITY)
  // A store's time may be ahead of a wall clock that was set back.
  const latest = books.budgets.reduce((at, { points }) => Math.max(at, points.at(-1)?.at ?? at), madeAt)
  const asOf = Math.min(latest, to ?? latest)
  const series = books.budgets.filter(({ counter }) => tenant === undefined || tenantOf(counter) === tenant)
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(tenant === undefined ? {} : { tenant }),
    isTenantKnown:
      isTenantKnown || series.length > 0 || books.underWay.some((record) => record.tenant === tenant),
    timeZone: query.timeZone ?? 'UTC',
    madeAt,
    asOf,
    ...span,
    total: total.figures(),
    tenants: groups.tenants.list(),
    models: groups.models.list(),
    days: groups.days.list(),
    tenantModels: groups.tenantModels.list(),
    dayModels: groups.dayModels.list(),
    failovers: mostFrequent([...failovers.values()], ({ from: model, to: next }) => `${model} ${next}`),
    failures: mostFrequent(
      [...failures].map(([code, calls]) => ({ code, calls })),
      ({ code }) => code,
    ),
    underWay: books.underWay.filter((record) => isMeant(record, filter)).length,
    damagedLines: books.damagedLines,
    budgets: currentWindows(series, asOf),
  }
}

function countFailover(failovers: Map<string, Failover>, record: UsageRecord): void {
  if (record.failoverFrom === undefined) return
  const to = `${record.provider}/${record.model}`
  const key = JSON.stringify([record.failoverFrom, to])
  const calls = (failovers.get(key)?.calls ?? 0) + 1
  failovers.set(key, { from: record.failoverFrom, to, calls })
}

function mostFrequent<Row extends { readonly calls: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): readonly Row[] {
  return [...rows].sort((left, right) => right.calls - left.calls || (nameOf(left) < nameOf(right) ? -1 : 1))
}
