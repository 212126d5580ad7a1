// One listener on a signal, however many requests watch it.

/** Who watches a signal, and the one listener that tells them. */
interface Watch {
  readonly callbacks: Set<() => void>
  readonly tell: () => void
}

/** The signals that the requests of one handler watch. */
export class AbortListeners {
  readonly #watches = new WeakMap<AbortSignal, Watch>()

  /**
   * Calls back when the signal aborts; gives back how to stop that, which takes the last listener off the signal again.
   * An app may hang all its requests on one signal: a listener for each would make Node warn of a leak.
   */
  add(signal: AbortSignal, callback: () => void): () => void {
    const { callbacks, tell } = this.#watches.get(signal) ?? this.#watch(signal)
    callbacks.add(callback)
    return () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return
      signal.removeEventListener('abort', tell)
      this.#watches.delete(signal)
    }
  }

  #watch(signal: AbortSignal): Watch {
    const callbacks = new Set<() => void>()
    const tell = (): void => {
      for (const callback of [...callbacks]) callback()
    }
    signal.addEventListener('abort', tell, { once: true })
    const watch = { callbacks, tell }
    this.#watches.set(signal, watch)
    return watch
  }
}
