// What a handler has under way, and its end.

import { ByokError } from '../core/errors.js'

/** Something that `close()` ends: a request, or a check of a key. */
export interface Running {
  interrupt(error: ByokError): void
}

/** Knows what is running, and lets nothing begin once it is closed. */
export class UnderWay {
  readonly #running = new Set<Running>()
  /** Those who wait until nothing is running. */
  readonly #whenIdle: (() => void)[] = []
  #isClosed = false

  /** Throws `config` once the handler is closed. */
  enter(running: Running): void {
    if (this.#isClosed) throw new ByokError('config', 'The handler was closed.')
    this.#running.add(running)
  }

  leave(running: Running): void {
    this.#running.delete(running)
    if (this.#running.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Ends everything, and waits until it is over. */
  async close(reason: ByokError): Promise<void> {
    this.#isClosed = true
    for (const running of this.#running) running.interrupt(reason)
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }
}
