// Which models are given longer before their first word.

import { describe, expect, it } from 'vitest'
import { patienceWith } from '../../src/catalogue/patience.js'
import { presets } from '../../src/providers/presets.js'

describe('§11: the patience with slow reasoning models', () => {
  it.each([
    ['o3-pro', 600_000],
    ['gpt-5.5-pro-2026-04-23', 600_000],
    ['o3-deep-research', 600_000],
    ['o3', 300_000],
    ['o3-mini', 180_000],
    ['gpt-5', 240_000],
    ['gpt-5-mini', undefined],
    ['gpt-5.4-nano', undefined],
    ['gpt-5-chat-latest', undefined],
    ['o1-mini', undefined],
    ['grok-4-fast-non-reasoning', undefined],
    ['deepseek/deepseek-r1:free', 300_000],
    ['o3:online', 300_000],
    ['openai/o3', 300_000],
    ['gpt-4o', undefined],
    ['claude-haiku-4-5', undefined],
    ['o30', undefined],
    ['__proto__', undefined],
  ])('%s: %s ms', (model, ms) => {
    expect(patienceWith(model)).toBe(ms)
  })
})

it('§11: no provider’s default model is a slow one', () => {
  const slow = [...presets.values()].filter(
    ({ defaultModel }) => patienceWith(defaultModel ?? '') !== undefined,
  )
  expect(slow.map(({ id, defaultModel }) => `${id}/${defaultModel}`)).toEqual([])
})
