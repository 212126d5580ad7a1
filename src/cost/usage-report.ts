// Answers a question about usage: the newest records, sums by group, and the total.

import { ByokError } from '../core/errors.js'
import { isMeant, type UsageRecord } from '../core/usage-record.js'
import { type UsageFigures, UsageSum } from './usage-figures.js'
import { type UsageGroup, UsageGroups } from './usage-groups.js'
import { checkUsageQuery, type UsageQuery } from './usage-query.js'

/** The answer to a usage query. */
export interface UsageReport {
  /** The newest first, as many as the query allows. */
  readonly records: readonly UsageRecord[]
  /**
   * The oldest time first, where the query groups by time; then the dearest first. A record with several tags counts in
   * the group of each of them, so groups by tag may add up to more than the total.
   */
  readonly groups: readonly UsageGroup[]
  /** Over all records that are meant, each once. */
  readonly total: UsageFigures
}

/**
 * Sums the records that a query means. They may come in any order, and others among them do no harm; they are read once,
 * and no more of them is kept than the answer shows. A query that cannot be used is `invalid-request` and names the field;
 * a signal ends the reading with `aborted`. What the records' source throws passes through.
 */
export async function summarise(
  records: AsyncIterable<UsageRecord> | Iterable<UsageRecord>,
  query: UsageQuery = {},
  signal?: AbortSignal,
): Promise<UsageReport> {
  const { filter, groupBy, zone, limit } = checkUsageQuery(query)
  const groups = new UsageGroups(groupBy, zone)
  const total = new UsageSum()
  const newest = new NewestRecords(limit)
  for await (const record of records) {
    if (signal?.aborted === true)
      throw new ByokError('aborted', 'The query was aborted.', { cause: signal.reason })
    if (!isMeant(record, filter)) continue
    total.add(record)
    groups.add(record)
    newest.add(record)
  }
  return { records: newest.list(), groups: groups.list(), total: total.figures() }
}

/** Keeps the newest of all records that pass by; of two of the same moment, the one that came first. */
class NewestRecords {
  readonly #limit: number
  #kept: UsageRecord[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  add(record: UsageRecord): void {
    if (this.#limit === 0) return
    this.#kept.push(record)
    // Sorting once in a while, not each time: twice the limit is room enough.
    if (this.#kept.length >= 2 * this.#limit + 100) this.#kept = this.list()
  }

  list(): UsageRecord[] {
    return [...this.#kept].sort((left, right) => right.at - left.at).slice(0, this.#limit)
  }
}
