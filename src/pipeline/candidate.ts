// A model that will be asked: whose key pays for it, and how long it may take.

import { patienceWith } from '../catalogue/patience.js'
import { withoutSecret } from '../keys/pooled-key.js'
import type { Credential } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import type { AttemptLimits } from '../resilience/deadline.js'
import { attemptLimits, type GivenLimits } from '../resilience/limits.js'
import type { ModelReference } from '../routing/model-reference.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'

/** A model that will be asked, the keys for it, and how long it may take. */
export interface Candidate extends ModelReference {
  readonly entry: RegisteredProvider
  readonly credential: Credential
  readonly limits: AttemptLimits
}

/** Makes candidates of one request. */
export class Candidates {
  readonly #limits: GivenLimits
  readonly #promptTokens: number

  constructor(request: PreparedRequest, promptTokens: number) {
    this.#limits = request.limits
    this.#promptTokens = promptTokens
  }

  /** Its limits are worked out when it is asked: most candidates never are. */
  of({ provider, model }: ModelReference, entry: RegisteredProvider, credential: Credential): Candidate {
    const given = this.#limits
    const promptTokens = this.#promptTokens
    let limits: AttemptLimits | undefined
    return {
      provider,
      model,
      entry,
      credential,
      get limits() {
        const { isLocal = false } = entry
        limits ??= attemptLimits(given, { isLocal, promptTokens, patienceMs: patienceWith(model) })
        return limits
      },
    }
  }
}

/** The keys for a provider; `undefined` where there are none. Throws `no-key` where the app's key function fails. */
export async function credentialFor(
  entry: RegisteredProvider,
  request: PreparedRequest,
  parts: Pick<Parts, 'keys'>,
): Promise<Credential | undefined> {
  const { tenant, user } = request.labels
  const context = {
    provider: entry.id,
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
  }
  const credential = await parts.keys.resolve(context, request.keys, carrierOf(entry))
  return (
    credential ?? (entry.needsKey || entry.isAppsOwn ? undefined : { source: 'none', keys: withoutSecret })
  )
}

/** What a provider authenticates with by itself, as the app: such a call the app pays. */
export function carrierOf({ isAppsOwn, needsKey, ownKey }: RegisteredProvider): Credential | undefined {
  if (!isAppsOwn || needsKey) return undefined
  if (ownKey === undefined) return { source: 'app', keys: withoutSecret }
  return { source: 'app', keys: [{ id: 'client', weight: 1, secret: ownKey, isRenewed: true }] }
}
