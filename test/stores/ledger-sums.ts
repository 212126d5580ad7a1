// Replays a ledger: what each counter holds after it, and the most that it ever held.
import type { LedgerEntry } from '../../src/core/store.js'

/** A counter after a ledger. */
export interface LedgerSum {
  committed: number
  held: number
  /** The most that was spent and held together when something was admitted. */
  peak: number
}

/** Adds up a ledger by counter. Throws where an entry is missing. */
export async function sumLedger(
  entries: Iterable<LedgerEntry> | AsyncIterable<LedgerEntry>,
): Promise<Map<string, LedgerSum>> {
  const sums = new Map<string, LedgerSum>()
  let sequence: number | undefined
  for await (const entry of entries) {
    if (sequence !== undefined && entry.sequence !== sequence + 1) {
      throw new Error(`entry ${sequence} is followed by ${entry.sequence}`)
    }
    sequence = entry.sequence
    for (const { counter, committed, held } of entry.changes) {
      const sum = sums.get(counter) ?? { committed: 0, held: 0, peak: 0 }
      sum.committed += committed
      sum.held += held
      if (entry.operation === 'admit') sum.peak = Math.max(sum.peak, sum.committed + sum.held)
      sums.set(counter, sum)
    }
  }
  return sums
}
