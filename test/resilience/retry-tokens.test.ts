// The purse that retries are paid from.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RetryTokens } from '../../src/resilience/retry-tokens.js'

type Kind = 'transient' | 'throttle'

/** How many more of a kind a purse pays for; it is empty then. */
function spend(tokens: RetryTokens, owner: string, kind: Kind): number {
  for (let times = 0; times < 1_000; times++) if (tokens.take(owner, kind) === undefined) return times
  return Number.POSITIVE_INFINITY
}

describe('FO5: the token bucket', () => {
  it.each([
    ['transient', 35, 14],
    ['throttle', 100, 5],
  ] as const)('FO5: a full purse pays %s retries %i times, at %i each', (kind, times, cost) => {
    const tokens = new RetryTokens()
    expect(tokens.take('a', kind)).toBe(cost)
    expect(spend(tokens, 'a', kind)).toBe(times - 1)
    expect(tokens.take('a', kind)).toBeUndefined()
  })

  it('FO5: what is left after transient retries still pays for cheaper ones, and a refusal takes nothing', () => {
    const tokens = new RetryTokens()
    spend(tokens, 'a', 'transient')
    for (let time = 0; time < 50; time++) tokens.take('a', 'transient')
    expect(spend(tokens, 'a', 'throttle')).toBe(2) // 500 − 35 × 14 = 10
  })

  it('FO5: a success gives back what its request took', () => {
    const tokens = new RetryTokens()
    spend(tokens, 'a', 'transient')
    tokens.giveBack('a', 28)
    expect(spend(tokens, 'a', 'transient')).toBe(2)
  })

  it('FO5: a success that took nothing fills the purse by one, and never beyond 500', () => {
    const tokens = new RetryTokens()
    spend(tokens, 'a', 'throttle')
    for (let success = 0; success < 13; success++) tokens.giveBack('a', 0)
    expect(tokens.take('a', 'transient')).toBeUndefined()
    tokens.giveBack('a', 0)
    expect(tokens.take('a', 'transient')).toBe(14)
    for (let success = 0; success < 5_000; success++) tokens.giveBack('a', 0)
    expect(spend(tokens, 'a', 'transient')).toBe(35)
    tokens.giveBack('b', 400)
    expect(spend(tokens, 'b', 'throttle')).toBe(100)
  })

  it('A15: of 1,000 calls that each fail twice, 35 are tried again', () => {
    const tokens = new RetryTokens()
    const extra = Array.from({ length: 2_000 }, () => tokens.take('tenant/acme', 'transient'))
    expect(extra.filter((taken) => taken !== undefined)).toHaveLength(35)
  })

  it('FO5: each owner has a purse of its own', () => {
    const tokens = new RetryTokens()
    spend(tokens, 'a', 'transient')
    expect(spend(tokens, 'b', 'transient')).toBe(35)
    tokens.giveBack('b', 100)
    expect(tokens.take('a', 'transient')).toBeUndefined()
    for (const owner of ['__proto__', 'constructor', '']) expect(spend(tokens, owner, 'throttle')).toBe(100)
  })

  it('FO5: keeps 10,000 purses; whoever was seen longest ago starts again with a full one', () => {
    const tokens = new RetryTokens()
    for (const owner of ['old', 'lately', 'given']) spend(tokens, owner, 'throttle')
    for (let other = 0; other < 9_997; other++) tokens.take(`other ${other}`, 'throttle')
    tokens.take('lately', 'throttle')
    tokens.giveBack('given', 0)
    for (const newcomer of ['one more', 'and another']) tokens.take(newcomer, 'throttle')
    expect(tokens.take('lately', 'throttle')).toBeUndefined()
    expect(tokens.take('given', 'throttle')).toBeUndefined()
    expect(spend(tokens, 'old', 'throttle')).toBe(100)
  })

  it('FO5: holds between 0 and 500 whatever is taken and given back', () => {
    const step = fc.oneof(
      fc.record({ owner: fc.constantFrom('a', 'b'), take: fc.constantFrom<Kind>('transient', 'throttle') }),
      fc.record({ owner: fc.constantFrom('a', 'b'), give: fc.constantFrom(0, 1, 5, 14, 28) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const tokens = new RetryTokens()
        const held = new Map([
          ['a', 500],
          ['b', 500],
        ])
        for (const one of steps) {
          const before = held.get(one.owner) ?? 0
          if ('give' in one) {
            tokens.giveBack(one.owner, one.give)
            held.set(one.owner, Math.min(500, before + (one.give === 0 ? 1 : one.give)))
            continue
          }
          const cost = one.take === 'transient' ? 14 : 5
          expect(tokens.take(one.owner, one.take)).toBe(before >= cost ? cost : undefined)
          if (before >= cost) held.set(one.owner, before - cost)
        }
      }),
      { numRuns: 300 },
    )
  })
})
