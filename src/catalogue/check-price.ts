// Checks the prices that an app gives: dollars a million tokens in, exact rates out.

import { ByokError } from '../core/errors.js'
import { fromUsd } from '../core/money.js'
import type { ModelPrice, Rate } from '../core/price.js'

/** US dollars for a million tokens, by kind. What is not given costs what `ModelPrice` says. */
export interface AppRates {
  readonly inputPerMillion?: number
  readonly outputPerMillion?: number
  readonly cacheReadPerMillion?: number
  readonly cacheWritePerMillion?: number
  readonly cacheWrite1hPerMillion?: number
  readonly audioInputPerMillion?: number
  readonly imageInputPerMillion?: number
  readonly audioOutputPerMillion?: number
  readonly imageOutputPerMillion?: number
}

/** Other rates for long prompts. They hold for every token of a call whose whole prompt is longer than `promptTokens`. */
export interface AppTier extends AppRates {
  readonly promptTokens: number
}

/** The app's own price of a model. */
export interface AppPrice extends AppRates {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** US dollars for each call, besides its tokens. @default 0 */
  readonly perCallUsd?: number
  /** In tokens: a shorter beginning of a prompt is not kept in the provider's cache. @default 1,024 */
  readonly cacheFromTokens?: number
  /** What a tier does not name keeps its ordinary rate. */
  readonly above?: readonly AppTier[]
}

type Fields = Readonly<Record<string, unknown>>
type Bucket = Exclude<keyof ModelPrice, 'perCall' | 'cacheFromTokens' | 'serviceTiers'>

const buckets: ReadonlyMap<string, Bucket> = new Map([
  ['inputPerMillion', 'input'],
  ['outputPerMillion', 'output'],
  ['cacheReadPerMillion', 'cacheRead'],
  ['cacheWritePerMillion', 'cacheWrite'],
  ['cacheWrite1hPerMillion', 'cacheWrite1h'],
  ['audioInputPerMillion', 'audioInput'],
  ['imageInputPerMillion', 'imageInput'],
  ['audioOutputPerMillion', 'audioOutput'],
  ['imageOutputPerMillion', 'imageOutput'],
])

/** A dollar a token, or a call. Whoever writes more has mistaken the unit. */
const mostDollars = 1_000_000

/** The longest piece of a foreign name that an error repeats. */
const shownLength = 80

/**
 * Reads one price; `field` says where it stands (`prices.local/llama`). Throws `config`, naming the field, for an unknown
 * name and for an amount that is not finite, is negative, or is more than $1,000,000.
 */
export function checkAppPrice(value: unknown, field: string): ModelPrice {
  const given = fieldsAt(value, field)
  const rates = new Map<Bucket, number>()
  let perCall = 0
  let cacheFromTokens: number | undefined
  let tiers: readonly Tier[] = []
  for (const [name, amount] of Object.entries(given)) {
    const bucket = buckets.get(name)
    if (amount === undefined) continue
    if (bucket !== undefined) rates.set(bucket, dollarsAt(amount, `${field}.${name}`))
    else if (name === 'perCallUsd') perCall = dollarsAt(amount, `${field}.${name}`)
    else if (name === 'cacheFromTokens') cacheFromTokens = tokensAt(amount, `${field}.cacheFromTokens`)
    else if (name === 'above') tiers = tiersAt(amount, `${field}.above`)
    else
      throw refused(
        `${field}.${name.slice(0, shownLength)}`,
        unknownName(['perCallUsd', 'cacheFromTokens', 'above']),
      )
  }
  for (const tier of tiers) {
    for (const bucket of tier.rates.keys()) {
      if (!rates.has(bucket)) throw refused(tier.field, `has a rate that ${field} itself does not give.`)
    }
  }
  const price: Partial<Record<Bucket, Rate>> = {}
  for (const [bucket, base] of rates) price[bucket] = rateOf(bucket, base, tiers)
  const { input, output, ...others } = price
  if (input === undefined) throw refused(`${field}.inputPerMillion`, 'is missing. Write 0 for what is free.')
  if (output === undefined)
    throw refused(`${field}.outputPerMillion`, 'is missing. Write 0 for what is free.')
  return {
    input,
    output,
    ...others,
    ...(perCall === 0 ? {} : { perCall }),
    ...(cacheFromTokens === undefined ? {} : { cacheFromTokens }),
  }
}

/** The value as an object with fields of its own. Throws `config`. */
export function fieldsAt(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Symbol.iterator in value)
    throw refused(field, 'must be a plain object.')
  return value as Fields // just checked
}

/** The error for a price that cannot be used. */
export function refused(field: string, why: string, cause?: unknown): ByokError {
  return new ByokError('config', `${field}: ${why}`, { field, ...(cause === undefined ? {} : { cause }) })
}

interface Tier {
  readonly field: string
  readonly above: number
  readonly rates: ReadonlyMap<Bucket, number>
}

function tiersAt(value: unknown, field: string): readonly Tier[] {
  if (!Array.isArray(value)) throw refused(field, 'must be a list.')
  const tiers = value.map((entry: unknown, index) => tierAt(entry, `${field}[${index}]`))
  tiers.sort((one, other) => one.above - other.above)
  const again = tiers.find((tier, index) => tier.above === tiers[index + 1]?.above)
  if (again !== undefined) throw refused(again.field, `names ${again.above} promptTokens a second time.`)
  return tiers
}

function tierAt(value: unknown, field: string): Tier {
  const rates = new Map<Bucket, number>()
  const { promptTokens, ...given } = fieldsAt(value, field)
  const above = tokensAt(promptTokens, `${field}.promptTokens`)
  for (const [name, amount] of Object.entries(given)) {
    if (amount === undefined) continue
    const bucket = buckets.get(name)
    if (bucket === undefined)
      throw refused(`${field}.${name.slice(0, shownLength)}`, unknownName(['promptTokens']))
    rates.set(bucket, dollarsAt(amount, `${field}.${name}`))
  }
  return { field, above, rates }
}

function rateOf(bucket: Bucket, base: number, tiers: readonly Tier[]): Rate {
  const steps = tiers.flatMap(({ above, rates }) => {
    const rate = rates.get(bucket)
    return rate === undefined ? [] : [{ above, rate }]
  })
  return steps.length === 0 ? base : { base, tiers: steps }
}

function tokensAt(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refused(field, 'must be a whole number of tokens.')
  return value
}

/** Whole nano-dollars. */
function dollarsAt(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw refused(field, 'must be a finite number of US dollars.')
  if (value < 0 || value > mostDollars)
    throw refused(field, `must be from 0 to ${mostDollars} US dollars, and is ${value}.`)
  return fromUsd(value)
}

function unknownName(others: readonly string[]): string {
  return `there is no such field. Known are ${[...buckets.keys(), ...others].join(', ')}.`
}
