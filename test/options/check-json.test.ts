// Free-form JSON: what can be sent, and how the place at fault is named.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { jsonAt } from '../../src/options/check-json.js'

const cyclic: Record<string, unknown> = { a: { list: [1] } }
cyclic.self = cyclic

/** As many objects in one another. */
function nested(levels: number): object {
  let value: object = {}
  for (let level = 1; level < levels; level += 1) value = { a: value }
  return value
}

function faultOf(value: unknown): { field?: string | undefined; message: string } {
  try {
    jsonAt(value, 'x')
  } catch (error) {
    if (isByokError(error) && error.code === 'invalid-request') return error
  }
  throw new Error('It was let through.')
}

describe('free-form JSON', () => {
  it('is given back itself, whatever JSON it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => jsonAt(value, 'x') === value))
  })

  it('may hold what JSON leaves out or writes in its own way', () => {
    for (const value of [{ a: undefined }, [undefined], new Date(0), { at: { toJSON: () => 'now' } }]) {
      expect(jsonAt(value, 'x')).toBe(value)
    }
  })

  it('may hold one object twice, and objects of many levels', () => {
    const shared = { a: 1 }
    expect(() => jsonAt([shared, shared, { shared }], 'x')).not.toThrow()
    expect(() => jsonAt(nested(256), 'x')).not.toThrow()
  })

  it.each<[string, unknown, RegExp]>([
    ['x.a[1].b', { a: [0, { b: 1n }] }, /bigint/],
    ['x.run', { run: () => 1 }, /function/],
    ['x[0]', [Symbol('s')], /symbol/],
    ['x.a', { a: Number.NaN }, /NaN/],
    ['x.a', { a: Number.POSITIVE_INFINITY }, /Infinity/],
    ['x.at', { at: { toJSON: () => 1n } }, /bigint/],
  ])('is refused with %s at fault', (field, value, why) => {
    expect(faultOf(value)).toMatchObject({ field })
    expect(faultOf(value).message).toMatch(why)
  })

  it('is refused where it holds itself, or has more levels than anybody needs', () => {
    const why = 'holds itself, or is nested deeper than 256 levels.'
    expect(faultOf(cyclic)).toMatchObject({ field: 'x.self', message: `x.self: ${why}` })
    expect(faultOf([0, cyclic]).message).toBe(`x[1]: ${why}`)
    for (const levels of [257, 100_000]) expect(faultOf(nested(levels)).message).toBe(`x.a: ${why}`)
  })
})
