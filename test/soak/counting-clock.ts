// The real clock, with its pending timers counted and its chance seeded.

import { type Clock, systemClock } from '../../src/core/clock.js'
import type { Chance } from './chance.js'

/** A clock that knows how many of its timers are pending. */
export class CountingClock implements Clock {
  readonly #chance: Chance
  readonly #pending = new Set<{ readonly delayMs: number }>()

  constructor(chance: Chance) {
    this.#chance = chance
  }

  get pendingTimers(): number {
    return this.#pending.size
  }

  /** How long the pending ones were to wait, for whoever looks for their owner. */
  describePending(): string {
    const delays = [...this.#pending].map(({ delayMs }) => Math.round(delayMs))
    return delays.length === 0 ? '' : ` (of ${delays.join(', ')} ms)`
  }

  now(): number {
    return systemClock.now()
  }

  date(): number {
    return systemClock.date()
  }

  random(): number {
    return this.#chance.next()
  }

  timer(delayMs: number, callback: () => void): () => void {
    const pending = { delayMs }
    this.#pending.add(pending)
    const cancel = systemClock.timer(delayMs, () => {
      this.#pending.delete(pending)
      callback()
    })
    return () => {
      this.#pending.delete(pending)
      cancel()
    }
  }
}
