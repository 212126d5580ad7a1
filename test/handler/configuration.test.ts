// Building a handler: nothing is loaded or asked, and a setting that cannot work is an error at once.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'

const fromJson = (text: string) => JSON.parse(text) as object // options as a configuration file holds them

/** What is wrong, the options, and the field that the error names. */
const broken: readonly [what: string, options: unknown, field: string][] = [
  ['an unknown option', { failovr: {} }, 'failovr'],
  ['an option called __proto__', fromJson('{"__proto__":{"strict":true}}'), '__proto__'],
  ['options that are text', 'x', 'options'],
  ['a key for an unknown provider', { keys: { nobody: 'test-key-0001' } }, 'keys.nobody'],
  ['a key for __proto__', fromJson('{"keys":{"__proto__":"test-key-0001"}}'), 'keys.__proto__'],
  ['an unknown provider without an address', { providers: { nobody: {} } }, 'providers.nobody.baseURL'],
  ['an address that is none', { providers: { one: { baseURL: 'nonsense' } } }, 'providers.one.baseURL'],
  [
    'an address with a query',
    { providers: { one: { baseURL: 'http://x/v1?a=b' } } },
    'providers.one.baseURL',
  ],
  [
    'an address with a fragment',
    { providers: { one: { baseURL: 'http://x/#v1' } } },
    'providers.one.baseURL',
  ],
  [
    'an address with a line break',
    { providers: { one: { baseURL: 'http://x/v1\n' } } },
    'providers.one.baseURL',
  ],
  [
    'an address with a password',
    { providers: { one: { baseURL: 'http://ada:test-key-0001@x/v1' } } },
    'providers.one.baseURL',
  ],
  [
    'both a client and a transport',
    { providers: { openai: { client: { post: () => 1 }, transport: { send: () => 1 } } } },
    'providers.openai.transport',
  ],
  ['a provider that is switched off and nobody knows', { providers: { opnai: false } }, 'providers.opnai'],
  ['an address by ftp', { providers: { one: { baseURL: 'ftp://x/v1' } } }, 'providers.one.baseURL'],
  [
    'an unknown dialect',
    { providers: { one: { dialect: 'x', baseURL: 'http://x' } } },
    'providers.one.dialect',
  ],
  [
    'an unknown field of a provider',
    { providers: { one: { apiKey: 'test-key-0001' } } },
    'providers.one.apiKey',
  ],
  [
    'a field of a provider in another spelling',
    { providers: { openai: { baseUrl: 'http://x' } } },
    'providers.openai.baseUrl',
  ],
  ['an unknown field of failover', { failover: { maxCandidate: 2 } }, 'failover.maxCandidate'],
  [
    'a header with a line break',
    { providers: { one: { baseURL: 'http://x', headers: { a: 'b\n' } } } },
    'providers.one.headers["a"]',
  ],
  ['an alias without a provider', { models: { cheap: 'gpt' } }, 'models.cheap'],
  ['an alias of nothing', { models: { cheap: [] } }, 'models.cheap'],
  ['an alias called auto', { models: { auto: 'openai/m' } }, 'models.auto'],
  ['a negative limit as a default', { defaults: { maxTokens: -1 } }, 'defaults.maxTokens'],
  ['a default model without a provider', { defaults: { model: 'gpt' } }, 'defaults.model'],
  ['a default that is none', { defaults: { prompt: 'Hi' } }, 'defaults.prompt'],
  ['an unknown default', { defaults: { maxTokns: 5 } }, 'defaults.maxTokns'],
  ['a negative time limit', { timeout: -1 }, 'timeout'],
  ['a time limit of zero', { timeout: { idleMs: 0 } }, 'timeout.idleMs'],
  ['no time at all to connect', { timeout: { connectMs: 0 } }, 'timeout.connectMs'],
  ['negative time to connect', { timeout: { connectMs: -1 } }, 'timeout.connectMs'],
  ['time to connect that is no number', { timeout: { connectMs: Number.NaN } }, 'timeout.connectMs'],
  ['a time limit without end', { timeout: Number.POSITIVE_INFINITY }, 'timeout'],
  ['a negative size', { limits: { maxEventBytes: -5 } }, 'limits.maxEventBytes'],
  ['no candidates at all', { failover: { maxCandidates: 0 } }, 'failover.maxCandidates'],
  ['a switch that is text', { strict: 'yes' }, 'strict'],
  ['an unknown callback', { callbacks: { onText: () => 1 } }, 'callbacks.onText'],
  ['a callback that is text', { callbacks: { onTextDelta: 'x' } }, 'callbacks.onTextDelta'],
  ['an adapter without an id', { adapters: [{ stream: () => [] }] }, 'adapters[0].id'],
  [
    'two adapters of one id',
    {
      adapters: [
        { id: 'mine', stream: () => [] },
        { id: 'mine', stream: () => [] },
      ],
    },
    'adapters[1].id',
  ],
  [
    'an adapter whose whole answer is no function',
    { adapters: [{ id: 'mine', stream: () => [], complete: true }] },
    'adapters[0].complete',
  ],
  ['keys in a Map', { keys: new Map([['openai', 'test-key-0001']]) }, 'keys'],
  ['providers in a Map', { providers: new Map() }, 'providers'],
  ['options that are still a promise', Promise.resolve({}), 'options'],
  [
    'options that throw when they are read',
    {
      get keys(): object {
        throw new TypeError('not now')
      },
    },
    'options',
  ],
  ['an adapter that cannot stream', { adapters: [{ id: 'mine' }] }, 'adapters[0].stream'],
  ['a fetch that is none', { fetch: 'x' }, 'fetch'],
  ['a clock without hands', { clock: {} }, 'clock.now'],
  ['a logger that cannot warn', { logger: { log: () => 1 } }, 'logger.warn'],
]

