// How models are named.

import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { nameOf, parseModelReference } from '../../src/routing/model-reference.js'

describe('a model reference', () => {
  it.each([
    ['openai/gpt-4o', 'openai', 'gpt-4o'],
    ['openrouter/anthropic/claude-x', 'openrouter', 'anthropic/claude-x'],
    ['local/models/a b.gguf', 'local', 'models/a b.gguf'],
    ['bedrock/arn:aws:x/y', 'bedrock', 'arn:aws:x/y'],
    ['a//b', 'a', '/b'],
  ])('%s is divided at its first slash alone', (text, provider, model) => {
    expect(parseModelReference(text, 'model')).toEqual({ provider, model })
    expect(nameOf({ provider, model })).toBe(text)
  })

  it.each(['', '/', 'gpt-4o', '/gpt-4o', 'openai/'])('%j is none, and the error names the field', (text) => {
    let thrown: unknown
    try {
      parseModelReference(text, 'models.fast')
    } catch (error) {
      thrown = error
    }
    expect(isByokError(thrown)).toBe(true)
    expect(thrown).toMatchObject({ code: 'invalid-request', field: 'models.fast' })
    expect(String(thrown)).toContain('models.fast')
  })

  it('does not repeat a text without end in its error', () => {
    expect(() => parseModelReference('x'.repeat(100_000), 'model')).toThrow(/^.{1,400}$/)
  })
})
