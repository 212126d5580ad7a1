// Finds the key for a call, and says whose it is.

import type { CredentialSource } from '../core/attempt.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Secret } from '../core/secret.js'
import { secretOf } from './key-format.js'

/** For whom and for what a key is wanted. */
export interface KeyContext {
  readonly provider: string
  readonly tenant?: string
  readonly user?: string
}

/** Finds a key when it is needed: in a session, a database, a vault. `undefined` where there is none. */
export type KeyFunction = (
  context: KeyContext,
) => string | undefined | null | Promise<string | undefined | null>

/** What stands in `keys` for a provider. */
export type KeySetting = string | KeyFunction

/** A key that was found. `key` is absent where the provider needs none. */
export interface Credential {
  readonly key?: Secret
  readonly source: CredentialSource
}

/** The keys that came with one request. */
export type RequestKeys = ReadonlyMap<string, Secret>

/**
 * Keys by provider: the request's, then the app's setting. Plain strings are the app's own and serve every call; but a
 * request that brings keys of its own is never moved on to the app's, nor is a tenant for whom a key function has none.
 */
export class KeyResolver {
  readonly #settings: ReadonlyMap<string, Secret | KeyFunction>

  constructor(settings: ReadonlyMap<string, Secret | KeyFunction>) {
    this.#settings = settings
  }

  /**
   * The key for a call, or `undefined` where there is none. `carrier` is what the app's own client or transport pays
   * with; a client keeps its key whatever stands in the settings. Throws `no-key` when the app's key function fails.
   */
  async resolve(
    context: KeyContext,
    requestKeys: RequestKeys,
    carrier?: Credential,
  ): Promise<Credential | undefined> {
    const own = requestKeys.get(context.provider)
    if (own !== undefined) return { key: own, source: 'request' }
    if (requestKeys.size > 0) return undefined
    const setting = this.#settings.get(context.provider)
    const hasTenant = context.tenant !== undefined
    if (typeof setting === 'function') {
      const value = await ask(setting, context)
      if (value === undefined || value === null || value === '') return hasTenant ? undefined : carrier
      return { key: secretOf(value, context.provider), source: hasTenant ? 'tenant' : 'app' }
    }
    return setting === undefined || carrier?.key !== undefined ? carrier : { key: setting, source: 'app' }
  }
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
