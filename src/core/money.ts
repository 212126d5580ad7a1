// Money inside the library: whole nano-dollars, so that a million small calls add up without drift.

/** Whole nano-dollars (10⁻⁹ US dollars). */
export type Money = bigint

const nanosPerDollar = 1_000_000_000

/** The amount in dollars, for people. */
export function toUsd(amount: Money): number {
  return Number(amount) / nanosPerDollar
}

/** An amount in dollars as whole nano-dollars, rounded up: a fraction of a nano-dollar is never given away. */
export function fromUsd(usd: number): Money {
  return BigInt(Math.ceil(Number((usd * nanosPerDollar).toFixed(3))))
}
