// Prices from the catalogue: those that the app gives there, and those of the snapshot.

import type { ModelInfo } from '../core/model-info.js'
import type { FoundPrice, PriceSource } from '../core/price.js'
import { checkAppPrice } from './check-price.js'
import type { ModelBook } from './model-book.js'
import { snapshotDate, snapshotProviders } from './snapshot-facts.js'

/** The prices that an app gives in its `catalogue`: its own, like those of `prices`. `undefined` where it gives none. */
export function cataloguePrices(additions: readonly ModelInfo[]): PriceSource | undefined {
  const providers = new Map<string, Map<string, FoundPrice>>()
  for (const { provider, model, price } of additions) {
    if (price === undefined) continue
    const models = providers.get(provider) ?? new Map<string, FoundPrice>()
    providers.set(provider, models)
    models.set(model, { price: checkAppPrice(price, 'catalogue'), version: 'app' })
  }
  if (providers.size === 0) return undefined
  return {
    covers: (provider) => providers.has(provider),
    find: (provider, model) => providers.get(provider)?.get(model),
  }
}

/**
 * The prices of the snapshot, to stand behind all others: they were right on the day of its sources, and every one is
 * marked as assumed. A name means that model and no other.
 */
export function snapshotPrices(book: ModelBook): PriceSource {
  const version = `catalogue ${snapshotDate}`
  /** A source tells the same price again, so that it need not be looked at again. */
  const found = new WeakMap<ModelInfo, FoundPrice>()
  return {
    load: () => book.load(),
    covers: (provider) => snapshotProviders.includes(provider),
    find(provider, model) {
      const row = book.find(provider, model)
      if (row?.price === undefined) return undefined
      const known = found.get(row)
      if (known !== undefined) return known
      const { contextWindow } = row
      const told: FoundPrice = {
        price: checkAppPrice(row.price, 'catalogue'),
        version,
        caveat: 'assumed',
        ...(contextWindow === undefined ? {} : { contextWindow }),
      }
      found.set(row, told)
      return told
    },
  }
}
