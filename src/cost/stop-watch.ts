// Watches over what runs: keeps its holds alive, and ends it where a budget with `stop` is spent, whoever spent it.

import type { CancelTimer, Clock } from '../core/clock.js'
import type { ByokError } from '../core/errors.js'
import type { CounterState, Store } from '../core/store.js'
import type { Admitted } from './admission.js'
import { type AppliedLimit, appliedLimits, type Subject } from './budget-limit.js'
import type { Calendar } from './calendar.js'
import type { Measure } from './counter.js'
import { budgetExceeded, exceededBy } from './exceeded.js'
import { inTime } from './in-time.js'
import type { LimitBook } from './limit-book.js'

/** How often the spending of other processes is looked at, while something runs that it may end. */
const lookEveryMs = 5_000
/** Every so many looks, holds are prolonged: every 20 seconds. */
const looksPerRenewal = 4

/** An attempt under way. */
export interface Runner {
  readonly subject: Subject
  /** What is held for it. Absent where the store could not be reached. */
  readonly admitted: Pick<Admitted, 'limits' | 'held'> | undefined
  readonly onStop: (error: ByokError) => void
  /** Prolongs its hold. */
  readonly keep: () => void
}

/** An attempt under way, and the budgets that may end it. */
interface Concerned {
  readonly runner: Runner
  readonly applied: readonly AppliedLimit[]
}

/** What it looks at. */
export interface StopWatchSurroundings {
  readonly clock: Clock
  readonly store: Store
  readonly book: LimitBook
  readonly calendar: Calendar
}

/** Watches over attempts under way. */
export class StopWatch {
  readonly #around: StopWatchSurroundings
  readonly #runners = new Set<Runner>()
  #cancelLook: CancelTimer | undefined
  #looks = 0
  #looking: Promise<void> | undefined
  /** Something has changed since the look that is under way began. */
  #mustLookAgain = false

  constructor(around: StopWatchSurroundings) {
    this.#around = around
  }

  /** Watches over an attempt until the given function is called. */
  add(runner: Runner): () => void {
    this.#runners.add(runner)
    this.#lookLater()
    return () => {
      this.#runners.delete(runner)
      if (this.#runners.size > 0) return
      this.#cancelLook?.()
      this.#cancelLook = undefined
    }
  }

  /** Looks now: limits or counters have changed. A store that cannot be reached ends nobody. */
  look(): Promise<void> {
    this.#mustLookAgain = true
    this.#looking ??= this.#lookWhileThingsChange().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookWhileThingsChange(): Promise<void> {
    while (this.#mustLookAgain) {
      this.#mustLookAgain = false
      // The next look may reach what this one could not.
      await this.#lookOnce().catch(() => undefined)
    }
  }

  async #lookOnce(): Promise<void> {
    if (this.#runners.size === 0) return
    const { book, calendar } = this.#around
    const { limits } = await book.current()
    if (!limits.some(({ onExceed }) => onExceed === 'stop')) return
    const looks = new Map<string | undefined, Concerned[]>()
    for (const runner of this.#runners) {
      const applied = appliedLimits(limits, runner.subject, calendar, this.#now()).filter(
        ({ limit }) => limit.onExceed === 'stop' && !isFree(runner, limit.measure),
      )
      if (applied.length === 0) continue
      const { tenant } = runner.subject
      const ofTenant = looks.get(tenant) ?? []
      ofTenant.push({ runner, applied })
      looks.set(tenant, ofTenant)
    }
    const ends = [...looks].map(([tenant, concerned]) => this.#lookAt(tenant, concerned))
    await Promise.allSettled(ends) // what cannot be read of one tenant must not spare the others
  }

  /** Reads each counter of a tenant's runners once. */
  async #lookAt(tenant: string | undefined, concerned: readonly Concerned[]): Promise<void> {
    const { clock, store } = this.#around
    const names = [...new Set(concerned.flatMap(({ applied }) => applied.map(({ counter }) => counter)))]
    const states = await inTime(clock, () => store.readCounters(names, tenant))
    const stateOf = new Map(names.map((name, at) => [name, states[at]]))
    for (const { runner, applied } of concerned)
      this.#end(
        runner,
        applied,
        applied.map(({ counter }) => stateOf.get(counter)),
      )
  }

  /** What a commit has made of the counters: everybody else who spends from one that is empty now ends. */
  spent(applied: readonly AppliedLimit[], states: readonly CounterState[]): void {
    const isEmpty = applied.some(
      ({ limit }, at) => limit.onExceed === 'stop' && (states[at]?.committed ?? 0) >= limit.amount,
    )
    if (isEmpty && this.#runners.size > 0) this.look().catch(() => undefined) // it never rejects
  }

  #end(
    runner: Runner,
    applied: readonly AppliedLimit[],
    states: readonly (CounterState | undefined)[],
  ): void {
    const exceeded = applied.flatMap((one, at) => {
      const state = states[at]
      if (state === undefined || state.committed < one.limit.amount) return []
      return [exceededBy(one, { claim: at, ...state, asked: 0 })]
    })
    if (exceeded.length > 0 && this.#runners.has(runner)) runner.onStop(budgetExceeded(exceeded, this.#now()))
  }

  #lookLater(): void {
    this.#cancelLook ??= this.#around.clock.timer(lookEveryMs, () => {
      this.#cancelLook = undefined
      if (this.#runners.size === 0) return
      this.#lookLater() // first, since a store that hangs must not stop the renewals
      this.#looks += 1
      if (this.#looks % looksPerRenewal === 0) for (const { keep } of this.#runners) keep()
      this.#around.book.expire()
      this.look().catch(() => undefined) // it never rejects
    })
  }

  #now(): number {
    return this.#around.clock.date()
  }
}

/** Whether it is known to spend nothing of a measure: to end it would save nothing. */
function isFree({ admitted }: Runner, measure: Measure): boolean {
  const at = admitted?.limits.findIndex(({ limit }) => limit.measure === measure) ?? -1
  return admitted?.held[at] === 0
}
