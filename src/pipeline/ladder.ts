// The ladder of one candidate: a stream, again where that may help, then the same request once without streaming.

import pRetry from 'p-retry'
import { toMicroseconds } from '../core/clock.js'
import { type ByokError, isByokError } from '../core/errors.js'
import type { PooledKey } from '../keys/pooled-key.js'
import { isUnreachable } from '../providers/network-error.js'
import { meaningOf } from '../resilience/failure.js'
import { retryDelay } from '../resilience/retry.js'
import { nameOf } from '../routing/model-reference.js'
import { refusesStreaming } from '../wire/streaming-refusal.js'
import { type Finished, type Retry, runAttempt, type Step, skippedAttempt } from './attempt.js'
import type { Candidate } from './candidate.js'
import { type RequestContext, repairWarning } from './context.js'
import { cutAgain, type FittedRequest } from './fitting.js'

/** A candidate, who would be asked behind it, and what its extra requests have cost so far. */
interface Climb {
  readonly candidate: Candidate
  readonly rest: readonly Candidate[]
  readonly context: RequestContext
  /** The request as this candidate gets it. */
  fitted: FittedRequest
  /** What was changed in it: once a candidate. */
  repair: string | undefined
  /** The output limit that stands in it since then, though the request names none. */
  heldTo: number | undefined
  /** The keys that have failed since the last wait: each is tried once, then somebody must wait or go on. */
  readonly tried: Set<PooledKey>
  taken: number
  /** The wait that is over, until the attempt behind it begins. */
  retry: Retry | undefined
  /** The last failure that says something about the model. */
  modelsFault: ByokError | undefined
}

/** The answer of a candidate, and what had to be changed in the request for it. */
export interface Climbed extends Finished {
  readonly candidate: Candidate
  readonly repair: string | undefined
}

/**
 * Asks one candidate. A stream that fails before any output, in a way that may pass, is asked for again; in a way that
 * may be streaming's own fault, it is followed at once by the same request without streaming, which the caller does not
 * notice; if that fails too, its error counts. The breaker judges the whole of it as one call.
 */
export async function askCandidate(
  candidate: Candidate,
  rest: readonly Candidate[],
  fitted: FittedRequest,
  context: RequestContext,
): Promise<Climbed> {
  const { breaker, tokens, turns, concurrency, retry } = context.parts
  const name = nameOf(candidate)
  const place = skipping(candidate, context, () =>
    turns.take(`provider ${candidate.provider}`, concurrency.perProvider),
  )
  try {
    await context.guard(place.come)
    const permit = skipping(candidate, context, () => breaker.acquire(name))
    const climb: Climb = {
      candidate,
      rest,
      context,
      fitted,
      repair: undefined,
      heldTo: undefined,
      tried: new Set(),
      retry: undefined,
      modelsFault: undefined,
      taken: 0,
    }
    try {
      const finished = await ascend(climb)
      permit.success()
      tokens.giveBack(purseOf(climb), climb.taken)
      return { ...finished, candidate, repair: climb.repair }
    } catch (error) {
      const fault = isByokError(error) ? countedFault(error, climb) : undefined
      if (fault === undefined) permit.ignore()
      else {
        // Whoever asks for a longer wait than anybody sits out is left alone for so long; the failure is counted with that.
        if ((fault.retryAfterMs ?? 0) > retry.maxRetryAfterMs) breaker.park(name, fault)
        permit.failure(fault)
      }
      throw error
    }
  } finally {
    place.leave()
  }
}

/** What the breaker hears of: also where the whole request ran out of time behind a failure of the model. */
function countedFault(error: ByokError, { modelsFault }: Climb): ByokError | undefined {
  if (error === modelsFault) return error
  return error.code === 'timeout' && error.phase === 'total' ? modelsFault : undefined
}

/** Whether a candidate could be asked now. */
function isReady(candidate: Candidate, { parts }: RequestContext): boolean {
  const { provider, model, credential } = candidate
  return (
    parts.breaker.isReady(nameOf(candidate)) &&
    parts.keyPool.refusal(provider, model, credential.keys) === undefined
  )
}

/** Where nothing is sent, that is written down too. */
function skipping<Result>(candidate: Candidate, context: RequestContext, enter: () => Result): Result {
  try {
    return enter()
  } catch (thrown) {
    if (!isByokError(thrown)) throw thrown
    const { provider, model } = candidate
    const error = thrown.with({ provider, model })
    context.attempts.push(skippedAttempt(candidate, error, context))
    throw error
  }
}

async function ascend(climb: Climb): Promise<Finished> {
  const { candidate, context } = climb
  const { entry, provider, model } = candidate
  const { streamingRefusals } = context.parts
  const canAskWhole = entry.adapter.complete !== undefined
  const mayFallBack = canAskWhole && context.request.failover.streamFallback
  if (canAskWhole && !entry.streams) return askAgain('whole', climb)
  if (mayFallBack && streamingRefusals.includes(provider, model)) return askAgain('whole', climb)
  try {
    return await askAgain('stream', climb)
  } catch (error) {
    if (!mayFallBack || !isByokError(error)) throw error
    const isRefusal = refusesStreaming(error)
    if (!isRefusal && !(mayBeStreamingsFault(error) && mayPayFor(error, climb))) throw error
    climb.tried.clear()
    // A refusal in so many words says that this is the way to ask; anything else is worth one request, and no wait.
    const answer = await askAgain('whole', climb, isRefusal)
    if (isRefusal) streamingRefusals.remember(provider, model) // now it is known that streaming was what it refused
    return answer
  }
}

