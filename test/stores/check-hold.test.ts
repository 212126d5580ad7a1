// What is checked of a hold before it is counted.
import { expect, it } from 'vitest'
import { checkHold } from '../../src/stores/check-hold.js'
import { claim, holdOf } from '../../src/stores/conformance/world.js'

it('reads each claim and each rate of a hold a few times, however many there are', () => {
  let reads = 0
  const named = <Rest extends object, Name extends string>(rest: Rest, name: Name, value: string) =>
    Object.defineProperty({ ...rest }, name, {
      get: () => {
        reads += 1
        return value
      },
    }) as Rest & Record<Name, string>
  const numbers = Array.from({ length: 2_000 }, (_, at) => at)
  const claims = numbers.map((at) => named(claim(1, 1), 'counter', `c${at}`))
  const rates = numbers.map((at) => named({ limit: 1, windowMs: 1, amount: 1 }, 'key', `r${at}`))
  checkHold(holdOf('a', { claims, rates }))
  expect(reads).toBeLessThan(10 * (claims.length + rates.length))
})

it('refuses a counter or a rate that stands in a hold twice, and names it', () => {
  const rate = { key: 'r', limit: 1, windowMs: 1, amount: 1 }
  checkHold(holdOf('a', { claims: [], rates: [rate, { ...rate, windowMs: 2 }] }))
  expect(() => checkHold(holdOf('a', { claims: [], rates: [rate, rate] }))).toThrow(
    expect.objectContaining({ code: 'invalid-request', field: 'rates[1].key' }),
  )
  expect(() => checkHold(holdOf('a', { claims: [claim(1, 1), claim(2, 2)] }))).toThrow(
    expect.objectContaining({ code: 'invalid-request', field: 'claims[1].counter' }),
  )
})
