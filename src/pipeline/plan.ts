// Which models a request will try, in order, and whose key pays for each. No call is made, and nothing is changed.

import { ByokError, isByokError } from '../core/errors.js'
import type { Credential } from '../keys/resolver.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'
import type { Parts, ProviderEntry } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'

/** A model that will be asked, and the key for it. */
export interface Candidate extends ModelReference {
  readonly entry: ProviderEntry
  readonly credential: Credential
}

/** A model that will not be asked, and why. */
export interface ExcludedModel extends ModelReference {
  readonly reason: string
}

/** The decision. */
export interface Plan {
  readonly candidates: readonly Candidate[]
  readonly excluded: readonly ExcludedModel[]
}

/**
 * Finds the candidates of a request: the named models in their order, or for `auto` every provider that has a key, with
 * its default model. Throws `invalid-request` for a provider that nobody knows, `no-key` when no candidate has a key.
 */
export async function makePlan(request: PreparedRequest, parts: Parts): Promise<Plan> {
  const wanted = request.models === 'auto' ? defaults(parts) : request.models
  const candidates: Candidate[] = []
  const excluded: ExcludedModel[] = []
  let lookupFailure: ByokError | undefined
  for (const reference of wanted) {
    if (candidates.length === request.failover.maxCandidates) {
      excluded.push({ ...reference, reason: `more than ${request.failover.maxCandidates} candidates` })
      continue
    }
    const entry = parts.providers.get(reference.provider)
    if (entry === undefined) {
      throw new ByokError('invalid-request', `There is no provider "${reference.provider.slice(0, 100)}".`, {
        field: 'model',
      })
    }
    try {
      const credential = await credentialFor(entry, request, parts)
      if (credential === undefined) excluded.push({ ...reference, reason: `no key for "${entry.id}"` })
      else candidates.push({ ...reference, entry, credential })
    } catch (error) {
      if (!isByokError(error)) throw error
      lookupFailure ??= error
      excluded.push({ ...reference, reason: error.message })
    }
  }
  if (candidates.length === 0) throw lookupFailure ?? noKey(wanted, request)
  return { candidates: order(candidates, request, parts), excluded }
}

function defaults(parts: Parts): ModelReference[] {
  const references: ModelReference[] = []
  for (const id of parts.providers.configured()) {
    const model = parts.providers.get(id)?.defaultModel
    if (model) references.push({ provider: id, model })
  }
  return references
}

async function credentialFor(
  entry: ProviderEntry,
  request: PreparedRequest,
  parts: Parts,
): Promise<Credential | undefined> {
  const { tenant, user } = request.labels
  const context = {
    provider: entry.id,
    ...(tenant === undefined ? {} : { tenant }),
    ...(user === undefined ? {} : { user }),
  }
  const credential = await parts.keys.resolve(context, request.keys)
  // A request that brings keys is never paid by a client that the app has configured.
  if (credential === undefined && entry.isAppsOwn && request.keys.size > 0) return undefined
  return credential ?? (entry.needsKey ? undefined : { source: entry.isAppsOwn ? 'app' : 'none' })
}

/** What a re-ranker adds or drops is undone: it may only reorder. */
function order(
  candidates: readonly Candidate[],
  request: PreparedRequest,
  parts: Parts,
): readonly Candidate[] {
  const rest = [...candidates]
  const ordered: Candidate[] = []
  for (const reference of parts.reRank(candidates, request)) {
    const at = rest.findIndex((candidate) => nameOf(candidate) === nameOf(reference))
    ordered.push(...rest.splice(at, at === -1 ? 0 : 1))
  }
  return [...ordered, ...rest]
}

function noKey(wanted: readonly ModelReference[], request: PreparedRequest): ByokError {
  const providers = [...new Set(wanted.map((reference) => reference.provider))]
  const [provider, other] = providers
  if (provider === undefined) {
    return new ByokError(
      'no-key',
      'No provider has a key. Give one in `keys`, or name a model of a provider that needs none.',
    )
  }
  const names = providers.map((id) => `"${id}"`).join(', ')
  const hint =
    request.keys.size > 0
      ? `This request brings keys of its own (${[...request.keys.keys()].join(', ')}), so the app's are not used for it.`
      : `Set keys.${provider} on the handler, or bring one with the request.`
  return new ByokError(
    'no-key',
    `There is no key for ${names}. ${hint}`,
    other === undefined ? { provider } : {},
  )
}
