// Money in whole nano-dollars: exact for people, and without drift over millions of calls.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUsd, toUsd } from '../../src/core/money.js'

describe('money', () => {
  it.each([
    [0, 0n],
    [1, 1_000_000_000n],
    [0.1, 100_000_000n],
    [0.00075, 750_000n],
    [0.000000001, 1n],
    [1.1, 1_100_000_000n],
    [4.35, 4_350_000_000n],
    [1_000_000, 1_000_000_000_000_000n],
  ])('takes %d dollars for what they are', (usd, nanos) => {
    expect(fromUsd(usd)).toBe(nanos)
    expect(toUsd(nanos)).toBe(usd)
  })

  it('gives no fraction of a nano-dollar away', () => {
    expect(fromUsd(0.0000000001)).toBe(1n)
    expect(fromUsd(0.0000000014)).toBe(2n)
  })

  it('CO7: adds a million small calls up without drift', () => {
    let sum = 0n
    for (let call = 0; call < 1_000_000; call += 1) sum += fromUsd(0.00075)
    expect(toUsd(sum)).toBe(750)
  })

  it('comes back from nano-dollars as it went', () => {
    fc.assert(fc.property(fc.bigInt(0n, 4_000_000_000_000n), (nanos) => fromUsd(toUsd(nanos)) === nanos))
  })
})
