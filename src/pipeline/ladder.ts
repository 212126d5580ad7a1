// The ladder of one candidate: a stream, then the same request once without streaming, and no further.

import { type ByokError, isByokError } from '../core/errors.js'
import { isUnreachable } from '../providers/network-error.js'
import type { Answer } from '../stream/accumulator.js'
import { refusesStreaming } from '../wire/streaming-refusal.js'
import { runAttempt, type Step } from './attempt.js'
import type { RequestContext } from './context.js'
import type { Candidate } from './plan.js'

/**
 * Asks one candidate. A stream that fails before any output, in a way that may be streaming's own fault, is followed
 * at once by the same request without streaming, which the caller does not notice; if that fails too, its error counts.
 */
export async function askCandidate(
  candidate: Candidate,
  hasNext: boolean,
  context: RequestContext,
): Promise<Answer> {
  const { breaker } = context.parts
  const permit = breaker.acquire(candidate)
  try {
    const answer = await climb(candidate, hasNext, context)
    permit.success()
    return answer
  } catch (error) {
    if (isByokError(error) && countsAgainstModel(error)) permit.failure(error)
    else permit.ignore()
    throw error
  }
}

async function climb(candidate: Candidate, hasNext: boolean, context: RequestContext): Promise<Answer> {
  const { entry, provider, model } = candidate
  const { streamingRefusals } = context.parts
  const { chat, failover } = context.request
  const stream: Step = { candidate, mode: 'stream', chat, hasNext }
  const whole: Step = { ...stream, mode: 'whole' }
  const canAskWhole = entry.adapter.complete !== undefined
  const mayFallBack = canAskWhole && failover.streamFallback
  if (canAskWhole && !entry.streams) return askAgain(whole, context)
  if (mayFallBack && streamingRefusals.includes(provider, model)) return askAgain(whole, context)
  try {
    return await askAgain(stream, context)
  } catch (error) {
    if (!mayFallBack || !isByokError(error)) throw error
    const isRefusal = refusesStreaming(error)
    if (!isRefusal && !mayBeStreamingsFault(error)) throw error
    const answer = await runAttempt(whole, context)
    if (isRefusal) streamingRefusals.remember(provider, model) // now it is known that streaming was what it refused
    return answer
  }
}

/** One step of the ladder: again after a wait, and once with the request mended, where the parts say so. */
async function askAgain(first: Step, context: RequestContext): Promise<Answer> {
  const { retry, repair } = context.parts
  let step = first
  for (let retries = 0; ; ) {
    try {
      return await runAttempt(step, context)
    } catch (error) {
      if (!isByokError(error) || error.partial !== undefined || context.interruption !== undefined)
        throw error
      const mended = step === first ? repair(step.chat, error) : undefined
      if (mended !== undefined) {
        step = { ...step, chat: mended }
        continue
      }
      const delayMs = retry.delayMs(error, retries)
      if (delayMs === undefined) throw error
      retries += 1
      await context.pause(delayMs)
    }
  }
}

/** Failures that the same request without streaming may not meet. Nothing that came after output is among them. */
function mayBeStreamingsFault(error: ByokError): boolean {
  if (error.partial !== undefined) return false
  switch (error.code) {
    case 'stream-interrupted':
    case 'invalid-response':
    case 'provider':
      return true
    case 'network':
      return !isUnreachable(error.upstream?.code)
    case 'timeout':
      return error.phase === 'first-token' || error.phase === 'idle' || error.status !== undefined
    default:
      return false
  }
}

/** Whether a failure says something about the model. Where the caller left, or the request or its key was at fault, it says nothing. */
function countsAgainstModel(error: ByokError): boolean {
  switch (error.code) {
    case 'network':
    case 'timeout':
    case 'provider':
    case 'overloaded':
    case 'stream-interrupted':
    case 'invalid-response':
    case 'event-too-large':
      return true
    default:
      return false
  }
}
