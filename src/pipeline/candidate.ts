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
  of(reference: ModelReference, entry: RegisteredProvider, credential: Credential): Candidate {
    return new LimitedCandidate(reference, entry, credential, this)
  }

  limitsOf({ model }: ModelReference, { isLocal = false }: RegisteredProvider): AttemptLimits {
    return attemptLimits(this.#limits, {
      isLocal,
      promptTokens: this.#promptTokens,
      patienceMs: patienceWith(model),
    })
  }
}

class LimitedCandidate implements Candidate {
  readonly provider: string
  readonly model: string
  readonly entry: RegisteredProvider
  readonly credential: Credential
  readonly #maker: Candidates
  #limits: AttemptLimits | undefined

  constructor(
    { provider, model }: ModelReference,
    entry: RegisteredProvider,
    credential: Credential,
    maker: Candidates,
  ) {
    this.provider = provider
    this.model = model
    this.entry = entry
    this.credential = credential
    this.#maker = maker
  }

  get limits(): AttemptLimits {
    this.#limits ??= this.#maker.limitsOf(this, this.entry)
    return this.#limits
  }
}

/**
 * The keys for a provider; `undefined` where there are none. At once where no function of the app has to be asked; where
 * that fails, it rejects with `no-key`.
 */
export function credentialFor(
  entry: RegisteredProvider,
  request: PreparedRequest,
  parts: Pick<Parts, 'keys'>,
): Credential | undefined | Promise<Credential | undefined> {
  const { tenant, user } = request.labels
  const context: { provider: string; tenant?: string; user?: string } = { provider: entry.id }
  if (tenant !== undefined) context.tenant = tenant
  if (user !== undefined) context.user = user
  const credential = parts.keys.resolve(context, request.keys, carrierOf(entry))
  return credential instanceof Promise
    ? credential.then((found) => found ?? keyless(entry))
    : (credential ?? keyless(entry))
}

/** What a provider is asked with that takes no key. */
function keyless({ needsKey, isAppsOwn }: RegisteredProvider): Credential | undefined {
  return needsKey || isAppsOwn ? undefined : { source: 'none', keys: withoutSecret }
}

/** What a provider authenticates with by itself, as the app: such a call the app pays. */
export function carrierOf({ isAppsOwn, needsKey, ownKey }: RegisteredProvider): Credential | undefined {
  if (!isAppsOwn || needsKey) return undefined
  if (ownKey === undefined) return { source: 'app', keys: withoutSecret }
  return { source: 'app', keys: [{ id: 'client', weight: 1, secret: ownKey, isRenewed: true }] }
}
