// The recipe: plan, then ask one candidate after another until one has answered.

import type { Attempt } from '../core/attempt.js'
import { toMicroseconds } from '../core/clock.js'
import { asByokError, ByokError, isByokError } from '../core/errors.js'
import { toUsd } from '../core/money.js'
import type { CompletionResponse, Cost, PartialAnswer } from '../core/response.js'
import { visibleName } from '../core/visible-text.js'
import type { Warning } from '../core/warning.js'
import { isAboutTheWindow, meaningOf } from '../resilience/failure.js'
import type { Turn } from '../resilience/turns.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'
import { isInToolLoop } from '../routing/tool-loop.js'
import { completionResponse } from '../stream/response.js'
import { skippedAttempt } from './attempt.js'
import type { Candidate } from './candidate.js'
import { type RequestContext, repairWarning } from './context.js'
import { fitFor } from './fitting.js'
import { askCandidate, type Climbed } from './ladder.js'
import { makePlan, type Plan } from './plan.js'
import { Succession } from './succession.js'

/**
 * Runs one request. With the commit `first-output` the caller sees the answer as it comes, and from then on nobody else
 * may answer; with `done` a failure in mid-stream can still go to the next candidate. That word is the whole difference.
 */
export async function run(context: RequestContext): Promise<CompletionResponse> {
  return attend(context, async () => {
    const plan = await planFor(context)
    return handOver(await follow(plan, context), plan, context)
  })
}

/** The plan of a request. What its turn was judged to be moves the cuts of the levels, where the app wants that. */
export async function planFor(context: RequestContext): Promise<Plan> {
  const { request, parts } = context
  const plan = await context.guard(makePlan(request, parts))
  const isJudgedHere = parts.routing.appClassifier === undefined && !isInToolLoop(request.chat.messages)
  if (plan.refusal === undefined && plan.work !== undefined && isJudgedHere)
    parts.routing.classifier.note(plan.work.classification)
  return plan
}

/** Does the work of a request between its beginning and its end, of which the listeners are told. */
export async function attend(
  context: RequestContext,
  work: () => Promise<CompletionResponse>,
): Promise<CompletionResponse> {
  const { parts, request } = context
  const { emitter } = parts
  const { labels } = request
  let place: Turn | undefined
  try {
    context.start()
    emitter.emit('request', { ...labels, requestedModel: request.requestedModel, method: request.method })
    if (context.interruption !== undefined) throw context.interruption
    place = tenantsPlace(context)
    await context.guard(place.come)
    const response = await work()
    emitter.emit('request-end', { ...labels, response })
    return response
  } catch (thrown) {
    const error = asByokError(thrown)
    const complete = error.attempts === undefined ? error.with({ attempts: [...context.attempts] }) : error
    emitter.emit('error', { ...labels, error: complete })
    throw complete
  } finally {
    place?.leave()
    context.stop()
  }
}

/** A tenant may have so many requests under way. */
function tenantsPlace({ request, parts }: RequestContext): Turn {
  const { tenant } = request.labels
  const limit = tenant === undefined ? undefined : parts.concurrency.perTenant
  return parts.turns.take(`tenant ${tenant}`, limit)
}

/**
 * The answer of the first candidate of a plan that gives one. `whenAsked` is told of the first that is really asked.
 * Throws where the plan has nobody, or nobody answers.
 */
export async function follow(
  plan: Plan,
  context: RequestContext,
  whenAsked?: (model: ModelReference) => void,
): Promise<Climbed> {
  if (plan.refusal !== undefined) throw plan.refusal
  context.begin(plan, whenAsked)
  for (const warning of plan.warnings) context.warn(warning)
  return firstAnswer(plan, context)
}

async function firstAnswer(plan: Plan, context: RequestContext): Promise<Climbed> {
  const { emitter } = context.parts
  let last: { candidate: Candidate; error: ByokError } | undefined
  let partial: PartialAnswer | undefined
  const outgrown = new OutgrownWindow(context)
  const succession = new Succession(plan, context.request.failover.maxCandidates)
  for (let candidate = succession.next(); candidate !== undefined; candidate = succession.next()) {
    if (await outgrown.excludes(candidate)) {
      succession.passOver()
      continue
    }
    const fitted = await fitFor(candidate, context)
    if (isByokError(fitted)) {
      if (plan.candidates.length === 1) throw fitted
      if (isAboutTheWindow(fitted)) await outgrown.note(candidate)
      succession.passOver()
      last = { candidate, error: fitted }
      continue
    }
    if (last !== undefined) {
      const [from, to] = [nameOf(last.candidate), nameOf(candidate)]
      context.course.noteFailover()
      emitter.emit('failover', { ...context.request.labels, from, to, error: last.error })
    }
    try {
      return await askCandidate(candidate, succession.rest, fitted, context)
    } catch (error) {
      if (!isByokError(error) || plan.candidates.length === 1 || !mayGoOn(error, context)) throw error
      const { interruption } = context
      if (interruption !== undefined) throw error.code === interruption.code ? error : interruption
      if (context.hasShown) context.restart()
      if (isAboutTheWindow(error)) await outgrown.note(candidate)
      succession.note(candidate, error)
      last = { candidate, error }
      partial = error.partial ?? partial
    }
  }
  throw last !== undefined && succession.wasAlone ? last.error : allFailed(last?.error, partial, context)
}

