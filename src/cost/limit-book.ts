// The budgets in force: those of the handler's options, and over them those that were set while it runs.

import type { Clock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'
import type { Store } from '../core/store.js'
import { type BudgetLimit, identityOf } from './budget-limit.js'
import { inTime } from './in-time.js'

const collection = 'limits'
const name = 'budgets'

/** What was said at run time about a budget: its new limit, or `null` where there shall be none any more. */
type Said = readonly (readonly [identity: string, limit: BudgetLimit | null])[]

/** The budgets that hold now. */
export interface LimitsInForce {
  readonly limits: readonly BudgetLimit[]
  /** Of the small record in the store; every hold says which one it was made by. */
  readonly version: number
}

/**
 * Knows the budgets in force. What is set at run time stands in the store, so that every process comes to know it: the
 * store refuses holds that were made by older limits, which costs no request a look of its own.
 */
export class LimitBook {
  readonly #configured: readonly BudgetLimit[]
  readonly #store: Store
  readonly #clock: Clock
  #inForce: LimitsInForce | undefined
  #reading: Promise<LimitsInForce> | undefined

  constructor(configured: readonly BudgetLimit[], store: Store, clock: Clock) {
    this.#configured = configured
    this.#store = store
    this.#clock = clock
  }

  /** The budgets in force, as this process last read them; read anew where it has not, or must. */
  async current(): Promise<LimitsInForce> {
    return this.#inForce ?? this.#read()
  }

  /** Forgets what was read. */
  expire(): void {
    this.#inForce = undefined
    this.#reading = undefined
  }

  /** Sets a budget, or changes the one of the same scope, measure, period and zone. */
  async set(limit: BudgetLimit): Promise<void> {
    await this.#say(identityOf(limit), limit)
  }

  /** Removes a budget, also one of the handler's options, until it is set again. */
  async remove(limit: Omit<BudgetLimit, 'amount'>): Promise<void> {
    await this.#say(identityOf(limit), null)
  }

  async #say(identity: string, limit: BudgetLimit | null): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      const stored = await this.#store.get(collection, name)
      const others = said(stored?.value).filter(([other]) => other !== identity)
      const value = JSON.stringify([...others, [identity, limit]])
      const version = await this.#store.set(collection, name, value, stored?.version ?? 0)
      this.expire()
      if (version !== undefined) return
    }
    throw new ByokError('store-unavailable', 'The budget could not be set: others kept changing the limits.')
  }

  /** Many requests that begin at once read once. */
  #read(): Promise<LimitsInForce> {
    if (this.#reading !== undefined) return this.#reading
    const reading = this.#load()
    const isLatest = (): boolean => this.#reading === reading
    this.#reading = reading
    reading
      .then((inForce) => {
        // What was forgotten while it was read may have changed before it was read.
        if (isLatest()) this.#inForce = inForce
      })
      .catch(() => undefined) // whoever waits for it hears of it
      .then(() => {
        if (isLatest()) this.#reading = undefined
      })
    return reading
  }

  async #load(): Promise<LimitsInForce> {
    // Others wait for this very read, so it must end.
    const stored = await inTime(this.#clock, () => this.#store.get(collection, name))
    const inForce = new Map(this.#configured.map((limit) => [identityOf(limit), limit]))
    for (const [identity, limit] of said(stored?.value)) {
      if (limit === null) inForce.delete(identity)
      else inForce.set(identity, limit)
    }
    return { limits: [...inForce.values()], version: stored?.version ?? 0 }
  }
}

function said(value: string | undefined): Said {
  return value === undefined ? [] : (JSON.parse(value) as Said) // written by `#say` alone
}
