// Prices at hand for ranking: hundreds of models in a few microseconds, with the very sums of `expectedCost`.

import { type Money, maxMoney } from '../core/money.js'
import type { FoundPrice, ModelPrice, Rate } from '../core/price.js'
import { expectedCost, likelyHit, type PromptShape, usualCacheFrom } from './expected.js'
import { rateAt } from './price.js'
import type { PricedModel, Pricing } from './pricing.js'

/** What a million tokens cost in a prompt of more than `above` tokens, in nano-dollars. */
export interface FlatRates {
  readonly above: number
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** The price of a model with nothing left to look up. */
export interface PricedEntry {
  /** No price is known: the rates say nothing. */
  readonly isUnknown: boolean
  /** Neither tokens nor calls cost anything. */
  readonly isFree: boolean
  readonly caveat: FoundPrice['caveat']
  /** Tokens that the model can read and write together, where the price says so. */
  readonly contextWindow: number | undefined
  /** For each call, in nano-dollars. */
  readonly perCall: Money
  /** In tokens: a shorter beginning of a prompt is not kept. */
  readonly cacheFromTokens: number
  /** By the length of the prompt, the shortest first. */
  readonly tiers: readonly [FlatRates, ...FlatRates[]]
  /** As it was found; `undefined` where it is unknown. */
  readonly price: ModelPrice | undefined
}

/** The prices of a list of models, side by side: for a pass over all of them. */
export interface PricedList {
  readonly entries: readonly PricedEntry[]
  /** What a million tokens cost, where that is the same for every length of a prompt; else NaN. */
  readonly input: Float64Array
  readonly output: Float64Array
  readonly perCall: Float64Array
  readonly cacheFromTokens: Float64Array
}

/** Rates are for so many tokens. */
const unit = 1_000_000

/** A clock's minute, in milliseconds: prices change with the time of day, by whole minutes. */
const minuteMs = 60_000

/** More models than any table has, in case callers name them at will. */
const mostEntries = 10_000

const free: FlatRates = { above: -1, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }

/** What nobody knows the price of. */
const unknown: PricedEntry = {
  isUnknown: true,
  isFree: false,
  caveat: undefined,
  contextWindow: undefined,
  perCall: 0,
  cacheFromTokens: usualCacheFrom,
  tiers: [free],
  price: undefined,
}

/**
 * Prices by model, looked up once a minute, and again when others were loaded or fetched. What is not found is unknown,
 * never free.
 */
export class PriceBoard {
  readonly #pricing: Pick<Pricing, 'find' | 'edition' | 'isReady' | 'ready'>
  readonly #entries = new Map<string, Map<string, PricedEntry>>()
  /** Entries that were made, by what they were made from: a table mostly tells the same price again. */
  readonly #made = new WeakMap<ModelPrice, PricedEntry>()
  /** Whole lists of models, by the list: most requests choose among the same ones. */
  #lists = new WeakMap<readonly PricedModel[], PricedList>()
  #size = 0
  #minute = Number.NaN
  #edition = -1

  constructor(pricing: Pick<Pricing, 'find' | 'edition' | 'isReady' | 'ready'>) {
    this.#pricing = pricing
  }

