// The one error class of the library, its codes, and how it shows itself.

import type { Attempt } from './attempt.js'
import type { ExceededBudget } from './budget-state.js'
import type { ErrorCode, TimeoutPhase, UpstreamFault } from './error-code.js'
import type { PartialAnswer } from './response.js'

/** What is known about a failure besides its code and message. */
export interface ErrorDetails {
  readonly cause?: unknown
  readonly isRetryable?: boolean
  readonly provider?: string
  readonly model?: string
  readonly status?: number
  readonly requestId?: string
  readonly retryAfterMs?: number
  readonly phase?: TimeoutPhase
  readonly upstream?: UpstreamFault
  /** The field of the request or the setting at fault. */
  readonly field?: string
  /** Whose budget it was, and how it stands. */
  readonly budget?: ExceededBudget
  readonly attempts?: readonly Attempt[]
  readonly partial?: PartialAnswer
}

const marker = Symbol.for('byok-handler.error')

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'rate-limited',
  'overloaded',
  'provider',
  'network',
  'timeout',
  'stream-interrupted',
  'invalid-response',
  'circuit-open',
  'store-unavailable',
])

/**
 * Every failure of the library. `code` says what happened; `isRetryable` whether the same call may succeed later;
 * `attempts` who was asked; `partial` what had arrived. It turns into JSON without its cause and stack, and no key is in it.
 */
export class ByokError extends Error {
  /** Said here, since a minifier changes the name of the class. */
  protected static readonly errorName: string = 'ByokError'
  readonly code: ErrorCode
  readonly isRetryable: boolean
  declare readonly provider?: string
  declare readonly model?: string
  declare readonly status?: number
  declare readonly requestId?: string
  declare readonly retryAfterMs?: number
  declare readonly phase?: TimeoutPhase
  declare readonly upstream?: UpstreamFault
  declare readonly field?: string
  declare readonly budget?: ExceededBudget
  declare readonly attempts?: readonly Attempt[]
  declare readonly partial?: PartialAnswer

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, isRetryable = retryableCodes.has(code), ...known } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.isRetryable = isRetryable
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined)
        Object.defineProperty(this, name, { value, enumerable: true, configurable: true })
    }
    Object.defineProperty(this, 'name', {
      value: code === 'aborted' ? 'AbortError' : new.target.errorName,
      configurable: true,
    })
    Object.defineProperty(this, marker, { value: true })
  }

  /** The same failure with more known about it, or in other words. The original is not changed. */
  with(details: ErrorDetails, message = this.message): ByokError {
    const copy = new (this.constructor as typeof ByokError)(this.code, message, {
      // subclasses keep this signature
      ...detailsOf(this),
      ...details,
    })
    if (this.stack !== undefined) copy.stack = this.stack.replace(this.message, () => message)
    return copy
  }

  toJSON(): Record<string, unknown> {
    const { cause: _cause, ...shown } = detailsOf(this)
    return { name: this.name, code: this.code, message: this.message, ...shown }
  }
}

/** A failure of the provider or of the way to it: the only thing an adapter throws. */
export class ProviderError extends ByokError {
  protected static override readonly errorName: string = 'ProviderError'
}

/** True for an error of this library, also one made by another copy of the package. */
export function isByokError(error: unknown): error is ByokError {
  return typeof error === 'object' && error !== null && marker in error
}

function detailsOf(error: ByokError): ErrorDetails {
  const details: Record<string, unknown> = { isRetryable: error.isRetryable }
  const names = [
    'provider',
    'model',
    'status',
    'requestId',
    'retryAfterMs',
    'phase',
    'upstream',
    'field',
    'budget',
  ] as const
  for (const name of [...names, 'attempts', 'partial', 'cause'] as const) {
    if (error[name] !== undefined) details[name] = error[name]
  }
  return details
}

/** What was thrown, as an error of ours: anything else is a fault of this library. */
export function asByokError(thrown: unknown): ByokError {
  if (isByokError(thrown)) return thrown
  return new ByokError('internal', 'Something unforeseen failed.', { cause: thrown })
}
