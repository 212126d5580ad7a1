// Aliases and default models of providers that there are not.

import { describe, expect, it } from 'vitest'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import { checkKnownProviders } from '../../src/options/known-providers.js'

const check = (options: HandlerOptions) => () =>
  checkKnownProviders(checkHandlerOptions(options), (id) => id === 'openai')

describe('the models that a handler names', () => {
  it('may be of providers that can be asked', () => {
    const models = { cheap: ['openai/a', 'openai/b'] }
    for (const model of [undefined, 'auto', 'cheap', 'openai/c', ['cheap', 'openai/c']]) {
      expect(check({ models, defaults: { model } })).not.toThrow()
    }
  })

  it.each([
    ['models.cheap', { models: { cheap: ['openai/a', 'nobody/b'] } }],
    ['defaults.model', { defaults: { model: 'nobody/b' } }],
    ['defaults.model', { defaults: { model: ['openai/a', 'nobody/b'] } }],
  ])('are an error of %s where nobody could answer', (field, options: HandlerOptions) => {
    expect(check(options)).toThrow(expect.objectContaining({ code: 'config', field }))
    expect(check(options)).toThrow(/"nobody"/)
  })
})
