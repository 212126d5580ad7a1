// Providers that there are not, in the options of a handler and in requests.

import { describe, expect, it } from 'vitest'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import {
  checkModelProviders,
  checkProviderNames,
  checkRequestProviders,
} from '../../src/options/known-providers.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'

const mine = scriptedProvider({ id: 'mine', replies: ['Hi'] })
const has = (id: string) => id === 'openai'

/** The error that the check throws, or `undefined`. */
function errorOf(check: () => void): ByokError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (isByokError(error)) return error
    throw error
  }
}

const names = (options: HandlerOptions) => errorOf(() => checkProviderNames(checkHandlerOptions(options)))
const models = (options: HandlerOptions) =>
  errorOf(() => checkModelProviders(checkHandlerOptions(options), has))
const request = (fields: CompletionRequest, options: HandlerOptions = {}) => {
  const settings = checkHandlerOptions(options)
  const prepared = prepareRequest({ prompt: 'Hi', ...fields }, 'generateResponse', settings, 'req_1')
  return errorOf(() => checkRequestProviders(prepared, settings, has))
}

describe('the models that a handler names', () => {
  it('may be of providers that can be asked', () => {
    const aliases = { cheap: ['openai/a', 'openai/b'] }
    for (const model of [undefined, 'auto', 'cheap', 'openai/c', ['cheap', 'openai/c']]) {
      expect(models({ models: aliases, defaults: { model } })).toBeUndefined()
    }
  })

  it.each<[string, HandlerOptions]>([
    ['models.cheap', { models: { cheap: ['openai/a', 'nobody/b'] } }],
    ['defaults.model', { defaults: { model: 'nobody/b' } }],
    ['defaults.model', { defaults: { model: ['openai/a', 'nobody/b'] } }],
  ])('are an error of %s where nobody could answer', (field, options) => {
    expect(models(options)).toMatchObject({ code: 'config', field })
    expect(models(options)?.message).toMatch(/"nobody"/)
  })
})

describe('the providers that a handler sets', () => {
  it('may be known ones, ones with an address or a client, and adapters', () => {
    const transport = { send: async () => new Response() }
    expect(
      names({
        keys: { openai: 'test-key-openai-0001', local: 'test-key-local-0001', mine: 'test-key-mine-0001' },
        providers: {
          local: { baseURL: 'http://127.0.0.1:1/v1' },
          carried: { transport },
          groq: false,
          mine: false,
        },
        adapters: [mine],
      }),
    ).toBeUndefined()
  })

  it.each<[string, HandlerOptions]>([
    ['keys.opnai', { keys: { opnai: 'test-key-openai-0001' } }],
    ['providers.opnai', { providers: { opnai: false } }],
    ['providers.opnai.baseURL', { providers: { opnai: { defaultModel: 'm' } } }],
    ['models.cheap', { models: { cheap: 'opnai/m' } }],
    ['defaults.model', { defaults: { model: 'OpenAl/m' } }],
  ])('hints at the one that was meant by %s', (field, options) => {
    const error = names(options) ?? models(options)
    expect(error).toMatchObject({ code: 'config', field })
    expect(error?.message).toContain('Did you mean "openai"?')
    expect(error?.message).not.toContain('test-key')
  })
})

describe('the providers that a request names', () => {
  it.each<[string, CompletionRequest]>([
    ['model', { model: 'opnai/m' }],
    ['model', { model: ['openai/m', 'opnai/m'] }],
    ['keys.opnai', { keys: { opnai: 'test-key-openai-0001' } }],
    ['providerOptions.opnai', { providerOptions: { opnai: { top_k: 5 } } }],
  ])('are refused in %s where nobody knows them, with the one that was meant', (field, fields) => {
    expect(request(fields)).toMatchObject({ code: 'invalid-request', field })
    expect(request(fields)?.message).toContain('Did you mean "openai"?')
  })

  it('F16: are told as names, whatever is in them', () => {
    const hostile = 'x\u001b[2J\n\u202e'
    for (const fields of [{ model: `${hostile}/m` }, { keys: { [hostile]: 'test-key-openai-0001' } }]) {
      const message = request(fields)?.message
      expect(message).toContain('there is no provider "x\\x1b[2J\\x0a\\u{202e}".')
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
    const long = request({ model: `${'x'.repeat(10_000)}/m` })
    expect(long?.message.length).toBeLessThan(250)
  })

  it('get no hint where none is near, nor at one that is switched off', () => {
    expect(request({ model: 'zzzzzzzz/m' })?.message).toBe(
      'model: there is no provider "zzzzzzzz". Known ones need only a key; others a baseURL in providers.',
    )
    expect(request({ model: 'opnai/m' }, { providers: { openai: false } })?.message).not.toMatch(/mean/)
  })

  it('may be guessed among those of the app', () => {
    const options = { providers: { warehouse: { baseURL: 'http://127.0.0.1:1/v1' } } }
    expect(request({ model: 'warehous/m' }, options)?.message).toContain('Did you mean "warehouse"?')
    expect(request({ providerOptions: { mien: {} } }, { adapters: [mine] })?.message).not.toMatch(/mean/)
    expect(request({ providerOptions: { miner: {} } }, { adapters: [mine] })?.message).toContain('"mine"?')
  })

  it('are told apart by why they cannot be asked', () => {
    expect(request({ model: 'groq/m' }, { providers: { groq: false } })?.message).toMatch(/switched off/)
    expect(request({ model: 'azure/m' })?.message).toMatch(/"azure" needs a baseURL/)
  })

  it('may have keys and options though they are switched off, known only by name, or an adapter', () => {
    const options = { providers: { groq: false, other: false }, adapters: [mine] } as const
    for (const id of ['groq', 'other', 'azure', 'mine']) {
      const keys = { [id]: 'test-key-0001' }
      expect(request({ keys, providerOptions: { [id]: {} } }, options)).toBeUndefined()
    }
  })
})
