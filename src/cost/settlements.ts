// Settlements that did not reach the store: tried again behind the scenes, so that no answer is lost with its booking.

import type { Clock } from '../core/clock.js'

/** The waits before each further try; after them the store's own hold expires, and is charged at its bound. */
const waitsMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000] as const

/** Settles, and says whether that reached the store. Doing it twice does it once: settlements have the attempt's id. */
type Settle = () => Promise<boolean>

/** Settles, at once or later. */
export class Settlements {
  readonly #clock: Clock
  readonly #waiting = new Set<Settle>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Settles now; where the store cannot be reached, calls back, and tries again later. Never rejects. */
  async settle(work: () => Promise<unknown>, onFailure: (error: unknown) => void): Promise<void> {
    const settle = async (): Promise<boolean> => {
      try {
        await work()
        return true
      } catch (error) {
        onFailure(error)
        return false
      }
    }
    if (await settle()) return
    this.#waiting.add(settle)
    this.#later(settle, 0)
  }

  /** Tries once more what waits, and stops waiting. */
  async close(): Promise<void> {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    await Promise.all(waiting.map((settle) => settle()))
  }

  #later(settle: Settle, turn: number): void {
    const waitMs = waitsMs[turn]
    if (waitMs === undefined) {
      this.#waiting.delete(settle)
      return
    }
    this.#clock.timer(waitMs, () => {
      if (!this.#waiting.has(settle)) return
      settle().then((isSettled) => {
        if (isSettled) this.#waiting.delete(settle)
        else if (this.#waiting.has(settle)) this.#later(settle, turn + 1)
      })
    })
  }
}
