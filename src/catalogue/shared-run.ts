// One run of a task for everyone who asks while it runs.

import { ByokError } from '../core/errors.js'

interface Run {
  readonly done: Promise<void>
  readonly control: AbortController
  waiting: number
}

/** Runs a task at most once at a time. Whoever asks meanwhile waits for the same run. */
export class SharedRun {
  readonly #task: (signal: AbortSignal) => Promise<void>
  #current: Run | undefined

  constructor(task: (signal: AbortSignal) => Promise<void>) {
    this.#task = task
  }

  /**
   * Settles as the run does. Rejects with `aborted` as soon as the signal says so; the run goes on for the others, and is
   * aborted once nobody waits for it any more.
   */
  async join(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw aborted(signal)
    const run = this.#current ?? this.#begin()
    run.waiting += 1
    let leave = (): void => undefined
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(aborted(signal))
      signal?.addEventListener('abort', leave, { once: true })
    })
    try {
      await Promise.race([run.done, left])
    } finally {
      signal?.removeEventListener('abort', leave)
      run.waiting -= 1
      if (run.waiting === 0) {
        if (this.#current === run) this.#current = undefined
        run.control.abort()
      }
    }
  }

  #begin(): Run {
    const control = new AbortController()
    const run: Run = { done: this.#task(control.signal), control, waiting: 0 }
    run.done.catch(() => undefined) // whoever waits hears of it
    this.#current = run
    return run
  }
}

function aborted(signal: AbortSignal | undefined): ByokError {
  return new ByokError('aborted', 'It was aborted.', { cause: signal?.reason })
}
