// The newest usage records, kept in memory.

import type { UsageRecord } from '../core/usage-record.js'
import type { SettleChange } from './change.js'

/** As many of the newest records as are to be kept; the older ones are forgotten. */
export class RecordShelf {
  readonly #keep: number
  /** Oldest first. A place is empty where a correction has put the record elsewhere. */
  #records: (UsageRecord | undefined)[] = []
  /** The number of the first place; numbers go on for ever. */
  #first = 0
  /** Where the records of expired holds stand, as only those can be corrected. */
  readonly #expired = new Map<string, number>()

  constructor(keep: number) {
    this.#keep = keep
  }

  /** Puts down what a change has written, and takes away what it replaces. */
  note({ kind, id, record }: SettleChange): void {
    if (kind === 'correct') {
      const place = (this.#expired.get(id) ?? -1) - this.#first
      if (place >= 0) this.#records[place] = undefined
      this.#expired.delete(id)
    }
    if (record === undefined || this.#keep === 0) return
    if (kind === 'expire') this.#expired.set(id, this.#first + this.#records.length)
    this.#records.push(record)
    // Cut in lots, so that a record costs the same however many there are.
    if (this.#records.length >= this.#keep + Math.max(64, this.#keep / 4)) this.#cut()
  }

  /** The records as they stand now, newest first. What is written while one reads does not show. */
  *newestFirst(): Generator<UsageRecord> {
    for (const record of this.#records.slice(-this.#keep).reverse()) if (record !== undefined) yield record
  }

  #cut(): void {
    const surplus = this.#records.length - this.#keep
    this.#records = this.#records.slice(surplus)
    this.#first += surplus
    for (const [id, number] of this.#expired) if (number < this.#first) this.#expired.delete(id)
  }
}
