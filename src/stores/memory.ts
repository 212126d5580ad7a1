// The store that needs nothing: it keeps everything in memory, and its process takes it along.

import { type Clock, systemClock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'
import type {
  Admission,
  Charge,
  CounterState,
  Hold,
  LedgerEntry,
  Settlement,
  Store,
  StoredText,
} from '../core/store.js'
import { isMeant, type RecordFilter, type UsageRecord } from '../core/usage-record.js'
import { Books } from './books.js'
import { ledgerEntryOf } from './change.js'
import { RecordShelf } from './record-shelf.js'
import { type SteadyTime, steadyTime } from './steady-time.js'

/** What a memory store may be told. */
export interface MemoryStoreOptions {
  /** @default the real clock */
  readonly clock?: Clock
  /** How many usage records are kept, the newest. @default 50,000 */
  readonly keepRecords?: number
  /** Sees every change of the counters, in the store's order. It must not throw, nor call the store. */
  readonly onEntry?: (entry: LedgerEntry) => void
}

/**
 * A store in this process's memory: exact among all requests of the process, gone with it. Throws `config` where an option
 * is out of range.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { clock = systemClock, keepRecords = 50_000, onEntry } = options
  if (!Number.isSafeInteger(keepRecords) || keepRecords < 0) {
    throw new ByokError('config', 'keepRecords must be a whole number from 0.', { field: 'keepRecords' })
  }
  return new MemoryStore(clock, keepRecords, onEntry)
}

class MemoryStore implements Store {
  readonly #books: Books
  readonly #records: RecordShelf
  readonly #time: SteadyTime
  #isClosed = false

  constructor(clock: Clock, keepRecords: number, onEntry: MemoryStoreOptions['onEntry']) {
    const records = new RecordShelf(keepRecords)
    this.#records = records
    this.#time = steadyTime(clock)
    this.#books = new Books((change) => {
      if (change.kind === 'text') return
      if (change.kind !== 'admit') records.note(change)
      onEntry?.(ledgerEntryOf(change))
    })
  }

  async admit(hold: Hold): Promise<Admission> {
    return this.#open().admit(hold, this.#time.now())
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    return this.#open().renew(id, ttlMs, this.#time.now())
  }

  async commit(id: string, charge: Charge, record: UsageRecord): Promise<Settlement> {
    return this.#open().commit(id, charge, record, this.#time.now())
  }

  async release(id: string, record?: UsageRecord): Promise<Settlement> {
    return this.#open().release(id, record, this.#time.now())
  }

  async readCounters(counters: readonly string[]): Promise<readonly CounterState[]> {
    return this.#open().readCounters(counters, this.#time.now())
  }

  async *records(filter: RecordFilter): AsyncIterable<UsageRecord> {
    this.#open().expireDue(this.#time.now())
    for (const record of this.#records.newestFirst()) if (isMeant(record, filter)) yield record
  }

  async get(collection: string, key: string): Promise<StoredText | undefined> {
    return this.#open().texts.get(collection, key)
  }

  async set(collection: string, key: string, value: string, ifVersion?: number): Promise<number | undefined> {
    return this.#open().set(collection, key, value, ifVersion)
  }

  async delete(collection: string, key: string): Promise<boolean> {
    return this.#open().delete(collection, key)
  }

  async list(collection: string): Promise<readonly (StoredText & { readonly key: string })[]> {
    return this.#open().texts.list(collection)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }

  #open(): Books {
    if (this.#isClosed) {
      throw new ByokError('store-unavailable', 'The store was closed.', { isRetryable: false })
    }
    this.#books.tidy(this.#time.pastDate())
    return this.#books
  }
}