/** One step of the ladder: with the next key, once with the request mended, and again after a wait, as each may help. */
function askAgain(mode: Step['mode'], climb: Climb, mayWait = true): Promise<Finished> {
  const { context } = climb
  return pRetry(() => ask(mode, climb), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0, // how long to wait, and whether at all, is decided here
    shouldRetry: async ({ error }) => {
      if (!isByokError(error) || error.partial !== undefined || context.interruption !== undefined)
        return false
      if (hasOtherKey(error, climb)) return true
      return mayWait && (isMended(error, climb) || waitFor(error, climb))
    },
  })
}

/** Asks with a key that may be used. */
async function ask(mode: Step['mode'], climb: Climb): Promise<Finished> {
  const { candidate, rest, context, fitted, retry } = climb
  const { provider, model, credential } = candidate
  const { keyPool } = context.parts
  const keys = credential.keys.filter((key) => !climb.tried.has(key))
  const key = keyPool.pick(provider, model, keys)
  if (key === undefined) {
    const refusal = keyPool.refusal(provider, model, keys)
    if (refusal === undefined) return ask(mode, climb) // one has come back this very moment
    return skipping(candidate, context, () => {
      throw refusal.error
    })
  }
  climb.retry = undefined
  try {
    const step = { candidate, key, mode, ...fitted, hasNext: rest.length > 0, retry, heldTo: climb.heldTo }
    const answer = await runAttempt(step, context)
    keyPool.succeeded(provider, model, key)
    return answer
  } catch (error) {
    climb.tried.add(key)
    if (isByokError(error) && error === context.fault) {
      if (meaningOf(error).against === 'model') climb.modelsFault = error
      const isTelling = !key.isRenewed || error.code === 'rate-limited'
      if (isTelling) keyPool.failed(provider, model, key, error)
    }
    throw error
  }
}

/** Once a candidate, a request is mended where its length was refused, or a parameter that the question does not need. */
function isMended(error: ByokError, climb: Climb): boolean {
  const { candidate, context } = climb
  if (climb.repair !== undefined || context.request.chat.strict) return false
  const mended = cutAgain(error, candidate, climb.fitted, context) ?? withoutRefused(error, climb)
  if (mended === undefined) return false
  climb.fitted = mended.fitted
  climb.repair = mended.note
  climb.tried.clear()
  context.tell(repairWarning(mended.note))
  return true
}

/** The request without the parameter that was refused. */
function withoutRefused(error: ByokError, climb: Climb) {
  const { candidate, context, fitted } = climb
  const { provider, entry } = candidate
  const { heldTo } = context
  // A limit that only the budgets have set is renamed too, and not granted anew.
  const asked = heldTo === undefined ? fitted.chat : { ...fitted.chat, maxTokens: heldTo }
  const mended = context.parts.repair({ provider, dialect: entry.dialect }, asked, error)
  if (mended === undefined) return undefined
  climb.heldTo = heldTo
  return { fitted: { ...fitted, chat: mended.chat }, note: mended.note }
}

/** A key that was refused, or that must rest, gives way to the next one at once. */
function hasOtherKey(error: ByokError, { candidate, context, tried }: Climb): boolean {
  const { provider, model, credential } = candidate
  const others = credential.keys.filter((key) => !tried.has(key))
  if (others.length === 0 || error !== context.fault || meaningOf(error).against !== 'key') return false
  return context.parts.keyPool.refusal(provider, model, others) === undefined
}

/** Waits, where asking the same candidate again may help, may be afforded, and nobody else could answer instead. */
async function waitFor(error: ByokError, climb: Climb): Promise<boolean> {
  const { candidate, rest, context } = climb
  const { retry, clock, keyPool } = context.parts
  const kind = meaningOf(error).retry
  if (kind === 'no' || !error.isRetryable || context.retries >= retry.maxRetries) return false
  if (kind === 'throttle' && rest.some((other) => isReady(other, context))) return false
  if (error.code === 'rate-limited' && (await context.course.canStepUp?.())) return false
  const delayMs = retryDelay(error, kind, context.retries, retry, clock)
  if (delayMs === undefined) return false
  const refusal = keyPool.refusal(candidate.provider, candidate.model, candidate.credential.keys)
  const restMs = refusal === undefined ? 0 : refusal.retryAfterMs + 1 // timers are a little early at times
  // Where the provider named no time, the key's rest is a guess of ours, and those who rest together must not return together.
  const waitMs = error.retryAfterMs === undefined ? restMs + delayMs : Math.max(delayMs, restMs)
  if (restMs > retry.maxRetryAfterMs + 1 || waitMs >= context.remainingMs) return false
  const paid = pay(kind, climb)
  if (paid === undefined) return false
  context.retries += 1
  climb.tried.clear()
  const since = clock.now()
  try {
    await context.pause(waitMs)
    climb.retry = { retry: context.retries, waitedMs: toMicroseconds(clock.now() - since) }
  } catch (interruption) {
    context.parts.tokens.giveBack(purseOf(climb), paid) // what it was paid for is never sent
    throw interruption
  }
  return true
}

/** In an outage the request without streaming is paid like a retry; where streaming itself is the trouble, it is free. */
function mayPayFor(error: ByokError, climb: Climb): boolean {
  const isOutage =
    error.code === 'network' ||
    error.code === 'timeout' ||
    error.status !== undefined ||
    error.upstream?.code !== undefined
  return !isOutage || pay('transient', climb) !== undefined
}

/** What an extra request took; `undefined` where the purse holds too little. */
function pay(kind: 'transient' | 'throttle', climb: Climb): number | undefined {
  const taken = climb.context.parts.tokens.take(purseOf(climb), kind)
  climb.taken += taken ?? 0
  return taken
}

/** Each tenant has a purse for each provider. */
function purseOf({ candidate, context }: Climb): string {
  return JSON.stringify([context.request.labels.tenant ?? null, candidate.provider])
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
