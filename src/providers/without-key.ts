// An error as it may leave the library: nothing in it shows the key that paid for the call.

import type { Delta } from '../core/delta.js'
import { ByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { withoutStack } from './without-stack.js'

/** More links than any chain of causes has. */
const mostCauses = 8

/**
 * The same error with the key hidden wherever a provider may have echoed it: in its message, its words and ids, the
 * stack, and the chain of causes. A cause becomes a copy of its name and words: HTTP clients hang the request, and with
 * it the headers, on their errors. The caller's own reason for an abort stays what it is.
 */
export function withoutKey(error: ByokError, key: Secret | undefined): ByokError {
  return key === undefined ? error : new Copier((text) => key.redactFrom(text)).ofOurs(error, 0)
}

/** Copies a chain of errors. One that comes round again ends there. */
class Copier {
  readonly #hide: (text: string) => string
  readonly #seen = new Set<object>()

  constructor(hide: (text: string) => string) {
    this.#hide = hide
  }

  ofOurs(error: ByokError, depth: number): ByokError {
    const hide = this.#hide
    const { requestId, upstream, cause, message } = error
    this.#seen.add(error)
    const safe = error.with(
      {
        ...(requestId === undefined ? {} : { requestId: hide(requestId) }),
        ...(upstream === undefined
          ? {}
          : {
              upstream: Object.fromEntries(
                Object.entries(upstream).map(([name, word]) => [name, hide(word)]),
              ),
            }),
        ...(error.code === 'aborted' ? {} : { cause: this.#ofAny(cause, depth + 1) }),
      },
      hide(message),
    )
    if (safe.stack !== undefined) safe.stack = hide(safe.stack)
    return safe
  }

  #ofAny(cause: unknown, depth: number): unknown {
    if (cause === undefined || cause === null) return undefined
    if (typeof cause !== 'object') return typeof cause === 'function' ? undefined : this.#hide(String(cause))
    if (depth > mostCauses || this.#seen.has(cause)) return undefined
    if (cause instanceof ByokError) return this.ofOurs(cause, depth)
    this.#seen.add(cause)
    return cause instanceof Error ? this.#ofError(cause, depth) : undefined
  }

  #ofError(error: Error, depth: number): Error {
    const message = this.#hide(String(error.message))
    const inner = this.#ofAny(error.cause, depth + 1)
    const options = inner === undefined ? undefined : { cause: inner }
    const safe =
      error instanceof AggregateError
        ? new AggregateError(this.#ofList(error.errors, depth + 1), message, options)
        : new Error(message, options)
    Object.defineProperty(safe, 'name', { value: this.#hide(String(error.name)), configurable: true })
    if (error.stack === undefined) return withoutStack(safe)
    safe.stack = this.#hide(String(error.stack))
    return safe
  }

  #ofList(errors: unknown, depth: number): unknown[] {
    if (!Array.isArray(errors)) return []
    return errors.map((error) => this.#ofAny(error, depth)).filter((error) => error !== undefined)
  }
}

/** The same delta with the key hidden in the words that the provider, not the model, has chosen. */
export function deltaWithoutKey(delta: Delta, key: Secret): Delta {
  switch (delta.type) {
    case 'start': {
      const { type, ...names } = delta
      return { type, ...wordsWithoutKey(names, key) }
    }
    case 'finish':
      return delta.raw === undefined ? delta : { ...delta, raw: key.redactFrom(delta.raw) }
    case 'warning': {
      const { code, ...words } = delta.warning
      return { ...delta, warning: { code, ...wordsWithoutKey(words, key) } }
    }
    case 'repair':
      return { ...delta, repair: key.redactFrom(delta.repair) }
    default:
      return delta
  }
}

/** A copy with the key hidden in every word. */
function wordsWithoutKey<Words extends object>(words: Words, key: Secret): Words {
  const hidden = Object.entries(words).map(([name, word]) => [name, key.redactFrom(String(word))])
  return Object.fromEntries(hidden) as Words // the same names, each with its word
}
