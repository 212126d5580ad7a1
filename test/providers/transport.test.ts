// The official SDKs under the adapters: what they may not add to a request, and the clients that an app brings along.

import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { Anthropic } from '@anthropic-ai/sdk'
import { AzureOpenAI, OpenAI } from 'openai'
import { OpenAI as OpenAI7 } from 'openai7'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'
import type { Transport } from '../../src/core/contracts.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { type SdkClient, sdkTransport } from '../../src/providers/sdk-transport.js'
import { reply } from '../../src/testing/reply.js'
import type { Upstream, UpstreamRequest } from '../../src/testing/upstream.js'
import type { DialectName } from '../../src/wire/dialect.js'
import {
  addressOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
  watch,
} from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x', maxTokens: 9 }
const noFallback = { failover: { streamFallback: false } }

/** Everything of a request that the environment could change. */
const outsideOf = ({ method, path, headers, body }: UpstreamRequest) => ({ method, path, headers, body })

describe('the environment', () => {
  it.each(dialects)('never influences a request, in %s', async (dialect) => {
    const upstream = await upstreamWith([reply.chat()])
    const elsewhere = await upstreamWith([reply.chat()])
    const ask = () => stageOf({ one: upstream }, {}, dialect).handler.generateResponse(request)
    await ask()
    const said = [
      vi.spyOn(console, 'log'),
      vi.spyOn(console, 'debug'),
      vi.spyOn(console, 'warn'),
      vi.spyOn(console, 'error'),
    ]
    const extra = [
      'x-extra: 1',
      'Authorization: Bearer other',
      'User-Agent: other',
      'X-Api-Key: other',
      'accept: other',
      'Content-Type: text/other',
    ]
    // Even a line that no header can be made of, at which the constructor of `openai` throws.
    const malformed = 'bad name: 1'
    const variables: Record<string, string> = {
      OPENAI_BASE_URL: `${elsewhere.url}/v1`,
      OPENAI_API_KEY: 'test-key-environment',
      OPENAI_ADMIN_KEY: 'test-key-environment',
      OPENAI_ORG_ID: 'org-environment',
      OPENAI_PROJECT_ID: 'project-environment',
      OPENAI_WEBHOOK_SECRET: 'environment',
      OPENAI_LOG: 'debug',
      OPENAI_CUSTOM_HEADERS: [...extra, malformed].join('\n'),
      ANTHROPIC_BASE_URL: elsewhere.url,
      ANTHROPIC_API_KEY: 'test-key-environment',
      ANTHROPIC_AUTH_TOKEN: 'test-key-environment',
      ANTHROPIC_LOG: 'debug',
      ANTHROPIC_CUSTOM_HEADERS: [
        ...extra,
        malformed,
        'Anthropic-Version: 1999-01-01',
        'Anthropic-Beta: other',
      ].join('\n'),
      HTTP_PROXY: elsewhere.url,
      http_proxy: elsewhere.url,
      ALL_PROXY: elsewhere.url,
    }
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    await ask()
    const [clean, stubbed] = upstream.requests.map(outsideOf)
    expect(stubbed).toEqual(clean)
    expect(elsewhere.hits()).toBe(0)
    for (const method of said) expect(method).not.toHaveBeenCalled()
    expect(process.env.OPENAI_CUSTOM_HEADERS).toBe(variables.OPENAI_CUSTOM_HEADERS)
    expect(process.env.ANTHROPIC_CUSTOM_HEADERS).toBe(variables.ANTHROPIC_CUSTOM_HEADERS)
  })

  it.each(dialects)('E11: lends no key to a provider that takes none, in %s', async (dialect) => {
    vi.stubEnv('OPENAI_API_KEY', 'test-key-environment')
    vi.stubEnv('ANTHROPIC_API_KEY', 'test-key-environment')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'test-key-environment')
    const upstream = await upstreamWith([reply.chat()])
    const handler = new BYOKHandler({
      providers: { local: { dialect, baseURL: addressOf(upstream.url, dialect), keys: 'none' } },
    })
    const { byok } = await handler.generateResponse({ ...request, model: 'local/m' })
    expect(byok.credentialSource).toBe('none')
    const { headers } = upstream.requests[0] ?? {}
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('x-api-key')
    expect(headers).not.toHaveProperty('api-key')
    expect(JSON.stringify(headers)).not.toMatch(/test-key|Bearer/)
  })
})

