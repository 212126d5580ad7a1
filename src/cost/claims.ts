// What an attempt might cost, as the claims of a hold: one for each budget that it meets.

import { type Money, maxMoney } from '../core/money.js'
import type { ModelPrice } from '../core/price.js'
import type { ChatRequest } from '../core/request.js'
import type { Charge, Claim, Hold, RateClaim } from '../core/store.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import { completionTokens, promptTokens, type Usage } from '../core/usage.js'
import { answerBound, type BoundTarget, promptTokenBound } from './bound.js'
import type { AppliedLimit, AppliedRate } from './budget-limit.js'
import { usualOutputTokens } from './expected.js'
import { boundOf } from './price.js'

/** The answer's length where nobody knows the model's own limit. */
const assumedOutputLimit = 4_096

/** A limit below this is not worth sending: the call is refused instead. */
const leastLoweredLimit = 1_024

/** What claims are made from. */
export interface ClaimQuestion {
  readonly chat: ChatRequest
  readonly target: BoundTarget
  /** Absent: unknown, and allowed to be. */
  readonly price: ModelPrice | undefined
  /** The most tokens that the model can generate, where that is known. */
  readonly outputLimit: number | undefined
  readonly limits: readonly AppliedLimit[]
  readonly rates: readonly AppliedRate[]
  /** What the request itself may still cost. */
  readonly ceiling: Money | undefined
}

/** The claims of an attempt, and what its answer's length is held to. */
export interface Claims extends Pick<Hold, 'claims' | 'rates' | 'tokens'> {
  /** The length to be sent for a grant of so many tokens; `undefined` where what the request says stands. */
  readonly limitFor: (granted: number) => number | undefined
  /** What the ceiling lacks, where the attempt does not fit under it. */
  readonly overCeiling?: { readonly asked: Money }
}

/** Works out what an attempt might cost. */
export function claimsOf(question: ClaimQuestion): Claims {
  const { chat, target, price, limits, ceiling } = question
  const said = answerBound(chat, target.provider)
  const rates = question.rates.map((rate) => rateClaim(rate, chat, said.maxTokens))
  const mustFit =
    ceiling !== undefined ||
    limits.some(({ limit }) => limit.measure !== 'calls' && limit.onExceed !== 'alert')
  if (!mustFit && limits.every(({ limit }) => limit.measure === 'calls')) {
    const claims = limits.map((applied) => claimOf(applied, { base: 1, perToken: 0 }))
    return { claims, rates, tokens: { least: 0, most: 0 }, limitFor: () => undefined }
  }

  const prompt = promptTokenBound(chat, target)
  const money = price === undefined ? { base: 0, perToken: 0 } : boundOf(price, prompt)
  const perToken = { usd: money.perToken * said.answers, tokens: said.answers, calls: 0 }
  const base = { usd: money.base, tokens: prompt, calls: 1 }
  const claims = limits.map((applied) => {
    const { measure } = applied.limit
    return claimOf(applied, { base: base[measure], perToken: perToken[measure] })
  })

  const known = said.maxTokens ?? question.outputLimit
  const wanted = known ?? assumedOutputLimit
  const possible = Math.min(wanted, ...claims.map(mostCountable))
  const least = Math.min(said.maxTokens ?? leastLoweredLimit, possible)
  const room = ceiling === undefined ? wanted : tokensWithin(ceiling, base.usd, perToken.usd)
  const most = Math.min(possible, room)
  const isShort = (granted: number): boolean => granted < wanted || known === undefined
  return {
    claims,
    rates,
    tokens: { least, most: Math.max(least, most) },
    limitFor: (granted) =>
      mustFit && said.maxTokens === undefined && isShort(granted) ? granted : undefined,
    ...(most < least ? { overCeiling: { asked: base.usd + perToken.usd * least } } : {}),
  }
}

/** Beyond so many output tokens the amount is more than can be counted, and more than any limit. */
function mostCountable({ base, perToken }: Claim): number {
  return perToken === 0 ? Number.POSITIVE_INFINITY : Math.floor((maxMoney - base) / perToken)
}

/** How many output tokens fit under a ceiling; below 0 where not even the prompt does. */
function tokensWithin(ceiling: Money, base: Money, perToken: Money): number {
  if (base > ceiling) return -1
  return perToken === 0 ? Number.POSITIVE_INFINITY : Math.floor((ceiling - base) / perToken)
}

function claimOf({ limit, counter, endsAt }: AppliedLimit, cost: Pick<Claim, 'base' | 'perToken'>): Claim {
  const { amount, onExceed, alertAt } = limit
  const alerts = amount === 0 ? [] : alertAt.map((share) => ({ share, at: Math.ceil(amount * share) }))
  return {
    counter,
    ...cost,
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(onExceed === 'alert' ? {} : { limit: amount }),
    ...(alerts.length === 0 ? {} : { alerts }),
  }
}

function rateClaim({ limit, key }: AppliedRate, chat: ChatRequest, maxTokens: number | undefined): RateClaim {
  const { amount: most, windowMs, measure } = limit
  const tokens = (): number => estimatePromptTokens(chat) + (maxTokens ?? usualOutputTokens)
  // What is larger than the whole limit would never begin: it may, alone.
  return { key, limit: most, windowMs, amount: measure === 'requests' ? 1 : Math.min(most, tokens()) }
}

/** What the attempt cost in truth, claim by claim. */
export function chargeOf(
  limits: readonly AppliedLimit[],
  rates: readonly AppliedRate[],
  usage: Usage | undefined,
  cost: Money | null,
): Charge {
  const tokens = usage === undefined ? 0 : promptTokens(usage) + completionTokens(usage)
  const amounts = { usd: cost ?? 0, tokens, calls: 1, requests: 1 }
  return {
    claims: limits.map(({ limit }) => amounts[limit.measure]),
    rates: rates.map(({ limit }) => amounts[limit.measure]),
  }
}
