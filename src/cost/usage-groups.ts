// Sorts usage records into groups and sums each of them.

import type { UsageRecord } from '../core/usage-record.js'
import { type UsageFigures, UsageSum } from './usage-figures.js'
import type { UsageGroupName } from './usage-query.js'
import type { ZonedTime } from './zoned-time.js'

/** What a group has in common; `null` where its records say nothing about it. */
export type GroupValues = { readonly [Name in UsageGroupName]?: string | null }

/** The sums over the records that have something in common. */
export interface UsageGroup extends UsageFigures {
  readonly by: GroupValues
}

interface OpenGroup {
  readonly values: readonly (string | null)[]
  readonly sum: UsageSum
}

/** Sums by the combinations of what is asked for. */
export class UsageGroups {
  readonly #names: readonly UsageGroupName[]
  readonly #zone: ZonedTime
  /** By the combination as JSON text, so that no name of a tenant can pass for two. */
  readonly #groups = new Map<string, OpenGroup>()

  constructor(names: readonly UsageGroupName[], zone: ZonedTime) {
    this.#names = names
    this.#zone = zone
  }

  /** Counts a record in its group; one with several tags in the group of each, once. */
  add(record: UsageRecord): void {
    if (this.#names.length === 0) return
    let combinations: (string | null)[][] = [[]]
    for (const name of this.#names) {
      const values = name === 'tag' ? tagsOf(record) : [this.#valueOf(record, name)]
      combinations = combinations.flatMap((begun) => values.map((value) => [...begun, value]))
    }
    for (const values of combinations) this.#groupOf(values).sum.add(record)
  }

  /** The groups: the oldest time first, where they are grouped by time; then the dearest first, then by name. */
  list(): UsageGroup[] {
    const times = this.#names.flatMap((name, at) => (name === 'day' || name === 'hour' ? [at] : []))
    const names = this.#names.map((_, at) => at)
    return [...this.#groups.values()]
      .sort(
        (left, right) =>
          compareAt(left, right, times) ||
          compare(right.sum.knownCost, left.sum.knownCost) ||
          compareAt(left, right, names),
      )
      .map(({ values, sum }) => ({
        by: Object.fromEntries(this.#names.map((name, at) => [name, values[at] ?? null])),
        ...sum.figures(),
      }))
  }

  #groupOf(values: readonly (string | null)[]): OpenGroup {
    const key = JSON.stringify(values)
    const group = this.#groups.get(key) ?? { values, sum: new UsageSum() }
    this.#groups.set(key, group)
    return group
  }

  #valueOf(record: UsageRecord, name: Exclude<UsageGroupName, 'tag'>): string | null {
    if (name === 'day') return this.#zone.dayOf(record.at)
    if (name === 'hour') return this.#zone.hourOf(record.at)
    return record[name === 'key' ? 'keyFingerprint' : name] ?? null
  }
}

function tagsOf(record: UsageRecord): readonly (string | null)[] {
  const tags = new Set(record.tags)
  return tags.size === 0 ? [null] : [...tags]
}

function compareAt(left: OpenGroup, right: OpenGroup, places: readonly number[]): number {
  for (const place of places) {
    const order = compare(left.values[place] ?? '', right.values[place] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** By UTF-16 units, so that the order is the same everywhere. */
function compare<Value extends string | bigint>(left: Value, right: Value): number {
  return left < right ? -1 : left > right ? 1 : 0
}
