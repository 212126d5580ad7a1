// What an attempt cost.

import type { Money } from '../core/money.js'
import type { ModelPrice } from '../core/price.js'
import type { Usage } from '../core/usage.js'

/** Knows prices. */
export interface PriceSource {
  /** What this usage costs, or `null` where the price of the model is unknown. Never a made-up 0. */
  price(provider: string, model: string, usage: Usage): Money | null
}

/** Knows no price at all. */
export const unknownPrices: PriceSource = { price: () => null }

/** Placeholder until exact prices stand. */
export declare function costOf(price: ModelPrice, usage: Usage): Money
export declare function boundOf(price: ModelPrice, promptTokens: number): { base: Money; perToken: Money }