  /** Lets the prices of these providers load. `undefined` where nothing needs to be waited for. `at` is the date. */
  ready(providers: Iterable<string>, at: number): Promise<void> | undefined {
    let waiting: Promise<void>[] | undefined
    for (const provider of providers) {
      if (this.#pricing.isReady(provider, at)) continue
      waiting ??= []
      waiting.push(this.#pricing.ready(provider, at))
    }
    return waiting === undefined ? undefined : Promise.all(waiting).then(() => undefined)
  }

  /** The price of a model at a date, served in the ordinary way. */
  priced(provider: string, model: string, at: number): PricedEntry {
    this.#turnTo(Math.floor(at / minuteMs))
    const found = this.#entries.get(provider)?.get(model)
    return found ?? this.#look(provider, model, at)
  }

  /** The prices of all models of a list, in its order. A list that is kept, and never changed, is looked up once. */
  pricedAll(models: readonly PricedModel[], at: number): PricedList {
    this.#turnTo(Math.floor(at / minuteMs))
    const found = this.#lists.get(models)
    if (found !== undefined) return found
    const list = listOf(models.map(({ provider, model }) => this.priced(provider, model, at)))
    this.#lists.set(models, list)
    return list
  }

  /** Forgets everything where another minute has begun, or prices have become others. */
  #turnTo(minute: number): void {
    const { edition } = this.#pricing
    if (minute === this.#minute && edition === this.#edition && this.#size < mostEntries) return
    this.#minute = minute
    this.#edition = edition
    this.#entries.clear()
    this.#lists = new WeakMap()
    this.#size = 0
  }

  #look(provider: string, model: string, at: number): PricedEntry {
    const found = this.#pricing.find({ provider, model }, at)
    const entry = found === undefined ? unknown : this.#entryOf(found)
    const models = this.#entries.get(provider)
    if (models === undefined) this.#entries.set(provider, new Map([[model, entry]]))
    else models.set(model, entry)
    this.#size += 1
    return entry
  }

  #entryOf(found: FoundPrice): PricedEntry {
    const made = this.#made.get(found.price)
    if (made !== undefined && made.caveat === found.caveat && made.contextWindow === found.contextWindow)
      return made
    const entry = entryOf(found)
    this.#made.set(found.price, entry)
    return entry
  }
}

/** What stands on the board for a price. */
export function entryOf({ price, caveat, contextWindow }: FoundPrice): PricedEntry {
  const { perCall = 0, cacheFromTokens = usualCacheFrom } = price
  return {
    isUnknown: false,
    isFree: perCall === 0 && ratesOf(price).every(isNothing),
    caveat,
    contextWindow,
    perCall,
    cacheFromTokens,
    tiers: tiersOf(price),
    price,
  }
}

/**
 * What `expectedCost` says of a call, to the nano-dollar, and much faster: in whole numbers that a double holds. `null`
 * where the price is unknown.
 */
export function expectedOf(
  entry: PricedEntry,
  prompt: PromptShape,
  outputTokens: number,
  hitChance?: number,
): Money | null {
  const { price, cacheFromTokens, perCall } = entry
  if (price === undefined) return null
  const { tokens, prefixTokens, markedTokens } = prompt
  const isExact = isCount(tokens) && isCount(prefixTokens) && isCount(markedTokens) && isCount(outputTokens)
  if (!isExact) return expectedCost({ price, prompt, outputTokens, hitChance })
  const rates = ratesAt(entry, tokens)
  const written = markedTokens >= cacheFromTokens ? Math.min(markedTokens, tokens) : 0
  const read = readableOf(entry, prompt)
  const miss = sumOf(rates, perCall, tokens - written, 0, written, outputTokens)
  if (read === 0) return miss
  const rest = Math.max(0, written - read)
  const hit = sumOf(rates, perCall, tokens - read - rest, read, rest, outputTokens)
  return Math.round(miss + likelyHit(prompt, hitChance) * (hit - miss))
}

/** What is not the same for all models of a list, by their places in it. */
export interface CallsOfList {
  outputTokensOf(place: number): number
  hitChanceOf(place: number): number | undefined
}

/** `expectedOf` for every model of a list, in its order; NaN where the price is unknown. */
export function expectedOfAll(list: PricedList, prompt: PromptShape, calls: CallsOfList): Float64Array {
  const { entries, input, output, perCall, cacheFromTokens } = list
  const costs = new Float64Array(entries.length)
  const mayBeCached = Math.max(prompt.prefixTokens, prompt.markedTokens)
  const isExact = isCount(prompt.tokens)
  for (let place = 0; place < costs.length; place += 1) {
    const answer = calls.outputTokensOf(place)
    const sum = prompt.tokens * (input[place] ?? Number.NaN) + answer * (output[place] ?? Number.NaN)
    // Most prompts are too short for a cache, and most prices the same for all lengths: then that is all there is.
    if (
      isExact &&
      isCount(answer) &&
      sum <= Number.MAX_SAFE_INTEGER &&
      mayBeCached < (cacheFromTokens[place] ?? 0)
    )
      costs[place] = Math.min(maxMoney, Math.ceil(sum / unit) + (perCall[place] ?? 0))
    else costs[place] = oneOfAll(entries[place] ?? unknown, prompt, place, calls)
  }
  return costs
}

function oneOfAll(entry: PricedEntry, prompt: PromptShape, place: number, calls: CallsOfList): number {
  // Where nothing can be in a cache, nobody need be asked how likely that is.
  const chance = readableOf(entry, prompt) === 0 ? undefined : calls.hitChanceOf(place)
  return expectedOf(entry, prompt, calls.outputTokensOf(place), chance) ?? Number.NaN
}

/** How many tokens of a prompt a call may find in the model's cache; 0 where its beginning is too short to be kept. */
export function readableOf({ cacheFromTokens }: PricedEntry, prompt: PromptShape): number {
  const { tokens, prefixTokens, markedTokens } = prompt
  const mayBeRead = markedTokens > 0 ? Math.min(prefixTokens, markedTokens) : prefixTokens
  return mayBeRead >= cacheFromTokens ? Math.min(mayBeRead, tokens) : 0
}

/**
 * The exact sum, rounded up, and at most the largest amount. All numbers are whole and none is negative, so a sum that a
 * double holds was never rounded on the way; a larger one is taken apart into whole nano-dollars a token and the rest.
 */
function sumOf(
  { input, cacheRead, cacheWrite, output }: FlatRates,
  perCall: Money,
  plain: number,
  read: number,
  written: number,
  answer: number,
): Money {
  const sum = plain * input + read * cacheRead + written * cacheWrite + answer * output
  // Below 2^53 the quotient is rounded by less than the millionth that is the least left over: it rounds up rightly.
  if (sum <= Number.MAX_SAFE_INTEGER) return Math.min(maxMoney, Math.ceil(sum / unit) + perCall)
  const whole =
    plain * Math.floor(input / unit) +
    read * Math.floor(cacheRead / unit) +
    written * Math.floor(cacheWrite / unit) +
    answer * Math.floor(output / unit)
  const rest =
    plain * (input % unit) +
    read * (cacheRead % unit) +
    written * (cacheWrite % unit) +
    answer * (output % unit)
  return Math.min(maxMoney, whole + Math.ceil(rest / unit) + perCall)
}

/** The rates that hold for a prompt of so many tokens. */
export function ratesAt({ tiers }: PricedEntry, promptTokens: number): FlatRates {
  let found = tiers[0]
  if (tiers.length === 1) return found
  for (const tier of tiers) if (promptTokens > tier.above) found = tier
  return found
}

/** So few that a million of each are no more than a double holds. */
const mostTokens = 2e9

function isCount(tokens: number): boolean {
  return tokens >= 0 && tokens <= mostTokens && Math.floor(tokens) === tokens
}

function listOf(entries: readonly PricedEntry[]): PricedList {
  const column = (figureOf: (entry: PricedEntry) => number): Float64Array =>
    Float64Array.from(entries, figureOf)
  const rate = (bucket: 'input' | 'output') =>
    column(({ isUnknown, tiers }) => (isUnknown || tiers.length > 1 ? Number.NaN : tiers[0][bucket]))
  return {
    entries,
    input: rate('input'),
    output: rate('output'),
    perCall: column(({ perCall }) => perCall),
    cacheFromTokens: column(({ cacheFromTokens }) => cacheFromTokens),
  }
}

function tiersOf(price: ModelPrice): PricedEntry['tiers'] {
  const { input, output, cacheRead = input, cacheWrite = input } = price
  const bounds = new Set([input, output, cacheRead, cacheWrite].flatMap(boundsOf))
  const at = (above: number): FlatRates => ({
    above,
    input: rateAt(input, above + 1),
    output: rateAt(output, above + 1),
    cacheRead: rateAt(cacheRead, above + 1),
    cacheWrite: rateAt(cacheWrite, above + 1),
  })
  return [at(-1), ...[...bounds].sort((one, other) => one - other).map(at)]
}

function boundsOf(rate: Rate): number[] {
  return typeof rate === 'number' ? [] : rate.tiers.map(({ above }) => above)
}

/** All the rates of a price. */
function ratesOf({
  perCall: _perCall,
  cacheFromTokens: _from,
  serviceTiers: _served,
  ...rates
}: ModelPrice): Rate[] {
  return Object.values(rates)
}

function isNothing(rate: Rate): boolean {
  return typeof rate === 'number'
    ? rate === 0
    : rate.base === 0 && rate.tiers.every((tier) => tier.rate === 0)
}
