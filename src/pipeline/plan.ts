// Which models a request will try, in order, and whose key pays for each. No call is made, and nothing is changed.

import { ByokError, isByokError } from '../core/errors.js'
import { fromUsd, type Money } from '../core/money.js'
import type { Route, RouteCandidate, RouteExclusion } from '../core/route.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import { visibleName } from '../core/visible-text.js'
import type { Warning } from '../core/warning.js'
import { ability, abilityWords } from '../routing/contender.js'
import { nameOf } from '../routing/model-reference.js'
import { abilitiesFor } from '../routing/needs.js'
import { isNamedBy, type TenantPolicy } from '../routing/policy.js'
import type { Rated } from '../routing/rank.js'
import { type Candidate, Candidates, credentialFor } from './candidate.js'
import { type Chosen, chooseModels } from './choose.js'
import { Estimates } from './estimates.js'
import { nobodyLeft, noKey, notAllowed, providersOf } from './nobody.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'
import { routeOf, type ShownRating, showing } from './route.js'
import { policyOf, type Work } from './work.js'

/** The decision. */
export interface Plan {
  /** Those that may come to be asked, in order. Of a long choice only the first, and the cheapest of the others. */
  readonly candidates: readonly Candidate[]
  /** The library has chosen them: their order is no wish of the caller's. */
  readonly isChosen: boolean
  /** In nano-dollars; `undefined` where the price is unknown. */
  readonly costOf: (candidate: Candidate) => Money | undefined
  /** Absent where the caller has named the models. */
  readonly work: Work | undefined
  /** What holds for the tenant. */
  readonly tenant: TenantPolicy | undefined
  /** What all attempts together may cost. */
  readonly ceiling: Money | undefined
  readonly warnings: readonly Warning[]
  /** Why nobody can be asked. */
  readonly refusal: ByokError | undefined
  /** The decision as it is shown; made when it is asked for. */
  readonly route: () => Route
}

/** How many of a choice stand ready beyond those that are asked first: the next ones, and the cheapest. */
const reserveFactor = 4
const cheapestKept = 8

/**
 * Finds the candidates of a request: the named models in their order, or for `auto` those that do the work well and are
 * expected to cost least. Throws `invalid-request` for a provider that nobody knows and `config` for a tenant's policy
 * that cannot be used; what leaves nobody to ask stands in `refusal`.
 */
export async function makePlan(request: PreparedRequest, parts: Parts): Promise<Plan> {
  const tenant = await policyOf(request, parts)
  return request.models === 'auto' ? chosenPlan(request, tenant, parts) : namedPlan(request, tenant, parts)
}

async function namedPlan(
  request: PreparedRequest,
  tenant: TenantPolicy | undefined,
  parts: Parts,
): Promise<Plan> {
  const wanted = request.models === 'auto' ? [] : request.models
  const maker = new Candidates(request, estimatePromptTokens(request.chat))
  const candidates: Candidate[] = []
  const excluded: RouteExclusion[] = []
  let lookupFailure: ByokError | undefined
  const { allow, deny } = parts.routing.policy
  const allowLists = [allow, tenant?.allow].filter((list) => list !== undefined)
  for (const reference of wanted) {
    const model = nameOf(reference)
    if (isNamedBy(deny, reference) || allowLists.some((list) => !isNamedBy(list, reference))) {
      excluded.push({ model, filter: 'allowed', reason: 'it is not among the models that may be asked' })
      continue
    }
    if (candidates.length === request.failover.maxCandidates) {
      const reason = `more than ${request.failover.maxCandidates} candidates`
      excluded.push({ model, filter: 'most-candidates', reason })
      continue
    }
    const entry = parts.providers.get(reference.provider)
    if (entry === undefined) {
      const message = `There is no provider "${visibleName(reference.provider, 100)}".`
      throw new ByokError('invalid-request', message, { field: 'model' })
    }
    try {
      const credential = await credentialFor(entry, request, parts)
      if (credential === undefined)
        excluded.push({ model, filter: 'key', reason: `no key for "${entry.id}"` })
      else candidates.push(maker.of(reference, entry, credential))
    } catch (error) {
      if (!isByokError(error)) throw error
      lookupFailure ??= error
      excluded.push({ model, filter: 'key', reason: error.message })
    }
  }
  const hasDenied = excluded.some(({ filter }) => filter === 'allowed')
  const nobody = (): ByokError =>
    lookupFailure ?? (hasDenied ? notAllowed(request) : noKey(providersOf(wanted), request))
  const refusal = candidates.length === 0 ? nobody() : undefined
  let estimates: Estimates | undefined
  const costOf = (candidate: Candidate): Money | undefined => {
    estimates ??= new Estimates(request, parts)
    return estimates.costOf(candidate)
  }
  const warnings = await abilityWarnings(candidates, request, parts)
  const shown = (): RouteCandidate[] => {
    const rated = candidates.map((candidate): ShownRating => {
      const contender = parts.routing.contenders.find(candidate)
      const cost = costOf(candidate) ?? Number.NaN
      return { contender, score: null, quality: contender.quality.general, cost }
    })
    const show = showing(rated)
    return candidates.map(({ credential }, at) => show(rated[at] as ShownRating, credential.source)) // as many as those
  }
  const { requestedModel } = request
  return {
    candidates,
    isChosen: false,
    costOf,
    work: undefined,
    tenant,
    ceiling: ceilingOf(request, tenant),
    warnings,
    refusal,
    route: () =>
      routeOf({ requestedModel, work: undefined, candidates: shown(), excluded, warnings, refusal }),
  }
}

