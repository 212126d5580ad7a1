// APGR, RouteLLM's metric, and how sure a difference between two routers is.

/** A set of prompts ordered by a router, ready to be counted again with other weights of its groups. */
export interface Ranking {
  readonly order: Int32Array
  readonly scores: readonly number[]
}

/** Puts prompts in order, those first that go to the strong model first. */
export function rank(scores: readonly number[]): Ranking {
  const order = Int32Array.from(scores.keys()).sort(
    (one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other,
  )
  return { order, scores }
}

/**
 * The mean share of the gap between always-weak and always-strong that is recovered, over all shares of strong calls: 0.5 is
 * chance. Equal scores count as mixed evenly. `counts` says how often each prompt is there.
 */
export function apgr(ranking: Ranking, gains: readonly number[], counts?: Float64Array): number {
  const { order, scores } = ranking
  let size = 0
  let whole = 0
  for (const [at, gain] of gains.entries()) {
    size += counts?.[at] ?? 1
    whole += gain * (counts?.[at] ?? 1)
  }
  let before = 0
  let area = 0
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from] ?? 0]
    let gained = 0
    let here = 0
    let to = from
    for (; to < order.length && scores[order[to] ?? 0] === score; to += 1) {
      const place = order[to] ?? 0
      const count = counts?.[place] ?? 1
      gained += (gains[place] ?? 0) * count
      here += count
    }
    area += gained * (1 - (before + here / 2) / size)
    before += here
    from = to
  }
  return area / whole
}

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

const resamples = 1_000

/** How far one router is ahead of another, with groups drawn again and again (bootstrap). */
export function difference(
  one: Ranking,
  other: Ranking,
  gains: readonly number[],
  groups: readonly string[],
): Estimate {
  const names = [...new Set(groups)]
  const groupOf = groups.map((group) => names.indexOf(group))
  const random = generator(20_240_601)
  const values: number[] = []
  const counts = new Float64Array(gains.length)
  for (let sample = 0; sample < resamples; sample += 1) {
    const drawn = new Float64Array(names.length)
    for (let draw = 0; draw < names.length; draw += 1) {
      const name = Math.floor(random() * names.length)
      drawn[name] = (drawn[name] ?? 0) + 1
    }
    for (let at = 0; at < counts.length; at += 1) counts[at] = drawn[groupOf[at] ?? 0] ?? 0
    const ahead = apgr(one, gains, counts) - apgr(other, gains, counts)
    // Where none of the drawn groups gains anything, there is no gap to recover.
    if (Number.isFinite(ahead)) values.push(ahead)
  }
  values.sort((low, high) => low - high)
  return {
    value: apgr(one, gains) - apgr(other, gains),
    low: values[Math.floor(values.length * 0.025)] ?? 0,
    high: values[Math.ceil(values.length * 0.975) - 1] ?? 0,
  }
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
