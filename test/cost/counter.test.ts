// Names of counters: none is two, and each can be read again.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CounterParts, counterName, readCounterName } from '../../src/cost/counter.js'
import { names } from './records.js'

const parts = fc.record<CounterParts>({
  measure: fc.constantFrom('usd', 'tokens', 'calls'),
  scope: fc.constantFrom('app', 'tenant', 'user', 'model'),
  // A single empty name would look like none; nobody can be called that.
  who: fc.array(names, { maxLength: 2 }).filter((who) => who.length !== 1 || who[0] !== ''),
  per: fc.constantFrom('hour', 'day', 'week', 'month', 'total'),
  window: fc.constantFrom(
    '2026-11-21@UTC',
    '2026-11-21T14+0100@Europe/Berlin',
    '2026-11@America/Indiana/Knox',
    'total',
  ),
})

describe('the name of a counter', () => {
  it('tells all that it was made of, whatever people are called', () => {
    fc.assert(
      fc.property(parts, (one) => {
        expect(readCounterName(counterName(one))).toEqual(one)
      }),
    )
  })

  it.each([
    '',
    'something else',
    'usd/tenant/acme/day',
    'usd/tenant/a/b/day',
    '//a//',
    'usd tenant/app//day/x',
  ])('is not what "%s" is', (name) => expect(readCounterName(name)).toBeUndefined())
})
