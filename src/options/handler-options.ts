// What an app may say when it builds a handler; checked at once, with every default decided.

import { type Clock, systemClock } from '../core/clock.js'
import type { ProviderAdapter } from '../core/contracts.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { ModelInfo } from '../core/model-info.js'
import { keysOf } from '../keys/key-format.js'
import type { PooledKey } from '../keys/pooled-key.js'
import type { KeyFunction, KeySetting } from '../keys/resolver.js'
import type { DeltaCallbacks, FailoverPolicy } from '../pipeline/prepared-request.js'
import type { ProviderSetting } from '../providers/registry.js'
import type { BreakerOptions } from '../resilience/breaker.js'
import type { GivenLimits } from '../resilience/limits.js'
import type { RetryOptions } from '../resilience/retry.js'
import { type ModelReference, parseModelReference } from '../routing/model-reference.js'
import type { AppTokenCounter } from '../routing/token-counter.js'
import type { AnswerLimits } from '../wire/sse.js'
import {
  booleanAt,
  type Fields,
  functionAt,
  invalid,
  listAt,
  notThere,
  objectAt,
  readSafely,
  recordAt,
  refuseUnknown,
  textAt,
  wholeNumberAt,
  wordAt,
} from './check.js'
import { checkCatalogue } from './check-catalogue.js'
import { checkDefaults, type RequestDefaults } from './check-defaults.js'
import { checkMoney, type MoneyOptions, type MoneySettings, moneyOptionNames } from './check-money.js'
import { checkAdapters, checkProviders } from './check-providers.js'
import { checkCallbacks, checkTimeout } from './check-request.js'
import {
  type ConcurrencyOptions,
  type ConcurrencySettings,
  checkBreaker,
  checkConcurrency,
  checkRetry,
} from './check-resilience.js'
import { type ChoiceOptions, type ChoiceSettings, checkChoice, choiceOptionNames } from './check-routing.js'
import type { Loose, TimeoutOptions } from './completion-request.js'

/** Hears what has no better place to go. It never sees a key. */
export interface Logger {
  warn(message: string, details?: unknown): void
}

/** A provider's setting, with `undefined` as not given. */
interface LooseProvider extends Loose<Omit<ProviderSetting, 'headers'>> {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
}

/** The options of a handler. `undefined` is not given everywhere. */
export interface HandlerOptions extends MoneyOptions, ChoiceOptions {
  /** Keys by provider: text, several as `{ id, value, weight }`, or a function that finds them for a tenant. Text serves every call. */
  readonly keys?: Readonly<Record<string, KeySetting | undefined>> | undefined
  /** What differs from the known vendors, and providers of the app's own. `false` switches one off. */
  readonly providers?: Readonly<Record<string, LooseProvider | false | undefined>> | undefined
  /** Providers from outside this package. */
  readonly adapters?: readonly ProviderAdapter[] | undefined
  /** Names for models: one, or several to try in order. */
  readonly models?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
  /** Models of the app's own, and corrections of those that are known: what is given here goes before it, field by field. */
  readonly catalogue?: readonly ModelInfo[] | undefined
  /** Sent where a request does not say otherwise. */
  readonly defaults?: RequestDefaults | undefined
  /** What happens when a model fails. */
  readonly failover?:
    | {
        /** The most models that one request asks. @default 5 */
        readonly maxCandidates?: number | undefined
        /** A stream that fails before output is asked for once more without streaming. @default true */
        readonly streamFallback?: boolean | undefined
        /**
         * What happens when a stream breaks after output was seen. `error`: it throws, with what had come. `restart`: in
         * `streamCompletion` the next candidate gives a whole new answer; an `attempt` event marked `restarted` says that what was shown is void.
         * @default 'error'
         */
        readonly midStream?: 'error' | 'restart' | undefined
      }
    | undefined
  /** When the same model is asked again. `maxRetries: 0` switches it off. */
  readonly retry?: Loose<Partial<RetryOptions>> | undefined
  /** When a model that fails is not asked any more, and for how long. */
  readonly breaker?: Loose<Partial<BreakerOptions>> | undefined
  /** How many calls may be under way at once. */
  readonly concurrency?: ConcurrencyOptions | undefined
  /** A number is the total in milliseconds. What is set here holds for every provider. */
  readonly timeout?: number | TimeoutOptions | undefined
  /** The sizes beyond which an answer is not read on. */
  readonly limits?:
    | {
        /** The longest server-sent event that is taken, in bytes. @default 1 MiB */
        readonly maxEventBytes?: number | undefined
        /** The longest answer that is taken, in bytes. @default 32 MiB */
        readonly maxResponseBytes?: number | undefined
      }
    | undefined
  /** Heard for every request, besides its own. */
  readonly callbacks?: Loose<DeltaCallbacks> | undefined
  /** An option that the model cannot honour is an error instead of a warning. @default false */
  readonly strict?: boolean | undefined
  /** Mends tool arguments that are no whole JSON, and says so in `byok.repairs`. @default false */
  readonly repairToolArguments?: boolean | undefined
  /**
   * Counts the tokens of a text for a model, at once, instead of the built-in guess (about 4 characters a token for
   * alphabetic scripts, 1 for Chinese, Japanese and Korean). Where it throws or gives no number from 0, the guess stands,
   * with a warning. Budgets hold an upper bound of their own.
   */
  readonly countTokens?: AppTokenCounter | undefined
  /** Sends the requests of the SDKs, instead of the global `fetch`: for a proxy, or a test. Not those of a `client`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Tells the time, sets timers and draws random numbers, instead of the system: for tests. */
  readonly clock?: Clock | undefined
  /** Hears what has no better place to go, such as a listener that throws. @default nobody */
  readonly logger?: Logger | undefined
}

