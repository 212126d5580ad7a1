// What an app asks of `checkKey`.

import { secretOf } from '../keys/key-format.js'
import type { PreparedKeyQuestion } from '../pipeline/check-key.js'
import { nameAt, readSafely, recordAt, refuseUnknown } from './check.js'
import { checkSignal } from './check-request.js'

/** Which key is to be checked. */
export interface KeyQuestion {
  readonly provider: string
  /** @default the key that a request of this tenant would be paid with */
  readonly key?: string | undefined
  readonly tenant?: string | undefined
  /** The model to ask. @default the provider's default model */
  readonly model?: string | undefined
  readonly signal?: AbortSignal | undefined
}

const names: { readonly [Name in keyof Required<KeyQuestion>]: true } = {
  provider: true,
  key: true,
  tenant: true,
  model: true,
  signal: true,
}

/** The question, checked. Throws `invalid-request`, and `invalid-key-format` for such a key. */
export function checkKeyQuestion(value: unknown): PreparedKeyQuestion {
  return readSafely('checkKey', () => {
    const given = recordAt(value, 'checkKey')
    refuseUnknown(given, Object.keys(names), 'checkKey')
    const provider = nameAt(given.provider, 'provider')
    return {
      provider,
      key: given.key === undefined ? undefined : secretOf(given.key, provider),
      tenant: given.tenant === undefined ? undefined : nameAt(given.tenant, 'tenant'),
      model: given.model === undefined ? undefined : nameAt(given.model, 'model'),
      signal: given.signal === undefined ? undefined : checkSignal(given.signal),
    }
  })
}
