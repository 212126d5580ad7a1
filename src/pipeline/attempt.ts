// One model asked once: shows the answer as it comes, and settles what it cost, whatever happens.

import { outputLimitOf } from '../catalogue/output-limits.js'
import type { Attempt, AttemptMode, AttemptOutcome } from '../core/attempt.js'
import { toMicroseconds } from '../core/clock.js'
import { type ByokError, isByokError } from '../core/errors.js'
import { fromUsd, toUsd } from '../core/money.js'
import type { ChatRequest } from '../core/request.js'
import type { OutputEvent, ToolCallEvent } from '../core/stream-event.js'
import type { Warning } from '../core/warning.js'
import type { Grant } from '../cost/budget.js'
import type { Bill } from '../cost/pricing.js'
import type { AttemptResult } from '../cost/record.js'
import type { PooledKey } from '../keys/pooled-key.js'
import { isUnreachable } from '../providers/network-error.js'
import { meaningOf } from '../resilience/failure.js'
import { nameOf } from '../routing/model-reference.js'
import type { Answer } from '../stream/accumulator.js'
import type { Candidate } from './candidate.js'
import type { RequestContext } from './context.js'
import { Exchange } from './exchange.js'

/** Who is asked, how, and what. */
export interface Step {
  readonly candidate: Candidate
  /** The key that pays. */
  readonly key: PooledKey
  readonly mode: AttemptMode
  readonly chat: ChatRequest
  /** What the caller should know of how it was fitted, if this is the answer. */
  readonly warnings: readonly Warning[]
  /** Another candidate may still answer, so this one must leave it time. */
  readonly hasNext: boolean
  /** Where this asks again after a wait. */
  readonly retry?: Retry | undefined
  /** The output limit that an attempt before this one was granted, where the request itself names none. */
  readonly heldTo?: number | undefined
}

/** A retry: its number in the request, from 1, and how long it has waited. */
export interface Retry {
  readonly retry: number
  readonly waitedMs: number
}

/** An answer, and the events of its end, which nobody has seen yet. */
export interface Finished {
  readonly answer: Answer
  readonly last: OutputEvent[]
  readonly attemptId: string
}

/** What becomes of an attempt, until it is written down. */
interface Ending {
  outcome: AttemptOutcome
  error?: ByokError
  answer?: Answer
}

/**
 * Asks one model once. In a stream it hands the events of each network read on as they come; it returns the answer, or
 * throws with what had arrived. In every ending (success, failure, the caller leaving in the middle) the connection is
 * closed, the attempt is written down, and its cost is settled exactly once.
 */
export async function runAttempt(step: Step, context: RequestContext): Promise<Finished> {
  const { parts, request } = context
  const { candidate, mode } = step
  const { provider, model } = candidate
  const { labels } = request
  const id = parts.newId('att')
  const { maxTokens, isUnbooked } = await admit(id, step, context)
  const heldTo = maxTokens ?? step.heldTo
  context.heldTo = heldTo

  let startedAt = parts.clock.date()
  const chat = maxTokens === undefined ? step.chat : { ...step.chat, maxTokens }
  const exchange = new Exchange({ ...step, chat }, id, context)
  const ending: Ending = { outcome: 'failure' }
  let hasAnswered = false
  let isModelsDoing = false
  try {
    parts.emitter.emit('attempt', { ...labels, attemptId: id, provider, model, mode, ...step.retry })
    context.display.restart()
    const restarted = context.takeRestart() ? { restarted: true as const } : {}
    await context.announce({ type: 'attempt', id, provider, model, mode, ...restarted, ...step.retry })
    if (context.interruption !== undefined) throw context.interruption
    startedAt = parts.clock.date() // until now it was the consumer who was waited for
    exchange.begin()
    await context.relay(exchange.source)
    const last: OutputEvent[] = []
    for (const warning of step.warnings) exchange.accumulator.warn(warning, last)
    if (heldTo !== undefined) exchange.accumulator.warn(lowered(heldTo), last)
    const answer = exchange.finish(last)
    hasAnswered = true
    await context.guard(parts.governance(request, last.filter(isWholeCall)))
    if (isUnbooked) context.warnings.push(unbooked) // listeners have heard of it
    ending.outcome = 'success'
    ending.answer = answer
    return { answer, last, attemptId: id }
  } catch (thrown) {
    ending.error = exchange.errorOf(thrown)
    isModelsDoing = !hasAnswered && !exchange.wasHurried
    if (isModelsDoing) context.fault = ending.error
    ending.outcome = ending.error.code === 'aborted' ? 'aborted' : 'failure'
    throw ending.error
  } finally {
    exchange.close(ending.outcome === 'success')
    const result = resultOf(ending, exchange, parts.clock.now())
    exchange.rates.end(result.usage)
    const bill = await settle(result)
    context.noteBill(bill, result.reportedCost)
    const attempt = written(result, bill)
    context.attempts.push(attempt)
    noteHealth(attempt)
    parts.emitter.emit('attempt-end', { ...labels, attempt })
  }

  async function settle(result: AttemptResult): Promise<Bill> {
    if (exchange.wasAsked) return parts.budget.commit(id, result)
    await parts.budget.release(id)
    return { cost: 0, savings: 0 }
  }

  function written({ durationMs, firstDeltaMs, usage, usageEstimated }: AttemptResult, bill: Bill): Attempt {
    const { outcome, error } = ending
    return {
      id,
      provider,
      model,
      mode,
      outcome,
      ...(error === undefined ? {} : { error: summary(error) }),
      credentialSource: candidate.credential.source,
      ...(candidate.credential.keys.length > 1 ? { key: step.key.id } : {}),
      ...step.retry,
      startedAt,
      durationMs,
      ...(firstDeltaMs === undefined ? {} : { firstDeltaMs }),
      ...(usage === undefined ? {} : { usage, usageEstimated }),
      costUsd: bill.cost === null ? null : toUsd(bill.cost),
    }
  }

  function noteHealth({ durationMs }: Attempt): void {
    if (ending.outcome === 'success') {
      parts.health.note(nameOf(candidate), true, durationMs)
      context.learn(candidate, 'answered', durationMs)
    } else if (ending.error !== undefined && isModelsDoing && meaningOf(ending.error).against === 'model') {
      parts.health.note(nameOf(candidate), false, durationMs)
      context.learn(candidate, 'failed')
    }
  }
}

