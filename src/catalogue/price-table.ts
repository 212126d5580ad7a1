// Reads genai-prices' table, bundled or fetched, into exact prices, and refuses one that is broken.

import { ByokError } from '../core/errors.js'
import { fromUsd } from '../core/money.js'
import type { ModelPrice, Rate } from '../core/price.js'
import { type NamedModel, NameIndex, readRule } from './model-names.js'
import type { PriceCorrection } from './priced-vendors.js'

/** From when, or at which hours, a price holds. In the form that genai-prices takes. */
export type PriceConstraint =
  | { readonly type: 'start_date'; readonly start_date: string }
  | { readonly type: 'time_of_date'; readonly start_time: string; readonly end_time: string }

/** One of the prices that a model has had, or has at some hours. */
export interface PriceChoice {
  readonly constraint?: PriceConstraint
  /** `undefined`: it has one that cannot be told from counts of tokens, or none. */
  readonly price: ModelPrice | undefined
}

/** A model of the table. */
export interface PricedModel extends NamedModel {
  /** The last one whose constraint is met holds. */
  readonly choices: readonly PriceChoice[]
  readonly contextWindow?: number
  /** The table was wrong here, and has been put right. */
  readonly isCorrected: boolean
}

/** The models of each provider, by the provider's name in the table. */
export type PriceTable = ReadonlyMap<string, NameIndex<PricedModel>>

/** How a table is read. */
export interface TableOptions {
  /** The providers that are needed; the others are not looked at. */
  readonly sources: ReadonlySet<string>
  /** By provider: a model whose name ends so, and which has no price at all, is free. */
  readonly freeSuffixes: ReadonlyMap<string, string>
  readonly corrections: readonly PriceCorrection[]
}

/**
 * Reads a table. Throws `invalid-response` for one that is not what it should be: an amount that is negative, not
 * finite, no number or beyond all measure, a provider or model without a name, no prices at all. What may well be right
 * and is only new (another unit, another kind of constraint) leaves the price of that model unknown.
 */
export function readPriceTable(value: unknown, options: TableOptions): PriceTable {
  if (!Array.isArray(value)) throw broken('it is no list of providers')
  const table = new Map<string, NameIndex<PricedModel>>()
  let known = 0
  for (const provider of value) {
    const { id, models } = fieldsOf(provider, 'a provider')
    if (typeof id !== 'string') throw broken('a provider has no id')
    if (!options.sources.has(id)) continue
    if (!Array.isArray(models)) throw broken(`${shown(id)} has no list of models`)
    if (table.has(id)) throw broken(`${shown(id)} is there twice`)
    const read = models.map((model: unknown) => readModel(model, id, options))
    known += read.filter(({ choices }) => choices.some(({ price }) => price !== undefined)).length
    table.set(id, new NameIndex(read))
  }
  if (known === 0) throw broken('there are no prices in it')
  return table
}

type Fields = Readonly<Record<string, unknown>>
type Bucket = Exclude<keyof ModelPrice, 'perCall' | 'cacheFromTokens' | 'serviceTiers'>

const buckets: ReadonlyMap<string, Bucket> = new Map([
  ['input_mtok', 'input'],
  ['output_mtok', 'output'],
  ['cache_read_mtok', 'cacheRead'],
  ['cache_write_mtok', 'cacheWrite'],
  ['cache_write_1h_mtok', 'cacheWrite1h'],
  ['input_audio_mtok', 'audioInput'],
  ['input_image_mtok', 'imageInput'],
  ['output_audio_mtok', 'audioOutput'],
  ['output_image_mtok', 'imageOutput'],
])

/** Dollars for a thousand calls. */
const callFee = 'requests_kcount'

/** What is charged besides the tokens for something that the app asked for, or kinds that a provider's counts mix with text. */
const besides: ReadonlySet<string> = new Set([
  'web_searches_kcount',
  'storage_searches_kcount',
  'cache_audio_read_mtok',
  'cache_image_read_mtok',
])

/** Dollars for a million tokens, or a thousand calls: nothing has ever cost a hundredth of it. */
const mostDollars = 100_000