describe.each(['openai', 'anthropic'] as const)('the signal of a request, over the SDK "%s"', (sdk) => {
  const send = (signal: AbortSignal, fetch: typeof globalThis.fetch) =>
    sdkTransport(sdk, 'http://127.0.0.1:9', { clock: systemClock, fetch }).send({
      path: '/x',
      headers: {},
      body: {},
      connectMs: 30_000,
      signal,
    })

  it('is what `fetch` is given, and nothing of the SDK hangs on it', async () => {
    const { signal } = new AbortController()
    const given: unknown[] = []
    const response = await send(signal, async (_input, init) => {
      given.push(init?.signal)
      return new Response('unread')
    })
    expect(response.status).toBe(200)
    expect(given).toHaveLength(1)
    expect(given[0]).toBe(signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('keeps a request from being sent by a `fetch` that does not look', async () => {
    const fetch = vi.fn(async () => new Response('sent'))
    await expect(send(AbortSignal.abort(), fetch)).rejects.toMatchObject({ code: 'network' })
    expect(fetch).not.toHaveBeenCalled()
  })
})

describe('A16: the retries of the SDKs are off', () => {
  it.each(dialects)('in %s', async (dialect) => {
    for (const status of [408, 409, 429, 500, 529]) {
      const upstream = await upstreamWith([
        reply.status(status, undefined, { 'x-should-retry': 'true', 'retry-after-ms': '1' }),
      ])
      const { handler } = stageOf({ one: upstream }, noFallback, dialect)
      await failureOf(handler.generateResponse(request))
      expect(upstream.hits()).toBe(1)
    }
    const broken = await upstreamWith([reply.refuse()])
    await failureOf(stageOf({ one: broken }, noFallback, dialect).handler.generateResponse(request))
    expect(broken.hits()).toBe(1)
  })
})

type MakeClient = (upstream: Upstream) => SdkClient
const clients: readonly [
  name: string,
  dialect: DialectName,
  make: MakeClient,
  key: Record<string, string>,
][] = [
  [
    'OpenAI 6',
    'openai-chat',
    ({ url }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test-key-own-0001', maxRetries: 5 }),
    { authorization: 'Bearer test-key-own-0001' },
  ],
  [
    'OpenAI 7',
    'openai-chat',
    ({ url }) => new OpenAI7({ baseURL: `${url}/v1`, apiKey: 'test-key-own-0001', maxRetries: 5 }),
    { authorization: 'Bearer test-key-own-0001' },
  ],
  [
    'OpenAI 6 with Responses',
    'openai-responses',
    ({ url }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test-key-own-0001' }),
    { authorization: 'Bearer test-key-own-0001' },
  ],
  [
    'OpenAI 7 with Responses',
    'openai-responses',
    ({ url }) => new OpenAI7({ baseURL: `${url}/v1`, apiKey: 'test-key-own-0001' }),
    { authorization: 'Bearer test-key-own-0001' },
  ],
  [
    'AzureOpenAI',
    'openai-chat',
    ({ url }) =>
      new AzureOpenAI({
        endpoint: url,
        apiKey: 'test-key-own-0001',
        apiVersion: '2026-01-01',
        maxRetries: 5,
      }),
    { 'api-key': 'test-key-own-0001' },
  ],
  [
    'Anthropic',
    'anthropic-messages',
    ({ url }) => new Anthropic({ baseURL: url, apiKey: 'test-key-own-0001', maxRetries: 5 }),
    {},
  ],
]

describe.each(clients)("the app's own client: %s", (_, dialect, make, key) => {
  const stage = (upstream: Upstream, options = {}) =>
    watch(
      new BYOKHandler({
        providers: { own: { dialect, client: make(upstream) } },
        retry: { maxRetries: 0 },
        ...options,
      }),
    )
  const asked = { ...request, model: 'own/m' }

  it('carries streams and whole answers with its own key and address', async () => {
    const upstream = await upstreamWith([reply.chat({ text: ['Grü', 'ße'] })])
    const { handler } = stage(upstream)
    const seen = await readAll(handler.streamCompletion(asked))
    expect(seen.text).toBe('Grüße')
    expect(seen.response?.byok.credentialSource).toBe('app')
    expect(upstream.requests[0]?.headers).toMatchObject(key)
    expect(JSON.stringify(upstream.requests[0]?.headers)).toContain('test-key-own-0001')
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'm', stream: true })
  })

  it('makes no retries, whatever it was told, and its failures are typed', async () => {
    const upstream = await upstreamWith([
      reply.error(429, { message: 'Slow down.' }, { 'retry-after': '3', 'x-should-retry': 'true' }),
    ])
    const error = await failureOf(stage(upstream).handler.generateResponse(asked))
    expect(error).toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfterMs: 3_000,
      requestId: 'req_test_1',
    })
    expect(error.message).toContain('Slow down.')
    expect(upstream.hits()).toBe(1)
    const { code } = await failureOf(
      stage(await upstreamWith([reply.status(401)])).handler.generateResponse(asked),
    )
    expect(code).toBe('authentication')
  })

  it('follows no redirect', async () => {
    const elsewhere = await upstreamWith([reply.chat()])
    const upstream = await upstreamWith([reply.redirect(`${elsewhere.url}/v1/chat/completions`)])
    expect((await failureOf(stage(upstream, noFallback).handler.generateResponse(asked))).code).toBe(
      'invalid-response',
    )
    expect(elsewhere.hits()).toBe(0)
  })

  it('is left at once, before headers and in the middle', async () => {
    const silent = await upstreamWith([reply.hang()])
    const waiting = stage(silent).handler.streamCompletion(asked)
    const reading = readAll(waiting)
    await until(() => silent.hits() === 1, 'the request')
    waiting.abort('enough')
    expect((await reading).error).toMatchObject({ code: 'aborted', cause: 'enough' })
    await until(() => silent.requests[0]?.closedByClient === true, 'the end of the connection')

    const lively = await upstreamWith([{ ...reply.chat({ text: Array(500).fill('x') }), eventEveryMs: 5 }])
    for await (const event of stage(lively).handler.streamCompletion(asked)) if (event.type === 'text') break
    await until(() => lively.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(lively.hits()).toBe(1)
  })

  it('a stream that ends too early is an error, though the SDK alone would end in silence', async () => {
    const upstream = await upstreamWith([reply.end({ afterEvents: 6 }, { text: Array(9).fill('x') })])
    const { error } = await readAll(stage(upstream).handler.streamCompletion(asked))
    expect(error).toMatchObject({
      code: 'stream-interrupted',
      partial: { text: expect.stringMatching(/^x/) },
    })
  })

  it('keeps its own key out of sight', async () => {
    const says = 'Wrong key: test-key-own-0001, ***key-own-0001.'
    for (const echo of [
      reply.error(401, { message: says, code: says, type: says }),
      reply.status(500, `${'x'.repeat(2_036)}test-key-own-0001`),
      { ...reply.html(), body: `<html>${'x'.repeat(175)}${says}</html>` },
      reply.errorEvent({ message: says, afterEvents: 2 }),
    ]) {
      const { handler, told } = stage(await upstreamWith([echo]), noFallback)
      const { error } = await readAll(handler.streamCompletion(asked))
      expect(error).toBeDefined()
      const shown = inspect([error, told, JSON.stringify(error)], { depth: Number.POSITIVE_INFINITY })
      expect(shown).not.toContain('own-0001')
      expect(shown).not.toContain('test-k')
      expect(shown).toContain('[secr')
    }
  })

  it('keeps its own key, whatever stands in `keys` for the app', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { byok } = await stage(upstream, { keys: { own: 'test-key-other-0001' } }).handler.generateResponse(
      asked,
    )
    expect(byok.credentialSource).toBe('app')
    expect(JSON.stringify(upstream.requests[0]?.headers)).toContain('test-key-own-0001')
    expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain('test-key-other-0001')
  })

  it('lends its key to no request or tenant that brings another', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const byRequest = await stage(upstream).handler.generateResponse({
      ...asked,
      apiKey: 'test-key-brought-0001',
    })
    expect(byRequest.byok.credentialSource).toBe('request')
    const keys = { own: ({ tenant }: { tenant?: string }) => tenant && 'test-key-brought-0001' }
    const byTenant = await stage(upstream, { keys }).handler.generateResponse({ ...asked, tenant: 'acme' })
    expect(byTenant.byok.credentialSource).toBe('tenant')
    expect(upstream.hits()).toBe(2)
    for (const { headers } of upstream.requests) {
      expect(headers.authorization).toBe('Bearer test-key-brought-0001')
      expect(JSON.stringify(headers)).not.toContain('test-key-own-0001')
    }
  })

  it('pays for no request whose keys are for others, and for no tenant without a key', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const keys = { own: () => undefined }
    for (const failure of [
      stage(upstream).handler.generateResponse({ ...asked, keys: { openai: 'test-key-brought-0001' } }),
      stage(upstream, { keys }).handler.generateResponse({ ...asked, tenant: 'acme' }),
    ])
      expect(await failureOf(failure)).toMatchObject({ code: 'no-key' })
    expect(upstream.hits()).toBe(0)
  })

  it('gives way to the request without streaming', async () => {
    const upstream = await upstreamWith([reply.chat({}, { refuses: 'stream' })])
    expect((await stage(upstream).handler.generateResponse(asked)).text).toBe('Hello from the test upstream.')
    expect(upstream.hits()).toBe(2)
  })
})

