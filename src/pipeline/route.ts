// The decision as it is shown: by `plan()` before a call, and in the answer after it.

import type { ByokError } from '../core/errors.js'
import { type Money, toUsd } from '../core/money.js'
import type { PriceLabel, Route, RouteCandidate, RouteExclusion } from '../core/route.js'
import type { Warning } from '../core/warning.js'
import type { Credential } from '../keys/resolver.js'
import type { Contender } from '../routing/contender.js'
import type { Work } from './work.js'

/** What a route is made of. */
export interface RouteFacts {
  readonly requestedModel: string
  readonly work: Work | undefined
  readonly candidates: readonly RouteCandidate[]
  readonly excluded: readonly RouteExclusion[]
  readonly warnings: readonly Warning[]
  readonly refusal: ByokError | undefined
}

/** The decision in plain data. */
export function routeOf({
  requestedModel,
  work,
  candidates,
  excluded,
  warnings,
  refusal,
}: RouteFacts): Route {
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
    candidates,
    excluded,
    warnings,
    ...(refusal === undefined ? {} : { refusal: { code: refusal.code, message: refusal.message } }),
  }
}

/** How a decision rates a candidate. */
export interface ShownRating {
  /** `null` where the caller's order stands, or nothing is known. */
  readonly score: number | null
  readonly quality: number
  /** Nano-dollars; `undefined` where the price is unknown. */
  readonly cost: Money | undefined
}

/** Shows candidates whose expected costs are these: how dear one is, is told beside the others. */
export function showing(
  costs: readonly (Money | undefined)[],
): (contender: Contender, rating: ShownRating, credential: Credential) => RouteCandidate {
  const labelOf = priceLabels(costs)
  return ({ name, info, isQualityKnown }, { score, quality, cost }, { source }) => ({
    model: name,
    score,
    quality: isQualityKnown ? quality : null,
    isQualityEstimated: info?.isQualityEstimated ?? false,
    priceLabel: labelOf(cost),
    expectedCostUsd: cost === undefined ? null : toUsd(cost),
    credentialSource: source,
  })
}

/** By thirds of those that cost something. */
function priceLabels(costs: readonly (Money | undefined)[]): (cost: Money | undefined) => PriceLabel {
  const paid = Float64Array.from(costs.filter((cost) => cost !== undefined && cost > 0).map(Number)).sort()
  const third = paid[Math.ceil(paid.length / 3) - 1] ?? 0
  const twoThirds = paid[Math.ceil((paid.length * 2) / 3) - 1] ?? 0
  return (cost) => {
    if (cost === undefined) return 'unknown'
    if (cost === 0) return 'free'
    return cost <= third ? 'budget' : cost <= twoThirds ? 'mid' : 'premium'
  }
}
