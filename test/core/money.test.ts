// Money in whole nano-dollars: exact for people, and without drift over millions of calls.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUsd, maxMoney, toUsd } from '../../src/core/money.js'

describe('money', () => {
  it.each([
    [0, 0],
    [1, 1_000_000_000],
    [0.1, 100_000_000],
    [0.00075, 750_000],
    [0.000000001, 1],
    [1.1, 1_100_000_000],
    [4.35, 4_350_000_000],
    [1_000_000, 1_000_000_000_000_000],
  ])('takes %d dollars for what they are', (usd, nanos) => {
    expect(fromUsd(usd)).toBe(nanos)
    expect(toUsd(nanos)).toBe(usd)
  })

  it('gives no fraction of a nano-dollar away', () => {
    expect(fromUsd(0.0000000001)).toBe(1)
    expect(fromUsd(0.0000000014)).toBe(2)
  })

  it('CO7: adds a million small calls up without drift', () => {
    let sum = 0
    for (let call = 0; call < 1_000_000; call += 1) sum += fromUsd(0.00075)
    expect(toUsd(sum)).toBe(750)
  })

  it('comes back from nano-dollars as it went', () => {
    fc.assert(fc.property(fc.nat(4_000_000_000_000), (nanos) => fromUsd(toUsd(nanos)) === nanos))
  })

  it('counts what is beyond the largest amount as that', () => {
    expect(fromUsd(1e12)).toBe(maxMoney)
  })
})
