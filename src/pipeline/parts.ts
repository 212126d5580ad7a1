// What the pipeline is given to work with. Each part has a plain version that does nothing in particular.

import type { Clock } from '../core/clock.js'
import type { ByokError } from '../core/errors.js'
import type { ChatRequest } from '../core/request.js'
import type { ToolCallEvent } from '../core/stream-event.js'
import type { Budget } from '../cost/ledger.js'
import type { PriceSource } from '../cost/price.js'
import type { SafeEmitter } from '../events/emitter.js'
import type { KeyResolver } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import type { StreamingRefusals } from '../resilience/streaming-refusals.js'
import type { ModelReference } from '../routing/model-reference.js'
import type { AbortListeners } from './abort-listeners.js'
import type { PreparedRequest } from './prepared-request.js'

/** The providers of a handler, in the order in which the app named them. */
export interface Providers {
  get(id: string): RegisteredProvider | undefined
  /** Those that the app gave a key or a setting for. */
  configured(): readonly string[]
}

/** A permission to ask a model, given back exactly once. */
export interface Permit {
  success(): void
  failure(error: ByokError): void
  /** Says nothing about the model: the caller left, or the request was at fault. */
  ignore(): void
}

/** Remembers which models fail. `acquire` throws `circuit-open` for one that must not be asked. */
export interface Breaker {
  acquire(candidate: ModelReference): Permit
}

/** Whether, and after what wait, the same model is asked again. */
export interface RetryPolicy {
  /** Milliseconds to wait, or `undefined` to move on. */
  delayMs(error: ByokError, retries: number): number | undefined
}

/** Mends a request that a provider refused; `undefined` where nothing recognised is wrong with it. */
export type RequestRepair = (chat: ChatRequest, error: ByokError) => ChatRequest | undefined

/** Says which tool calls may be handed to the caller. Throws `tool-denied`. */
export type Governance = (request: PreparedRequest, calls: readonly ToolCallEvent[]) => Promise<void>

/** Reorders candidates; what it adds or drops is undone. */
export type ReRanker = (
  candidates: readonly ModelReference[],
  request: PreparedRequest,
) => readonly ModelReference[]

/** Everything that a request meets on its way. */
export interface Parts {
  readonly clock: Clock
  readonly providers: Providers
  readonly keys: KeyResolver
  readonly budget: Budget
  readonly prices: PriceSource
  readonly retry: RetryPolicy
  readonly breaker: Breaker
  readonly repair: RequestRepair
  readonly governance: Governance
  readonly reRank: ReRanker
  readonly streamingRefusals: StreamingRefusals
  readonly aborts: AbortListeners
  readonly emitter: SafeEmitter
  /** A name that no other request or attempt has. */
  readonly newId: (prefix: string) => string
}

/** Every model may be asked, and nothing is remembered. */
export const closedBreaker: Breaker = {
  acquire: () => ({ success: () => undefined, failure: () => undefined, ignore: () => undefined }),
}

/** No model is asked twice in the same way. */
export const noRetry: RetryPolicy = { delayMs: () => undefined }

/** A refused request stays refused. */
export const noRepair: RequestRepair = () => undefined

/** Every call may be handed over. */
export const allowAll: Governance = async () => undefined

/** The order stands. */
export const keepOrder: ReRanker = (candidates) => candidates
