// Chance that comes out the same for the same seed.

/** Draws numbers. */
export interface Chance {
  /** A number in [0, 1). */
  next(): number
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number
  /** True so often. */
  isOnce(share: number): boolean
  /** One of the entries, as often as its weight says. */
  pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name
}

/** Chance from whole numbers: mulberry32 over a mix of them. */
export function chanceOf(...seeds: readonly number[]): Chance {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x2545f491)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    isOnce: (share) => next() < share,
    pick(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][] // its own entries
      let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      const found = entries.find(([, weight]) => {
        at -= weight
        return at < 0
      })
      return (found ?? entries[0] ?? raise('nothing to pick from'))[0]
    },
  }
}

function raise(message: string): never {
  throw new Error(message)
}
