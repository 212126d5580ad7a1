// What an app may say when it builds a handler; checked at once, with every default decided.

import { type Clock, systemClock } from '../core/clock.js'
import type { ProviderAdapter } from '../core/contracts.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { secretOf } from '../keys/key-format.js'
import type { KeyFunction, KeySetting } from '../keys/resolver.js'
import type { DeltaCallbacks, FailoverPolicy } from '../pipeline/prepared-request.js'
import type { AnswerLimits } from '../providers/answer-reader.js'
import type { ProviderSetting } from '../providers/registry.js'
import { type ModelReference, parseModelReference } from '../routing/model-reference.js'
import {
  booleanAt,
  closest,
  type Fields,
  functionAt,
  invalid,
  listAt,
  nameAt,
  objectAt,
  textAt,
  wholeNumberAt,
  wordAt,
} from './check.js'
import { checkModel } from './check-model.js'
import { checkCallbacks, checkChat, checkTimeout, extraHeaders, type Limits } from './check-request.js'
import { type CompletionRequest, inOurWords, type TimeoutOptions } from './completion-request.js'

/** Hears what has no better place to go. It never sees a key. */
export interface Logger {
  warn(message: string, details?: unknown): void
}

/** Options that a request may leave to the handler. */
export type RequestDefaults = Pick<
  CompletionRequest,
  | 'model'
  | 'system'
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'stop'
  | 'seed'
  | 'reasoning'
  | 'toolChoice'
  | 'parallelToolCalls'
  | 'responseFormat'
>

/** The options of a handler. */
export interface HandlerOptions {
  /** Keys by provider: text, or a function that finds one for a tenant. Plain text serves every call. */
  readonly keys?: Readonly<Record<string, KeySetting>>
  /** What differs from the known vendors, and providers of the app's own. `false` switches one off. */
  readonly providers?: Readonly<Record<string, ProviderSetting | false>>
  /** Providers from outside this package. */
  readonly adapters?: readonly ProviderAdapter[]
  /** Names for models: one, or several to try in order. */
  readonly models?: Readonly<Record<string, string | readonly string[]>>
  /** Sent where a request does not say otherwise. */
  readonly defaults?: RequestDefaults
  readonly failover?: {
    /** @default 5 */
    readonly maxCandidates?: number
    /** A stream that fails before output is asked for once more without streaming. @default true */
    readonly streamFallback?: boolean
    /** What happens when a stream breaks after output was seen: it throws, with what had come. */
    readonly midStream?: 'error'
  }
  /** A number is the total in milliseconds. */
  readonly timeout?: number | TimeoutOptions
  readonly limits?: {
    /** The longest server-sent event that is taken, in bytes. @default 1 MiB */
    readonly maxEventBytes?: number
    /** The longest answer that is taken, in bytes. @default 32 MiB */
    readonly maxResponseBytes?: number
  }
  /** Heard for every request, besides its own. */
  readonly callbacks?: DeltaCallbacks
  /** An option that the model cannot honour is an error instead of a warning. @default false */
  readonly strict?: boolean
  /** Mends tool arguments that are no whole JSON, and says so in `byok.repairs`. @default false */
  readonly repairToolArguments?: boolean
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
  readonly logger?: Logger
}

/** The options with every default decided. */
export interface HandlerSettings {
  readonly keys: ReadonlyMap<string, Secret | KeyFunction>
  readonly providers: ReadonlyMap<string, ProviderSetting | false>
  readonly adapters: readonly ProviderAdapter[]
  readonly aliases: ReadonlyMap<string, readonly ModelReference[]>
  readonly defaults: Fields
  readonly failover: FailoverPolicy
  readonly timeout: Limits
  readonly limits: AnswerLimits
  readonly callbacks: DeltaCallbacks | undefined
  readonly strict: boolean
  readonly repairToolArguments: boolean
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly logger: Logger | undefined
}

const defaultLimits: Limits = { totalMs: 300_000, firstTokenMs: 120_000, idleMs: 120_000, tailMs: 10_000 }

const defaultNames = new Set([
  ...['model', 'system', 'maxTokens', 'temperature', 'topP', 'stop', 'seed', 'reasoning', 'toolChoice'],
  ...['parallelToolCalls', 'responseFormat'],
])

/** The options, checked. Throws `config` for a setting that cannot work, `invalid-key-format` for such a key. */
export function checkHandlerOptions(value: unknown): HandlerSettings {
  try {
    return check(objectAt(value ?? {}, 'options'))
  } catch (error) {
    if (!isByokError(error) || error.code !== 'invalid-request') throw error
    throw new ByokError('config', error.message, error.field === undefined ? {} : { field: error.field })
  }
}

type OptionChecks = { readonly [Name in keyof Required<HandlerOptions>]: true }

const optionNames: OptionChecks = {
  keys: true,
  providers: true,
  adapters: true,
  models: true,
  defaults: true,
  failover: true,
  timeout: true,
  limits: true,
  callbacks: true,
  strict: true,
  repairToolArguments: true,
  fetch: true,
  clock: true,
  logger: true,
}

