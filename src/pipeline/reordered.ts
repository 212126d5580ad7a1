// The app's own re-ranker, held to what it may do: reorder.

import { isByokError } from '../core/errors.js'
import type { Warning } from '../core/warning.js'
import { inTime } from '../cost/in-time.js'
import { nameOf } from '../routing/model-reference.js'
import type { Rated } from '../routing/rank.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'
import type { Work } from './work.js'

/** How long it may think. */
const reRankMs = 1_000

/**
 * The candidates as the app's re-ranker orders them. What it adds or drops is undone; where it throws, or takes longer
 * than a second, the order stands. Each is told as a warning.
 */
export async function reordered(
  ranked: readonly Rated[],
  request: PreparedRequest,
  work: Work,
  { routing, clock }: Parts,
  warnings: Warning[],
): Promise<readonly Rated[]> {
  const { reRank } = routing.policy
  if (reRank === undefined || ranked.length < 2) return ranked
  const warn = (what: string): void => {
    warnings.push({ code: 're-ranker-failed', message: `The app's re-ranker ${what}.` })
  }
  const models = ranked.map(({ contender: { provider, model } }) => ({ provider, model }))
  const { level, taskType } = work
  let wished: readonly (string | undefined)[]
  try {
    const subject = { level, taskType, tenant: request.labels.tenant }
    const answer: unknown = await inTime(
      clock,
      async () => reRank(models, subject),
      'The re-ranker',
      reRankMs,
    )
    wished = Array.isArray(answer) ? answer.map(nameIn) : [undefined]
  } catch (error) {
    const isLate = isByokError(error) && error.code === 'store-unavailable'
    warn(`${isLate ? `took longer than ${reRankMs} ms` : 'failed'}: the order stands`)
    return ranked
  }
  const rest = new Map(ranked.map((entry) => [entry.contender.name, entry]))
  const ordered: Rated[] = []
  let hasAdded = false
  for (const name of wished) {
    const entry = name === undefined ? undefined : rest.get(name)
    if (name === undefined || entry === undefined) hasAdded = true
    else {
      ordered.push(entry)
      rest.delete(name)
    }
  }
  if (hasAdded || rest.size > 0) warn('added or dropped models, which was undone')
  return [...ordered, ...rest.values()]
}

function nameIn(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) return undefined
  const { provider, model }: Record<string, unknown> = { ...reference }
  return typeof provider === 'string' && typeof model === 'string' ? nameOf({ provider, model }) : undefined
}
