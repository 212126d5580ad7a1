// How the ids and indexes of a stranger's JSON are read.

import { describe, expect, it } from 'vitest'
import { asId, asIndex } from '../../src/wire/json.js'

describe('an index', () => {
  it.each([
    [0, 0],
    [7, 7],
    ['12', 12],
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
  ])('is read from %j', (sent, index) => {
    expect(asIndex(sent, 'a tool call')).toBe(index)
  })

  it.each([-1, 0.5, 1e300, '-1', '1e3', 'first', '9'.repeat(16), true, [0], {}])(
    'that is %j is a broken answer',
    (sent) => {
      expect(() => asIndex(sent, 'a tool call')).toThrow(
        expect.objectContaining({
          code: 'invalid-response',
          message: expect.stringContaining('a tool call with the index'),
        }),
      )
    },
  )

  it('may be nested beyond any stack', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown // any JSON
    expect(() => asIndex(deep, 'an item')).toThrow(expect.objectContaining({ code: 'invalid-response' }))
  })
})

describe('an id', () => {
  it.each([
    ['call_1', 'call_1'],
    [7, '7'],
    [0, '0'],
    ['', undefined],
    [null, undefined],
    [{}, undefined],
  ])('is read from %j', (sent, id) => {
    expect(asId(sent)).toBe(id)
  })
})
