// What a router's order of prompts gives for every share of strong calls: what it costs, and how much is right.

/** A prompt with what became of it. */
export interface Case {
  readonly group: string
  /** From 0 to 1: how right the strong and the weak model were. */
  readonly strong: number
  readonly weak: number
  /** What a call to each of them costs, in any unit. */
  readonly strongCost: number
  readonly weakCost: number
}

/** Cost and quality of a whole file at rising shares of strong calls: from always-weak to always-strong. */
export interface Curve {
  readonly costs: readonly number[]
  readonly qualities: readonly number[]
}

/** The places of prompts in the order in which they go to the strong model; equals stand together. */
export type Ties = readonly (readonly number[])[]

/** Puts prompts in order: the highest score goes to the strong model first. */
export function tiesOf(scores: readonly number[]): Ties {
  const order = [...scores.keys()].sort(
    (one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other,
  )
  const ties: number[][] = []
  let before: number | undefined
  for (const place of order) {
    const score = scores[place]
    if (score === before) ties.at(-1)?.push(place)
    else ties.push([place])
    before = score
  }
  return ties
}

/**
 * The scores of a router that knows all outcomes: what the strong model gains for what it costs more. No router can do
 * better.
 */
export function oracleScores(cases: readonly Case[]): number[] {
  return cases.map(({ strong, weak, strongCost, weakCost }) => (strong - weak) / (strongCost - weakCost))
}

/** Sends ever more prompts to the strong model. `counts` says how often each prompt is there. @default once */
export function sweep(cases: readonly Case[], ties: Ties, counts?: Float64Array): Curve {
  let cost = 0
  let quality = 0
  let size = 0
  for (const [place, { weak, weakCost }] of cases.entries()) {
    const count = counts?.[place] ?? 1
    cost += weakCost * count
    quality += weak * count
    size += count
  }
  const costs = [cost / size]
  const qualities = [quality / size]
  for (const places of ties) {
    for (const place of places) {
      const count = counts?.[place] ?? 1
      const one = cases[place]
      if (one === undefined || count === 0) continue
      cost += (one.strongCost - one.weakCost) * count
      quality += (one.strong - one.weak) * count
    }
    costs.push(cost / size)
    qualities.push(quality / size)
  }
  return { costs, qualities }
}

/** How much more is right by always asking the strong model. */
export function gapOf({ qualities }: Curve): number {
  return (qualities.at(-1) ?? 0) - (qualities[0] ?? 0)
}

/**
 * The cost at which a share of the gap between always-weak and always-strong is recovered, as a share of what always-strong
 * costs. From this cost on, the curve never falls below that share again: a lucky peak before it does not count. NaN where
 * there is no gap.
 */
export function costToRecover(curve: Curve, share: number): number {
  const { costs, qualities } = curve
  const gap = gapOf(curve)
  if (!(gap > 0)) return Number.NaN
  const wanted = (qualities[0] ?? 0) + share * gap
  let place = qualities.length - 1
  // The last figure is a long sum, and may miss the whole gap by the width of a rounding.
  while (place > 0 && (qualities[place - 1] ?? 0) >= wanted - 1e-12) place -= 1
  const above = qualities[place] ?? 0
  const below = qualities[place - 1] ?? above
  const part = above > below ? Math.min(1, (wanted - below) / (above - below)) : 1
  const from = costs[place - 1] ?? costs[place] ?? 0
  const to = costs[place] ?? 0
  return (from + part * (to - from)) / (costs.at(-1) ?? 1)
}

/** What the strong model being asked for some of the prompts gives. */
export interface Outcome {
  /** As a share of what always-strong costs. */
  readonly cost: number
  readonly quality: number
  /** The share of the prompts that it was asked for. */
  readonly strongShare: number
  /** Of the gap between always-weak and always-strong; NaN where there is none. */
  readonly recovered: number
  /** How much of the gap that is beyond what chance recovers for the same money. */
  readonly beyondChance: number
}

/** Asks the strong model for the prompts that `isStrong` names. */
export function outcomeOf(
  cases: readonly Case[],
  isStrong: (place: number) => boolean,
  counts?: Float64Array,
): Outcome {
  const chosen = [...cases.keys()].filter(isStrong)
  const others = [...cases.keys()].filter((place) => !isStrong(place))
  const curve = sweep(cases, [chosen, others], counts)
  const [weakCost = 0, cost = 0, strongCost = 1] = curve.costs
  const [weak = 0, quality = 0] = curve.qualities
  const gap = gapOf(curve)
  const recovered = gap > 0 ? (quality - weak) / gap : Number.NaN
  const count = (places: readonly number[]): number =>
    places.reduce((sum, place) => sum + (counts?.[place] ?? 1), 0)
  return {
    cost: cost / strongCost,
    quality,
    strongShare: count(chosen) / (count(chosen) + count(others)),
    recovered,
    beyondChance: recovered - (cost - weakCost) / (strongCost - weakCost),
  }
}

/** The quality of a curve at a cost, in the unit of the curve, between its points by proportion. */
export function qualityAt({ costs, qualities }: Curve, cost: number): number {
  let place = 1
  while (place < costs.length - 1 && (costs[place] ?? 0) < cost) place += 1
  const [from, to] = [costs[place - 1] ?? 0, costs[place] ?? 0]
  const part = to > from ? Math.min(1, Math.max(0, (cost - from) / (to - from))) : 1
  const [low, high] = [qualities[place - 1] ?? 0, qualities[place] ?? 0]
  return low + part * (high - low)
}
