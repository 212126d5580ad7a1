// An error as it may leave the library: nothing in it shows the key that paid for the call.

import { ByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'

/** More links than any chain of causes has; a chain that loops ends here. */
const mostCauses = 8

/**
 * The same error with the key hidden wherever a provider may have echoed it: in its message, its words and ids, the
 * stack, and the chain of causes.
 */
export function withoutKey(error: ByokError, key: Secret | undefined): ByokError {
  return key === undefined ? error : hidden(error, (text) => key.redactFrom(text), 0)
}

function hidden(error: ByokError, hide: (text: string) => string, depth: number): ByokError {
  const { requestId, upstream, cause, message } = error
  const safe = error.with(
    {
      ...(requestId === undefined ? {} : { requestId: hide(requestId) }),
      ...(upstream === undefined
        ? {}
        : {
            upstream: Object.fromEntries(Object.entries(upstream).map(([name, word]) => [name, hide(word)])),
          }),
      ...(cause === undefined ? {} : { cause: hiddenCause(cause, hide, depth + 1) }),
    },
    hide(message),
  )
  if (safe.stack !== undefined) safe.stack = hide(safe.stack)
  return safe
}

/** A cause is kept as it is, unless it shows the key: then only its name and its words are. */
function hiddenCause(cause: unknown, hide: (text: string) => string, depth: number): unknown {
  if (depth > mostCauses) return undefined
  if (cause instanceof ByokError) return hidden(cause, hide, depth)
  if (typeof cause === 'string') return hide(cause)
  if (!(cause instanceof Error)) return cause
  const inner = hiddenCause(cause.cause, hide, depth + 1)
  const { message, stack = '' } = cause
  if (inner === cause.cause && hide(message) === message && hide(stack) === stack) return cause
  const safe = new Error(hide(message), inner === undefined ? undefined : { cause: inner })
  safe.name = cause.name
  safe.stack = hide(stack)
  return safe
}
