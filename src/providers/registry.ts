// The providers of one handler: known vendors, the app's own, and adapters from outside.

import type { AdapterSurroundings, ProviderAdapter, Transport } from '../core/contracts.js'
import { ByokError } from '../core/errors.js'
import { Secret } from '../core/secret.js'
import type { DialectName } from '../wire/dialect.js'
import type { AnswerLimits } from '../wire/sse.js'
import { lazyAdapter } from './lazy-adapter.js'
import type { ProviderRow } from './presets/row.js'
import { presetFor } from './presets.js'
import type { SdkClient } from './sdk-transport.js'

/** What an app says of a provider: only what differs from the known vendor's row, or a provider of its own. */
export interface ProviderSetting {
  /** @default the vendor's, or 'openai-chat' */
  readonly dialect?: DialectName
  /** As that dialect's SDK takes it: OpenAI's ends in `/v1`, Anthropic's does not. */
  readonly baseURL?: string
  /** `none` for a server that asks for no key. */
  readonly keys?: 'none'
  /** The one model of this provider that `auto` may ask. @default any that the catalogue knows, else the vendor's */
  readonly defaultModel?: string
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** `false`: this provider is asked for whole answers from the start. */
  readonly streaming?: boolean
  /** A client of the official SDK that the app has configured; it keeps its own key and address. */
  readonly client?: SdkClient
  /** Carries the requests instead of the SDK. */
  readonly transport?: Transport
}

/** A provider that is ready to be asked. */
export interface RegisteredProvider {
  readonly id: string
  readonly adapter: ProviderAdapter
  readonly needsKey: boolean
  /** The adapter comes from outside this package: what it says is checked. */
  readonly isForeign?: boolean
  /** What carries the requests is the app's and may authenticate as the app: not for a request that brings keys. */
  readonly isAppsOwn?: boolean
  /** What the app's client authenticates with. It is not sent, only kept out of sight. */
  readonly ownKey?: Secret
  readonly defaultModel: string | null
  /** The app itself has set it: `auto` asks no other model of this provider. */
  readonly isDefaultTheApps?: boolean
  readonly streams: boolean
  /** A server of one's own: slow to begin, and worth waiting for. */
  readonly isLocal?: boolean
  /** Absent where an adapter from outside speaks its own way. */
  readonly dialect?: DialectName
}

/** What the registry is built from. */
export interface RegistryParts {
  /** Settings by provider; `false` switches one off. */
  readonly settings: ReadonlyMap<string, ProviderSetting | false>
  readonly adapters: readonly ProviderAdapter[]
  /** Providers that have a key, in the app's order. */
  readonly keyed: readonly string[]
  readonly limits: AnswerLimits
  readonly surroundings: AdapterSurroundings
}

/** Finds providers by id; an adapter is made when it is first needed. Throws `config` for a setting that cannot work. */
export class ProviderRegistry {
  readonly #parts: RegistryParts
  readonly #made = new Map<string, RegisteredProvider>()
  readonly #order: readonly string[]

  constructor(parts: RegistryParts) {
    this.#parts = parts
    for (const adapter of parts.adapters) {
      const needsKey = parts.keyed.includes(adapter.id)
      const { id } = adapter
      this.#made.set(id, { id, adapter, needsKey, isForeign: true, defaultModel: null, streams: true })
    }
    for (const [id, setting] of parts.settings) if (setting !== false) rowOf(id, setting)
    for (const id of parts.keyed) {
      if (!this.has(id) && parts.settings.get(id) !== false) throw unusable(id)
    }
    const named = [...parts.keyed, ...parts.settings.keys(), ...parts.adapters.map((adapter) => adapter.id)]
    this.#order = [...new Set(named)].filter((id) => this.has(id))
  }

  /** True for a provider that can be asked, as far as settings go. */
  has(id: string): boolean {
    const setting = this.#parts.settings.get(id)
    if (setting === false) return false
    return this.#made.has(id) || setting !== undefined || (presetFor(id)?.baseURL ?? null) !== null
  }

  get(id: string): RegisteredProvider | undefined {
    if (!this.has(id)) return undefined
    let provider = this.#made.get(id)
    if (provider === undefined) {
      provider = this.#make(id)
      this.#made.set(id, provider)
    }
    return provider
  }

