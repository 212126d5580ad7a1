// Prices from the table of the package genai-prices, as bundled with it or as fetched since.

import { type Clock, systemClock } from '../core/clock.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { FoundPrice, PriceSource } from '../core/price.js'
import { refused } from './check-price.js'
import { type KeptTable, neededPart, TableShelf, type TextKeeper } from './kept-table.js'
import { findByName, type NameMatch } from './model-names.js'
import { downloadJson } from './price-download.js'
import { type PriceChoice, type PricedModel, type PriceTable, readPriceTable } from './price-table.js'
import { type PricedVendor, priceCorrections, pricedVendors } from './priced-vendors.js'
import { SharedRun } from './shared-run.js'

/** How prices are fetched, should the app ask for it. */
export interface GenaiPricesOptions {
  /** The address of the table. @default where genai-prices publishes it */
  readonly url?: string
  /** @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch
  /** @default the real clock */
  readonly clock?: Clock
  /** Where a fetched table is kept, for other processes and the next start. @default nowhere */
  readonly keeper?: TextKeeper
}

type Genai = typeof import('@pydantic/genai-prices')
type GenaiProvider = NonNullable<ReturnType<Genai['findProvider']>>

/** A name that means a model of the table, and what its prices are told as. */
interface Entry {
  readonly model: PricedModel
  readonly prices: ReadonlyMap<PriceChoice, FoundPrice>
}

/** More names than any catalogue has, in case callers make them up. */
const mostEntries = 10_000

/** The table that is in use. */
interface Loaded {
  readonly table: PriceTable
  readonly version: string
  /** By `provider/model`, the names that were looked up; `null` for what means nothing. */
  readonly entries: Map<string, Entry | null>
  /** When it was fetched. Absent: it came with the package. */
  readonly fetchedAt?: number
}

/** How long fetched prices count as today's. */
const validMs = 24 * 60 * 60 * 1_000

/** The table of this version of the package, told by its fingerprint: the package does not say which it is. */
const bundled = { fingerprint: 'd34e55d6', version: 'genai-prices 0.1.8 (2026-09-23)' }

const tableOptions = {
  sources: new Set([...pricedVendors.values()].flatMap(({ sources }) => sources)),
  freeSuffixes: new Map(
    [...pricedVendors.values()].flatMap(({ sources, freeSuffix }) =>
      freeSuffix === undefined ? [] : sources.map((source) => [source, freeSuffix] as const),
    ),
  ),
  corrections: priceCorrections,
}

/**
 * The prices of genai-prices, as its bundled table has them. Nothing is fetched unless `refresh` is called. What was
 * fetched stays with this source, and with the keeper where there is one: `load` takes up from there what others have
 * fetched, the first time and each time it is called again.
 *
 * A kept table goes before an older one and before the bundled one, also when it is stale. But where it is more than 24
 * hours old and was fetched beside another version of the package, nobody knows which of the two is newer; then the
 * bundled one counts. A kept table that cannot be read or believed is as good as none.
 *
 * A model is known by its exact name; by a documented alias; by the table's own rule, where that names a dated or
 * numbered version of it (see `findByName`); and by its name without a date, marked as assumed. Everything else is
 * unknown: never a price from a similar name, and never 0 for want of one. A model of a gateway is the gateway's alone.
 *
 * `find` knows nothing before `load`. `refresh` rejects, and the old prices stay, where the new table cannot be had or
 * cannot be believed; its prices are marked as stale after 24 hours. Throws `config` for an option that cannot be used.
 */
export function genaiPrices(
  options: GenaiPricesOptions = {},
): PriceSource & Required<Pick<PriceSource, 'load' | 'refresh'>> {
  const { url, fetch = globalThis.fetch, clock = systemClock, keeper } = options
  checkUrl(url)
  if (typeof fetch !== 'function') throw refused('prices.fetch', 'must be a function.')
  const shelf = keeper === undefined ? undefined : new TableShelf(keeper, clock)
  let genai: Genai | undefined
  let loaded: Loaded | undefined
  let loading: Promise<string> | undefined

  /** Loads the bundled table, and tells its fingerprint. */
  const loadBundled = async (): Promise<string> => {
    genai = await import('@pydantic/genai-prices')
    const { mark, ...bundledTable } = await readBundled(genai)
    loaded = bundledTable
    return mark
  }
  const loadOnce = (): Promise<string> => {
    loading ??= loadBundled().catch((cause: unknown) => {
      loading = undefined // the next call tries again
      throw new ByokError('internal', 'The prices could not be loaded.', { cause })
    })
    return loading
  }
  const isWanted = ({ fetchedAt, beside }: Omit<KeptTable, 'table'>, bundledMark: string): boolean => {
    const age = clock.date() - fetchedAt
    if (age < -validMs) return false // nobody's clock is a day ahead: it would be stale never
    return fetchedAt > (loaded?.fetchedAt ?? 0) && (age <= validMs || beside === bundledMark)
  }
  const takeUp = async (bundledMark: string): Promise<void> => {
    const kept = await shelf?.take()
    if (kept === undefined || !isWanted(kept, bundledMark)) return
    try {
      const read = await readFetched(kept.table, kept.fetchedAt)
      if (isWanted(kept, bundledMark)) loaded = read // a newer one may have been fetched meanwhile
    } catch {
      // It is broken, and the table at hand stays.
    }
  }
  const download = new SharedRun(async (signal) => {
    const beside = await loadOnce()
    const address = url ?? genai?.REMOTE_DATA_JSON_URL
    if (address === undefined) throw refused('prices.url', 'there is no address to fetch prices from.')
    const value = await downloadJson({ url: address, fetch, clock }, signal)
    const fetchedAt = clock.date()
    loaded = await readFetched(value, fetchedAt)
    await shelf?.put({ fetchedAt, beside, table: neededPart(value, tableOptions.sources) })
  })
  return {
    load: async () => takeUp(await loadOnce()),
    refresh: (signal) => download.join(signal),
    covers: (provider) => pricedVendors.has(provider),
    find(provider, model, at) {
      const vendor = pricedVendors.get(provider)
      if (vendor === undefined || loaded === undefined || genai === undefined) return undefined
      return findPrice({ vendor, provider, model, at, loaded, genai })
    },
  }
}

