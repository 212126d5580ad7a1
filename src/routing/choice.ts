// The choice: who is left by the filters, and in which order they are to be asked.

import { type Level, levels } from '../core/level.js'
import type { RouteFilter } from '../core/route.js'
import type { Warning } from '../core/warning.js'
import type { Contender } from './contender.js'
import { type Filter, filters, isTooClever, type Surroundings } from './filters.js'
import type { ModelReference } from './model-reference.js'
import type { Needs } from './needs.js'
import { byExpectedCost, floorFor, qualityFor, type RankFactors, type Rated, rank } from './rank.js'

/** What the choice is made by. */
export interface ChoiceQuestion {
  /** In the order of names: equals are asked in it. */
  readonly pool: readonly Contender[]
  readonly needs: Needs
  readonly around: Surroundings
  readonly factors: RankFactors
  readonly qualityFloors: Readonly<Record<Level, number>>
  /** No model below this, whatever the level. */
  readonly minQuality: number
  /** The pool is a list that a tenant has made for this level: cheapest first, whatever anybody's quality. */
  readonly isListed: boolean
  /** Nothing is known of anybody in the pool: it stands in the app's own order, and no figure leaves anybody out. */
  readonly isUncharted: boolean
  /** The provider whose models go first, the first one before the others. */
  readonly preferProviders: readonly string[]
  /** The model that last answered this conversation. */
  readonly sticky: ModelReference | undefined
}

/** A model that was left out, and by what. */
export interface LeftOut {
  readonly contender: Contender
  readonly filter: RouteFilter
  /** In words; made when it is asked for. */
  readonly reason: () => string
}

/** The choice. */
export interface Choice {
  /** In the order in which they are to be asked. */
  readonly ordered: readonly Rated[]
  readonly leftOut: readonly LeftOut[]
  readonly warnings: readonly Warning[]
  /** Those that are left are out of breath, every one of them: they are among those that were left out too. */
  readonly isBreathless: boolean
}

/** What is no reason to leave a model out of which nothing is known: it has no figures, and keeps its place in the app's order. */
const inapplicable: ReadonlySet<RouteFilter> = new Set(['abilities', 'window', 'health'])

/**
 * Chooses among the contenders. A quality floor that nobody passes is lowered level by level, with a warning; any other
 * filter that leaves nobody leaves nobody, but for health: who is merely out of breath is asked all the same where there
 * is nobody else, so that the request hears why.
 */
export function choose(question: ChoiceQuestion): Choice {
  const { pool, needs, around } = question
  const asked = filtersFor(question)
  const leftOut: LeftOut[] = []
  const breathless: Rated[] = []
  let kept: Rated[] = []
  for (let place = 0; place < pool.length; place += 1) {
    const contender = pool[place]
    if (contender === undefined) continue
    const filter = firstAgainst(contender, place, asked, question)
    if (filter === undefined) kept.push(rated(contender, place, question))
    else {
      if (filter.name === 'health') breathless.push(rated(contender, place, question))
      leftOut.push(leftOutBy(filter, contender, needs, around))
    }
  }
  const isBreathless = kept.length === 0 && breathless.length > 0
  if (isBreathless) kept = breathless
  if (question.isUncharted) return { ordered: favoured(kept, question), leftOut, warnings: [], isBreathless }
  const { good, warnings } = question.isListed
    ? { good: kept, warnings: [] }
    : goodEnough(plain(kept, needs, leftOut), question, leftOut)
  const ranked = rank(good, kept, question.factors)
  if (question.isListed) ranked.sort(byExpectedCost)
  return { ordered: favoured(ranked, question), leftOut, warnings, isBreathless }
}

/** The filters that have a say. A tenant that names a model for a level has seen what it is for. */
function filtersFor({ needs, around, isListed, isUncharted }: ChoiceQuestion): Filter[] {
  return filters.filter(
    (filter) =>
      filter.concerns(needs, around) &&
      !(isListed && filter.name === 'special-purpose') &&
      !(isUncharted && inapplicable.has(filter.name)),
  )
}

/** The first filter that leaves a contender out. */
function firstAgainst(
  contender: Contender,
  place: number,
  asked: readonly Filter[],
  { needs, around }: ChoiceQuestion,
): Filter | undefined {
  for (const filter of asked) if (filter.excludes(contender, needs, around, place)) return filter
  return undefined
}

function leftOutBy(filter: Filter, contender: Contender, needs: Needs, around: Surroundings): LeftOut {
  return { contender, filter: filter.name, reason: () => filter.reason(contender, needs, around) }
}

function rated(contender: Contender, place: number, { needs, around }: ChoiceQuestion): Rated {
  return {
    contender,
    cost: around.costOf(contender, place),
    quality: qualityFor(contender, needs),
    score: 0,
  }
}

/** Leaves out those that would think where there is nothing to think about, as long as others are there. */
function plain(rated: Rated[], needs: Needs, leftOut: LeftOut[]): Rated[] {
  if (needs.taskType !== 'extraction') return rated
  const kept = rated.filter(({ contender }) => !isTooClever(contender, needs))
  if (kept.length === 0 || kept.length === rated.length) return rated
  for (const { contender } of rated) {
    if (!isTooClever(contender, needs)) continue
    leftOut.push({
      contender,
      filter: 'abilities',
      reason: () => 'it reasons, which extraction has no use for',
    })
  }
  return kept
}

/** Those that pass the floor of the level, or of the highest level below it whose floor anybody passes. */
function goodEnough(
  rated: Rated[],
  { needs, qualityFloors, minQuality }: ChoiceQuestion,
  leftOut: LeftOut[],
): { good: Rated[]; warnings: Warning[] } {
  const warnings: Warning[] = []
  for (let place = levels.indexOf(needs.level); place >= 0; place -= 1) {
    const level = levels[place] ?? 'simple'
    const floor = Math.max(minQuality, floorFor(qualityFloors[level], needs.taskType))
    const good = rated.filter(({ quality }) => quality >= floor)
    if (good.length === 0 && place > 0 && rated.length > 0) continue
    if (level !== needs.level && good.length > 0)
      warnings.push({
        code: 'quality-floor-lowered',
        message: `No model that can answer is good enough for "${needs.level}": the floor of "${level}" (${floor}) holds instead.`,
      })
    for (const entry of rated) if (!(entry.quality >= floor)) leftOut.push(notGoodEnough(entry, floor))
    return { good, warnings }
  }
  return { good: [], warnings }
}

function notGoodEnough({ contender, quality }: Rated, floor: number): LeftOut {
  const reason = (): string => `its quality of ${quality.toFixed(1)} is below ${floor}`
  return { contender, filter: 'quality', reason }
}

/** Who answered this conversation before goes first, then those of preferred providers, then everybody else. */
function favoured(ranked: Rated[], { preferProviders, sticky, needs }: ChoiceQuestion): Rated[] {
  if (preferProviders.length === 0 && sticky === undefined && needs.taskType !== 'pdf-ocr') return ranked
  const groups: Rated[][] = []
  for (const entry of ranked) {
    const { provider, model, info } = entry.contender
    const preferred = preferProviders.indexOf(provider)
    const isSticky = sticky?.provider === provider && sticky.model === model
    const place = isSticky ? 0 : 1 + (preferred === -1 ? preferProviders.length : preferred)
    const readsDocuments = needs.taskType === 'pdf-ocr' && info?.input?.includes('document')
    const group = 2 * place + (readsDocuments ? 0 : 1)
    groups[group] ??= []
    groups[group].push(entry)
  }
  return groups.flat() // leaves out the groups that nobody is in
}
