// A request as the pipeline takes it: every default decided, nothing left to check.

import type { ContextOverflow } from '../core/context-overflow.js'
import type { RequestLabels } from '../core/handler-events.js'
import type { Level, TaskType } from '../core/level.js'
import type { Money } from '../core/money.js'
import type { ChatRequest } from '../core/request.js'
import type { Warning } from '../core/warning.js'
import type { RequestKeys } from '../keys/resolver.js'
import type { GivenLimits } from '../resilience/limits.js'
import type { ModelReference } from '../routing/model-reference.js'

/** Hears the deltas of one request, or of all requests of a handler. One that throws harms nobody. */
export interface DeltaCallbacks {
  /** A piece of text. Not called once the model has begun a tool call. */
  readonly onTextDelta?: (text: string) => unknown
  readonly onReasoningDelta?: (text: string) => unknown
  /** The first output of any kind, once a request. */
  readonly onFirstDelta?: () => unknown
  /** Once a call, with its whole name, not later than its first argument. */
  readonly onToolCallStart?: (call: {
    readonly index: number
    readonly id: string
    readonly name: string
  }) => unknown
}

/** When an answer counts as seen by the caller: from its first output, or only once it is whole. */
export type Commit = 'first-output' | 'done'

/** What happens to a request when a model fails. */
export interface FailoverPolicy {
  /** The most models that one request asks. */
  readonly maxCandidates: number
  /** A model whose stream fails before output is asked once more, without streaming. */
  readonly streamFallback: boolean
  /** What happens when a stream breaks after output was seen. */
  readonly midStream: 'error' | 'restart'
}

/** A request after the door. */
export interface PreparedRequest {
  readonly labels: RequestLabels
  readonly method: 'generateResponse' | 'streamCompletion'
  readonly chat: ChatRequest
  /** What becomes of it where it is too long for a model. */
  readonly contextOverflow: ContextOverflow
  /** What the caller asked for, as text. */
  readonly requestedModel: string
  /** The models to try in order; `auto` leaves it to the plan. */
  readonly models: readonly ModelReference[] | 'auto'
  /** What the caller says of the work; the rest is guessed. */
  readonly work: { readonly level?: Level; readonly taskType?: TaskType }
  readonly keys: RequestKeys
  /** What the app or the request says; the rest depends on whom is asked. */
  readonly limits: GivenLimits
  readonly failover: FailoverPolicy
  /** What all attempts together may cost. */
  readonly ceiling: Money | undefined
  readonly callbacks: readonly DeltaCallbacks[]
  readonly repairToolArguments: boolean
  readonly signal: AbortSignal | undefined
  /** What the door noticed. */
  readonly warnings: readonly Warning[]
}
