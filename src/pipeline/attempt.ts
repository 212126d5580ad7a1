// One model asked once: shows the answer as it comes, and settles what it cost, whatever happens.

import type { Attempt, AttemptMode, AttemptOutcome } from '../core/attempt.js'
import { toMicroseconds } from '../core/clock.js'
import type { ByokError } from '../core/errors.js'
import { toUsd } from '../core/money.js'
import type { ChatRequest } from '../core/request.js'
import type { OutputEvent, ToolCallEvent } from '../core/stream-event.js'
import type { Usage } from '../core/usage.js'
import { costOf } from '../cost/price.js'
import type { PooledKey } from '../keys/pooled-key.js'
import { meaningOf } from '../resilience/failure.js'
import { nameOf } from '../routing/model-reference.js'
import type { Answer } from '../stream/accumulator.js'
import type { RequestContext } from './context.js'
import { Exchange } from './exchange.js'
import type { Candidate } from './plan.js'

/** Who is asked, how, and what. */
export interface Step {
  readonly candidate: Candidate
  /** The key that pays. */
  readonly key: PooledKey
  readonly mode: AttemptMode
  readonly chat: ChatRequest
  /** Another candidate may still answer, so this one must leave it time. */
  readonly hasNext: boolean
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
  await admit(id, candidate, context)

  let startedAt = parts.clock.date()
  const exchange = new Exchange(step, id, context)
  const ending: Ending = { outcome: 'failure' }
  try {
    parts.emitter.emit('attempt', { ...labels, attemptId: id, provider, model, mode })
    context.display.restart()
    const restarted = context.takeRestart() ? { restarted: true as const } : {}
    await context.announce({ type: 'attempt', id, provider, model, mode, ...restarted })
    if (context.interruption !== undefined) throw context.interruption
    startedAt = parts.clock.date() // until now it was the consumer who was waited for
    exchange.begin()
    await context.relay(exchange.source)
    const last: OutputEvent[] = []
    const answer = exchange.finish(last)
    await context.guard(parts.governance(request, last.filter(isWholeCall)))
    ending.outcome = 'success'
    ending.answer = answer
    return { answer, last, attemptId: id }
  } catch (thrown) {
    ending.error = exchange.errorOf(thrown)
    ending.outcome = ending.error.code === 'aborted' ? 'aborted' : 'failure'
    throw ending.error
  } finally {
    exchange.close(ending.outcome === 'success')
    const attempt = written()
    context.attempts.push(attempt)
    noteHealth(attempt)
    if (exchange.wasAsked) await parts.budget.commit(attempt)
    else await parts.budget.release(id)
    parts.emitter.emit('attempt-end', { ...labels, attempt })
  }

  function written(): Attempt {
    const { outcome, error, answer } = ending
    const partial = answer === undefined && exchange.hadOutput ? exchange.accumulator.partial() : undefined
    const counted = answer ?? partial
    return {
      id,
      provider,
      model,
      mode,
      outcome,
      ...(error === undefined ? {} : { error: summary(error) }),
      credentialSource: candidate.credential.source,
      ...(candidate.credential.keys.length > 1 ? { key: step.key.id } : {}),
      startedAt,
      durationMs: toMicroseconds(parts.clock.now() - exchange.startedOn),
      ...(exchange.firstDeltaMs === undefined ? {} : { firstDeltaMs: toMicroseconds(exchange.firstDeltaMs) }),
      ...(counted === undefined ? {} : { usage: counted.usage, usageEstimated: counted.usageEstimated }),
      costUsd: counted === undefined ? null : usdOf(counted.usage),
    }
  }

  function noteHealth({ durationMs }: Attempt): void {
    if (ending.outcome === 'success') parts.health.note(nameOf(candidate), true, durationMs)
    else if (ending.error !== undefined && meaningOf(ending.error).against === 'model')
      parts.health.note(nameOf(candidate), false, durationMs)
  }

  function usdOf(usage: Usage): number | null {
    const found = parts.prices.find(provider, model, startedAt)
    return found === undefined ? null : toUsd(costOf(found.price, usage))
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
async function admit(attemptId: string, candidate: Candidate, context: RequestContext): Promise<void> {
  if (context.interruption !== undefined) throw context.interruption
  const { budget } = context.parts
  const { provider, model } = candidate
  const { tenant } = context.request.labels
  const admission = budget.admit({ attemptId, provider, model, ...(tenant === undefined ? {} : { tenant }) })
  try {
    await context.guard(admission)
  } catch (error) {
    admission.then(() => budget.release(attemptId)).catch(() => undefined) // refused: there is no hold
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
