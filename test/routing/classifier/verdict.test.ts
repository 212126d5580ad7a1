// What an app's own classifier may answer.

import { describe, expect, it } from 'vitest'
import { checkVerdict } from '../../../src/routing/classifier/verdict.js'

describe('a verdict', () => {
  it('is taken with what belongs to it, and nothing else (C9)', () => {
    expect(checkVerdict({ level: 'complex', note: 'x' })).toEqual({ level: 'complex' })
    const whole = { level: 'simple', taskType: 'code', score: 0, confidence: 1 } as const
    expect(checkVerdict(whole)).toEqual(whole)
  })

  it.each([
    undefined,
    null,
    'complex',
    {},
    { level: 'expert' },
    { level: 'simple', taskType: 'cooking' },
    { level: 'simple', score: 2 },
    { level: 'simple', score: Number.NaN },
    { level: 'simple', confidence: '1' },
  ])('%j is none (C9)', (value) => {
    expect(checkVerdict(value)).toBeUndefined()
  })
})
