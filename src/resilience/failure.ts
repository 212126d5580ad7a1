// What a failure means: whom it counts against, and who may be asked next. The one table behind retry, failover and breaker.

import type { ByokError } from '../core/errors.js'

/** The meaning of a failure. */
export interface Failure {
  /** Whether the same candidate may be asked again, and from which wait: a throttled one wants a longer rest. */
  readonly retry: 'transient' | 'throttle' | 'no'
  /** Whether another candidate may answer instead. */
  readonly mayGoOn: boolean
  /** What it says something about. The caller's own fault says nothing about anybody. */
  readonly against: 'model' | 'key' | 'nobody'
}

const transient: Failure = { retry: 'transient', mayGoOn: true, against: 'model' }
const throttled: Failure = { retry: 'throttle', mayGoOn: true, against: 'model' }
const broken: Failure = { retry: 'no', mayGoOn: true, against: 'model' }
const ofTheKey: Failure = { retry: 'no', mayGoOn: true, against: 'key' }
const elsewhere: Failure = { retry: 'no', mayGoOn: true, against: 'nobody' }
const final: Failure = { retry: 'no', mayGoOn: false, against: 'nobody' }

/** Judges by code, status and phase alone, never by the words of a message. */
export function meaningOf(error: ByokError): Failure {
  switch (error.code) {
    case 'network':
      return transient
    case 'timeout':
      if (error.phase === 'total') return final
      return error.phase === 'connect' || error.status !== undefined ? transient : broken
    case 'provider':
      return error.status !== undefined && error.status >= 500 ? transient : broken
    case 'overloaded':
      return throttled
    case 'rate-limited':
      return ownLimit(error) ?? { ...ofTheKey, retry: 'throttle' }
    case 'authentication':
    case 'permission':
    case 'quota-exceeded':
      return ofTheKey
    case 'stream-interrupted':
    case 'invalid-response':
    case 'event-too-large':
      return broken
    case 'invalid-request':
      return isOurWord(error) ? final : elsewhere
    case 'model-not-found':
    case 'context-length':
    case 'circuit-open':
    case 'budget-exceeded':
    case 'price-unknown':
    case 'no-key':
    case 'blocked-host':
    case 'output-parse':
    case 'config':
    case 'invalid-key-format':
    case 'all-attempts-failed':
    case 'vault-integrity':
      return elsewhere
    case 'aborted':
    case 'content-filter':
    case 'tool-denied':
    case 'internal':
    case 'store-unavailable':
      return final
    default:
      error.code satisfies never
      return final
  }
}

/** The scopes of which each candidate of a request has one of its own. */
const ofCandidates: ReadonlySet<string> = new Set(['model', 'provider', 'key'])

/** The app's own limit, and no provider's: where all candidates meet it, nobody else need be asked. */
function ownLimit({ field }: ByokError): Failure | undefined {
  const [option, scope = ''] = field?.split('.') ?? []
  if (option !== 'rateLimits') return undefined
  return ofCandidates.has(scope) ? elsewhere : final
}

/** We refused the request ourselves, before anything was sent: it fares no better anywhere else. */
function isOurWord(error: ByokError): boolean {
  return error.status === undefined && error.upstream === undefined
}

/** Words for a body or a field that is too long, whatever the model's window. */
const aboutSomethingElse: ReadonlySet<string | undefined> = new Set([
  'request_too_large',
  'string_above_max_length',
])

/** Whether a model has refused a prompt for the number of its tokens. */
export function isAboutTheWindow({ code, status, upstream }: ByokError): boolean {
  if (code !== 'context-length' || status === 413) return false
  return !aboutSomethingElse.has(upstream?.code) && !aboutSomethingElse.has(upstream?.type)
}