/** The options with every default decided. */
export interface HandlerSettings {
  readonly keys: ReadonlyMap<string, readonly PooledKey[] | KeyFunction>
  readonly providers: ReadonlyMap<string, ProviderSetting | false>
  readonly adapters: readonly ProviderAdapter[]
  readonly aliases: ReadonlyMap<string, readonly ModelReference[]>
  readonly catalogue: readonly ModelInfo[]
  readonly defaults: Fields
  readonly failover: FailoverPolicy
  readonly timeout: GivenLimits
  readonly retry: RetryOptions
  readonly breaker: BreakerOptions
  readonly concurrency: ConcurrencySettings
  readonly limits: AnswerLimits
  readonly money: MoneySettings
  readonly choice: ChoiceSettings
  readonly callbacks: DeltaCallbacks | undefined
  readonly strict: boolean
  readonly repairToolArguments: boolean
  readonly countTokens: AppTokenCounter | undefined
  /** Absent where the global one is used. */
  readonly fetch: typeof globalThis.fetch | undefined
  readonly clock: Clock
  readonly logger: Logger | undefined
}

/** The options, checked. Throws `config` for a setting that cannot work, `invalid-key-format` for such a key. */
export function checkHandlerOptions(value: unknown): HandlerSettings {
  try {
    return readSafely('options', () => check(recordAt(value ?? {}, 'options')))
  } catch (error) {
    if (!isByokError(error) || error.code !== 'invalid-request') throw error
    const { message, field, cause } = error
    throw new ByokError('config', message, { cause, ...(field === undefined ? {} : { field }) })
  }
}

const optionNames: { readonly [Name in keyof Required<HandlerOptions>]: true } = {
  keys: true,
  providers: true,
  adapters: true,
  models: true,
  catalogue: true,
  defaults: true,
  failover: true,
  timeout: true,
  retry: true,
  breaker: true,
  concurrency: true,
  limits: true,
  ...moneyOptionNames,
  ...choiceOptionNames,
  callbacks: true,
  strict: true,
  repairToolArguments: true,
  countTokens: true,
  fetch: true,
  clock: true,
  logger: true,
}

