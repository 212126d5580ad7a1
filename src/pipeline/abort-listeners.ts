// One listener on a signal, however many requests watch it.

/** Who watches a signal, and the one listener that tells them. */
interface Watch {
  readonly callbacks: Set<() => void>
  readonly tell: () => void
}

const watches = new WeakMap<AbortSignal, Watch>()

/**
 * Calls back when the signal aborts; gives back how to stop that, which takes the last listener off the signal again. An
 * app may hang all its requests on one signal: a listener for each would make Node warn of a leak.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, tell } = watches.get(signal) ?? beginWatch(signal)
  callbacks.add(callback)
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return
    signal.removeEventListener('abort', tell)
    watches.delete(signal)
  }
}

function beginWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>()
  const tell = (): void => {
    for (const callback of [...callbacks]) callback()
  }
  signal.addEventListener('abort', tell, { once: true })
  const watch = { callbacks, tell }
  watches.set(signal, watch)
  return watch
}
