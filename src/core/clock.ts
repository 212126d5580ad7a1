// Time and chance, as every part receives them: nothing in the library reads a clock of its own.

/** Stops a timer; calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void

/** The only source of time and randomness. Give a fake one to test without waiting. */
export interface Clock {
  /** Milliseconds on a monotonic scale: only differences mean something. */
  now(): number
  /** Milliseconds since 1970, for what people read. It may jump. */
  date(): number
  /** A number in [0, 1). */
  random(): number
  /** Calls back once after `delayMs`. A pending timer never keeps a process alive. */
  timer(delayMs: number, callback: () => void): CancelTimer
}

/** Milliseconds without the digits that no clock knows: three behind the point. */
export function toMicroseconds(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000
}

/** The longest delay that `setTimeout` takes; a longer one would fire at once. */
const maxTimerMs = 2 ** 31 - 1

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  random: () => Math.random(),
  timer(delayMs, callback) {
    const handle: unknown = setTimeout(callback, Math.min(Math.max(delayMs, 0), maxTimerMs))
    unref(handle)
    return () => clearTimeout(handle as number) // setTimeout's own handle, whatever this platform calls it
  },
}

/** Lets the process end in spite of the timer, where the platform knows that notion (edge runtimes do not). */
function unref(handle: unknown): void {
  if (
    typeof handle === 'object' &&
    handle !== null &&
    'unref' in handle &&
    typeof handle.unref === 'function'
  ) {
    handle.unref()
  }
}