function readModel(value: unknown, source: string, options: TableOptions): PricedModel {
  const { id, match, prices: given, context_window: window } = fieldsOf(value, `a model of ${source}`)
  if (typeof id !== 'string' || id === '') throw broken(`a model of ${shown(source)} has no id`)
  const name = `${source}/${id}`
  const correction = options.corrections.find(
    (fault) => fault.source === source && fault.id === id && canonical(fault.was) === canonical(given),
  )
  const freeSuffix = options.freeSuffixes.get(source)
  const isFree = freeSuffix !== undefined && id.endsWith(freeSuffix) && canonical(given) === '{}'
  const { names, rules } = readRule(match)
  return {
    names: [id, ...names].filter((other) => !isFree || other.endsWith(freeSuffix)),
    rules: isFree ? [] : rules,
    choices: isFree ? [{ price: { input: 0, output: 0 } }] : readChoices(correction?.is ?? given, name),
    ...(isCount(window) ? { contextWindow: window } : {}),
    isCorrected: correction !== undefined,
  }
}

function readChoices(value: unknown, name: string): readonly PriceChoice[] {
  if (!Array.isArray(value)) return [{ price: readPrice(value, name) }]
  if (value.length === 0) throw broken(`${shown(name)} has an empty list of prices`)
  const choices: PriceChoice[] = []
  for (const entry of value) {
    const { constraint, prices } = fieldsOf(entry, `a price of ${name}`)
    const price = readPrice(prices, name)
    if (constraint === undefined) choices.push({ price })
    else {
      const known = readConstraint(constraint)
      if (known === undefined) return [{ price: undefined }]
      choices.push({ constraint: known, price })
    }
  }
  return choices
}

function readConstraint(value: unknown): PriceConstraint | undefined {
  const { type, start_date, start_time, end_time, ...others } = fieldsOf(value, 'a constraint')
  if (Object.keys(others).length > 0) return undefined
  if (isDate(start_date) && start_time === undefined && end_time === undefined)
    return type === undefined || type === 'start_date' ? { type: 'start_date', start_date } : undefined
  if (isTime(start_time) && isTime(end_time) && start_date === undefined)
    return type === undefined || type === 'time_of_date'
      ? { type: 'time_of_date', start_time, end_time }
      : undefined
  return undefined
}

function readPrice(value: unknown, name: string): ModelPrice | undefined {
  const rates: Partial<Record<Bucket, Rate>> = {}
  let perCall = 0
  let isWhole = true
  for (const [key, amount] of Object.entries(fieldsOf(value, `the price of ${name}`))) {
    if (amount === undefined || amount === null) continue
    const rate = readRate(amount, `${name}.${key}`)
    const bucket = buckets.get(key)
    if (bucket !== undefined) rates[bucket] = rate
    else if (key === callFee && typeof rate === 'number') perCall = Math.ceil(rate / 1_000)
    else if (!besides.has(key)) isWhole = false
  }
  const { input, output, ...others } = rates
  if (!isWhole || input === undefined || output === undefined) return undefined
  const isFree = isAllZero(input) && isAllZero(output)
  if (!isFree && (hasZero(input) || hasZero(output))) return undefined
  // A cache or a kind that is said to be free beside a price for text is not believed: it costs what text costs.
  const believed = Object.entries(others).filter(([, rate]) => isFree || !hasZero(rate))
  return { input, output, ...Object.fromEntries(believed), ...(perCall === 0 ? {} : { perCall }) }
}

/** Dollars as whole nano-dollars. */
function readRate(value: unknown, name: string): Rate {
  if (typeof value === 'number') return readAmount(value, name)
  const { base, tiers } = fieldsOf(value, name)
  if (!Array.isArray(tiers)) throw broken(`${shown(name)} is no price`)
  const read = tiers.map((tier: unknown) => {
    const { start, price } = fieldsOf(tier, name)
    if (!isCount(start)) throw broken(`${shown(name)} has a tier that begins nowhere`)
    return { above: start, rate: readAmount(price, name) }
  })
  read.sort((one, other) => one.above - other.above)
  return { base: readAmount(base, name), tiers: read }
}

function readAmount(value: unknown, name: string): number {
  if (typeof value !== 'number' || !(value >= 0) || value > mostDollars)
    throw broken(`${shown(name)} is no amount of dollars`)
  return fromUsd(value)
}

function amountsOf(rate: Rate): readonly number[] {
  return typeof rate === 'number' ? [rate] : [rate.base, ...rate.tiers.map((tier) => tier.rate)]
}

function isAllZero(rate: Rate): boolean {
  return amountsOf(rate).every((amount) => amount === 0)
}

function hasZero(rate: Rate): boolean {
  return amountsOf(rate).includes(0)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const time = Date.parse(`${value}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(value)
}

function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(value)
  )
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(`${shown(what)} is no object`)
  return value as Fields // just checked
}

/** The same text for the same JSON, whatever the order of its fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}

function broken(why: string): ByokError {
  return new ByokError('invalid-response', `The table of prices cannot be used: ${why}.`)
}
