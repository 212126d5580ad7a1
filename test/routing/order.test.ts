// Sorting by number, with the places along.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { greatestFirst, medianOf, nth } from '../../src/routing/order.js'

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

  it('puts what lies below 0 behind everything that is above (RK12)', () => {
    expect(greatestFirst([1, -1e-16, 2, -0, 0.5])).toEqual([2, 0, 4, 1, 3])
  })

  it('holds for more values than a key has room for', () => {
    const values = Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 5_003)
    const sorted = greatestFirst(values).map((at) => values[at] ?? 0)
    expect(sorted).toEqual([...values].sort((left, right) => right - left))
    expect(new Set(greatestFirst(values)).size).toBe(5_000)
  })
})

describe('the selection', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true })), {
    minLength: 1,
    maxLength: 200,
  })

  it('finds what a sort would put at a place, and leaves nothing greater before it (RK12)', () => {
    fc.assert(
      fc.property(values, fc.nat(), (given, any) => {
        const place = any % given.length
        const left = Float64Array.from(given)
        const found = nth(left, place)
        expect(found + 0).toBe((Float64Array.from(given).sort()[place] ?? Number.NaN) + 0) // -0 is 0 here
        expect(left.every((value, at) => (at < place ? value <= found : value >= found))).toBe(true)
        expect(Float64Array.from(left).sort()).toEqual(Float64Array.from(given).sort())
      }),
    )
  })

  it('finds the median: the middle one, or the mean of the two in the middle (RK12)', () => {
    expect(medianOf(Float64Array.of())).toBe(0)
    expect(medianOf(Float64Array.of(7))).toBe(7)
    expect(medianOf(Float64Array.of(9, 1, 5))).toBe(5)
    expect(medianOf(Float64Array.of(9, 1, 5, 2))).toBe(3.5)
    const sums = fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(sums, (given) => {
        const sorted = given.toSorted((one, other) => one - other)
        const [low = 0, high = 0] = [
          sorted[Math.ceil(given.length / 2) - 1],
          sorted[Math.floor(given.length / 2)],
        ]
        expect(medianOf(Float64Array.from(given))).toBe((low + high) / 2)
      }),
    )
  })
})
