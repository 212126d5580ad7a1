// How an app wants its requests routed: for all of them, and for single tenants.

import type { EscalationReason } from '../core/escalation.js'
import type { Level } from '../core/level.js'
import type { CompletionResponse } from '../core/response.js'
import type { ModelReference } from './model-reference.js'

/** `provider/model`, or every model of a provider. Exact: no part of a name means another model. */
export interface ModelPattern {
  readonly provider: string
  /** Absent: every model of the provider. */
  readonly model?: string
}

/** What the choice leans towards. */
export type Preference = 'balanced' | 'cost' | 'quality'

/** What a provider lets through in a minute, as far as the app knows. */
export interface MinuteLimits {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
}

/** Reorders candidates. What it adds or drops is undone; where it throws, or takes longer than a second, the order stands. */
export type AppReRanker = (
  candidates: readonly ModelReference[],
  subject: { readonly level: Level; readonly taskType: string; readonly tenant?: string | undefined },
) => readonly ModelReference[] | Promise<readonly ModelReference[]>

/** Says of an answer that a stronger model shall give another. Only `true` counts. */
export type EscalationRequest = (response: CompletionResponse) => boolean | Promise<boolean>

/** When a stronger model is asked after an answer. */
export interface EscalationPolicy {
  /** The most steps up of one request. */
  readonly maxSteps: number
  /** An answer below this quality is not good enough. */
  readonly quality: number
  /** An answer that its model was less sure of is not good enough. */
  readonly confidence: number
  /** How many steps of one request each reason may lead to. */
  readonly tries: Readonly<Record<EscalationReason, number>>
  /** How long a tenant's conversation is not escalated again from the same level. */
  readonly coolDownMs: number
  readonly onRequest: EscalationRequest | undefined
}

/** How `auto` chooses, every default decided. */
export interface RoutingPolicy {
  readonly prefer: Preference
  /** Their models go first, if they survive the filters. */
  readonly preferProviders: readonly string[]
  /** The share of the pool's median cost below which cheaper is no better. */
  readonly costFloor: number
  /** The share of requests that may count as `complex` or `advanced`; the classifier's own cuts where absent. */
  readonly strongShare: number | undefined
  /** The cuts follow what the app itself asks. */
  readonly isShareFromTraffic: boolean
  /** No model below this quality, whatever the level. */
  readonly minQuality: number
  readonly allow: readonly ModelPattern[] | undefined
  readonly deny: readonly ModelPattern[]
  /** The model that last answered a session goes first. */
  readonly isSticky: boolean
  /** From 0 to 100, by level. */
  readonly qualityFloors: Readonly<Record<Level, number>>
  /** Tokens, by level. */
  readonly windows: Readonly<Record<Level, number>>
  /** A guessed kind of work acts on the level from this confidence on. */
  readonly taskTypeConfidence: number
  /** By `provider` or `provider/model`. */
  readonly minuteLimits: ReadonlyMap<string, MinuteLimits>
  /** How often the beginning of a first prompt is in the provider's cache, where the app knows. */
  readonly cacheHitChance: number | undefined
  readonly reRank: AppReRanker | undefined
  /** `undefined` where nothing is escalated. */
  readonly escalation: EscalationPolicy | undefined
  /** What became of requests moves models up and down in later ones. */
  readonly isLearning: boolean
}

/** What holds for one tenant. */
export interface TenantPolicy {
  /** Used where a request names none. */
  readonly level?: Level
  readonly minLevel?: Level
  readonly maxLevel?: Level
  readonly preferProviders?: readonly string[]
  readonly allow?: readonly ModelPattern[]
  /** What one request may cost, over all its attempts, in US dollars. */
  readonly maxUsdPerRequest?: number
  /** Whether its requests may be escalated, where the handler escalates at all. */
  readonly escalate?: boolean
  /** The models that a level may use, in any order: they are ranked by what they are expected to cost. */
  readonly models?: Readonly<Partial<Record<Level, readonly ModelReference[]>>>
}

/** Finds the policy of a tenant; `undefined` where it has none. */
export type TenantPolicies = (tenant: string) => TenantPolicy | undefined | Promise<TenantPolicy | undefined>

/** What a level asks for where the app says nothing else. */
export const usualQualityFloors: Readonly<Record<Level, number>> = {
  simple: 0,
  moderate: 80,
  complex: 88,
  advanced: 94,
}

/** The window that a level asks for where the app says nothing else, in tokens. */
export const usualWindows: Readonly<Record<Level, number>> = {
  simple: 4_000,
  moderate: 8_000,
  complex: 16_000,
  advanced: 32_000,
}

/** Whether one of the patterns names the model. */
export function isNamedBy(patterns: readonly ModelPattern[], { provider, model }: ModelReference): boolean {
  return patterns.some(
    (pattern) => pattern.provider === provider && (pattern.model === undefined || pattern.model === model),
  )
}
