// Checks what an app says about money: budgets, rate limits, prices, the store.

import { type AppPrices, appPrices, layeredPrices } from '../catalogue/app-prices.js'
import { checkAppPrice } from '../catalogue/check-price.js'
import type { PriceSource } from '../core/price.js'
import type { Store } from '../core/store.js'
import type { Approval } from '../cost/admission.js'
import type { BudgetLimit, RateLimit } from '../cost/budget-limit.js'
import type { UnknownPrice } from '../cost/pricing.js'
import type { Redaction } from '../cost/recorded-text.js'
import { type ModelReference, parseModelReference } from '../routing/model-reference.js'
import { type Fields, functionAt, listAt, nameAt, objectAt, textAt, wordAt } from './check.js'
import {
  type BudgetOption,
  checkBudget,
  checkRateLimit,
  type RateLimitOption,
  refuseUnkept,
} from './check-budgets.js'

/** The options about money. */
export interface MoneyOptions {
  /** Limits on what may be spent. */
  readonly budgets?: readonly BudgetOption[] | undefined
  /** The app's own limits on how much may begin; beyond them calls are refused with `rate-limited` and `retryAfterMs`. */
  readonly rateLimits?: readonly RateLimitOption[] | undefined
  /** Asked where a budget with `onExceed: 'approve'` would be exceeded. An error, or 30 s of silence, is a no. */
  readonly approve?: Approval | undefined
  /** The app's own prices by `provider/model` or `provider/*`, or a source of them. They go before the known ones. */
  readonly prices?: AppPrices | PriceSource | undefined
  /**
   * Models without a known price under a money budget: refused with `price-unknown`, let through as if they cost
   * nothing, or priced as said here. @default 'deny'
   */
  readonly unknownPrice?: 'deny' | 'allow' | AppPrices[string] | undefined
  /** The model that savings are measured against. @default 'openai/gpt-4o' */
  readonly savingsBaseline?: string | undefined
  /** Where budgets are counted and usage is kept. It is not closed with the handler. @default in this process' memory */
  readonly store?: Store | undefined
  /** Whether calls are refused or go on, unbooked, while the store cannot be reached. @default 'deny' */
  readonly onStoreError?: 'deny' | 'allow' | undefined
  /**
   * Usage records keep what prompts and answers say, at most 64 KB each: `true` without keys, a function without what it
   * takes out besides. Where it throws, or gives no text, nothing is kept. @default false
   */
  readonly recordText?: boolean | Redaction | undefined
  /**
   * Makes the fingerprints of keys the same in every process; limits on keys need it where there is a `store`.
   * @default random: they mean something in this process alone
   */
  readonly fingerprintSecret?: string | undefined
}

/** The options about money, every default decided. `store` and the known prices are the handler's to add. */
export interface MoneySettings {
  readonly budgets: readonly BudgetLimit[]
  readonly rateLimits: readonly RateLimit[]
  readonly approve: Approval | undefined
  readonly prices: PriceSource | undefined
  readonly unknownPrice: UnknownPrice
  readonly savingsBaseline: ModelReference
  readonly store: Store | undefined
  readonly onStoreError: 'deny' | 'allow'
  readonly redact: Redaction | undefined
  readonly fingerprintSecret: string | undefined
}

export const moneyOptionNames: { readonly [Name in keyof Required<MoneyOptions>]: true } = {
  budgets: true,
  rateLimits: true,
  approve: true,
  prices: true,
  unknownPrice: true,
  savingsBaseline: true,
  store: true,
  onStoreError: true,
  recordText: true,
  fingerprintSecret: true,
}

/** The options about money, checked. */
export function checkMoney(options: Fields): MoneySettings {
  const { approve, prices, store, fingerprintSecret, savingsBaseline = 'openai/gpt-4o' } = options
  const budgets = listAt(options.budgets ?? [], 'budgets').map((one, at) =>
    checkBudget(one, `budgets[${at}]`),
  )
  const rateLimits = listAt(options.rateLimits ?? [], 'rateLimits').flatMap((one, at) =>
    checkRateLimit(one, `rateLimits[${at}]`),
  )
  refuseUnkept([...budgets, ...rateLimits], { approve, store, fingerprintSecret })
  return {
    budgets,
    rateLimits,
    approve: approve === undefined ? undefined : (functionAt(approve, 'approve') as Approval), // the app's own
    prices: prices === undefined ? undefined : checkPrices(prices),
    unknownPrice: checkUnknownPrice(options.unknownPrice ?? 'deny'),
    savingsBaseline: parseModelReference(textAt(savingsBaseline, 'savingsBaseline'), 'savingsBaseline'),
    store: store === undefined ? undefined : checkStore(store),
    onStoreError: wordAt(options.onStoreError ?? 'deny', 'onStoreError', ['deny', 'allow']),
    redact: checkRedaction(options.recordText ?? false),
    fingerprintSecret:
      fingerprintSecret === undefined ? undefined : nameAt(fingerprintSecret, 'fingerprintSecret'),
  }
}

function checkRedaction(value: unknown): Redaction | undefined {
  if (typeof value === 'boolean') return value ? (text) => text : undefined
  return functionAt(value, 'recordText') as Redaction // its result is checked
}

function checkPrices(value: unknown): PriceSource {
  const source = objectAt(value, 'prices')
  if (typeof source.find !== 'function') return appPrices(value)
  for (const name of ['load', 'refresh'])
    if (source[name] !== undefined) functionAt(source[name], `prices.${name}`)
  return layeredPrices(value as PriceSource) // it has what is used of one
}

function checkUnknownPrice(value: unknown): UnknownPrice {
  return value === 'deny' || value === 'allow' ? value : checkAppPrice(value, 'unknownPrice')
}

const storeMethods: readonly (keyof Store)[] = [
  'admit',
  'renew',
  'commit',
  'release',
  'readCounters',
  'records',
  'get',
  'set',
  'delete',
  'list',
  'close',
]

function checkStore(value: unknown): Store {
  const store = objectAt(value, 'store')
  for (const name of storeMethods) functionAt(store[name], `store.${name}`)
  return value as Store // it has them all
}
