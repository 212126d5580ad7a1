// What the dialects' readers of usage share: counts that can be believed, and what the provider says the call cost.

import { isTokenCount, type Usage } from '../core/usage.js'
import { asObject, type JsonObject } from './json.js'

/** Usage while it is being put together. */
export type Counts = { -readonly [Bucket in keyof Usage]: Usage[Bucket] }

/** xAI counts money in ticks. Source: docs.x.ai, "cost_in_usd_ticks". */
const ticksPerDollar = 1e10

/** The value if it is a count that can be believed. */
export function asCount(value: unknown): number | undefined {
  return isTokenCount(value) ? value : undefined
}

/**
 * What the provider says the call cost: OpenRouter, Perplexity and xAI in the usage; Venice beside it, in the `body`.
 */
export function reportedCost(usage: JsonObject, body: JsonObject = {}): number | undefined {
  const { cost } = usage
  if (isAmount(cost)) {
    // With the caller's own key, OpenRouter's cost is its fee; the upstream's bill comes on top.
    const upstream = usage.is_byok === true ? asObject(usage.cost_details)?.upstream_inference_cost : 0
    return isAmount(upstream) ? cost + upstream : cost
  }
  const total = asObject(cost)?.total_cost
  if (isAmount(total)) return total
  if (isAmount(usage.cost_in_usd_ticks)) return usage.cost_in_usd_ticks / ticksPerDollar
  const beside = asObject(body.cost)?.usd ?? body.cost
  return isAmount(beside) ? beside : undefined
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
