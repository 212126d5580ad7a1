// The events of a handler, for logs and dashboards. None of them holds a key.

import type { Attempt, AttemptMode } from './attempt.js'
import type { BudgetState } from './budget-state.js'
import type { ErrorCode } from './error-code.js'
import type { ByokError } from './errors.js'
import type { Escalation } from './escalation.js'
import type { CompletionResponse } from './response.js'
import type { OutputEvent } from './stream-event.js'
import type { Warning } from './warning.js'

/** What every event says about the request it belongs to. */
export interface RequestLabels {
  readonly requestId: string
  readonly tenant?: string
  readonly user?: string
  readonly agent?: string
  readonly session?: string
  readonly run?: string
  readonly tags?: readonly string[]
}

/** The events and what they carry. */
export interface HandlerEvents {
  /** A request has been accepted. */
  request: RequestLabels & {
    readonly requestedModel: string
    readonly method: 'generateResponse' | 'streamCompletion'
  }
  /** A model is being asked. */
  attempt: RequestLabels & {
    readonly attemptId: string
    readonly provider: string
    readonly model: string
    readonly mode: AttemptMode
    /** The number of the retry, from 1, over all candidates of the request. Absent where this is none. */
    readonly retry?: number
    /** How long a retry has waited, in milliseconds: what `retry` chose, or as long as the provider asked for. */
    readonly waitedMs?: number
  }
  /** An attempt is over, whatever became of it. */
  'attempt-end': RequestLabels & { readonly attempt: Attempt }
  /** Another model takes over. */
  failover: RequestLabels & { readonly from: string; readonly to: string; readonly error: ByokError }
  /** Something was shown to the caller. */
  delta: RequestLabels & { readonly attemptId: string; readonly event: OutputEvent }
  /** Something odd that the request survives. */
  warning: RequestLabels & { readonly warning: Warning }
  /** A request has ended in an answer. */
  'request-end': RequestLabels & { readonly response: CompletionResponse }
  /** A request has ended in an error. */
  error: RequestLabels & { readonly error: ByokError }
  /** The state of a breaker, a key or a provider has changed. */
  health: {
    readonly provider: string
    readonly model?: string
    /** The app's name for the key, where it is a key whose state has changed. */
    readonly key?: string
    /** Of a breaker: `closed`, `open`, `half-open`. Of a key: `ready`, `resting`, `parked`. */
    readonly state: 'closed' | 'open' | 'half-open' | 'ready' | 'resting' | 'parked'
    /** The code of the failure behind it. */
    readonly reason?: ErrorCode
    /** Milliseconds until it is tried again. */
    readonly retryAfterMs?: number
  }
  /** A share of a budget has been spent: told once a budget and window, by whichever process spent it. */
  'budget-alert': RequestLabels & { readonly budget: BudgetState; readonly share: number }
  /** A stronger model is asked because of what became of a request on its level. */
  escalation: RequestLabels & Escalation
  /** Whether a tool call may run. */
  verdict: RequestLabels & { readonly toolCallId: string; readonly verdict: string }
}
