// Who may answer a request, and why somebody may not: one predicate for each reason, in their order.

import type { ModelInfo } from '../core/model-info.js'
import type { RouteFilter } from '../core/route.js'
import { ability, abilityWords, type Contender } from './contender.js'
import type { Needs } from './needs.js'
import { isNamedBy, type ModelPattern } from './policy.js'

/** What the filters know of the moment, besides the request. */
export interface Surroundings {
  /** Only these, for the app and for the tenant; all where absent. */
  readonly allowLists: readonly (readonly ModelPattern[])[]
  readonly deny: readonly ModelPattern[]
  /** How much of what a provider lets through is left, from 0 to 1. Absent: everything, of everybody. */
  readonly headroomOf: ((contender: Contender) => number) | undefined
  /** Why it cannot be asked now: its breaker is open, or its keys are out of use. Absent: everybody can. */
  readonly refusalOf: ((contender: Contender) => string | undefined) | undefined
  /** The expected cost in nano-dollars, by the contender's place in the pool; NaN where the price is unknown. */
  readonly costOf: (contender: Contender, place: number) => number
  /** A budget limits what may be spent, so that an unknown price is refused. */
  readonly needsPrice: boolean
}

/** One reason to leave a model out. The reason in words is asked for only where somebody reads it. */
export interface Filter {
  readonly name: RouteFilter
  /** Whether it can leave out anybody at all in such a moment; the others need not be asked of each model. */
  concerns(needs: Needs, around: Surroundings): boolean
  excludes(contender: Contender, needs: Needs, around: Surroundings, place: number): boolean
  reason(contender: Contender, needs: Needs, around: Surroundings): string
}

/** The window of a model that nobody knows. */
export const unknownWindow = 4_096

/** In the order in which they are asked. What a customer has bought is to join at the end. */
export const filters: readonly Filter[] = [
  {
    name: 'allowed',
    concerns: (_needs, { allowLists, deny }) => deny.length > 0 || allowLists.length > 0,
    excludes: (contender, _needs, { allowLists, deny }) =>
      (deny.length > 0 && isNamedBy(deny, contender)) ||
      allowLists.some((allow) => !isNamedBy(allow, contender)),
    reason: (contender, _needs, { deny }) =>
      isNamedBy(deny, contender) ? 'it is denied' : 'it is not on the list of allowed models',
  },
  {
    name: 'special-purpose',
    concerns: () => true,
    excludes: ({ info }) => info?.isSpecialPurpose === true,
    reason: () => 'it is made for one purpose, and is asked only where it is named',
  },
  {
    name: 'abilities',
    concerns: ({ abilities }) => abilities !== 0,
    excludes: ({ abilities }, needs) => (needs.abilities & ~abilities) !== 0,
    reason: ({ abilities }, needs) => `it is not known to have ${abilityWords(needs.abilities & ~abilities)}`,
  },
  {
    name: 'window',
    concerns: () => true,
    excludes: ({ info }, { window, maxTokens, mayCut, mayTryUnknownWindows }) =>
      (!mayCut && windowFor(info, mayTryUnknownWindows) < window) ||
      (maxTokens !== undefined && maxTokens > (info?.maxOutputTokens ?? Number.POSITIVE_INFINITY)),
    reason: ({ info }, { window, maxTokens }) => {
      const { contextWindow, maxOutputTokens } = info ?? {}
      if (maxTokens !== undefined && maxOutputTokens !== undefined && maxTokens > maxOutputTokens)
        return `it writes ${maxOutputTokens} tokens at the most, and ${maxTokens} are allowed to the answer`
      const own =
        contextWindow === undefined ? `taken as ${unknownWindow}, since it is unknown` : `${contextWindow}`
      return `${window} tokens are needed, and its window is ${own}`
    },
  },
  {
    name: 'allowance',
    concerns: (_needs, { headroomOf }) => headroomOf !== undefined,
    excludes: (contender, _needs, { headroomOf }) => headroomOf !== undefined && headroomOf(contender) <= 0,
    reason: () => 'what its provider lets through in a minute is used up',
  },
  {
    name: 'health',
    concerns: (_needs, { refusalOf }) => refusalOf !== undefined,
    excludes: (contender, _needs, { refusalOf }) => refusalOf?.(contender) !== undefined,
    reason: (contender, _needs, { refusalOf }) => refusalOf?.(contender) ?? 'it could not be asked',
  },
  {
    name: 'price',
    concerns: (_needs, { needsPrice }) => needsPrice,
    excludes: (contender, _needs, { costOf }, place) => Number.isNaN(costOf(contender, place)),
    reason: () => 'its price is unknown, and a budget limits what may be spent',
  },
]

/** The window as it counts. */
function windowFor(info: ModelInfo | undefined, mayTryUnknownWindows: boolean): number {
  return info?.contextWindow ?? (mayTryUnknownWindows ? Number.POSITIVE_INFINITY : unknownWindow)
}

/** Reads what there is to read of a text, and thinks no further than it must: for work that is all in the text. */
export function isTooClever({ abilities }: Contender, { taskType }: Needs): boolean {
  return taskType === 'extraction' && (abilities & ability.reasoning) !== 0
}
