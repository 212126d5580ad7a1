// The routing decision: how hard a request is, who may answer it in which order, and who may not and why.

import type { CredentialSource } from './attempt.js'
import type { Classification } from './classification.js'
import type { ErrorCode } from './error-code.js'
import type { Level, TaskType } from './level.js'
import type { Warning } from './warning.js'

/** What a model was left out by, in the order in which they are asked. */
export type RouteFilter =
  | 'key'
  | 'allowed'
  | 'abilities'
  | 'window'
  | 'allowance'
  | 'health'
  | 'price'
  | 'quality'
  | 'access-plan'
  | 'special-purpose'
  | 'asked-before'
  | 'most-candidates'

/** How dear a model is beside the others that may answer: by thirds. */
export type PriceLabel = 'free' | 'budget' | 'mid' | 'premium' | 'unknown'

/** A model that may answer. */
export interface RouteCandidate {
  /** `provider/model`. */
  readonly model: string
  /** What it was ranked by: more is better. `null` where the caller's order stands. */
  readonly score: number | null
  /** From 0 to 100 for this kind of work; `null` where it is not known. */
  readonly quality: number | null
  /** The quality is a guess. */
  readonly isQualityEstimated: boolean
  readonly priceLabel: PriceLabel
  /** What this request is expected to cost with it, in US dollars; `null` where the price is unknown. */
  readonly expectedCostUsd: number | null
  readonly credentialSource: CredentialSource
}

/** A model that may not answer. */
export interface RouteExclusion {
  readonly model: string
  readonly filter: RouteFilter
  /** In words. */
  readonly reason: string
}

/**
 * Where the level comes from. `session`: the request goes on with a turn that calls tools, and keeps its level.
 * `escalation`: it lies one above that of an answer that was no good.
 */
export type LevelSource = 'request' | 'tenant' | 'classifier' | 'session' | 'escalation'

/** The decision, whole. Nothing in it holds a key or the prompt. */
export interface Route {
  readonly requestedModel: string
  /** Absent where the caller has named the models and nothing needed to be classified. */
  readonly level?: Level
  readonly levelSource?: LevelSource
  readonly taskType?: TaskType
  readonly classification?: Classification
  /** In the order in which they are asked. */
  readonly candidates: readonly RouteCandidate[]
  readonly excluded: readonly RouteExclusion[]
  readonly warnings: readonly Warning[]
  /** Why nobody can be asked, where nobody can. */
  readonly refusal?: { readonly code: ErrorCode; readonly message: string }
}
