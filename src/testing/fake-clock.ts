// A clock that stands still until a test moves it.

import { setImmediate } from 'node:timers/promises'
import type { CancelTimer, Clock } from '../core/clock.js'

/** Where a fake clock begins. */
export interface FakeClockOptions {
  /** @default 0 */
  readonly now?: number
  /** Milliseconds since 1970. @default 2026-01-01T00:00:00Z */
  readonly date?: number
  /** The same seed gives the same random numbers. @default 1 */
  readonly seed?: number
}

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** How many turns of the event loop the work behind a timer is given before the next timer fires. */
const turnsAfterTimer = 5

/** Time and chance under a test's control. */
export class FakeClock implements Clock {
  #now: number
  #dateOffset: number
  #seed: number
  readonly #timers = new Set<Timer>()

  constructor({ now = 0, date = Date.UTC(2026, 0, 1), seed = 1 }: FakeClockOptions = {}) {
    this.#now = now
    this.#dateOffset = date - now
    this.#seed = seed
  }

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#now + this.#dateOffset
  }

  random(): number {
    // A 32-bit linear congruential step, then its high bits stirred: plenty for jitter, and the same everywhere.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
    const stirred = Math.imul(this.#seed ^ (this.#seed >>> 15), 0x2c1b3c6d) >>> 0
    return ((stirred ^ (stirred >>> 13)) >>> 0) / 2 ** 32
  }

  timer(delayMs: number, callback: () => void): CancelTimer {
    const timer = { due: this.#now + Math.max(delayMs, 0), callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** How many timers wait to fire. */
  pending(): number {
    return this.#timers.size
  }

  /**
   * Moves time on. Timers fire in order, each at its own time, and what hangs on them (promises, reads of a local
   * socket) gets a few turns of the event loop before the next one.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    // A handler loads its pipeline with its first request, in real time; what it begins then belongs before the advance.
    await import('../pipeline/run.js')
    await letRun()
    for (let timer = this.#nextUntil(target); timer !== undefined; timer = this.#nextUntil(target)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.due)
      timer.callback()
      await letRun()
    }
    this.#now = target
  }

  /** Sets the wall clock wrong by `ms`, as a time server or a user may; `now()` does not feel it. */
  jumpDate(ms: number): void {
    this.#dateOffset += ms
  }

  /** The earliest timer due by then; of two for the same time, the one set first. */
  #nextUntil(target: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= target && (next === undefined || timer.due < next.due)) next = timer
    }
    return next
  }
}

async function letRun(): Promise<void> {
  for (let turn = 0; turn < turnsAfterTimer; turn++) await setImmediate()
}
