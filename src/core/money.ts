// Money inside the library: whole nano-dollars, so that a million small calls add up without drift.

/**
 * Whole nano-dollars (10⁻⁹ US dollars), as a number that arithmetic does not round: at most `maxMoney`, about nine
 * million dollars. Stores add and compare it in languages that have no larger whole numbers (Redis' Lua among them).
 */
export type Money = number

/** The largest amount: $9,007,199.254740991. */
export const maxMoney: Money = Number.MAX_SAFE_INTEGER

const nanosPerDollar = 1_000_000_000

/** The amount in dollars, for people. */
export function toUsd(amount: Money): number {
  return amount / nanosPerDollar
}

/**
 * An amount in dollars as whole nano-dollars, rounded up: a fraction of a nano-dollar is never given away. What is
 * beyond the largest amount counts as that.
 */
export function fromUsd(usd: number): Money {
  return Math.min(maxMoney, Math.ceil(Number((usd * nanosPerDollar).toFixed(3))))
}
