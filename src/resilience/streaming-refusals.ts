// Which models refused streaming in so many words, so that they are not asked for it again at every request.

import type { Clock } from '../core/clock.js'

/** A refusal is believed for an hour: vendors add streaming. */
const rememberMs = 3_600_000

/** More models than anyone uses; the oldest is forgotten first. */
const mostModels = 1_000

/** Remembers `provider/model` for an hour. */
export class StreamingRefusals {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  remember(provider: string, model: string): void {
    const name = `${provider}/${model}`
    this.#until.delete(name)
    this.#until.set(name, this.#clock.now() + rememberMs)
    const oldest = this.#until.keys().next()
    if (this.#until.size > mostModels && !oldest.done) this.#until.delete(oldest.value)
  }

  includes(provider: string, model: string): boolean {
    const name = `${provider}/${model}`
    const until = this.#until.get(name)
    if (until === undefined) return false
    if (until > this.#clock.now()) return true
    this.#until.delete(name)
    return false
  }
}
