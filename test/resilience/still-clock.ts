// A clock that a test sets by hand, without timers: properties move it thousands of times.

import type { Clock } from '../../src/core/clock.js'

/** Time and chance are plain fields. */
export class StillClock implements Clock {
  nowMs = 0
  dateMs = Date.UTC(2026, 0, 1)
  /** What `random()` gives. */
  chance = 0

  now(): number {
    return this.nowMs
  }

  date(): number {
    return this.dateMs
  }

  random(): number {
    return this.chance
  }

  timer(): () => void {
    throw new Error('What is tested here sets no timers.')
  }
}
