// How much room names take in a terminal, and what is left of one that is cut.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsOf, cutText } from '../../src/cli/columns.js'
import { visibleName } from '../../src/core/visible-text.js'
import { hostileNames } from './sample.js'

const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileNames))

describe('columns of a terminal', () => {
  it('are counted as the terminal counts them', () => {
    expect(columnsOf('acme')).toBe(4)
    expect(columnsOf('東京')).toBe(4)
    expect(columnsOf('👍')).toBe(2)
    expect(columnsOf('e\u0301')).toBe(1)
  })

  it('cut a text that needs more of them', () => {
    expect(cutText('acme', 4)).toBe('acme')
    expect(cutText('acme inc', 5)).toBe('acme…')
    expect(cutText('東京都', 5)).toBe('東京…')
    fc.assert(
      fc.property(anything, fc.integer({ min: 2, max: 50 }), (name, columns) => {
        expect(columnsOf(cutText(visibleName(name), columns))).toBeLessThanOrEqual(columns)
      }),
    )
  })
})