async function chosenPlan(
  request: PreparedRequest,
  tenant: TenantPolicy | undefined,
  parts: Parts,
): Promise<Plan> {
  const estimates = new Estimates(request, parts)
  const chosen = await chooseModels(request, estimates, tenant, parts)
  const { ordered, work, warnings, leftOut } = chosen
  const refusal = ordered.length > 0 ? undefined : (chosen.lookupFailure ?? nobodyLeft(leftOut, request))
  const { requestedModel } = request
  let costs: Map<string, number> | undefined
  return {
    candidates: inReach(chosen, new Candidates(request, estimates.shape.tokens), request),
    isChosen: true,
    costOf: (candidate) => {
      costs ??= new Map(ordered.map(({ contender, cost }) => [contender.name, cost]))
      return known(costs.get(nameOf(candidate)))
    },
    work,
    tenant,
    ceiling: ceilingOf(request, tenant),
    warnings,
    refusal,
    route: () => {
      const excluded = leftOut.map(({ contender, filter, reason }) => ({
        model: contender.name,
        filter,
        reason: reason(),
      }))
      // Those that are out of breath are asked, so that the request hears why they cannot answer now.
      const candidates = chosen.isBreathless ? [] : shownChoice(chosen)
      const why = chosen.isBreathless ? nobodyLeft(leftOut, request) : refusal
      return routeOf({ requestedModel, work, candidates, excluded, warnings, refusal: why })
    },
  }
}

function shownChoice({ ordered, payers }: Chosen): RouteCandidate[] {
  const show = showing(ordered)
  return ordered.map((entry) =>
    show(entry, payers.get(entry.contender.provider)?.credential.source ?? 'none'),
  )
}

function known(cost: number | undefined): Money | undefined {
  return cost === undefined || Number.isNaN(cost) ? undefined : cost
}

/** The first of a choice, and the cheapest behind them: for a budget that leaves little. */
function inReach({ ordered, payers }: Chosen, maker: Candidates, { failover }: PreparedRequest): Candidate[] {
  const first = ordered.slice(0, failover.maxCandidates * reserveFactor)
  const reached: Candidate[] = []
  for (const { contender } of [...first, ...cheapestOf(ordered, first.length)]) {
    const payer = payers.get(contender.provider)
    if (payer !== undefined) reached.push(maker.of(contender, payer.entry, payer.credential))
  }
  return reached
}

/** The cheapest from a place on, in their order. */
function cheapestOf(ordered: readonly Rated[], from: number): Rated[] {
  const kept: Rated[] = []
  let dearest = Number.POSITIVE_INFINITY
  for (let at = from; at < ordered.length; at += 1) {
    const entry = ordered[at]
    if (entry === undefined || !(entry.cost < dearest)) continue
    if (kept.length === cheapestKept)
      kept.splice(
        kept.findIndex(({ cost }) => cost === dearest),
        1,
      )
    kept.push(entry)
    if (kept.length === cheapestKept) dearest = Math.max(...kept.map(({ cost }) => cost))
  }
  return kept
}

/** The lower of what the request and the tenant allow. */
function ceilingOf({ ceiling }: PreparedRequest, tenant: TenantPolicy | undefined): Money | undefined {
  const most = tenant?.maxUsdPerRequest
  if (most === undefined) return ceiling
  return Math.min(fromUsd(most), ceiling ?? Number.POSITIVE_INFINITY)
}

/** A model that the caller has named is tried, whatever is known of it. */
async function abilityWarnings(
  candidates: readonly Candidate[],
  { chat }: PreparedRequest,
  { routing }: Parts,
): Promise<Warning[]> {
  const asked = abilitiesFor(chat)
  if (asked === 0) return []
  await routing.models.load()
  return candidates.flatMap((candidate): Warning[] => {
    const { name, info, abilities } = routing.contenders.find(candidate)
    // Whether it sees is known better where it is asked: one that is known not to is refused there.
    const missing = asked & ~abilities & ~ability.vision
    if (info === undefined || missing === 0) return []
    const message = `${visibleName(name, 200)} is not known to have ${abilityWords(missing)}. It is asked all the same, since it was named.`
    return [{ code: 'ability-unknown', message }]
  })
}
