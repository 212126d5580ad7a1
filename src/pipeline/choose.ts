// `auto`: chooses among the models of every provider that there is a key for.

import { asByokError, type ByokError, isByokError } from '../core/errors.js'
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
  /** Nobody could be asked now: those in `ordered` are out of breath. */
  readonly isBreathless: boolean
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
  const known =
    listed === undefined ? routing.contenders.ofAll(entries) : inNameOrder(entries.flatMap(contendersOf))
  const warnings = [...work.warnings]
  // Where nothing is known of anybody, the app's own order is all there is.
  const isUncharted = listed === undefined && known.every(({ info }) => info === undefined)
  const pool = isUncharted ? entries.flatMap(contendersOf) : known
  const prices = estimates.ready(payers.keys())
  if (prices !== undefined) await prices
  const gathered = { pool, isUncharted, payers, work, tenant, estimates }
  const choice = chooseFitting(await questionFor(request, gathered, parts), request)
  warnings.push(...choice.warnings)
  return {
    payers,
    work,
    warnings,
    lookupFailure,
    ordered: await reordered(choice.ordered, request, work, parts, warnings),
    leftOut: [...leftOut, ...choice.leftOut],
    isBreathless: choice.isBreathless,
  }
}

/** Where the request fits nobody and may be cut, the widest windows lose the least of it. */
function chooseFitting(question: ChoiceQuestion, { contextOverflow }: PreparedRequest): Choice {
  const choice = choose(question)
  const isTooLong = choice.ordered.length === 0 && choice.leftOut.some(({ filter }) => filter === 'window')
  if (!isTooLong) return choice
  if (contextOverflow === 'error') return chooseUnknown(question, choice)
  const cut = choose({ ...question, needs: { ...question.needs, mayCut: true } })
  const windowOf = ({ contender }: Rated): number => contender.info?.contextWindow ?? unknownWindow
  return { ...cut, ordered: [...cut.ordered].sort((left, right) => windowOf(right) - windowOf(left)) }
}

/** A window that nobody knows is no reason to refuse, where there is no other: the provider knows it. */
function chooseUnknown(question: ChoiceQuestion, choice: Choice): Choice {
  const unknown = choose({ ...question, needs: { ...question.needs, mayTryUnknownWindows: true } })
  const [first] = unknown.ordered
  if (first === undefined) return choice
  const message = `The window of ${first.contender.name} is unknown. It is asked all the same, since no other model is there.`
  return { ...unknown, warnings: [...unknown.warnings, { code: 'window-assumed', message }] }
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
  // All are looked up at once, and awaited only where a function of the app has to be asked.
  const lookups = [...providers].flatMap((id) => {
    const entry = parts.providers.get(id)
    return entry === undefined ? [] : [{ entry, found: lookUp(entry, request, parts) }]
  })
  for (const { entry, found } of lookups) {
    const credential = found instanceof Promise ? await found : found
    if (credential !== undefined && !isByokError(credential)) {
      payers.set(entry.id, { entry, credential })
      continue
    }
    if (credential !== undefined) lookupFailure ??= credential
    const why = credential?.message ?? `no key for "${entry.id}"`
    for (const contender of contendersOf(entry)) leftOut.push({ contender, filter: 'key', reason: () => why })
  }
  return { payers, leftOut, lookupFailure }
}

/** The keys for a provider, none, or why they could not be looked up. */
function lookUp(
  entry: RegisteredProvider,
  request: PreparedRequest,
  parts: Parts,
): Credential | ByokError | undefined | Promise<Credential | ByokError | undefined> {
  const found = credentialFor(entry, request, parts)
  return found instanceof Promise ? found.catch((error: unknown) => asByokError(error)) : found
}

interface Gathered {
  readonly pool: readonly Contender[]
  readonly isUncharted: boolean
  readonly payers: ReadonlyMap<string, Payer>
  readonly work: Work
  readonly tenant: TenantPolicy | undefined
  readonly estimates: Estimates
}

async function questionFor(
  request: PreparedRequest,
  { pool, isUncharted, payers, work, tenant, estimates }: Gathered,
  parts: Parts,
): Promise<ChoiceQuestion> {
  const { policy } = parts.routing
  const { labels, chat } = request
  const costs = estimates.costsOf(pool)
  const headroom = headroomFor(payers, labels.tenant, parts)
  const learnedOf = parts.learned?.factors(work.taskType, work.level)
  const hasCeiling = request.ceiling !== undefined || tenant?.maxUsdPerRequest !== undefined
  return {
    pool,
    needs: needsOf({
      chat,
      level: work.level,
      taskType: work.taskType,
      promptTokens: estimates.promptTokens(pool[0]),
      isAgent: labels.agent !== undefined,
      levelWindow: policy.windows[work.level],
      mayCut: false,
      mayTryUnknownWindows: false,
    }),
    around: {
      allowLists: [policy.allow, tenant?.allow].filter((list) => list !== undefined),
      deny: policy.deny,
      headroomOf: headroom,
      refusalOf: refusalFor(payers, parts),
      costOf: (_, place) => costs[place] ?? Number.NaN,
      needsPrice: await parts.budget.refusesUnknownPrice(labels, hasCeiling),
    },
    factors: {
      prefer: policy.prefer,
      costFloor: policy.costFloor,
      headroomOf: headroom,
      healthOf: ({ name }) => parts.health.scoreOf(name),
      learnedOf: learnedOf === undefined ? undefined : ({ name }) => learnedOf(name),
    },
    qualityFloors: policy.qualityFloors,
    minQuality: policy.minQuality,
    isListed: tenant?.models?.[work.level] !== undefined,
    isUncharted,
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
