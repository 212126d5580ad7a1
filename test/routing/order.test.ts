// Sorting by number, with the places along.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { greatestFirst } from '../../src/routing/order.js'

describe('the order', () => {
  it('is that of a plain sort, and equals keep theirs (RK12)', () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 20 }),
      fc.double({ min: 1e-290, max: 1e12, noNaN: true }).map((number) => Number(number.toPrecision(9))),
      fc.constantFrom(0, 1e-300, 1e300),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 500 }), (values) => {
        const plain = values.map((_, at) => at)
        plain.sort((left, right) => (values[right] ?? 0) - (values[left] ?? 0) || left - right)
        expect(greatestFirst(values)).toEqual(plain)
      }),
      { numRuns: 500 },
    )
  })

  it('holds for more values than a key has room for', () => {
    const values = Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 5_003)
    const sorted = greatestFirst(values).map((at) => values[at] ?? 0)
    expect(sorted).toEqual([...values].sort((left, right) => right - left))
    expect(new Set(greatestFirst(values)).size).toBe(5_000)
  })
})
