// Gets what an attempt might cost held in the store, or says why it may not be sent.

import type { ExceededBudget } from '../core/budget-state.js'
import type { CancelTimer, Clock } from '../core/clock.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Money } from '../core/money.js'
import type { FoundPrice } from '../core/price.js'
import type { ChatRequest } from '../core/request.js'
import type { Admission, Hold, Store } from '../core/store.js'
import { visibleName } from '../core/visible-text.js'
import { serviceTierOf } from './bound.js'
import {
  type AppliedLimit,
  type AppliedRate,
  appliedLimits,
  appliedRates,
  type RateLimit,
  type Subject,
} from './budget-limit.js'
import type { Calendar } from './calendar.js'
import { type Claims, claimsOf } from './claims.js'
import { budgetExceeded, ceilingExceeded, exceededBy } from './exceeded.js'
import { inTime } from './in-time.js'
import type { LimitBook } from './limit-book.js'
import type { Pricing } from './pricing.js'
import { type AttemptFacts, uncertainRecord } from './record.js'

/** An attempt that wants to be sent. */
export interface AdmissionQuestion extends AttemptFacts {
  readonly chat: ChatRequest
  /** The most tokens that the model can generate, where that is known. */
  readonly outputLimit: number | undefined
  /** What the whole request may cost, and what its attempts have cost so far. */
  readonly ceiling: { readonly limit: Money; readonly spent: Money } | undefined
}

/** Asks the app whether a call may go beyond budgets. */
export type Approval = (excess: {
  readonly budgets: readonly ExceededBudget[]
  readonly facts: AttemptFacts
}) => boolean | PromiseLike<boolean>

/** What admissions stand on. */
export interface AdmissionSurroundings {
  readonly clock: Clock
  readonly store: Store
  readonly book: LimitBook
  readonly calendar: Calendar
  readonly pricing: Pricing
  readonly rateLimits: readonly RateLimit[]
  /** Whether calls go on without a store that cannot be reached. */
  readonly onStoreError: 'deny' | 'allow'
  readonly approve: Approval | undefined
  /** A call went on without the store (`unbooked`), was booked later (`late`), or not at all (`lost`). */
  readonly onStoreFailure: (facts: AttemptFacts, what: 'unbooked' | 'late' | 'lost') => void
  /** Lets go of a hold that may stand all the same, since only the store's answer was lost. */
  readonly undo: (facts: AttemptFacts) => void
}

/** What is held for an attempt. */
export interface Admitted {
  readonly limits: readonly AppliedLimit[]
  readonly rates: readonly AppliedRate[]
  readonly hold: Hold
  /** What is held for each claim. */
  readonly held: readonly number[]
  /** The output limit that must be sent, since no more is paid for. */
  readonly maxTokens: number | undefined
}

/** How long a hold stands without being renewed: after that its process counts as dead. */
export const holdTtlMs = 60_000
/** How long the app may think about an approval. Silence is a no. */
const approvalMs = 30_000

/**
 * Holds what an attempt might cost. `undefined` where the store cannot be reached and calls go on without it. Throws
 * `budget-exceeded`, `price-unknown`, `rate-limited` or `store-unavailable` where the attempt may not be sent.
 */
export async function admit(
  question: AdmissionQuestion,
  subject: Subject,
  at: number,
  around: AdmissionSurroundings,
): Promise<Admitted | undefined> {
  const { labels, attemptId } = question
  const rates = appliedRates(around.rateLimits, subject)
  let waived: ReadonlySet<string> = new Set()
  // Each turn but the last one found the limits changed, or the app's approval missing.
  for (let turn = 0; turn < 10; turn += 1) {
    const inForce = await reach(() => around.book.current(), question, around)
    if (inForce === undefined) return undefined
    const limits = appliedLimits(inForce.limits, subject, around.calendar, at)
    const price = await priceFor(question, limits, at, around.pricing)
    const claims = claimsFor(question, limits, rates, price)
    const cost = boundOf(limits, claims, price)
    const hold: Hold = {
      id: attemptId,
      ...(labels.tenant === undefined ? {} : { tenant: labels.tenant }),
      claims: claims.claims.map(({ limit, ...claim }) =>
        limit === undefined || waived.has(claim.counter) ? claim : { ...claim, limit },
      ),
      rates: claims.rates,
      tokens: claims.tokens,
      ttlMs: holdTtlMs,
      limitsVersion: inForce.version,
      record: uncertainRecord(question, at, subject.key, price?.version),
      ...(cost === undefined ? {} : { cost: { base: cost.base, perToken: cost.perToken } }),
    }
    const admission = await reach(() => holdSafely(hold, question, around), question, around)
    if (admission === undefined) return undefined
    if (admission.outcome === 'admitted') {
      const { tokens } = admission
      const held = hold.claims.map(({ base, perToken }) => base + perToken * tokens)
      return { limits, rates, hold, held, maxTokens: claims.limitFor(tokens) }
    }
    if (admission.outcome === 'stale') around.book.expire()
    else waived = await waivedBy(admission, limits, rates, question, around)
  }
  throw new ByokError('store-unavailable', 'The limits kept changing: nothing could be held for this call.')
}

