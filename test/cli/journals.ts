// Journals for tests, written by a real file store.

import type { UsageRecord } from '../../src/core/usage-record.js'
import { admitted, claim, holdOf, recordOf } from '../../src/stores/conformance/world.js'
import { type FileStoreOptions, fileStore } from '../../src/stores/file.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

/** When the first attempt begins. */
export const journalStart = Date.UTC(2026, 10, 19, 9)

let made = 0

/** An attempt, and what it counts against. */
export interface Entry {
  readonly record?: Partial<UsageRecord>
  /** In nano-dollars. @default 1,000,000,000 */
  readonly cost?: number
  /** @default the tenant's budget of a day */
  readonly counter?: string
  readonly limit?: number
  readonly endsAt?: number
  readonly alerts?: readonly { readonly share: number; readonly at: number }[]
  /** How long after the one before. @default 0 */
  readonly afterMs?: number
  /** Left open, as by a process that was killed. */
  readonly isOpen?: boolean
}

/** Writes the attempts into a directory, one after another, and closes the store. Tells their records, oldest first. */
export async function writeJournal(
  directory: string,
  entries: readonly Entry[],
  options: Partial<FileStoreOptions> = {},
): Promise<UsageRecord[]> {
  const clock = new FakeClock({ date: journalStart })
  const store = fileStore({ directory, clock, sync: 'os', ...options })
  const records: UsageRecord[] = []
  for (const entry of entries) {
    const { cost = 1_000_000_000, counter, limit, endsAt, alerts } = entry
    await clock.advance(entry.afterMs ?? 0)
    made += 1
    const id = `attempt-${made}`
    const record = recordOf(id, { at: clock.date(), cost, ...entry.record })
    const claims = [
      {
        ...claim(limit, cost, 0, counter ?? `usd/tenant/${record.tenant}/day/2026-11-19@UTC`),
        ...(endsAt === undefined ? {} : { endsAt }),
        ...(alerts === undefined ? {} : { alerts }),
      },
    ]
    await admitted(store, holdOf(id, { claims, record }))
    if (entry.isOpen === true) continue
    await store.commit(id, { claims: [cost], rates: [] }, record)
    records.push(record)
  }
  await store.close()
  return records
}