/** The window that a prompt was too long for: nobody whose window is known to be no larger is asked after that. */
class OutgrownWindow {
  readonly #context: RequestContext
  #size: number | undefined

  constructor(context: RequestContext) {
    this.#context = context
  }

  async note(candidate: Candidate): Promise<void> {
    if (this.#context.request.contextOverflow !== 'error') return // each gets what fits into its own window
    const size = await this.#context.guard(this.#context.parts.windowOf(candidate))
    if (size !== undefined) this.#size = Math.max(size, this.#size ?? 0)
  }

  /** Writes down that nothing was sent, where the prompt is too long for this one too. */
  async excludes(candidate: Candidate): Promise<boolean> {
    if (this.#size === undefined) return false
    const size = await this.#context.guard(this.#context.parts.windowOf(candidate))
    if (size === undefined || size > this.#size) return false
    const message = `The prompt was too long for ${this.#size} tokens, and ${visibleName(nameOf(candidate), 200)} reads no more.`
    const { provider, model } = candidate
    const error = new ByokError('context-length', message, { provider, model })
    this.#context.attempts.push(skippedAttempt(candidate, error, this.#context))
    return true
  }
}

/** Whether another candidate may answer instead: once the caller has seen output, only where a restart was asked for. */
function mayGoOn(error: ByokError, context: RequestContext): boolean {
  if (!meaningOf(error).mayGoOn) return false
  if (!context.hasShown) return true
  const { method, failover } = context.request
  return method === 'streamCompletion' && failover.midStream === 'restart'
}

function allFailed(
  last: ByokError | undefined,
  partial: PartialAnswer | undefined,
  context: RequestContext,
): ByokError {
  const attempts = context.levelAttempts
  if (attempts.length > 0 && attempts.every(({ error }) => error?.code === 'budget-exceeded'))
    return tooDear(last, context)
  if (attempts.every(isUnfit)) return unfitForAll(last, context)
  if (attempts.every((attempt) => attempt.outcome === 'skipped')) return nobodyReady(last, context)
  const failures = new Map<string, string[]>()
  for (const attempt of attempts) {
    const seen = failures.get(nameOf(attempt)) ?? []
    const status = attempt.error?.status === undefined ? '' : ` ${attempt.error.status}`
    failures.set(nameOf(attempt), [...seen, `${attempt.error?.code ?? attempt.outcome}${status}`])
  }
  const told = [...failures]
    .map(([model, codes]) => `${visibleName(model, 200)} (${codes.join(', then ')})`)
    .join('; ')
  const waits = attempts.map((attempt) => attempt.error?.retryAfterMs).filter((wait) => wait !== undefined)
  return new ByokError('all-attempts-failed', `No model answered: ${told}.`, {
    attempts: [...context.attempts],
    cause: last,
    isRetryable: last?.isRetryable ?? false,
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }),
    ...(partial === undefined ? {} : { partial }),
  })
}

/** No candidate fits the budgets, the cheapest neither. */
function tooDear(last: ByokError | undefined, { attempts }: RequestContext): ByokError {
  const error = last ?? new ByokError('budget-exceeded', 'No candidate fits the budgets.')
  return error.with({ attempts: [...attempts] })
}

/** The request itself is what a candidate was left out for. */
function isUnfit({ outcome, error }: Attempt): boolean {
  return outcome === 'skipped' && (error?.code === 'context-length' || error?.code === 'invalid-request')
}

/** No candidate can take the request: too long for some, with an image that others do not see. */
function unfitForAll(last: ByokError | undefined, context: RequestContext): ByokError {
  const attempts = context.levelAttempts
  const isTooLong = attempts.some(({ error }) => error?.code === 'context-length')
  const reasons = [...new Set(attempts.map(({ error }) => error?.message))].join(' ')
  return new ByokError(
    isTooLong ? 'context-length' : 'invalid-request',
    `No model can be asked. ${reasons}`,
    {
      ...(isTooLong ? {} : { field: 'messages' }),
      attempts: [...context.attempts],
      cause: last,
    },
  )
}

/** Nobody could be asked: the error says when somebody can. */
function nobodyReady(last: ByokError | undefined, context: RequestContext): ByokError {
  const attempts = context.levelAttempts
  const waits = attempts.map(({ error }) => error?.retryAfterMs ?? Number.POSITIVE_INFINITY)
  const retryAfterMs = Math.min(...waits)
  const soonest = attempts[waits.indexOf(retryAfterMs)] ?? attempts[0]
  const names = attempts.map((attempt) => visibleName(nameOf(attempt), 200)).join(', ')
  const mayPass = !attempts.every(
    (attempt) =>
      isUnfit(attempt) ||
      attempt.error?.code === 'price-unknown' ||
      attempt.error?.code === 'budget-exceeded',
  )
  return new ByokError(soonest?.error?.code ?? 'circuit-open', `Nobody can be asked now: ${names}.`, {
    attempts: [...context.attempts],
    cause: last,
    isRetryable: mayPass,
    ...(Number.isFinite(retryAfterMs) ? { retryAfterMs } : {}),
  })
}

/** The next request of the session goes to whoever has answered this one. */
function noteSession({ candidate }: Climbed, { work }: Plan, { parts, request }: RequestContext): void {
  const { tenant, session } = request.labels
  if (session === undefined) return
  const { provider, model } = candidate
  const turn = { provider, model, level: work?.level, taskType: work?.taskType }
  parts.sessions.note(tenant, session, turn, isInToolLoop(request.chat.messages))
}

/** Shows the end of an answer, and makes the response of it. */
export async function handOver(
  climbed: Climbed,
  plan: Plan,
  context: RequestContext,
): Promise<CompletionResponse> {
  noteSession(climbed, plan, context)
  await context.show(climbed.last, climbed.attemptId)
  return respond(climbed, plan, context)
}

/** The response, as far as the request has come. */
export function respond(
  { answer, candidate, repair }: Climbed,
  plan: Plan,
  context: RequestContext,
): CompletionResponse {
  const repairs = repair === undefined ? [] : [repair]
  const { attempts, request, firstDeltaMs } = context
  const { escalations } = context.course
  return completionResponse(answer, {
    provider: candidate.provider,
    model: candidate.model,
    requestedModel: request.requestedModel,
    route: plan.route,
    attempts: [...attempts],
    ...(escalations.length === 0 ? {} : { escalations: [...escalations] }),
    cost: totalCost(context, answer.reportedUsd),
    timing: {
      startedAt: context.startedAt,
      totalMs: toMicroseconds(context.elapsedMs),
      ...(firstDeltaMs === undefined ? {} : { firstDeltaMs: toMicroseconds(firstDeltaMs) }),
    },
    credentialSource: candidate.credential.source,
    warnings: [...context.warnings, ...repairs.map(repairWarning), ...priceWarnings(context)],
    repairs,
  })
}

/** The sum over all attempts; `null` as soon as one of them cannot be priced, with the part that can be. */
function totalCost({ bills, spent }: RequestContext, reportedUsd: number | undefined): Cost {
  const reported = reportedUsd === undefined ? {} : { reportedUsd }
  if (bills.some(({ cost }) => cost === null))
    return { usd: null, ...(spent > 0 ? { knownUsd: toUsd(spent) } : {}), ...reported, savedUsd: null }
  // An attempt that cost more than the reference model would have takes away from what others saved.
  const saved = bills.reduce<number | null>((sum, { savings, excess = 0 }) => {
    return sum === null || savings === null ? null : sum + savings - excess
  }, 0)
  const savedUsd = saved === null ? null : toUsd(Math.max(0, saved))
  return { usd: toUsd(spent), ...reported, savedUsd }
}

/** What the costs stand on, where that is not the exact price of today. */
function priceWarnings({ bills }: RequestContext): Warning[] {
  const warnings: Warning[] = []
  if (bills.some(({ cost }) => cost === null))
    warnings.push({ code: 'price-unknown', message: 'The price of a model that was asked is not known.' })
  const caveats = new Set(bills.map(({ caveat }) => caveat))
  if (caveats.has('assumed'))
    warnings.push({ code: 'price-assumed', message: 'The cost stands on a price that the app assumes.' })
  if (caveats.has('stale'))
    warnings.push({ code: 'price-assumed', message: 'The cost stands on a price list that is out of date.' })
  return warnings
}
