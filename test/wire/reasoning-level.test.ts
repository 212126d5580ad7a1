// Which level a setting of reasoning becomes where no number is taken.

import { describe, expect, it } from 'vitest'
import { levelOf } from '../../src/wire/reasoning-level.js'

describe('a setting of reasoning', () => {
  it.each([
    ['none', 'none'],
    ['minimal', 'minimal'],
    ['high', 'high'],
    [0, 'none'],
    [1, 'low'],
    [1024, 'low'],
    [1025, 'medium'],
    [8192, 'medium'],
    [8193, 'high'],
  ] as const)('%j is the level %s', (setting, level) => {
    expect(levelOf(setting)).toBe(level)
  })
})
