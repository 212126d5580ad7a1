// What attempts cost, by the prices at hand: loaded on first use, and the app's word where none is known.

import type { Clock } from '../core/clock.js'
import { isByokError } from '../core/errors.js'
import type { Money } from '../core/money.js'
import type { FoundPrice, ModelPrice, PriceSource } from '../core/price.js'
import type { Usage } from '../core/usage.js'
import { inTime } from './in-time.js'
import { costOf, isModelPrice, priceAtServiceTier, savingsOf } from './price.js'

/** Whether a model of unknown price may be asked under a money budget, or which price is to be assumed. */
export type UnknownPrice = 'deny' | 'allow' | ModelPrice

/** What an attempt cost. */
export interface Bill {
  /** `null`: the price is unknown. */
  readonly cost: Money | null
  readonly version?: string
  readonly caveat?: FoundPrice['caveat']
  /** What the app's reference model would have cost more; `null` where a price is unknown. */
  readonly savings: Money | null
  /** What the app's reference model would have cost less. */
  readonly excess?: Money
}

/** What the bills stand on. */
export interface PricingOptions {
  readonly clock: Clock
  readonly source: PriceSource
  readonly unknownPrice: UnknownPrice
  /** The model that savings are measured against. */
  readonly baseline: { readonly provider: string; readonly model: string }
}

/** A model, and how it serves the call. */
export interface PricedModel {
  readonly provider: string
  readonly model: string
  /** The provider's word for it: `flex`, `priority` … Absent: the ordinary way. */
  readonly serviceTier?: string | undefined
}

/** How long loaded prices stand before the source may look for newer ones. */
const loadAgainMs = 10 * 60_000

/** Prices what was used. */
export class Pricing {
  readonly #options: PricingOptions
  #loading: Promise<void> | undefined
  #loadedAt = 0
  #hasLoaded = false
  #edition = 0
  /** Prices that have been looked at: a source mostly tells the same ones again. */
  readonly #checked = new WeakSet<ModelPrice>()

  constructor(options: PricingOptions) {
    this.#options = options
  }

  /** Whether unknown prices are refused under a money budget. */
  get deniesUnknown(): boolean {
    return this.#options.unknownPrice === 'deny'
  }

  /** Another number whenever prices may have become others, apart from what the time of day changes. */
  get edition(): number {
    return this.#edition
  }

  /** Whether the prices of this provider stand, so that `ready` need not be waited for. */
  isReady(provider: string, at: number): boolean {
    if (this.#hasLoaded && Math.abs(at - this.#loadedAt) < loadAgainMs) return true
    return this.#options.source.covers?.(provider) === false
  }

  /** Fetches newer prices, where the source can. Rejects, and the old ones stay, where that fails. */
  async refresh(signal?: AbortSignal): Promise<void> {
    try {
      await this.#options.source.refresh?.(signal)
    } finally {
      this.#edition += 1
    }
  }

  /**
   * Loads what knows prices of this provider. A source that cannot be loaded knows none, and is asked again next time.
   * Now and then it is loaded again, which nobody waits for: the old prices stand meanwhile.
   */
  async ready(provider: string, at: number): Promise<void> {
    const { source } = this.#options
    if (source.covers?.(provider) === false) return
    const first = this.#loading
    if (first !== undefined && Math.abs(at - this.#loadedAt) < loadAgainMs) return first
    this.#loadedAt = at
    const loading = (async () => {
      try {
        await inTime(this.#options.clock, async () => source.load?.(), 'The source of prices')
      } catch (error) {
        // One that hangs is not waited for again by the next call.
        if (first === undefined && !isByokError(error)) this.#loading = undefined
      }
      this.#hasLoaded = this.#loading !== undefined
      this.#edition += 1
    })()
    this.#loading ??= loading
    return this.#loading
  }

  /** The price of a model, or the one that the app assumes. */
  find({ provider, model, serviceTier }: PricedModel, at: number): FoundPrice | undefined {
    const { unknownPrice } = this.#options
    const found = this.#look(provider, model, at)
    const price = found === undefined ? undefined : priceAtServiceTier(found.price, serviceTier)
    if (found !== undefined && price !== undefined) return price === found.price ? found : { ...found, price }
    if (typeof unknownPrice === 'string') return undefined
    return { price: unknownPrice, version: 'assumed', caveat: 'assumed' }
  }

  /** What the usage of an attempt comes to. Where nothing was used, that is 0, whatever the price. */
  bill(model: PricedModel, usage: Usage | undefined, at: number): Bill {
    if (usage === undefined) return { cost: 0, savings: 0 }
    const found = this.find(model, at)
    if (found === undefined) return { cost: null, savings: null }
    const cost = costOf(found.price, usage)
    const { baseline } = this.#options
    const reference = this.#look(baseline.provider, baseline.model, at)
    const savings = savingsOf(cost, usage, reference?.price)
    return {
      cost,
      version: found.version,
      ...(found.caveat === undefined ? {} : { caveat: found.caveat }),
      savings,
      ...(reference === undefined || savings !== 0 ? {} : { excess: cost - costOf(reference.price, usage) }),
    }
  }

  /** A source that fails, or tells what is no price, knows none: no answer is lost for that. */
  #look(provider: string, model: string, at: number): FoundPrice | undefined {
    try {
      const found = this.#options.source.find(provider, model, at)
      if (found === undefined || this.#checked.has(found.price)) return found
      if (!isModelPrice(found.price)) return undefined
      this.#checked.add(found.price)
      return found
    } catch {
      return undefined
    }
  }
}
