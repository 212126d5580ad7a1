// `auto`: chooses among the models of every provider that there is a key for.

import { type ByokError, isByokError } from '../core/errors.js'
import type { Warning } from '../core/warning.js'
import type { Credential } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import { type ChoiceQuestion, choose, type LeftOut } from '../routing/choice.js'
import type { Contender } from '../routing/contender.js'
import { needsOf } from '../routing/needs.js'
import type { TenantPolicy } from '../routing/policy.js'
import type { Rated } from '../routing/rank.js'
import { credentialFor } from './candidate.js'
import type { Estimates } from './estimates.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'
import { reordered } from './reordered.js'
import { type Work, workOf } from './work.js'

/** A provider that may be asked, and whose key pays. */
export interface Payer {
  readonly entry: RegisteredProvider
  readonly credential: Credential
}

/** Who was chosen. */
export interface Chosen {
  /** In the order in which they are to be asked. */
  readonly ordered: readonly Rated[]
  readonly leftOut: readonly LeftOut[]
  readonly payers: ReadonlyMap<string, Payer>
  readonly work: Work
  readonly warnings: readonly Warning[]
  /** Why a key could not be looked up, where that was so. */
  readonly lookupFailure: ByokError | undefined
}

/** Chooses for a request. Nothing is sent, and nothing is changed. Throws `config` for a tenant's policy that cannot be used. */
export async function chooseModels(
  request: PreparedRequest,
  estimates: Estimates,
  tenant: TenantPolicy | undefined,
  parts: Parts,
): Promise<Chosen> {
  const { routing } = parts
  await routing.models.load()
  const work = await workOf(request, tenant, parts)
  const listed = tenant?.models?.[work.level]
  const providers =
    listed === undefined
      ? new Set([...request.keys.keys(), ...parts.providers.configured()])
      : new Set(listed.map(({ provider }) => provider))
  const { payers, leftOut, pool, lookupFailure } = await gather(providers, request, parts, (entry) =>
    listed === undefined
      ? routing.contenders.of(entry)
      : listed.filter(({ provider }) => provider === entry.id).map((one) => routing.contenders.find(one)),
  )
  const warnings = [...work.warnings]
  const nothing = { leftOut, payers, work, warnings, lookupFailure }
  // Nothing is known of anybody: the app's own order is all there is.
  if (listed === undefined && pool.every(({ info }) => info === undefined))
    return { ...nothing, ordered: await reordered(pool.map(unrated), request, work, parts, warnings) }
  await estimates.ready(payers.keys())
  const choice = choose(await questionFor(request, { pool, payers, work, tenant, estimates }, parts))
  warnings.push(...choice.warnings)
  return {
    ...nothing,
    ordered: await reordered(choice.ordered, request, work, parts, warnings),
    leftOut: [...leftOut, ...choice.leftOut],
  }
}

/** The models of all providers that there is a key for, and those that there is none for. */
async function gather(
  providers: Iterable<string>,
  request: PreparedRequest,
  parts: Parts,
  contendersOf: (entry: RegisteredProvider) => readonly Contender[],
): Promise<{
  payers: Map<string, Payer>
  leftOut: LeftOut[]
  pool: Contender[]
  lookupFailure: ByokError | undefined
}> {
  const payers = new Map<string, Payer>()
  const leftOut: LeftOut[] = []
  const pool: Contender[] = []
  let lookupFailure: ByokError | undefined
  for (const id of providers) {
    const entry = parts.providers.get(id)
    if (entry === undefined) continue
    const contenders = contendersOf(entry)
    let why = `no key for "${id}"`
    try {
      const credential = await credentialFor(entry, request, parts)
      if (credential !== undefined) {
        payers.set(id, { entry, credential })
        pool.push(...contenders)
        continue
      }
    } catch (error) {
      if (!isByokError(error)) throw error
      lookupFailure ??= error
      why = error.message
    }
    for (const contender of contenders) leftOut.push({ contender, filter: 'key', reason: () => why })
  }
  return { payers, leftOut, pool, lookupFailure }
}

interface Gathered {
  readonly pool: readonly Contender[]
  readonly payers: ReadonlyMap<string, Payer>
  readonly work: Work
  readonly tenant: TenantPolicy | undefined
  readonly estimates: Estimates
}

async function questionFor(
  request: PreparedRequest,
  { pool, payers, work, tenant, estimates }: Gathered,
  parts: Parts,
): Promise<ChoiceQuestion> {
  const { policy } = parts.routing
  const { labels, chat } = request
  const costs = new Map<Contender, number>()
  const costOf = (contender: Contender): number => {
    let cost = costs.get(contender)
    if (cost === undefined) {
      cost = estimates.costOf(contender) ?? Number.NaN
      costs.set(contender, cost)
    }
    return cost
  }
  const needsPrice = request.ceiling !== undefined || (await parts.budget.refusesUnknownPrice(labels))
  return {
    pool,
    needs: needsOf({
      chat,
      level: work.level,
      taskType: work.taskType,
      promptTokens: estimates.shape.tokens,
      isAgent: labels.agent !== undefined,
      levelWindow: policy.windows[work.level],
      mayCut: false,
    }),
    around: {
      allowLists: [policy.allow, tenant?.allow].filter((list) => list !== undefined),
      deny: policy.deny,
      headroomOf: () => 1,
      refusalOf: ({ provider, model, name }) => {
        if (!parts.breaker.isReady(name)) return 'its breaker is open'
        const keys = payers.get(provider)?.credential.keys ?? []
        return parts.keyPool.refusal(provider, model, keys)?.error.message
      },
      costOf,
      needsPrice,
    },
    factors: {
      prefer: policy.prefer,
      headroomOf: () => 1,
      healthOf: ({ name }) => parts.health.scoreOf(name),
      learnedOf: () => 1,
    },
    qualityFloors: policy.qualityFloors,
    minQuality: policy.minQuality,
    isListed: tenant?.models?.[work.level] !== undefined,
    preferProviders: [...(tenant?.preferProviders ?? []), ...policy.preferProviders],
    sticky: undefined,
  }
}

function unrated(contender: Contender): Rated {
  return { contender, cost: Number.NaN, quality: contender.quality.general, score: 0 }
}
