// The budgets in force: those of the handler's options, and over them those that were set while it runs.

import type { Clock } from '../core/clock.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Store } from '../core/store.js'
import { type BudgetLimit, identityOf } from './budget-limit.js'
import { inTime } from './in-time.js'
import { readSaid, type SaidLimits, saidText } from './said-limits.js'

const collection = 'limits'
const name = 'budgets'

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
  readonly #configured: ReadonlyMap<string, BudgetLimit>
  readonly #store: Store
  readonly #clock: Clock
  #inForce: LimitsInForce | undefined
  #reading: Promise<LimitsInForce> | undefined

  constructor(configured: readonly BudgetLimit[], store: Store, clock: Clock) {
    this.#configured = new Map(configured.map((limit) => [identityOf(limit), limit]))
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
    await this.#change((said) => new Map([...said, [identityOf(limit), limit]]))
  }

  /** Removes budgets, also those of the handler's options, until they are set again. False where there was none. */
  async remove(limits: readonly Omit<BudgetLimit, 'amount'>[]): Promise<boolean> {
    const identities = limits.map(identityOf)
    let isAnyThere = false
    await this.#change((said) => {
      const there = identities.filter((identity) => this.#isInForce(identity, said))
      isAnyThere = there.length > 0
      if (!isAnyThere) return said
      const left = new Map([...said].filter(([identity]) => !there.includes(identity)))
      // What no options say needs no word against it: such words would pile up, one for each run or user there ever was.
      for (const identity of there) if (this.#configured.has(identity)) left.set(identity, null)
      return left
    })
    return isAnyThere
  }

  #isInForce(identity: string, said: SaidLimits): boolean {
    const limit = said.get(identity)
    return limit === undefined ? this.#configured.has(identity) : limit !== null
  }

  /** Writes what was said anew, unless nothing changes. */
  async #change(change: (said: SaidLimits) => SaidLimits): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      const stored = await this.#store.get(collection, name)
      const said = replaceable(stored?.value)
      const changed = change(said)
      if (changed === said) return
      const version = await this.#store.set(collection, name, saidText(changed), stored?.version ?? 0)
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
    const inForce = new Map(this.#configured)
    for (const [identity, limit] of readSaid(stored?.value, `${collection}/${name}`)) {
      if (limit === null) inForce.delete(identity)
      else inForce.set(identity, limit)
    }
    return { limits: [...inForce.values()], version: stored?.version ?? 0 }
  }
}

/** What was said, where it is about to be written anew: what cannot be read gives way. */
function replaceable(value: string | undefined): SaidLimits {
  try {
    return readSaid(value, `${collection}/${name}`)
  } catch (error) {
    if (isByokError(error) && error.code === 'config') return new Map()
    throw error
  }
}
