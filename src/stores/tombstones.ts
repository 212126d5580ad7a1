// The ids that were settled lately, so that settling twice counts once: as many as fit, the newest of them.

import type { StatePart, Tombstone } from './change.js'

const defaultLimit = 10_000

/** The newest settled ids. */
export class Tombstones {
  readonly #byId = new Map<string, Tombstone>()
  /** A ring: the next place to be written holds the oldest. */
  readonly #ids: string[] = []
  readonly #limit: number
  #next = 0

  constructor(limit = defaultLimit) {
    this.#limit = limit
  }

  find(id: string, at: number): Tombstone | undefined {
    const found = this.#byId.get(id)
    return found !== undefined && found.until > at ? found : undefined
  }

  put(tombstone: Tombstone): void {
    const { id } = tombstone
    if (!this.#byId.has(id)) {
      const oldest = this.#ids[this.#next]
      if (oldest !== undefined) this.#byId.delete(oldest)
      this.#ids[this.#next] = id
      this.#next = (this.#next + 1) % this.#limit
    }
    this.#byId.set(id, tombstone)
  }

  /** Oldest first. */
  *state(at: number): Generator<StatePart> {
    for (const id of [...this.#ids.slice(this.#next), ...this.#ids.slice(0, this.#next)]) {
      const tombstone = this.find(id, at)
      if (tombstone !== undefined) yield { kind: 'settled', tombstone }
    }
  }
}
