// The decision as it is shown: by `plan()` before a call, and in the answer after it.

import type { ByokError } from '../core/errors.js'
import type { ModelInfo } from '../core/model-info.js'
import { toUsd } from '../core/money.js'
import type { PriceLabel, Route, RouteCandidate, RouteExclusion } from '../core/route.js'
import type { Warning } from '../core/warning.js'
import type { Credential } from '../keys/resolver.js'
import type { Work } from './work.js'

/** A candidate as a decision knows it. */
export interface ShownCandidate {
  readonly name: string
  readonly info: ModelInfo | undefined
  /** `null` where the caller's order stands. */
  readonly score: number | null
  readonly quality: number | null
  /** Nano-dollars; `undefined` where the price is unknown. */
  readonly cost: number | undefined
  readonly credential: Credential
}

/** What a route is made of. */
export interface RouteFacts {
  readonly requestedModel: string
  readonly work: Work | undefined
  readonly candidates: readonly ShownCandidate[]
  readonly excluded: readonly RouteExclusion[]
  readonly warnings: readonly Warning[]
  readonly refusal: ByokError | undefined
}

/** The decision in plain data. */
export function routeOf({ requestedModel, work, refusal, ...facts }: RouteFacts): Route {
  const labelOf = priceLabels(facts.candidates)
  return {
    requestedModel,
    ...(work === undefined
      ? {}
      : {
          level: work.level,
          levelSource: work.levelSource,
          taskType: work.taskType,
          classification: work.classification,
        }),
    candidates: facts.candidates.map(
      ({ name, info, score, quality, cost, credential }): RouteCandidate => ({
        model: name,
        score,
        quality,
        isQualityEstimated: info?.isQualityEstimated ?? false,
        priceLabel: labelOf(cost),
        expectedCostUsd: cost === undefined ? null : toUsd(cost),
        credentialSource: credential.source,
      }),
    ),
    excluded: facts.excluded,
    warnings: facts.warnings,
    ...(refusal === undefined ? {} : { refusal: { code: refusal.code, message: refusal.message } }),
  }
}

/** By thirds of those that cost something. */
function priceLabels(candidates: readonly ShownCandidate[]): (cost: number | undefined) => PriceLabel {
  const paid = candidates.flatMap(({ cost }) => (cost === undefined || cost === 0 ? [] : [cost]))
  paid.sort((left, right) => left - right)
  const third = paid[Math.ceil(paid.length / 3) - 1] ?? 0
  const twoThirds = paid[Math.ceil((paid.length * 2) / 3) - 1] ?? 0
  return (cost) => {
    if (cost === undefined) return 'unknown'
    if (cost === 0) return 'free'
    return cost <= third ? 'budget' : cost <= twoThirds ? 'mid' : 'premium'
  }
}
