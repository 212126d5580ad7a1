// Finds the key for a call, and says whose it is.

import type { CredentialSource } from '../core/attempt.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { keysOf } from './key-format.js'
import { onlyKey, type PooledKey } from './pooled-key.js'

/** For whom and for what a key is wanted. */
export interface KeyContext {
  readonly provider: string
  readonly tenant?: string
  readonly user?: string
}

/** One of several keys for a provider. */
export interface KeyEntry {
  /** What `health()` and events call it. @default its place in the list, from 1 */
  readonly id?: string
  readonly value: string
  /** How often it is taken, beside the others. @default 1 */
  readonly weight?: number
}

/** Finds a key when it is needed: in a session, a database, a vault. `undefined` where there is none. */
export type KeyFunction = (context: KeyContext) => FoundKeys | Promise<FoundKeys>

/** What a key function finds. */
export type FoundKeys = string | readonly KeyEntry[] | undefined | null

/** What stands in `keys` for a provider. */
export type KeySetting = string | readonly KeyEntry[] | KeyFunction

/** The keys that were found for a call: at least one. */
export interface Credential {
  readonly keys: readonly PooledKey[]
  readonly source: CredentialSource
}

/** The keys that came with one request. */
export type RequestKeys = ReadonlyMap<string, Secret>

/**
 * Keys by provider: the request's, then the app's setting. Plain strings are the app's own and serve every call; but a
 * request that brings keys of its own is never moved on to the app's, nor is a tenant for whom a key function has none.
 */
export class KeyResolver {
  readonly #settings: ReadonlyMap<string, readonly PooledKey[] | KeyFunction>

  constructor(settings: ReadonlyMap<string, readonly PooledKey[] | KeyFunction>) {
    this.#settings = settings
  }

  /**
   * The key for a call, or `undefined` where there is none. `carrier` is what the app's own client or transport pays
   * with; a client keeps its key whatever stands in the settings. At once where no key function is to be asked. Rejects
   * with `no-key` when the app's key function fails.
   */
  resolve(
    context: KeyContext,
    requestKeys: RequestKeys,
    carrier?: Credential,
  ): Credential | undefined | Promise<Credential | undefined> {
    const own = requestKeys.get(context.provider)
    if (own !== undefined) return { keys: onlyKey(own), source: 'request' }
    if (requestKeys.size > 0) return undefined
    const setting = this.#settings.get(context.provider)
    if (typeof setting === 'function') return found(setting, context, carrier)
    const ownKey = carrier?.keys[0]?.secret
    return setting === undefined || ownKey !== undefined ? carrier : { keys: setting, source: 'app' }
  }
}

/** What a key function finds, or what the app pays with where it has nothing for the app itself. */
async function found(
  setting: KeyFunction,
  context: KeyContext,
  carrier: Credential | undefined,
): Promise<Credential | undefined> {
  const keys = await ask(setting, context)
  const hasTenant = context.tenant !== undefined
  const hasNone = keys === undefined || keys === null || keys === '' || isEmptyList(keys)
  if (hasNone) return hasTenant ? undefined : carrier
  return { keys: keysOf(keys, context.provider), source: hasTenant ? 'tenant' : 'app' }
}

function isEmptyList(found: unknown): boolean {
  return Array.isArray(found) && found.length === 0
}

async function ask(find: KeyFunction, context: KeyContext): Promise<unknown> {
  try {
    return await find(context)
  } catch (cause) {
    if (isByokError(cause)) throw cause
    throw new ByokError('no-key', `The key function for "${context.provider}" failed.`, {
      cause,
      isRetryable: true,
      provider: context.provider,
    })
  }
}
