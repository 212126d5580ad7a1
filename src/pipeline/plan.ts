// Which models a request will try, in order, and whose key pays for each. No call is made, and nothing is changed.

import { patienceWith } from '../catalogue/patience.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Route } from '../core/route.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import { visibleName } from '../core/visible-text.js'
import { withoutSecret } from '../keys/pooled-key.js'
import type { Credential } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import type { AttemptLimits } from '../resilience/deadline.js'
import { attemptLimits } from '../resilience/limits.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'

/** A model that will be asked, the keys for it, and how long it may take. */
export interface Candidate extends ModelReference {
  readonly entry: RegisteredProvider
  readonly limits: AttemptLimits
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
  readonly route: Route
}

/**
 * Finds the candidates of a request: the named models in their order, or for `auto` every provider that has a key, with
 * its default model: first those that the request brings keys for, in its order, then those that the app named. Throws
 * `invalid-request` for a provider that nobody knows, `no-key` when no candidate has a key.
 */
export async function makePlan(request: PreparedRequest, parts: Parts): Promise<Plan> {
  const wanted = request.models === 'auto' ? defaults(request, parts) : request.models
  const promptTokens = estimatePromptTokens(request.chat)
  const limitsOf = ({ isLocal = false }: RegisteredProvider, model: string): AttemptLimits =>
    attemptLimits(request.limits, { isLocal, promptTokens, patienceMs: patienceWith(model) })
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
      throw new ByokError(
        'invalid-request',
        `There is no provider "${visibleName(reference.provider, 100)}".`,
        {
          field: 'model',
        },
      )
    }
    try {
      const credential = await credentialFor(entry, request, parts)
      if (credential === undefined) excluded.push({ ...reference, reason: `no key for "${entry.id}"` })
      else candidates.push({ ...reference, entry, credential, limits: limitsOf(entry, reference.model) })
    } catch (error) {
      if (!isByokError(error)) throw error
      lookupFailure ??= error
      excluded.push({ ...reference, reason: error.message })
    }
  }
  if (candidates.length === 0) throw lookupFailure ?? noKey(wanted, request)
  const ordered = order(candidates, request, parts)
  return { candidates: ordered, excluded, route: routeOf(ordered, excluded, request) }
}

function routeOf(
  candidates: readonly Candidate[],
  excluded: readonly ExcludedModel[],
  request: PreparedRequest,
): Route {
  return {
    requestedModel: request.requestedModel,
    candidates: candidates.map((candidate) => ({
      model: nameOf(candidate),
      score: null,
      quality: null,
      isQualityEstimated: false,
      priceLabel: 'unknown',
      expectedCostUsd: null,
      credentialSource: candidate.credential.source,
    })),
    excluded: excluded.map(({ reason, ...reference }) => ({
      model: nameOf(reference),
      filter: 'key',
      reason,
    })),
    warnings: [],
  }
}

function defaults(request: PreparedRequest, parts: Parts): ModelReference[] {
  const references: ModelReference[] = []
  for (const id of new Set([...request.keys.keys(), ...parts.providers.configured()])) {
    const model = parts.providers.get(id)?.defaultModel
    if (model) references.push({ provider: id, model })
  }
  return references
}

async function credentialFor(
  entry: RegisteredProvider,
  request: PreparedRequest,
  parts: Parts,
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
      '`auto` finds no provider that has a key and a default model. Give a key in `keys`, or name a model.',
    )
  }
  const names = providers.map((id) => `"${visibleName(id, 100)}"`).join(', ')
  const hint =
    request.keys.size > 0
      ? `This request brings keys of its own (${[...request.keys.keys()].map((id) => visibleName(id, 100)).join(', ')}), so the app's are not used for it.`
      : `Set keys.${provider} on the handler, or bring one with the request.`
  return new ByokError(
    'no-key',
    `There is no key for ${names}. ${hint}`,
    other === undefined ? { provider } : {},
  )
}
