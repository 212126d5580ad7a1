// The output limits of models whose requests must name one.

import { describe, expect, it } from 'vitest'
import { outputLimitOf } from '../../src/catalogue/output-limits.js'

describe('the output limit of a model', () => {
  it.each([
    ['claude-sonnet-4-5', 64_000],
    ['claude-sonnet-4-5-20250929', 64_000],
    ['claude-sonnet-4-0', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['claude-opus-4-8', 128_000],
    ['claude-opus-5-5', 128_000],
    ['claude-3-5-haiku-latest', 8_192],
    ['claude-3-haiku-20240307', 4_096],
  ])('%s is %i', (model, limit) => {
    expect(outputLimitOf(model)).toBe(limit)
  })

  it.each(['claude-opus-4-9', 'claude-sonnet-9', 'claude-3-5', 'gpt-4o', 'toString'])(
    '%s is unknown',
    (model) => {
      expect(outputLimitOf(model)).toBeUndefined()
    },
  )
})
