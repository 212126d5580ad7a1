// Measures a file of recorded outcomes: what each way to choose between the two models costs for what it gives.

import type { Level } from '../../src/core/level.js'
import { type Interval, intervals } from './bootstrap.js'
import { type Outcomes, withoutLargest } from './outcomes.js'
import {
  type Curve,
  costToRecover,
  gapOf,
  type Outcome,
  oracleScores,
  outcomeOf,
  qualityAt,
  sweep,
  tiesOf,
} from './sweep.js'

/** The ways to choose, in the order of all their figures. */
export const routers = ['classifier', 'chance', 'length', 'oracle'] as const

/** The shares of the gap whose cost is asked for. */
export const shares = [0.5, 0.8, 0.9, 0.95] as const

/** From which level on the strong model is asked. */
export const levelCuts: readonly { readonly from: Level; readonly strong: readonly Level[] }[] = [
  { from: 'moderate', strong: ['moderate', 'complex', 'advanced'] },
  { from: 'complex', strong: ['complex', 'advanced'] },
  { from: 'advanced', strong: ['advanced'] },
]

/** What a share of the gap costs, as shares of what always-strong costs. */
export interface Needed {
  readonly share: number
  /** In the order of `routers`. */
  readonly costs: readonly Interval[]
  /** By how much the classifier costs more than chance, and than prompt length: below 0 it saves. */
  readonly beyondChance: Interval
  readonly beyondLength: Interval
}

/** What the levels give, cut in one place. */
export interface LevelOutcome {
  readonly from: Level
  readonly outcome: Outcome
  readonly beyondChance: Interval
}

/** Where the classifier's curve lies against chance, at so much of the way from the cost of always-weak to always-strong. */
export interface BandPoint {
  readonly way: number
  readonly ahead: Interval
}

/** A file's figures. */
export interface FileFigures {
  readonly outcomes: Outcomes
  readonly weakQuality: number
  readonly strongQuality: number
  readonly weakCost: number
  readonly strongCost: number
  /** How much more is right by always asking the strong model. */
  readonly gap: Interval
  readonly needed: readonly Needed[]
  /** The same without the largest group, which alone may make a difference. */
  readonly withoutLargest: { readonly group: string; readonly needed: readonly Needed[] }
  /** What 90 % of the gap costs where answers are a letter or a number: by the classifier, and by chance. */
  readonly short: { readonly classifier: number; readonly chance: number }
  readonly levels: readonly LevelOutcome[]
  /** In the order of `routers`. */
  readonly curves: readonly Curve[]
  readonly band: readonly BandPoint[]
}

const bandSteps = 40

/** Whether the recorded pair differs at all: without a gap that its interval shows, there is nothing to recover. */
export function hasGap({ gap }: Pick<FileFigures, 'gap'>): boolean {
  return gap.low > 0
}

/** Measures a file. */
export function simulateFile(outcomes: Outcomes): FileFigures {
  const { left, group } = withoutLargest(outcomes)
  return { ...measureFile(outcomes), withoutLargest: { group, needed: measureFile(left).needed } }
}

function measureFile(outcomes: Outcomes): Omit<FileFigures, 'withoutLargest'> {
  const { cases, shortCases, scores, lengths, levels } = outcomes
  const ways = [scores, scores.map(() => 0), lengths, oracleScores(cases)].map(tiesOf)
  const curvesWith = (counts?: Float64Array): Curve[] => ways.map((ties) => sweep(cases, ties, counts))
  const cutAt = (at: number, counts?: Float64Array): Outcome => {
    const strong = levelCuts[at]?.strong ?? []
    return outcomeOf(cases, (place) => strong.includes(levels[place] ?? 'simple'), counts)
  }
  const figures = intervals(
    cases.map(({ group }) => group),
    (counts) => {
      const curves = curvesWith(counts)
      const [classifier, chance] = curves
      if (classifier === undefined || chance === undefined) return []
      const needed = shares.flatMap((share) => {
        const costs = curves.map((curve) => costToRecover(curve, share))
        const [own = Number.NaN, byChance = Number.NaN, byLength = Number.NaN] = costs
        return [...costs, own - byChance, own - byLength]
      })
      const cuts = levelCuts.map((_, at) => cutAt(at, counts).beyondChance)
      return [gapOf(chance), ...needed, ...cuts, ...aheadAlong(classifier, chance)]
    },
  )
  const take = reader(figures)
  const gap = take()
  const needed = shares.map((share) => ({
    share,
    costs: routers.map(take),
    beyondChance: take(),
    beyondLength: take(),
  }))
  const curves = curvesWith()
  const chance = curves[1] ?? { costs: [], qualities: [] }
  const shortCost = (by: readonly number[]): number => costToRecover(sweep(shortCases, tiesOf(by)), 0.9)
  return {
    outcomes,
    weakQuality: chance.qualities[0] ?? 0,
    strongQuality: chance.qualities.at(-1) ?? 0,
    weakCost: chance.costs[0] ?? 0,
    strongCost: chance.costs.at(-1) ?? 0,
    gap,
    needed,
    levels: levelCuts.map(({ from }, at) => ({ from, outcome: cutAt(at), beyondChance: take() })),
    short: { classifier: shortCost(scores), chance: shortCost(scores.map(() => 0)) },
    curves,
    band: Array.from({ length: bandSteps + 1 }, (_, at) => ({ way: at / bandSteps, ahead: take() })),
  }
}

/** How much more is right by the classifier than by chance for the same money, in even steps along the way. */
function aheadAlong(classifier: Curve, chance: Curve): number[] {
  const [from, to] = [chance.costs[0] ?? 0, chance.costs.at(-1) ?? 0]
  return Array.from({ length: bandSteps + 1 }, (_, at) => {
    const cost = from + ((to - from) * at) / bandSteps
    return qualityAt(classifier, cost) - qualityAt(chance, cost)
  })
}

/** Hands out one after the other. */
function reader(figures: readonly Interval[]): () => Interval {
  let at = 0
  return () => {
    const figure = figures[at]
    at += 1
    if (figure === undefined) throw new Error('More figures were asked for than measured.')
    return figure
  }
}