describe('a client whose key comes from a function', () => {
  it.each([
    ['OpenAI 6', OpenAI],
    ['OpenAI 7', OpenAI7],
  ])('keeps out of sight what that gave last: %s', async (_, Client) => {
    let count = 0
    const says = 'Wrong: test-key-token-0001, test-key-token-0002.'
    const { url } = await upstreamWith([reply.error(401, { message: says })])
    const client = new Client({
      baseURL: `${url}/v1`,
      apiKey: async () => {
        count += 1
        return `test-key-token-000${count}`
      },
    })
    const { handler } = watch(new BYOKHandler({ providers: { own: { client } } }))
    const ask = () => failureOf(handler.generateResponse({ ...request, model: 'own/m' }))
    expect((await ask()).message).toBe('Wrong: [secret], test-key-token-0002.')
    expect((await ask()).message).toBe('Wrong: test-key-token-0001, [secret].')
  })
})

describe('a client with a token instead of a key', () => {
  it('keeps it out of sight', async () => {
    const { url } = await upstreamWith([reply.error(401, { message: 'Wrong: test-key-token-0001.' })])
    const client = new Anthropic({ baseURL: url, authToken: 'test-key-token-0001' })
    const own = { dialect: 'anthropic-messages', client } as const
    const { handler } = watch(new BYOKHandler({ providers: { own } }))
    const { message } = await failureOf(handler.generateResponse({ ...request, model: 'own/m' }))
    expect(message).toBe('Wrong: [secret].')
  })
})