  /** The providers that the app named, in its order. */
  configured(): readonly string[] {
    return this.#order
  }

  #make(id: string): RegisteredProvider {
    const setting = this.#parts.settings.get(id) || {}
    const row = rowOf(id, setting)
    const { client, transport } = setting
    const ownKey = client === undefined ? undefined : keyOf(client)
    return {
      id,
      adapter: this.#adapter(row, setting, ownKey),
      needsKey: row.keys === 'required' && client === undefined,
      isAppsOwn: client !== undefined || transport !== undefined,
      ...(ownKey === undefined ? {} : { ownKey }),
      defaultModel: row.defaultModel,
      isDefaultTheApps: setting.defaultModel !== undefined,
      streams: row.streaming !== false,
      isLocal: row.local === true || (row.keys === 'none' && isLoopback(row.baseURL)),
      dialect: row.dialect,
    }
  }

  /** What it takes to speak with a provider is loaded with its first request: most apps use few of the dialects. */
  #adapter(row: ProviderRow, setting: ProviderSetting, ownKey: Secret | undefined): ProviderAdapter {
    const { limits, surroundings } = this.#parts
    const { client, transport } = setting
    return lazyAdapter(row.id, async () => {
      const { adapterOf } = await import('./vendor-adapter.js')
      return adapterOf({ row, limits, surroundings, client, ownKey, transport })
    })
  }
}

/** The vendor's row with what the app says of it laid over. */
function rowOf(id: string, setting: ProviderSetting): ProviderRow {
  const preset = presetFor(id)
  const baseURL = setting.baseURL ?? preset?.baseURL ?? null
  const ownsAddress = setting.client !== undefined || setting.transport !== undefined
  if (baseURL === null && !ownsAddress)
    throw config(
      id,
      'baseURL',
      'is needed for a provider that is not known, or that each customer has an own address of.',
    )
  if (baseURL !== null && !/^https?:$/.test(protocolOf(baseURL)))
    throw config(id, 'baseURL', 'must be an http: or https: address.')
  if (baseURL !== null && hasCredentials(baseURL)) {
    throw config(id, 'baseURL', 'must not hold a user name or password: a key belongs in `keys`.')
  }
  const streaming = setting.streaming ?? preset?.streaming
  const quirks =
    preset !== undefined && (setting.dialect ?? preset.dialect) === preset.dialect ? preset.quirks : undefined
  return {
    id,
    dialect: setting.dialect ?? preset?.dialect ?? 'openai-chat',
    baseURL: baseURL?.replace(/\/+$/, '') ?? null,
    keys: setting.keys ?? preset?.keys ?? 'required',
    keyVariables: preset?.keyVariables ?? [],
    defaultModel: setting.defaultModel ?? preset?.defaultModel ?? null,
    headers: { ...preset?.headers, ...setting.headers },
    ...(streaming === false ? { streaming } : {}),
    ...(quirks === undefined ? {} : { quirks }),
  }
}

/** What a client authenticates with, read when it is needed: a key that comes from a function changes. */
function keyOf(client: SdkClient): Secret {
  return new Secret(() => {
    const { apiKey, authToken, adminAPIKey } = client
    return [apiKey, authToken, adminAPIKey].find((value) => typeof value === 'string') ?? ''
  })
}

/** The error for a key of a provider that cannot be reached. */
function unusable(id: string): ByokError {
  const why =
    presetFor(id) === undefined
      ? `there is no provider "${id}". Known ones need only a key; others a baseURL in providers.${id}.`
      : `"${id}" needs a baseURL or a client in providers.${id} besides its key.`
  return new ByokError('config', `keys.${id}: ${why}`, { field: `keys.${id}` })
}

function hasCredentials(address: string): boolean {
  const { username, password } = new URL(address)
  return username !== '' || password !== ''
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : ''
}

function config(id: string, field: string, why: string): ByokError {
  return new ByokError('config', `providers.${id}.${field}: ${why}`, { field: `providers.${id}.${field}` })
}

/** An address on the machine itself. */
function isLoopback(baseURL: string | null): boolean {
  if (baseURL === null) return false
  const { hostname } = new URL(baseURL)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