interface Question {
  readonly vendor: PricedVendor
  readonly provider: string
  readonly model: string
  readonly at: number
  readonly loaded: Loaded
  readonly genai: Genai
}

function findPrice({ vendor, provider, model, at, loaded, genai }: Question): FoundPrice | undefined {
  const entry = entryOf(`${provider}/${model}`, model, vendor, loaded)
  const choice = entry && choiceAt(entry.model.choices, at, genai)
  const found = choice && entry?.prices.get(choice)
  const isStale = loaded.fetchedAt !== undefined && at - loaded.fetchedAt > validMs
  return found !== undefined && isStale ? { ...found, caveat: 'stale' } : found
}

/** What a name means in the table that is in use; looked up once, since that takes longer than all the rest. */
function entryOf(name: string, model: string, vendor: PricedVendor, { table, version, entries }: Loaded) {
  const known = entries.get(name)
  if (known !== undefined) return known ?? undefined
  const { sources, prefix = '', aliases = {} } = vendor
  const found = findByName(model.startsWith(prefix) ? model.slice(prefix.length) : model, {
    indexes: sources.flatMap((source) => table.get(source) ?? []),
    aliases,
  })
  const entry = found === undefined ? null : { model: found.model, prices: pricesOf(found, vendor, version) }
  if (entries.size >= mostEntries) entries.clear()
  entries.set(name, entry)
  return entry ?? undefined
}

function pricesOf(
  { model, match }: { readonly model: PricedModel; readonly match: NameMatch },
  { serviceTiers, isAssumed }: PricedVendor,
  tableVersion: string,
): Map<PriceChoice, FoundPrice> {
  const { contextWindow, isCorrected } = model
  const version = isCorrected ? `${tableVersion}, corrected` : tableVersion
  const prices = new Map<PriceChoice, FoundPrice>()
  for (const choice of model.choices) {
    const { price } = choice
    if (price === undefined) continue
    const isFree = price.input === 0 && price.output === 0
    prices.set(choice, {
      price: serviceTiers === undefined ? price : { ...price, serviceTiers },
      version,
      ...(match === 'date' || (isAssumed === true && !isFree) ? { caveat: 'assumed' } : {}),
      ...(contextWindow === undefined || contextWindow === 0 ? {} : { contextWindow }),
    })
  }
  return prices
}

/**
 * Which price holds at a moment is for genai-prices to say. It is given the constraints alone, each with its place in
 * the list for a price, and a provider of one model, so that nothing of its own state is asked.
 */
function choiceAt(choices: readonly PriceChoice[], at: number, genai: Genai): PriceChoice | undefined {
  if (choices.length === 1) return choices[0]
  const timestamp = new Date(at)
  if (Number.isNaN(timestamp.getTime())) return undefined
  const prices = choices.map(({ constraint }, place) => ({
    prices: { input_mtok: place },
    ...(constraint === undefined ? {} : { constraint }),
  }))
  const only = { id: 'only', match: { equals: 'only' }, prices }
  const provider: GenaiProvider = { id: 'only', name: 'only', api_pattern: 'only', models: [only] }
  const chosen = genai.calcPrice({}, 'only', { provider, timestamp })
  return choices[Number(chosen?.model_price.input_mtok)]
}

/** A table as it was fetched, or as it was kept of that. Throws `invalid-response`. */
async function readFetched(value: unknown, fetchedAt: number): Promise<Loaded> {
  try {
    const table = readPriceTable(value, tableOptions)
    const day = new Date(fetchedAt).toISOString().slice(0, 10)
    const mark = await fingerprint(neededPart(value, tableOptions.sources))
    return { table, version: `genai-prices ${day} #${mark}`, entries: new Map(), fetchedAt }
  } catch (cause) {
    if (isByokError(cause)) throw cause
    // A rule of a hundred thousand lists in each other is JSON, and too deep to be written again.
    throw new ByokError('invalid-response', 'The table of prices cannot be used.', { cause })
  }
}

async function readBundled(genai: Genai): Promise<Loaded & { readonly mark: string }> {
  // A name that is not there may be answered with a provider of a similar one.
  const providers = [...tableOptions.sources].flatMap((id) => {
    const provider = genai.findProvider({ providerId: id })
    return provider?.id === id ? [provider] : []
  })
  const mark = await fingerprint(providers)
  const version = mark === bundled.fingerprint ? bundled.version : `genai-prices #${mark}`
  return { table: readPriceTable(providers, tableOptions), version, entries: new Map(), mark }
}

/** Eight characters that another table does not have by chance. */
async function fingerprint(table: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(table))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function checkUrl(url: unknown): void {
  if (url === undefined) return
  const protocol = typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'https:' && protocol !== 'http:')
    throw refused('prices.url', 'must be an address that begins with https:// or http://.')
}
