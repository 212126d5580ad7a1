// The app's own prices, and how one source of prices goes before another.

import { isByokError } from '../core/errors.js'
import type { FoundPrice, PriceSource } from '../core/price.js'
import { type AppPrice, checkAppPrice, fieldsAt, refused } from './check-price.js'

/** Prices by `provider/model`; `provider/*` is for every model of a provider that is not named itself. */
export type AppPrices = Readonly<Record<string, AppPrice>>

/** Stands in the records of what an app's own price has paid for. */
const version = 'app'

const everyModel = '*'

/**
 * The prices that an app gives, in US dollars for a million tokens. They are exact: a name means that model and no
 * other. Throws `config`, naming the field, for what is no price. `field` says which option it is.
 *
 * @example
 * appPrices({ 'openai/gpt-x': { inputPerMillion: 2, outputPerMillion: 8 }, 'ollama/*': { inputPerMillion: 0, outputPerMillion: 0 } })
 */
export function appPrices(value: unknown, field = 'prices'): PriceSource {
  const found = new Map<string, FoundPrice>()
  for (const [name, price] of readSafely(field, () => Object.entries(fieldsAt(value, field)))) {
    if (price === undefined) continue
    const at = `${field}.${name.slice(0, 200)}`
    if (!/^[^/]+\/./s.test(name)) throw refused(at, 'is no model. Write "provider/model" or "provider/*".')
    found.set(name, { price: readSafely(at, () => checkAppPrice(price, at)), version })
  }
  const providers = new Set([...found.keys()].map((name) => name.slice(0, name.indexOf('/'))))
  return {
    covers: (provider) => providers.has(provider),
    find: (provider, model) => found.get(`${provider}/${model}`) ?? found.get(`${provider}/${everyModel}`),
  }
}

/**
 * Asks one source after the other: the first that knows a model tells its price. An app's own prices go before those of
 * a table.
 */
export function layeredPrices(...sources: readonly PriceSource[]): PriceSource {
  const refreshable = sources.filter((source) => source.refresh !== undefined)
  const refresh = async (signal?: AbortSignal): Promise<void> => {
    await Promise.all(refreshable.map((source) => source.refresh?.(signal)))
  }
  return {
    async load() {
      await Promise.all(sources.map((source) => source.load?.()))
    },
    covers: (provider) => sources.some((source) => source.covers?.(provider) ?? true),
    find(provider, model, at) {
      for (const source of sources) {
        const found = source.find(provider, model, at)
        if (found !== undefined) return found
      }
      return undefined
    },
    ...(refreshable.length === 0 ? {} : { refresh }),
  }
}

/** What a getter or a proxy throws is no foreign error, but a price that cannot be used. */
function readSafely<Result>(field: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw isByokError(cause) ? cause : refused(field, 'reading it failed.', cause)
  }
}
