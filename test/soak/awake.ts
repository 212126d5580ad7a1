// The time in which this process could do anything: a busy machine's pauses are left out.

const tickMs = 10

/** Counts ticks of the event loop, so that a call is not blamed for time in which nobody got any. */
export class Awake {
  #ticks = 0
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => {
      this.#ticks += 1
    }, tickMs)
  }

  /** Milliseconds on a scale that stands still while the process does. */
  get now(): number {
    return this.#ticks * tickMs
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
