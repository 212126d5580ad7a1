// Counts what is handed out inside the handlers and must come back: permits of breakers, places in line.

import { Breaker, type Permit } from '../../src/resilience/breaker.js'
import { type Turn, Turns } from '../../src/resilience/turns.js'

/** What is handed out and has not come back. */
export class Gauges {
  permits = 0
  turns = 0
  /** Permits that were ended more than once. */
  endedTwice = 0
  readonly #acquire = Breaker.prototype.acquire
  readonly #take = Turns.prototype.take

  /** Watches every handler of this process, until `remove`. */
  constructor() {
    const gauges = this
    const { acquire, take } = { acquire: this.#acquire, take: this.#take }
    Breaker.prototype.acquire = function (name) {
      return gauges.#watchPermit(acquire.call(this, name))
    }
    Turns.prototype.take = function (name, limit) {
      const turn = take.call(this, name, limit)
      return limit === undefined ? turn : gauges.#watchTurn(turn)
    }
  }

  remove(): void {
    Breaker.prototype.acquire = this.#acquire
    Turns.prototype.take = this.#take
  }

  /** The breaker knows its permits by identity, so they are changed in place. */
  #watchPermit(permit: Permit): Permit {
    this.permits += 1
    let endings = 0
    for (const name of ['success', 'failure', 'ignore'] as const) {
      const end = permit[name] as (...given: unknown[]) => void // one of the three, called with what it was given
      permit[name] = (...given: unknown[]) => {
        endings += 1
        if (endings === 1) this.permits -= 1
        else this.endedTwice += 1
        end.apply(permit, given)
      }
    }
    return permit
  }

  #watchTurn({ come, leave }: Turn): Turn {
    this.turns += 1
    let isLeft = false
    return {
      come,
      leave: () => {
        if (!isLeft) this.turns -= 1
        isLeft = true
        leave()
      },
    }
  }
}
