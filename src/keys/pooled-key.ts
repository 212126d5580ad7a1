// A key among those that may be used for a call.

import type { Secret } from '../core/secret.js'

/** A key among those that may be used for a call. `secret` is absent where the provider needs none. */
export interface PooledKey {
  readonly id: string
  readonly weight: number
  readonly secret?: Secret
  /** An app's own client holds it, and may renew it at any time: a refusal says nothing about the next call. */
  readonly isRenewed?: true
}

/** What stands for the key of a provider that needs none. */
export const withoutSecret: readonly PooledKey[] = [{ id: 'none', weight: 1 }]

/** A single key. */
export function onlyKey(secret: Secret): readonly PooledKey[] {
  return [{ id: '1', weight: 1, secret }]
}