/** The price that a money budget stands on; loaded only where there is one. */
async function priceFor(
  { provider, model, chat, ceiling }: AdmissionQuestion,
  limits: readonly AppliedLimit[],
  at: number,
  pricing: Pricing,
): Promise<FoundPrice | undefined> {
  const ofMoney = limits.filter(({ limit }) => limit.measure === 'usd')
  if (ofMoney.length === 0 && ceiling === undefined) return undefined
  await pricing.ready(provider, at)
  const price = pricing.find({ provider, model, serviceTier: serviceTierOf(chat, provider) }, at)
  const isLimited = ceiling !== undefined || ofMoney.some(({ limit }) => limit.onExceed !== 'alert')
  if (price === undefined && isLimited && pricing.deniesUnknown) {
    const message = `The price of ${visibleName(`${provider}/${model}`, 200)} is unknown, and a budget limits what may be spent. Give its price in \`prices\`, or set \`unknownPrice\`.`
    throw new ByokError('price-unknown', message, { provider, model })
  }
  return price
}

function claimsFor(
  question: AdmissionQuestion,
  limits: readonly AppliedLimit[],
  rates: readonly AppliedRate[],
  found: FoundPrice | undefined,
): Claims {
  const { provider, model, chat, outputLimit, ceiling } = question
  const window = found?.contextWindow
  const claims = claimsOf({
    chat,
    target: { provider, model, ...(window === undefined ? {} : { contextWindow: window }) },
    price: found?.price,
    outputLimit,
    limits,
    rates,
    ceiling: ceiling === undefined ? undefined : Math.max(0, ceiling.limit - ceiling.spent),
  })
  if (ceiling !== undefined && claims.overCeiling !== undefined)
    throw ceilingExceeded(ceiling.limit, ceiling.spent, claims.overCeiling.asked)
  return claims
}

/** What the attempt may cost, as far as that is held in money: it is written down if this process dies. */
function boundOf(
  limits: readonly AppliedLimit[],
  { claims }: Claims,
  found: FoundPrice | undefined,
): Hold['cost'] {
  const claim = claims[limits.findIndex(({ limit }) => limit.measure === 'usd')]
  return claim === undefined || found === undefined ? undefined : claim
}

/** The counters that the app lets this call go beyond. Throws where it may not be sent. */
async function waivedBy(
  admission: Exclude<Admission, { outcome: 'admitted' | 'stale' }>,
  limits: readonly AppliedLimit[],
  rates: readonly AppliedRate[],
  question: AdmissionQuestion,
  around: AdmissionSurroundings,
): Promise<ReadonlySet<string>> {
  if (admission.outcome === 'settled')
    throw new ByokError('internal', `The attempt ${question.attemptId} was settled before it began.`)
  if (admission.outcome === 'rate-limited') {
    const { limit } = rates[admission.rate] ?? {}
    const what = limit === undefined ? 'calls' : `${limit.amount} ${limit.measure}`
    const message = `The app's own limit of ${what} in ${(limit?.windowMs ?? 0) / 1_000} s is reached.`
    throw new ByokError('rate-limited', message, {
      field: `rateLimits.${limit?.scope ?? 'app'}`,
      retryAfterMs: admission.retryAfterMs,
    })
  }
  const refused = admission.refusals.flatMap((refusal) => {
    const applied = limits[refusal.claim]
    return applied === undefined ? [] : [{ applied, budget: exceededBy(applied, refusal) }]
  })
  const budgets = refused.map(({ budget }) => budget)
  const isForTheApp = refused.every(({ applied }) => applied.limit.onExceed === 'approve')
  if (!(isForTheApp && (await isApproved(budgets, question, around))))
    throw budgetExceeded(budgets, around.clock.date())
  return new Set(limits.filter(({ limit }) => limit.onExceed === 'approve').map(({ counter }) => counter))
}

/** An error, or silence, is a no. */
async function isApproved(
  budgets: readonly ExceededBudget[],
  question: AdmissionQuestion,
  { approve, clock }: AdmissionSurroundings,
): Promise<boolean> {
  if (approve === undefined) return false
  const { attemptId, labels, requestedModel, provider, model, mode, work, credentialSource, failoverFrom } =
    question
  const who = { attemptId, labels, requestedModel, provider, model }
  const facts = { ...who, mode, work, credentialSource, failoverFrom }
  let cancel: CancelTimer | undefined
  try {
    const silence = new Promise<boolean>((resolve) => {
      cancel = clock.timer(approvalMs, () => resolve(false))
    })
    return (await Promise.race([approve({ budgets, facts }), silence])) === true
  } catch {
    return false
  } finally {
    cancel?.()
  }
}

/** Asks for a hold. One that is made though nobody hears of it, or too late, is let go again. */
async function holdSafely(
  hold: Hold,
  facts: AttemptFacts,
  { clock, store, undo }: AdmissionSurroundings,
): Promise<Admission> {
  const asked = (async () => store.admit(hold))()
  try {
    return await inTime(clock, () => asked)
  } catch (error) {
    const letGo = (): void => undo(facts)
    asked.then(letGo, letGo)
    throw error
  }
}

/** What no other moment would make good: calls may not go on without the store for that. */
function isOurFault({ code }: ByokError): boolean {
  return code === 'config' || code === 'invalid-request'
}

/** What the store says; `undefined` where it cannot be reached and calls go on without it. */
async function reach<Answer>(
  ask: () => Promise<Answer>,
  facts: AttemptFacts,
  { onStoreError, onStoreFailure }: AdmissionSurroundings,
): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (isByokError(error) && isOurFault(error)) throw error
    if (onStoreError === 'deny') {
      const message = 'The store of the budgets cannot be reached, so nothing was sent.'
      throw new ByokError('store-unavailable', message, { cause: error })
    }
    onStoreFailure(facts, 'unbooked')
    return undefined
  }
}
