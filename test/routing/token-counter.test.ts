// An app's own counter of tokens.

import { expect, it } from 'vitest'
import { estimateTokens } from '../../src/core/token-estimate.js'
import { type AppTokenCounter, tokenCounterFor } from '../../src/routing/token-counter.js'

it('counts with the app, which is told the model, and parts of tokens as whole ones (CL9)', () => {
  const asked: string[][] = []
  const own: AppTokenCounter = (...question) => {
    asked.push(question)
    return 2.5
  }
  expect(tokenCounterFor(own, 'one/m', () => expect.unreachable())('four')).toBe(3)
  expect(asked).toEqual([['four', 'one/m']])
})

it.each<[string, () => unknown]>([
  ['NaN', () => Number.NaN],
  ['less than nothing', () => -1],
  ['without end', () => Number.POSITIVE_INFINITY],
  ['no number', () => '12'],
  ['a promise', async () => 12],
  ['nothing', () => undefined],
  [
    'an exception',
    () => {
      throw new Error('broken')
    },
  ],
])('estimates the text where the app answers with %s (CL9)', (_, own) => {
  let faults = 0
  const counter = tokenCounterFor(own as AppTokenCounter, 'one/m', () => {
    faults += 1
  }) // broken on purpose
  expect(counter('some text')).toBe(estimateTokens('some text'))
  expect(faults).toBe(1)
})