function check(options: Fields): HandlerSettings {
  refuseUnknown(options, Object.keys(optionNames), undefined, advice)
  const failover = recordAt(options.failover ?? {}, 'failover')
  refuseUnknown(failover, ['maxCandidates', 'streamFallback', 'midStream'], 'failover')
  const limits = recordAt(options.limits ?? {}, 'limits')
  refuseUnknown(limits, ['maxEventBytes', 'maxResponseBytes'], 'limits')
  const { countTokens, fetch, clock, logger } = options
  const aliases = checkAliases(options.models ?? {})
  return {
    keys: checkKeys(options.keys ?? {}),
    providers: checkProviders(options.providers ?? {}),
    adapters: checkAdapters(options.adapters ?? []),
    aliases,
    catalogue: checkCatalogue(options.catalogue),
    defaults: checkDefaults(options.defaults ?? {}, aliases),
    failover: {
      maxCandidates: wholeNumberAt(failover.maxCandidates ?? 5, 'failover.maxCandidates', 1),
      streamFallback: booleanAt(failover.streamFallback ?? true, 'failover.streamFallback'),
      midStream: wordAt(failover.midStream ?? 'error', 'failover.midStream', ['error', 'restart']),
    },
    timeout: checkTimeout(options.timeout, {}),
    retry: checkRetry(options.retry),
    breaker: checkBreaker(options.breaker),
    concurrency: checkConcurrency(options.concurrency),
    limits: {
      maxEventBytes: wholeNumberAt(limits.maxEventBytes ?? 1024 * 1024, 'limits.maxEventBytes', 1024),
      maxResponseBytes: wholeNumberAt(
        limits.maxResponseBytes ?? 32 * 1024 * 1024,
        'limits.maxResponseBytes',
        1024,
      ),
    },
    money: checkMoney(options),
    choice: checkChoice(options),
    callbacks: options.callbacks === undefined ? undefined : checkCallbacks(options.callbacks),
    strict: booleanAt(options.strict ?? false, 'strict'),
    repairToolArguments: booleanAt(options.repairToolArguments ?? false, 'repairToolArguments'),
    countTokens:
      countTokens === undefined ? undefined : (functionAt(countTokens, 'countTokens') as AppTokenCounter), // its result is checked
    fetch: fetch === undefined ? undefined : (functionAt(fetch, 'fetch') as typeof globalThis.fetch), // the app's own
    clock:
      clock === undefined ? systemClock : (withMethods(clock, 'clock', clockMethods) as unknown as Clock), // it has them all
    logger: logger === undefined ? undefined : (withMethods(logger, 'logger', ['warn']) as unknown as Logger), // it has it
  }
}

/** Options that people know from elsewhere, and what to do instead. */
const advice: ReadonlyMap<string, string> = new Map([
  ['apiKey', 'Use keys: { provider: key }.'],
  ['maxRetries', 'Use retry: { maxRetries }.'],
  ['baseURL', 'Use providers: { name: { baseURL } }.'],
  ...['accessPlans', 'governance', 'hosts', 'keyFallback', 'vault'].map((name) => [name, notThere] as const),
])

function checkKeys(value: unknown): Map<string, readonly PooledKey[] | KeyFunction> {
  const keys = new Map<string, readonly PooledKey[] | KeyFunction>()
  for (const [provider, setting] of Object.entries(recordAt(value, 'keys'))) {
    if (setting === undefined) continue
    keys.set(provider, typeof setting === 'function' ? (setting as KeyFunction) : keysOf(setting, provider)) // its result is checked
  }
  return keys
}

function checkAliases(value: unknown): Map<string, ModelReference[]> {
  const aliases = new Map<string, ModelReference[]>()
  for (const [alias, models] of Object.entries(recordAt(value, 'models'))) {
    if (models === undefined) continue
    const field = `models.${alias}`
    if (alias === 'auto' || alias === '') throw invalid(field, 'cannot be the name of an alias.')
    const list = typeof models === 'string' ? [models] : listAt(models, field)
    if (list.length === 0) throw invalid(field, 'must name at least one model.')
    aliases.set(
      alias,
      list.map((model) => parseModelReference(textAt(model, field), field)),
    )
  }
  return aliases
}

const clockMethods: readonly (keyof Clock)[] = ['now', 'date', 'random', 'timer']

function withMethods(value: unknown, field: string, names: readonly string[]): Fields {
  const object = objectAt(value, field)
  for (const name of names) functionAt(object[name], `${field}.${name}`)
  return object
}
