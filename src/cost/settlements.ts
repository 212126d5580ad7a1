// Settlements that did not reach the store: tried again behind the scenes, so that no answer is lost with its booking.

import type { Clock } from '../core/clock.js'
import { inTime } from './in-time.js'

/** The waits before each further try; after them the store's own hold expires, and is charged at its bound. */
const waitsMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000] as const

/** Beyond these, a store that is down is not asked again for each call: their holds expire. */
const mostWaiting = 1_000

/** Settles, and says whether that reached the store. Doing it twice does it once: settlements have the attempt's id. */
type Settle = () => Promise<boolean>

/** Settles, at once or later. */
export class Settlements {
  readonly #clock: Clock
  readonly #waiting = new Set<Settle>()
  readonly #running = new Set<Promise<boolean>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Settles now; where the store fails or hangs, calls back once, and tries again later. Never rejects. Whoever need not
   * know that it is settled need not wait: `close` does.
   */
  async settle(work: () => Promise<unknown>, onFailure: (error: unknown) => void): Promise<void> {
    let isTold = false
    const settle = async (): Promise<boolean> => {
      try {
        await inTime(this.#clock, work)
        return true
      } catch (error) {
        if (!isTold) onFailure(error)
        isTold = true
        return false
      }
    }
    if ((await this.#run(settle)) || this.#waiting.size >= mostWaiting) return
    this.#waiting.add(settle)
    this.#later(settle, 0)
  }

  /** Waits for what is under way, tries once more what did not reach the store, and stops trying. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    await Promise.all(waiting.map((settle) => settle()))
  }

  async #run(settle: Settle): Promise<boolean> {
    const running = settle()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  #later(settle: Settle, turn: number): void {
    const waitMs = waitsMs[turn]
    if (waitMs === undefined) {
      this.#waiting.delete(settle)
      return
    }
    this.#clock.timer(waitMs, () => {
      if (!this.#waiting.has(settle)) return
      this.#run(settle).then((isSettled) => {
        if (isSettled) this.#waiting.delete(settle)
        else if (this.#waiting.has(settle)) this.#later(settle, turn + 1)
      })
    })
  }
}
