// The decision as it is shown: by `plan()` before a call, and in the answer after it.

import type { CredentialSource } from '../core/attempt.js'
import type { ByokError } from '../core/errors.js'
import { toUsd } from '../core/money.js'
import type { PriceLabel, Route, RouteCandidate, RouteExclusion } from '../core/route.js'
import type { Warning } from '../core/warning.js'
import type { Contender } from '../routing/contender.js'
import { nth } from '../routing/order.js'
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

/** How a decision rates a model. */
export interface ShownRating {
  readonly contender: Contender
  /** `null` where the caller's order stands. */
  readonly score: number | null
  readonly quality: number
  /** Nano-dollars; NaN where the price is unknown. */
  readonly cost: number
}

/** Shows models that a decision has rated: how dear one is, is told beside the others. */
export function showing(
  rated: readonly ShownRating[],
): (rating: ShownRating, credentialSource: CredentialSource) => RouteCandidate {
  const { third, twoThirds } = thirdsOf(rated)
  return ({ contender, score, quality, cost }, credentialSource) => ({
    model: contender.name,
    score: contender.info === undefined ? null : score,
    quality: contender.isQualityKnown ? quality : null,
    isQualityEstimated: contender.info?.isQualityEstimated ?? false,
    priceLabel: labelOf(cost, third, twoThirds),
    expectedCostUsd: Number.isNaN(cost) ? null : toUsd(cost),
    credentialSource,
  })
}

function labelOf(cost: number, third: number, twoThirds: number): PriceLabel {
  if (Number.isNaN(cost)) return 'unknown'
  if (cost === 0) return 'free'
  return cost <= third ? 'budget' : cost <= twoThirds ? 'mid' : 'premium'
}

/** What the dearest of the cheapest third of those that cost something costs, and of the cheapest two. */
function thirdsOf(rated: readonly ShownRating[]): { readonly third: number; readonly twoThirds: number } {
  const paid = new Float64Array(rated.length)
  let count = 0
  for (const { cost } of rated) if (cost > 0) paid[count++] = cost
  const costs = paid.subarray(0, count)
  if (count === 0) return { third: 0, twoThirds: 0 }
  const [third, twoThirds] = [Math.ceil(count / 3) - 1, Math.ceil((count * 2) / 3) - 1]
  return { third: nth(costs, third), twoThirds: nth(costs, twoThirds) }
}
