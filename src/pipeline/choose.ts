// `auto`: chooses among the models of every provider that there is a key for.

import { type ByokError, isByokError } from '../core/errors.js'
import type { Warning } from '../core/warning.js'
import type { Credential } from '../keys/resolver.js'
import type { RegisteredProvider } from '../providers/registry.js'
import { type Choice, type ChoiceQuestion, choose, type LeftOut } from '../routing/choice.js'
import { type Contender, inNameOrder } from '../routing/contender.js'
import { type Surroundings, unknownWindow } from '../routing/filters.js'
import type { ModelReference } from '../routing/model-reference.js'
import { needsOf } from '../routing/needs.js'
import type { TenantPolicy } from '../routing/policy.js'
import type { RankFactors, Rated } from '../routing/rank.js'
import { credentialFor } from './candidate.js'
import type { Estimates } from './estimates.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'
import { headroomOf } from './rate-notes.js'
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
  if (parts.learned !== undefined) await parts.learned.load()
  const work = await workOf(request, estimates.shape.tokens, tenant, parts)
  const listed = tenant?.models?.[work.level]
  const providers =
    listed === undefined
      ? new Set([...request.keys.keys(), ...parts.providers.configured()])
      : new Set(listed.map(({ provider }) => provider))
  const contendersOf = (entry: RegisteredProvider): readonly Contender[] =>
    listed === undefined
      ? routing.contenders.of(entry)
      : listed.filter(({ provider }) => provider === entry.id).map((one) => routing.contenders.find(one))
  const { payers, leftOut, lookupFailure } = await gather(providers, request, parts, contendersOf)
  const entries = [...payers.values()].map(({ entry }) => entry)
  const pool =
    listed === undefined ? routing.contenders.ofAll(entries) : inNameOrder(entries.flatMap(contendersOf))
  const warnings = [...work.warnings]
  const nothing = { leftOut, payers, work, warnings, lookupFailure }
  // Nothing is known of anybody: the app's own order is all there is.
  if (listed === undefined && pool.every(({ info }) => info === undefined)) {
    const inAppsOrder = entries.flatMap(contendersOf).map(unrated)
    return { ...nothing, ordered: await reordered(inAppsOrder, request, work, parts, warnings) }
  }
  const prices = estimates.ready(payers.keys())
  if (prices !== undefined) await prices
  const choice = chooseFitting(
    await questionFor(request, { pool, payers, work, tenant, estimates }, parts),
    request,
  )
  warnings.push(...choice.warnings)
  return {
    ...nothing,
    ordered: await reordered(choice.ordered, request, work, parts, warnings),
    leftOut: [...leftOut, ...choice.leftOut],
  }
}

/** Where the request fits nobody and may be cut, the widest windows lose the least of it. */
function chooseFitting(question: ChoiceQuestion, { contextOverflow }: PreparedRequest): Choice {
  const choice = choose(question)
  const isTooLong = choice.ordered.length === 0 && choice.leftOut.some(({ filter }) => filter === 'window')
  if (contextOverflow === 'error' || !isTooLong) return choice
  const cut = choose({ ...question, needs: { ...question.needs, mayCut: true } })
  const windowOf = ({ contender }: Rated): number => contender.info?.contextWindow ?? unknownWindow
  return { ...cut, ordered: [...cut.ordered].sort((left, right) => windowOf(right) - windowOf(left)) }
}

/** Who pays for which provider, and the models that nobody pays for. */
async function gather(
  providers: Iterable<string>,
  request: PreparedRequest,
  parts: Parts,
  contendersOf: (entry: RegisteredProvider) => readonly Contender[],
): Promise<{
  payers: Map<string, Payer>
  leftOut: LeftOut[]
  lookupFailure: ByokError | undefined
}> {
  const payers = new Map<string, Payer>()
  const leftOut: LeftOut[] = []
  let lookupFailure: ByokError | undefined
  for (const id of providers) {
    const entry = parts.providers.get(id)
    if (entry === undefined) continue
    let why = `no key for "${id}"`
    try {
      const found = credentialFor(entry, request, parts)
      const credential = found instanceof Promise ? await found : found // hundreds of requests need not wait in turn
      if (credential !== undefined) {
        payers.set(id, { entry, credential })
        continue
      }
    } catch (error) {
      if (!isByokError(error)) throw error
      lookupFailure ??= error
      why = error.message
    }
    for (const contender of contendersOf(entry)) leftOut.push({ contender, filter: 'key', reason: () => why })
  }
  return { payers, leftOut, lookupFailure }
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
  const costs = estimates.costsOf(pool)
  const headroom = headroomFor(payers, labels.tenant, parts)
  const learnedOf = parts.learned?.factors(work.taskType, work.level)
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
      headroomOf: headroom,
      refusalOf: refusalFor(payers, parts),
      costOf: (_, place) => costs[place] ?? Number.NaN,
      needsPrice,
    },
    factors: {
      prefer: policy.prefer,
      headroomOf: headroom,
      healthOf: ({ name }) => parts.health.scoreOf(name),
      learnedOf: learnedOf === undefined ? undefined : ({ name }) => learnedOf(name),
    },
    qualityFloors: policy.qualityFloors,
    minQuality: policy.minQuality,
    isListed: tenant?.models?.[work.level] !== undefined,
    preferProviders: [...(tenant?.preferProviders ?? []), ...policy.preferProviders],
    sticky: lastAnswerer(request, parts),
  }
}

/** How much is left to each model; `undefined` where nobody has been asked yet. */
function headroomFor(
  payers: ReadonlyMap<string, Payer>,
  tenant: string | undefined,
  parts: Parts,
): RankFactors['headroomOf'] {
  if (parts.headroom.isUnused) return undefined
  return (contender) => {
    if (!parts.headroom.knows(contender)) return 1
    const payer = payers.get(contender.provider)
    return payer === undefined ? 1 : headroomOf(contender, payer.credential, tenant, parts)
  }
}

/** Why a model cannot be asked now; `undefined` where everybody can. */
function refusalFor(
  payers: ReadonlyMap<string, Payer>,
  { breaker, keyPool }: Parts,
): Surroundings['refusalOf'] {
  const open = breaker.refused()
  const blocked = new Set<string>()
  for (const [provider, { credential }] of payers)
    if (keyPool.mayRefuse(provider, credential.keys)) blocked.add(provider)
  if (open.size === 0 && blocked.size === 0) return undefined
  return ({ provider, model, name }) => {
    if (open.has(name)) return 'its breaker is open'
    if (!blocked.has(provider)) return undefined
    const keys = payers.get(provider)?.credential.keys ?? []
    return keyPool.refusal(provider, model, keys)?.error.message
  }
}

/** Who last answered the session of a request. */
function lastAnswerer({ labels }: PreparedRequest, { routing, sessions }: Parts): ModelReference | undefined {
  if (labels.session === undefined || !routing.policy.isSticky) return undefined
  return sessions.last(labels.tenant, labels.session)
}

function unrated(contender: Contender): Rated {
  return { contender, cost: Number.NaN, quality: contender.quality.general, score: 0 }
}
