// Reads the ledger that a journal is: every change of the counters, in order.

import { readFile } from 'node:fs/promises'
import type { LedgerEntry } from '../../core/store.js'
import { ledgerEntryOf } from '../change.js'
import { decodeLine, scanLines } from './line.js'
import { listSegments, segmentPath } from './segments.js'

/**
 * The ledger of a file store, in the order in which it was written, from the oldest segment that is there on. It may be
 * read while the store is open. The sum of the changes of a counter is how the counter stands.
 */
export async function* readLedger(directory: string): AsyncGenerator<LedgerEntry> {
  for (const number of await listSegments(directory)) {
    const { texts } = scanLines(await readFile(segmentPath(directory, number)))
    for (const text of texts) {
      const line = decodeLine(text)
      if ('change' in line && line.change.kind !== 'text') yield ledgerEntryOf(line.change)
    }
  }
}
