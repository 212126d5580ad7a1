// A field of models to choose from, and a choice among them with everything else being equal.

import type { ModelInfo } from '../../src/core/model-info.js'
import type { ChatRequest } from '../../src/core/request.js'
import { type Choice, type ChoiceQuestion, choose } from '../../src/routing/choice.js'
import { type Contender, contenderOf, inNameOrder } from '../../src/routing/contender.js'
import type { Surroundings } from '../../src/routing/filters.js'
import { type Needs, needsOf } from '../../src/routing/needs.js'
import { usualQualityFloors, usualWindows } from '../../src/routing/policy.js'
import type { RankFactors } from '../../src/routing/rank.js'

/** A model of the field: what is not said is plain, and good enough. */
export interface FieldModel extends Partial<Omit<ModelInfo, 'quality' | 'contextWindow'>> {
  /** @default 128,000 */
  readonly contextWindow?: number | 'unknown'
  readonly quality?: number | ModelInfo['quality']
  /** Nano-dollars for the request; `null` where the price is unknown. @default 1,000 */
  readonly cost?: number | null
  /** Nothing is known of it. */
  readonly isUnknown?: true
}

/** What differs from a plain question at the level `moderate`. */
export interface FieldQuestion {
  readonly chat?: Partial<ChatRequest>
  readonly needs?: Partial<Needs>
  readonly around?: Partial<Surroundings>
  readonly factors?: Partial<RankFactors>
  readonly question?: Partial<ChoiceQuestion>
  readonly isAgent?: boolean
}

/** Contenders by name, and what each is expected to cost. */
export function fieldOf(models: Readonly<Record<string, FieldModel>>) {
  const costs = new Map<string, number>()
  const pool: Contender[] = Object.entries(models).map(([name, given]) => {
    const { cost = 1_000, quality, isUnknown, contextWindow = 128_000, ...info } = given
    const slash = name.indexOf('/')
    const reference = { provider: name.slice(0, slash), model: name.slice(slash + 1) }
    costs.set(name, cost ?? Number.NaN)
    if (isUnknown) return contenderOf(reference, undefined)
    return contenderOf(reference, {
      ...reference,
      ...(contextWindow === 'unknown' ? {} : { contextWindow }),
      quality: typeof quality === 'object' ? quality : { general: quality ?? 95 },
      ...info,
    })
  })
  return { pool: inNameOrder(pool), costOf: ({ name }: Contender) => costs.get(name) ?? Number.NaN }
}

/** Chooses from a field. */
export function chooseFrom(
  models: Readonly<Record<string, FieldModel>>,
  { chat, needs, around, factors, question, isAgent = false }: FieldQuestion = {},
): Choice {
  const { pool, costOf } = fieldOf(models)
  const level = needs?.level ?? 'moderate'
  return choose({
    pool,
    needs: {
      ...needsOf({
        chat: { messages: [{ role: 'user', content: 'Hello' }], ...chat },
        level,
        taskType: needs?.taskType ?? 'general',
        promptTokens: needs?.promptTokens ?? 20,
        isAgent,
        levelWindow: usualWindows[level],
        mayCut: false,
        mayTryUnknownWindows: false,
      }),
      ...needs,
    },
    around: {
      allowLists: [],
      deny: [],
      headroomOf: () => 1,
      refusalOf: () => undefined,
      costOf,
      needsPrice: false,
      ...around,
    },
    factors: {
      prefer: 'balanced',
      costFloor: 0.5,
      headroomOf: () => 1,
      healthOf: () => 1,
      learnedOf: () => 1,
      ...factors,
    },
    qualityFloors: usualQualityFloors,
    minQuality: 0,
    isListed: false,
    isUncharted: false,
    preferProviders: [],
    sticky: undefined,
    ...question,
  })
}

/** The names in order. */
export function orderOf({ ordered }: Choice): string[] {
  return ordered.map(({ contender }) => contender.name)
}

/** Who was left out, by which filter. */
export function leftOutOf({ leftOut }: Choice): Record<string, string> {
  return Object.fromEntries(leftOut.map(({ contender, filter }) => [contender.name, filter]))
}
