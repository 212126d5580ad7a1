// Keeps the books of attempts: each is admitted once before it is sent, and settled exactly once after it.

import type { Attempt } from '../core/attempt.js'

/** What is known of an attempt before it is sent. */
export interface Hold {
  readonly attemptId: string
  readonly provider: string
  readonly model: string
  readonly tenant?: string
}

/** Decides whether an attempt may be paid for, and books what it cost. */
export interface Budget {
  /** Throws `budget-exceeded` where the attempt may not be paid for. */
  admit(hold: Hold): Promise<void>
  /** The attempt was sent, and this is what became of it. */
  commit(attempt: Attempt): Promise<void>
  /** Nothing was sent. */
  release(attemptId: string): Promise<void>
}

/** How many attempts were admitted and settled. */
export interface LedgerCounts {
  readonly admitted: number
  readonly committed: number
  readonly released: number
  /** Admitted and not settled yet. */
  readonly open: number
}

/** A budget without limits: it admits everything and counts. Settling twice, or what was never admitted, does nothing. */
export class AttemptLedger implements Budget {
  readonly #open = new Set<string>()
  #admitted = 0
  #committed = 0
  #released = 0

  async admit(hold: Hold): Promise<void> {
    if (this.#open.has(hold.attemptId)) return
    this.#open.add(hold.attemptId)
    this.#admitted += 1
  }

  async commit(attempt: Attempt): Promise<void> {
    if (this.#open.delete(attempt.id)) this.#committed += 1
  }

  async release(attemptId: string): Promise<void> {
    if (this.#open.delete(attemptId)) this.#released += 1
  }

  counts(): LedgerCounts {
    return {
      admitted: this.#admitted,
      committed: this.#committed,
      released: this.#released,
      open: this.#open.size,
    }
  }
}
