// Budgets without limits, which count what they are asked.

import type { AttemptQuestion, Budget, Grant } from '../../src/cost/budget.js'
import type { Bill } from '../../src/cost/pricing.js'
import type { AttemptResult } from '../../src/cost/record.js'

/** How many attempts were admitted and settled. */
export interface LedgerCounts {
  readonly admitted: number
  readonly committed: number
  readonly released: number
  /** Admitted and not settled yet. */
  readonly open: number
}

/** Admits everything, knows no price, and counts. Settling twice, or what was never admitted, does nothing. */
export class AttemptLedger implements Budget {
  readonly #open = new Set<string>()
  #admitted = 0
  #committed = 0
  #released = 0

  async admit({ attemptId }: AttemptQuestion): Promise<Grant> {
    if (!this.#open.has(attemptId)) this.#admitted += 1
    this.#open.add(attemptId)
    return {}
  }

  async commit(attemptId: string, { usage }: AttemptResult): Promise<Bill> {
    if (this.#open.delete(attemptId)) this.#committed += 1
    return usage === undefined ? { cost: 0, savings: 0 } : { cost: null, savings: null }
  }

  async release(attemptId: string): Promise<void> {
    if (this.#open.delete(attemptId)) this.#released += 1
  }

  async refusesUnknownPrice(): Promise<boolean> {
    return false
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