/** What became of an attempt, as the books want it. */
function resultOf({ outcome, error, answer }: Ending, exchange: Exchange, now: number): AttemptResult {
  const hasCome = answer !== undefined || exchange.hadOutput || exchange.hadUsage
  const isBilled = hasCome || (error !== undefined && mayBeBilled(error))
  const counted = isBilled ? (answer ?? exchange.accumulator.partial()) : undefined
  const { firstDeltaMs } = exchange
  return {
    outcome: outcome === 'success' || outcome === 'aborted' ? outcome : 'failure',
    usage: counted?.usage,
    usageEstimated: counted?.usageEstimated ?? false,
    reportedCost: answer?.reportedUsd === undefined ? undefined : fromUsd(answer.reportedUsd),
    durationMs: toMicroseconds(now - exchange.startedOn),
    firstDeltaMs: firstDeltaMs === undefined ? undefined : toMicroseconds(firstDeltaMs),
    finishReason: answer?.rawFinishReason ?? undefined,
    answer: counted?.text,
    error,
  }
}

/**
 * Whether a provider may charge for a call that failed before any output: yes, where it may have read the prompt and
 * nobody knows what it made of it. An error of its own, and a connection that never stood, cost nothing.
 */
function mayBeBilled(error: ByokError): boolean {
  switch (error.code) {
    case 'aborted':
    case 'budget-exceeded':
    case 'stream-interrupted':
    case 'invalid-response':
    case 'event-too-large':
      return true
    case 'network':
      return !isUnreachable(error.upstream?.code)
    case 'timeout':
      return error.phase !== 'connect' && error.status === undefined
    case 'provider':
      return error.status === undefined && error.upstream === undefined
    default:
      return false
  }
}

const unbooked: Warning = {
  code: 'store-unavailable',
  message: 'The store could not be reached: this call is not booked.',
}

function lowered(maxTokens: number): Warning {
  return {
    code: 'output-limit-lowered',
    message: `The answer was held to ${maxTokens} tokens, since no more was sure to fit the budgets.`,
    option: 'maxTokens',
  }
}

/** The record of a candidate that nothing was sent to. */
export function skippedAttempt(candidate: Candidate, error: ByokError, { parts }: RequestContext): Attempt {
  const { provider, model, credential } = candidate
  return {
    id: parts.newId('att'),
    provider,
    model,
    mode: 'stream',
    outcome: 'skipped',
    error: summary(error),
    credentialSource: credential.source,
    startedAt: parts.clock.date(),
    durationMs: 0,
    costUsd: 0,
  }
}

/** Asks whether the attempt may be paid for. A caller who leaves meanwhile leaves no hold behind. */
async function admit(attemptId: string, step: Step, context: RequestContext): Promise<Grant> {
  if (context.interruption !== undefined) throw context.interruption
  const { parts, request } = context
  const { candidate, key, mode, chat } = step
  const { provider, model, credential } = candidate
  const admission = parts.budget.admit({
    attemptId,
    labels: request.labels,
    requestedModel: request.requestedModel,
    provider,
    model,
    mode,
    work: context.work,
    credentialSource: credential.source,
    failoverFrom: context.course.failoverFrom,
    chat,
    secret: key.secret,
    outputLimit: outputLimitOf(model),
    ceiling: context.ceiling === undefined ? undefined : { limit: context.ceiling, spent: context.spent },
    onStop: (error) => context.interrupt(error),
  })
  try {
    const grant = await context.guard(admission)
    context.course.noteAsked(candidate)
    return grant
  } catch (thrown) {
    admission.then(() => parts.budget.release(attemptId)).catch(() => undefined) // refused: there is no hold
    if (context.interruption !== undefined || !isByokError(thrown)) throw thrown
    const error = thrown.with({ provider, model })
    context.attempts.push(skippedAttempt(candidate, error, context))
    throw error
  }
}

function isWholeCall(event: OutputEvent): event is ToolCallEvent {
  return event.type === 'tool-call'
}

function summary(error: ByokError): NonNullable<Attempt['error']> {
  const { code, message, status, requestId, phase, retryAfterMs, upstream } = error
  return {
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(phase === undefined ? {} : { phase }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(upstream === undefined ? {} : { upstream }),
  }
}