function check(options: Fields): HandlerSettings {
  refuseUnknown(options, Object.keys(optionNames), 'option')
  const failover = objectAt(options.failover ?? {}, 'failover')
  refuseUnknown(failover, ['maxCandidates', 'streamFallback', 'midStream'], 'failover')
  if (failover.midStream !== undefined) wordAt(failover.midStream, 'failover.midStream', ['error'])
  const limits = objectAt(options.limits ?? {}, 'limits')
  refuseUnknown(limits, ['maxEventBytes', 'maxResponseBytes'], 'limits')
  const { fetch, clock, logger } = options
  const aliases = checkAliases(options.models ?? {})
  return {
    keys: checkKeys(options.keys ?? {}),
    providers: new Map(Object.entries(objectAt(options.providers ?? {}, 'providers')).map(checkProvider)),
    adapters: checkAdapters(options.adapters ?? []),
    aliases,
    defaults: checkDefaults(options.defaults ?? {}, aliases),
    failover: {
      maxCandidates: wholeNumberAt(failover.maxCandidates ?? 5, 'failover.maxCandidates', 1),
      streamFallback: booleanAt(failover.streamFallback ?? true, 'failover.streamFallback'),
    },
    timeout: checkTimeout(options.timeout, defaultLimits),
    limits: {
      maxEventBytes: wholeNumberAt(limits.maxEventBytes ?? 1024 * 1024, 'limits.maxEventBytes', 1024),
      maxResponseBytes: wholeNumberAt(
        limits.maxResponseBytes ?? 32 * 1024 * 1024,
        'limits.maxResponseBytes',
        1024,
      ),
    },
    callbacks: options.callbacks === undefined ? undefined : checkCallbacks(options.callbacks),
    strict: booleanAt(options.strict ?? false, 'strict'),
    repairToolArguments: booleanAt(options.repairToolArguments ?? false, 'repairToolArguments'),
    fetch: fetch === undefined ? globalThis.fetch : (functionAt(fetch, 'fetch') as typeof globalThis.fetch), // the app's own
    clock:
      clock === undefined ? systemClock : (withMethods(clock, 'clock', clockMethods) as unknown as Clock), // it has them all
    logger: logger === undefined ? undefined : (withMethods(logger, 'logger', ['warn']) as unknown as Logger), // it has it
  }
}

function refuseUnknown(fields: Fields, known: readonly string[], what: string): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue
    const meant = closest(name, known)
    const hint = meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${meant}?`
    throw invalid(
      name.slice(0, 64),
      `there is no such ${what === 'option' ? 'option' : `field of ${what}`}. ${hint}`,
    )
  }
}

function checkKeys(value: unknown): Map<string, Secret | KeyFunction> {
  const keys = new Map<string, Secret | KeyFunction>()
  for (const [provider, setting] of Object.entries(objectAt(value, 'keys'))) {
    if (setting === undefined) continue
    keys.set(provider, typeof setting === 'function' ? (setting as KeyFunction) : secretOf(setting, provider)) // its result is checked
  }
  return keys
}

function checkProvider([id, value]: [string, unknown]): [string, ProviderSetting | false] {
  if (id === '' || id.includes('/'))
    throw invalid('providers', `"${id}" is no name for a provider: it may not be empty or hold a slash.`)
  if (value === false) return [id, false]
  const field = `providers.${id}`
  const setting = objectAt(value, field)
  refuseUnknown(
    setting,
    ['dialect', 'baseURL', 'keys', 'defaultModel', 'headers', 'streaming', 'client', 'transport'],
    field,
  )
  if (setting.dialect !== undefined)
    wordAt(setting.dialect, `${field}.dialect`, ['openai-chat', 'openai-responses', 'anthropic-messages'])
  if (setting.baseURL !== undefined) nameAt(setting.baseURL, `${field}.baseURL`)
  if (setting.keys !== undefined) wordAt(setting.keys, `${field}.keys`, ['none'])
  if (setting.defaultModel !== undefined) nameAt(setting.defaultModel, `${field}.defaultModel`)
  if (setting.headers !== undefined) extraHeaders(setting.headers, `${field}.headers`)
  if (setting.streaming !== undefined) booleanAt(setting.streaming, `${field}.streaming`)
  if (setting.client !== undefined)
    functionAt(objectAt(setting.client, `${field}.client`).post, `${field}.client.post`)
  if (setting.transport !== undefined)
    functionAt(objectAt(setting.transport, `${field}.transport`).send, `${field}.transport.send`)
  return [id, setting as ProviderSetting] // its fields have just been checked
}

function checkAdapters(value: unknown): ProviderAdapter[] {
  return listAt(value, 'adapters').map((entry, index) => {
    const field = `adapters[${index}]`
    const adapter = objectAt(entry, field)
    if (nameAt(adapter.id, `${field}.id`).includes('/')) throw invalid(`${field}.id`, 'may not hold a slash.')
    functionAt(adapter.stream, `${field}.stream`)
    return adapter as unknown as ProviderAdapter // it has what is used of one
  })
}

function checkAliases(value: unknown): Map<string, ModelReference[]> {
  const aliases = new Map<string, ModelReference[]>()
  for (const [alias, models] of Object.entries(objectAt(value, 'models'))) {
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

function checkDefaults(value: unknown, aliases: HandlerSettings['aliases']): Fields {
  try {
    const fields = inOurWords(value)
    for (const name of Object.keys(fields)) {
      if (!defaultNames.has(name))
        throw invalid(name, `has no default. Known are ${[...defaultNames].join(', ')}.`)
    }
    // Whether the tool that must be called is offered can only be said of a request.
    const { model = 'auto', toolChoice: _toolChoice, ...rest } = fields
    checkModel(model, aliases)
    checkChat({ ...rest, prompt: '' })
    return fields
  } catch (error) {
    if (!isByokError(error)) throw error
    throw new ByokError('config', `defaults.${error.message}`, { field: `defaults.${error.field}` })
  }
}

const clockMethods = ['now', 'date', 'random', 'timer']

function withMethods(value: unknown, field: string, names: readonly string[]): Fields {
  const object = objectAt(value, field)
  for (const name of names) functionAt(object[name], `${field}.${name}`)
  return object
}
