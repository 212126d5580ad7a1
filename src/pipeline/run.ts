// The recipe: plan, then ask one candidate after another until one has answered.

import { toMicroseconds } from '../core/clock.js'
import { asByokError, ByokError, isByokError } from '../core/errors.js'
import type { CompletionResponse, PartialAnswer } from '../core/response.js'
import { nameOf } from '../routing/model-reference.js'
import type { Answer } from '../stream/accumulator.js'
import { completionResponse } from '../stream/response.js'
import type { RequestContext } from './context.js'
import { askCandidate } from './ladder.js'
import { type Candidate, makePlan, type Plan } from './plan.js'

/**
 * Runs one request. With the commit `first-output` the caller sees the answer as it comes, and from then on nobody else
 * may answer; with `done` a failure in mid-stream can still go to the next candidate. That word is the whole difference.
 */
export async function run(context: RequestContext): Promise<CompletionResponse> {
  const { parts, request } = context
  const { emitter } = parts
  const { labels } = request
  try {
    context.start()
    emitter.emit('request', { ...labels, requestedModel: request.requestedModel, method: request.method })
    if (context.interruption !== undefined) throw context.interruption
    const plan = await context.guard(makePlan(request, parts))
    const { answer, candidate } = await firstAnswer(plan, context)
    const response = respond(answer, candidate, plan, context)
    emitter.emit('request-end', { ...labels, response })
    return response
  } catch (thrown) {
    const error = asByokError(thrown)
    const complete = error.attempts === undefined ? error.with({ attempts: [...context.attempts] }) : error
    emitter.emit('error', { ...labels, error: complete })
    throw complete
  } finally {
    context.stop()
  }
}

async function firstAnswer(
  plan: Plan,
  context: RequestContext,
): Promise<{ answer: Answer; candidate: Candidate }> {
  const { emitter } = context.parts
  let last: { candidate: Candidate; error: ByokError } | undefined
  let partial: PartialAnswer | undefined
  for (const [index, candidate] of plan.candidates.entries()) {
    if (last !== undefined) {
      const [from, to] = [nameOf(last.candidate), nameOf(candidate)]
      emitter.emit('failover', { ...context.request.labels, from, to, error: last.error })
    }
    try {
      const hasNext = index < plan.candidates.length - 1
      return { answer: await askCandidate(candidate, hasNext, context), candidate }
    } catch (error) {
      if (!isByokError(error) || plan.candidates.length === 1 || !mayGoOn(error, context)) throw error
      if (context.interruption !== undefined) throw context.interruption
      last = { candidate, error }
      partial = error.partial ?? partial
    }
  }
  throw allFailed(last?.error, partial, context)
}

/** Whether another candidate may answer instead: not once the caller has seen output, and not for what is no failure of the model. */
function mayGoOn(error: ByokError, context: RequestContext): boolean {
  if (context.hasShown) return false
  switch (error.code) {
    case 'aborted':
    case 'content-filter':
    case 'tool-denied':
    case 'internal':
    case 'store-unavailable':
      return false
    case 'timeout':
      return error.phase !== 'total'
    case 'invalid-request':
      return error.status !== undefined || error.upstream !== undefined // else it is our own word, before sending
    default:
      return true
  }
}

function allFailed(
  last: ByokError | undefined,
  partial: PartialAnswer | undefined,
  context: RequestContext,
): ByokError {
  const { attempts } = context
  const failures = new Map<string, string[]>()
  for (const attempt of attempts) {
    const seen = failures.get(nameOf(attempt)) ?? []
    const status = attempt.error?.status === undefined ? '' : ` ${attempt.error.status}`
    failures.set(nameOf(attempt), [...seen, `${attempt.error?.code ?? attempt.outcome}${status}`])
  }
  const told = [...failures].map(([model, codes]) => `${model} (${codes.join(', then ')})`).join('; ')
  const waits = attempts.map((attempt) => attempt.error?.retryAfterMs).filter((wait) => wait !== undefined)
  return new ByokError('all-attempts-failed', `No model answered: ${told}.`, {
    attempts: [...attempts],
    cause: last,
    isRetryable: last?.isRetryable ?? false,
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }),
    ...(partial === undefined ? {} : { partial }),
  })
}

function respond(
  answer: Answer,
  candidate: Candidate,
  plan: Plan,
  context: RequestContext,
): CompletionResponse {
  const { attempts, request, firstDeltaMs } = context
  return completionResponse(answer, {
    provider: candidate.provider,
    model: candidate.model,
    requestedModel: request.requestedModel,
    route: {
      candidates: plan.candidates.map(nameOf),
      excluded: plan.excluded.map(({ reason, ...reference }) => ({ model: nameOf(reference), reason })),
    },
    attempts: [...attempts],
    cost: totalCost(context, answer.reportedUsd),
    timing: {
      startedAt: context.startedAt,
      totalMs: toMicroseconds(context.elapsedMs),
      ...(firstDeltaMs === undefined ? {} : { firstDeltaMs: toMicroseconds(firstDeltaMs) }),
    },
    credentialSource: candidate.credential.source,
    warnings: context.warnings,
    repairs: [],
  })
}

/** The sum over all attempts; `null` as soon as one of them cannot be priced, with the part that can be. */
function totalCost(
  context: RequestContext,
  reportedUsd: number | undefined,
): CompletionResponse['byok']['cost'] {
  let known = 0
  let isKnown = true
  for (const attempt of context.attempts) {
    if (attempt.costUsd === null) isKnown = false
    else known += attempt.costUsd
  }
  const reported = reportedUsd === undefined ? {} : { reportedUsd }
  return isKnown
    ? { usd: known, ...reported }
    : { usd: null, ...(known > 0 ? { knownUsd: known } : {}), ...reported }
}