describe("the app's own transport", () => {
  const body = { id: 'c', object: 'chat.completion', created: 1, model: 'm' }
  const choice = { index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }
  const stageWith = (setting: object, options: HandlerOptions = {}) => {
    const sent: (string | undefined)[] = []
    const transport: Transport = {
      async send({ key }) {
        sent.push(key?.reveal())
        return Response.json({ ...body, choices: [choice] })
      },
    }
    return { sent, ...watch(new BYOKHandler({ ...options, providers: { own: { transport, ...setting } } })) }
  }
  const asked = { ...request, model: 'own/m' }

  it('is given the key of each request', async () => {
    const { handler, sent } = stageWith({}, { keys: { own: 'test-key-app-0001' } })
    expect((await handler.generateResponse(asked)).byok.credentialSource).toBe('app')
    const brought = await handler.generateResponse({ ...asked, apiKey: 'test-key-brought-0001' })
    expect(brought.byok.credentialSource).toBe('request')
    expect(sent).toEqual(['test-key-app-0001', 'test-key-brought-0001'])
  })

  it('that needs no key carries no request that brings keys for others: it may authenticate as the app', async () => {
    const { handler, sent } = stageWith({ keys: 'none' })
    expect((await handler.generateResponse(asked)).byok.credentialSource).toBe('app')
    expect(sent).toEqual([undefined])
    const failure = failureOf(
      handler.generateResponse({ ...asked, keys: { openai: 'test-key-brought-0001' } }),
    )
    expect(await failure).toMatchObject({ code: 'no-key' })
    expect(sent).toHaveLength(1)
  })
})

describe('E3: keys of tenants', () => {
  it.each(dialects)('never mix, within one handler and between two, in %s', async (dialect) => {
    const upstream = await upstreamWith(() => ({ ...reply.chat(), firstEventAfterMs: 1 }))
    const keyOf = (owner: string) => `test-key-${owner}-0001`
    const tenants = ['ada', 'ben', '__proto__', 'constructor', 'toString']
    const shared = stageOf(
      { one: upstream },
      { keys: { one: ({ tenant }) => keyOf(tenant ?? 'app') } },
      dialect,
    )
    const other = stageOf({ one: upstream }, { keys: { one: keyOf('other-app') } }, dialect)
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const tenant = tenants[index % tenants.length] ?? ''
        if (index % 6 === 5) await other.handler.generateResponse({ ...request, prompt: 'for other-app' })
        else await shared.handler.generateResponse({ ...request, tenant, prompt: `for ${tenant}` })
      }),
    )
    expect(upstream.hits()).toBe(60)
    for (const { headers, body } of upstream.requests) {
      const owner = JSON.stringify(body).match(/for ([\w-]+)/)?.[1]
      expect(headers.authorization).toBe(`Bearer ${keyOf(owner ?? '')}`)
    }
  })

  it('E4: a key that changed is used by the next request', async () => {
    const upstream = await upstreamWith([reply.chat()])
    let key = 'test-key-old-0001'
    const { handler } = stageOf({ one: upstream }, { keys: { one: () => key } })
    await handler.generateResponse(request)
    key = 'test-key-new-0001'
    await handler.generateResponse(request)
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer test-key-old-0001',
      'Bearer test-key-new-0001',
    ])
  })
})
