// What the pipeline is given to work with. Each part has a plain version that does nothing in particular.

import type { AppClassifier } from '../core/classification.js'
import type { Clock } from '../core/clock.js'
import type { ByokError } from '../core/errors.js'
import type { ChatRequest } from '../core/request.js'
import type { ToolCallEvent } from '../core/stream-event.js'
import type { Budget } from '../cost/budget.js'
import type { CacheHits } from '../cost/cache-hits.js'
import type { PriceBoard } from '../cost/price-board.js'
import type { SafeEmitter } from '../events/emitter.js'
import type { KeyPool } from '../keys/pool.js'
import type { KeyResolver } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import type { Breaker } from '../resilience/breaker.js'
import type { HealthRecord } from '../resilience/health.js'
import type { RetryOptions } from '../resilience/retry.js'
import type { RetryTokens } from '../resilience/retry-tokens.js'
import type { StreamingRefusals } from '../resilience/streaming-refusals.js'
import type { Turns } from '../resilience/turns.js'
import type { CalibratedClassifier } from '../routing/classifier/calibrated.js'
import type { CoolDowns } from '../routing/cool-downs.js'
import type { Headroom } from '../routing/headroom.js'
import type { Learned } from '../routing/learned.js'
import type { ModelReference } from '../routing/model-reference.js'
import type { EscalationPolicy, RoutingPolicy, TenantPolicies } from '../routing/policy.js'
import type { Sessions } from '../routing/sticky.js'
import type { AppTokenCounter } from '../routing/token-counter.js'
import type { AbortListeners } from './abort-listeners.js'
import type { Contenders, ModelFinder } from './contenders.js'
import type { PreparedRequest } from './prepared-request.js'
import type { Mended, RepairTarget } from './repair.js'

/** The providers of a handler, in the order in which the app named them. */
export interface Providers {
  get(id: string): RegisteredProvider | undefined
  /** Those that the app gave a key or a setting for. */
  configured(): readonly string[]
}

/** Mends a request that a provider refused; `undefined` where nothing recognised is wrong with it. */
export type RequestRepair = (target: RepairTarget, chat: ChatRequest, error: ByokError) => Mended | undefined

/** Says which tool calls may be handed to the caller. Throws `tool-denied`. */
export type Governance = (request: PreparedRequest, calls: readonly ToolCallEvent[]) => Promise<void>

/** The tokens that a model can read and write together; `undefined` where that is not known. */
export type WindowFinder = (model: ModelReference) => Promise<number | undefined>

/** When a stronger model is asked, and who must wait for that. */
export interface EscalationParts {
  readonly policy: EscalationPolicy
  readonly coolDowns: CoolDowns
}

/** What the choice of models stands on. */
export interface RoutingParts {
  readonly policy: RoutingPolicy
  readonly tenants: TenantPolicies | undefined
  /** Says how hard a request is. */
  readonly classifier: CalibratedClassifier
  /** The app's own, instead. */
  readonly appClassifier: AppClassifier | undefined
  readonly models: ModelFinder
  readonly contenders: Contenders
  readonly cacheHits: Pick<CacheHits, 'chancesFor'>
}

/** Everything that a request meets on its way. */
export interface Parts {
  readonly clock: Clock
  readonly providers: Providers
  readonly keys: KeyResolver
  readonly budget: Budget
  readonly keyPool: KeyPool
  readonly retry: RetryOptions
  readonly tokens: RetryTokens
  readonly breaker: Breaker
  readonly turns: Turns
  readonly concurrency: { readonly perProvider: number | undefined; readonly perTenant: number | undefined }
  readonly health: HealthRecord
  readonly headroom: Headroom
  readonly sessions: Sessions
  readonly priceBoard: PriceBoard
  readonly repair: RequestRepair
  readonly windowOf: WindowFinder
  /** The app's own counter of tokens. */
  readonly countTokens?: AppTokenCounter | undefined
  readonly governance: Governance
  /** `undefined` where nothing is escalated. */
  readonly escalation: EscalationParts | undefined
  /** `undefined` where nothing is learned. */
  readonly learned: Learned | undefined
  readonly routing: RoutingParts
  readonly streamingRefusals: StreamingRefusals
  readonly aborts: AbortListeners
  readonly emitter: SafeEmitter
  /** A name that no other request or attempt has. */
  readonly newId: (prefix: string) => string
}

/** Every call may be handed over. */
export const allowAll: Governance = async () => undefined