describe('RQ10: a handler', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each(broken)('is not built with %s', (_, options, field) => {
    let thrown: unknown
    try {
      new BYOKHandler(options as HandlerOptions) // wrong on purpose
    } catch (error) {
      thrown = error
    }
    expect(isByokError(thrown)).toBe(true)
    expect(thrown).toMatchObject({ code: 'config', field, isRetryable: false })
    expect(String(thrown)).toContain(field.split(/[.[]/, 1)[0])
    expect(String(thrown)).not.toContain('test-key')
  })

  it('hints at the option that was meant', () => {
    const build = (options: object) => () => new BYOKHandler(options)
    expect(build({ failovr: {} })).toThrow(/failover/)
    expect(build({ key: {} })).toThrow(/keys/)
    expect(build({ timeouts: 5 })).toThrow(/timeout/)
    expect(build({ providers: { one: { baseUrl: 'http://x' } } })).toThrow(/Did you mean baseURL/)
    expect(build({ apiKey: 'test-key-0001' })).toThrow(/Use keys/)
    expect(build({ keys: { opnai: 'test-key-0001' } })).toThrow(/Did you mean "openai"/)
    expect(build({ providers: { anthropc: {} } })).toThrow(/Did you mean "anthropic"/)
    expect(build({ models: { cheap: 'opnai/m' } })).toThrow(/Did you mean "openai"/)
  })

  it('says plainly what a setting may be, and what there is nothing for', () => {
    const build = (options: object) => () => new BYOKHandler(options)
    expect(build({ timeout: Number.POSITIVE_INFINITY })).toThrow('timeout: must be a finite number.')
    expect(build({ breaker: { openMs: 0 } })).toThrow('breaker.openMs')
    expect(build({ retry: { maxRetries: 1.5 } })).toThrow('retry.maxRetries')
    expect(build({ concurrency: { perTenant: 0 } })).toThrow('concurrency.perTenant')
    for (const name of ['governance', 'accessPlans', 'vault']) {
      expect(build({ [name]: {} })).toThrow(
        `${name}: there is no such option. Nothing of that kind is in this version.`,
      )
    }
  })

  it('takes undefined as not given, in nested settings too', () => {
    const options: HandlerOptions = {
      keys: { openai: undefined },
      providers: {
        groq: undefined,
        local: { baseURL: 'http://127.0.0.1:1/v1', headers: { 'x-a': undefined }, dialect: undefined },
      },
      adapters: undefined,
      models: { cheap: undefined },
      defaults: { model: undefined, temperature: undefined },
      failover: { maxCandidates: undefined, midStream: undefined },
      timeout: { totalMs: undefined },
      limits: { maxEventBytes: undefined },
      callbacks: { onTextDelta: undefined },
      strict: undefined,
      fetch: undefined,
      clock: undefined,
      logger: undefined,
    }
    expect(new BYOKHandler(options).hasStreamConsumers()).toBe(false)
    const { providers, aliases, keys } = checkHandlerOptions(options)
    expect([...providers.keys(), ...aliases.keys(), ...keys.keys()]).toEqual(['local'])
    expect(providers.get('local')).toMatchObject({ headers: {} })
  })

  it('is built without a call, and asks nobody before the first request', async () => {
    const fetch = vi.fn()
    vi.stubGlobal('fetch', fetch)
    const key = vi.fn()
    const handler = new BYOKHandler({
      keys: { openai: 'test-key-openai-0001', anthropic: key },
      providers: { local: { baseURL: 'http://127.0.0.1:1/v1', keys: 'none' } },
    })
    handler.streamCompletion({ model: 'openai/m', prompt: 'Hi' })
    await new Promise((resolve) => setImmediate(resolve))
    expect([fetch.mock.calls, key.mock.calls]).toEqual([[], []])
    await handler.close()
  })

  it('is built with no options, and then has no key', async () => {
    for (const handler of [new BYOKHandler(), new BYOKHandler({})]) {
      await expect(handler.generateResponse({ prompt: 'Hi' })).rejects.toMatchObject({ code: 'no-key' })
    }
  })

  it('is not changed by what happens to its options later', () => {
    const setting = { baseURL: 'http://127.0.0.1:1/v1', defaultModel: 'm' }
    const { providers } = checkHandlerOptions({ providers: { local: setting } })
    setting.defaultModel = 'other'
    expect(providers.get('local')).toMatchObject({ defaultModel: 'm' })
  })

  it('does not touch its options', () => {
    const options = Object.freeze({
      keys: Object.freeze({ openai: 'test-key-openai-0001' }),
      models: Object.freeze({ cheap: Object.freeze(['openai/m']) }),
      defaults: Object.freeze({ model: 'cheap' }),
      callbacks: Object.freeze({ onTextDelta: () => 1 }),
    })
    expect(() => new BYOKHandler(options)).not.toThrow()
  })
})
