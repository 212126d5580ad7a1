// What a call cost, may cost at the most, and has saved: exact sums over whole numbers.

import { type Money, maxMoney } from '../core/money.js'
import type { ModelPrice, Rate } from '../core/price.js'
import type { Usage } from '../core/usage.js'

/** The most that a call can cost: `base`, and `perToken` for each output token that it is allowed. */
export interface CostBound {
  readonly base: Money
  readonly perToken: Money
}

/** The rates of a model with nothing left open. */
interface Rates {
  readonly prompt: Readonly<Record<PromptBucket, Rate>>
  readonly answer: Readonly<Record<AnswerBucket, Rate>>
}

type PromptBucket = 'input' | 'cacheRead' | 'cacheWrite' | 'cacheWrite1h' | 'audioInput' | 'imageInput'
type AnswerBucket = 'output' | 'audioOutput' | 'imageOutput'

const promptBuckets: readonly PromptBucket[] = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
]

const answerBuckets: readonly AnswerBucket[] = ['output', 'audioOutput', 'imageOutput']

/** Rates are for so many tokens. */
const unit = 1_000_000n

/**
 * What this usage costs: every bucket at its own rate, summed exactly, divided once, rounded up to the next whole
 * nano-dollar. Reasoning is inside `output`. The length of the whole prompt decides on the tier of every rate. At most
 * `maxMoney`; never negative, whatever the counts.
 */
export function costOf(price: ModelPrice, usage: Usage): Money {
  const { prompt, answer } = ratesOf(price)
  const length = Number(promptBuckets.reduce((total, bucket) => total + tokensOf(usage[bucket]), 0n))
  let sum = 0n
  for (const bucket of promptBuckets) sum += tokensOf(usage[bucket]) * BigInt(rateAt(prompt[bucket], length))
  for (const bucket of answerBuckets) sum += tokensOf(usage[bucket]) * BigInt(rateAt(answer[bucket], length))
  return toMoney(sum, price.perCall ?? 0)
}

/**
 * The most that a call may cost whose prompt has at most `promptTokenBound` tokens, in whatever bucket they are counted
 * and whichever tier they reach. For every usage within the bound, `base + perToken × output tokens` is at least what
 * `costOf` says.
 */
export function boundOf(price: ModelPrice, promptTokenBound: number): CostBound {
  const { prompt, answer } = ratesOf(price)
  const dearestPrompt = Math.max(
    ...promptBuckets.map((bucket) => dearestWithin(prompt[bucket], promptTokenBound)),
  )
  const dearestAnswer = Math.max(
    ...answerBuckets.map((bucket) => dearestWithin(answer[bucket], promptTokenBound)),
  )
  return {
    base: toMoney(tokensOf(promptTokenBound) * BigInt(dearestPrompt), price.perCall ?? 0),
    perToken: toMoney(BigInt(dearestAnswer), 0),
  }
}

/**
 * What a call saved against the model that the app compares with: what the same usage costs there, less what it cost
 * here, and never less than 0. `null` where either is unknown.
 */
export function savingsOf(
  cost: Money | null,
  usage: Usage | undefined,
  baseline: ModelPrice | undefined,
): Money | null {
  if (cost === null || usage === undefined || baseline === undefined) return null
  return Math.max(0, costOf(baseline, usage) - cost)
}

/** The provider's words for serving a call in the ordinary way, at the ordinary price. */
const ordinary: ReadonlySet<string> = new Set(['default', 'standard', 'on_demand'])

/**
 * The price of a call that was served in a particular way (`flex`, `priority`: the word in the request). `undefined` where
 * that way has no known price: it may cost several times as much. No word, or `auto`, is the ordinary way.
 */
export function priceAtServiceTier(price: ModelPrice, serviceTier?: string | null): ModelPrice | undefined {
  if (serviceTier === undefined || serviceTier === null || serviceTier === 'auto') return price
  const factors = price.serviceTiers ?? {}
  if (!Object.hasOwn(factors, serviceTier)) return ordinary.has(serviceTier) ? price : undefined
  const percent = factors[serviceTier]
  if (percent === undefined) return undefined
  const { serviceTiers: _used, perCall, cacheFromTokens, ...rates } = price
  const scaled = Object.entries(rates).map(([bucket, rate]) => [bucket, scaledRate(rate, percent)])
  return {
    ...rates,
    ...Object.fromEntries(scaled),
    ...(perCall === undefined ? {} : { perCall }),
    ...(cacheFromTokens === undefined ? {} : { cacheFromTokens }),
  }
}

function ratesOf(price: ModelPrice): Rates {
  const { input, output, cacheWrite = input } = price
  return {
    prompt: {
      input,
      cacheRead: price.cacheRead ?? input,
      cacheWrite,
      cacheWrite1h: price.cacheWrite1h ?? cacheWrite,
      audioInput: price.audioInput ?? input,
      imageInput: price.imageInput ?? input,
    },
    answer: {
      output,
      audioOutput: price.audioOutput ?? output,
      imageOutput: price.imageOutput ?? output,
    },
  }
}

/** The rate that holds for a prompt of so many tokens. */
export function rateAt(rate: Rate, length: number): number {
  if (typeof rate === 'number') return rate
  let found = rate.base
  for (const tier of rate.tiers) if (length > tier.above) found = tier.rate
  return found
}

/** A longer prompt is not always the dearer one, so every tier counts that a prompt within the bound can be in. */
function dearestWithin(rate: Rate, longest: number): number {
  if (typeof rate === 'number') return rate
  const reachable = rate.tiers.filter(({ above }) => longest > above)
  return Math.max(rate.base, ...reachable.map((tier) => tier.rate))
}

function scaledRate(rate: Rate, percent: number): Rate {
  const scaled = (amount: number) => Math.ceil((amount * percent) / 100)
  if (typeof rate === 'number') return scaled(rate)
  return {
    base: scaled(rate.base),
    tiers: rate.tiers.map((tier) => ({ above: tier.above, rate: scaled(tier.rate) })),
  }
}

/** A count that nobody can believe is 0 where it is no amount at all, and otherwise rounded up to a whole number. */
function tokensOf(count: number | undefined): bigint {
  if (count === undefined || !(count > 0)) return 0n
  return BigInt(Math.min(Math.ceil(count), Number.MAX_SAFE_INTEGER))
}

function toMoney(millionths: bigint, perCall: number): Money {
  const amount = (millionths + unit - 1n) / unit + BigInt(perCall)
  return amount > BigInt(maxMoney) ? maxMoney : Number(amount)
}

const bucketNames: readonly (PromptBucket | AnswerBucket)[] = [...promptBuckets, ...answerBuckets]

/** Whether what a source tells is a price: whole rates from 0 that arithmetic does not round. */
export function isModelPrice(price: ModelPrice): boolean {
  const { input, output, perCall = 0 } = price
  if (!isRate(input) || !isRate(output) || !isAmount(perCall)) return false
  return bucketNames.every((bucket) => price[bucket] === undefined || isRate(price[bucket]))
}

function isRate(rate: Rate | undefined): boolean {
  if (typeof rate !== 'object') return isAmount(rate)
  return isAmount(rate.base) && rate.tiers.every((tier) => isAmount(tier.above) && isAmount(tier.rate))
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
