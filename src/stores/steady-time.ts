// The time that the embedded stores count by: the date as it was at the start, moved on by a clock that never jumps.

import type { Clock } from '../core/clock.js'

/** Milliseconds since 1970 that never run backwards and never jump, whatever becomes of the wall clock. */
export interface SteadyTime {
  /** The time now, in whole milliseconds. */
  now(): number
  /** The wall clock's date, but never later than `now`: what is over by it is surely over. */
  pastDate(): number
}

/** Time from now on. It begins at the date, or at `notBefore` where the wall clock has been set back before that. */
export function steadyTime(clock: Clock, notBefore = 0): SteadyTime {
  const start = Math.max(clock.date(), notBefore) - clock.now()
  const now = (): number => Math.floor(start + clock.now())
  return { now, pastDate: () => Math.min(now(), clock.date()) }
}
