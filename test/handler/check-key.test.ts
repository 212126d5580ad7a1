// `checkKey`: what a provider says of a key, with one small call.

import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import type { KeyQuestion } from '../../src/options/key-question.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { closedPort } from '../../src/testing/upstream.js'
import { failTimes, outageOf } from '../pipeline/outage.js'
import { dialects, failureOf, loadSdks, stageOf, until, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const verdicts: readonly [what: string, answer: Reply, status: string, code: string | undefined][] = [
  ['an answer', reply.chat(), 'valid', undefined],
  ['a 401', reply.status(401), 'invalid', 'authentication'],
  ['a 403', reply.status(403), 'invalid', 'permission'],
  [
    'a wrong key sent as 400',
    reply.error(400, { code: 'invalid_api_key', type: 'authentication_error' }),
    'invalid',
    'authentication',
  ],
  ['a 402', reply.status(402), 'no-quota', 'quota-exceeded'],
  [
    'a quota sent as 429',
    reply.error(429, { code: 'insufficient_quota', type: 'billing_error' }),
    'no-quota',
    'quota-exceeded',
  ],
  ['a rate limit', reply.status(429), 'valid', 'rate-limited'],
  ['an unknown model', reply.status(404), 'valid', 'model-not-found'],
  ['a refused parameter', reply.status(400), 'valid', 'invalid-request'],
  ['a 503', reply.status(503), 'unreachable', 'provider'],
  ['a 529', reply.error(529, { type: 'overloaded_error', code: null }), 'unreachable', 'overloaded'],
  ['a web page', reply.html(), 'unreachable', 'invalid-response'],
  ['a reset', reply.refuse(), 'unreachable', 'network'],
]

describe.each(dialects)('KY7: checkKey in %s', (dialect) => {
  it.each(verdicts)('KY7: after %s', async (_, answer, status, code) => {
    const upstream = await upstreamWith([answer])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const verdict = await handler.checkKey({ provider: 'one', key: 'test-key-asked-0001' })
    expect(verdict.status).toBe(status)
    expect(verdict.error?.code).toBe(code)
    if (code !== undefined) expect(verdict.error).toMatchObject({ provider: 'one' })
    expect(upstream.hits()).toBe(1)
    expect(JSON.stringify(upstream.requests[0]?.headers)).toContain('test-key-asked-0001')
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'm' })
    expect(upstream.requests[0]?.body).not.toMatchObject({ stream: true })
  })
})

describe('KY7: checkKey', () => {
  it('KY7: asks in few tokens', async () => {
    const upstream = await upstreamWith([reply.chat()])
    await stageOf({ one: upstream }).handler.checkKey({ provider: 'one' })
    expect(upstream.requests[0]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 16,
    })
  })

  it('KY7: asks for the model that it is told to ask', async () => {
    const upstream = await upstreamWith([reply.chat()])
    await stageOf({ one: upstream }).handler.checkKey({ provider: 'one', model: 'vendor/tiny' })
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'vendor/tiny' })
  })

  it('KY7: checks the key that a request of the tenant would be paid with', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const keys = { one: ({ tenant }: { tenant?: string }) => tenant && `test-key-${tenant}-0001` }
    const { handler } = stageOf({ one: upstream }, { keys })
    expect(await handler.checkKey({ provider: 'one', tenant: 'acme' })).toEqual({ status: 'valid' })
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer test-key-acme-0001')
    expect((await failureOf(handler.checkKey({ provider: 'one' }))).code).toBe('no-key')
    expect(upstream.hits()).toBe(1)
  })

  it('KY7: tells where nobody answers', async () => {
    const { handler } = stageOf({ one: await closedPort() })
    expect(await handler.checkKey({ provider: 'one' })).toMatchObject({
      status: 'unreachable',
      error: { code: 'network', upstream: { code: 'ECONNREFUSED' } },
    })
  })

  it('KY7: says nothing to breakers, health and the pool of keys, and is not held up by them', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes } = outageOf({ one: upstream }, { clock: new FakeClock() })
    await failTimes(5, () => handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(await handler.checkKey({ provider: 'one' })).toMatchObject({ status: 'unreachable' })
    expect(upstream.hits()).toBe(6)
    upstream.play([reply.status(401)])
    expect(await handler.checkKey({ provider: 'one' })).toMatchObject({ status: 'invalid' })
    const health = await handler.health()
    expect(health.keys).toEqual([])
    expect(health.models).toMatchObject([{ state: 'open', calls: 5 }])
    expect(changes).toHaveLength(1)
  })

  it('KY7: waits 30 s for a provider that says nothing, and leaves nothing behind', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const clock = new FakeClock()
    const { handler } = stageOf({ one: upstream }, { clock })
    const verdict = handler.checkKey({ provider: 'one' })
    await until(() => upstream.hits() === 1, 'the question')
    await clock.advance(30_000)
    expect(await verdict).toMatchObject({ status: 'unreachable', error: { code: 'timeout' } })
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it.each(['before', 'meanwhile'])('KY7: throws `aborted` where its caller left %s', async (when) => {
    const upstream = await upstreamWith([reply.hang()])
    const clock = new FakeClock()
    const { handler } = stageOf({ one: upstream }, { clock })
    const leaving = new AbortController()
    if (when === 'before') leaving.abort('enough')
    const failure = failureOf(handler.checkKey({ provider: 'one', signal: leaving.signal }))
    if (when === 'meanwhile') await until(() => upstream.hits() === 1, 'the question')
    leaving.abort('enough')
    expect(await failure).toMatchObject({ code: 'aborted', cause: 'enough' })
    expect(upstream.hits()).toBe(when === 'before' ? 0 : 1)
    expect(clock.pending()).toBe(0)
  })

  it.each(['abort', 'limit'])('KY7: a key function that never answers is left by %s', async (how) => {
    const clock = new FakeClock()
    const keys = { one: () => new Promise<string>(() => undefined) }
    const { handler } = stageOf({ one: 'http://127.0.0.1:9' }, { clock, keys })
    const leaving = new AbortController()
    const ended = handler.checkKey({ provider: 'one', signal: leaving.signal }).catch((error) => error)
    await until(() => clock.pending() > 0, 'the wait')
    if (how === 'abort') leaving.abort('enough')
    else await clock.advance(30_000)
    expect(await ended).toMatchObject(how === 'abort' ? { code: 'aborted' } : { status: 'unreachable' })
    expect(clock.pending()).toBe(0)
  })

  it('KY7: an adapter without whole answers is asked for a stream, and left after its first delta', async () => {
    const adapter = scriptedProvider({
      id: 'own',
      canComplete: false,
      replies: [
        [{ type: 'text', text: 'a' }, { waitMs: Number.POSITIVE_INFINITY }],
        [new Error('odd: test-key-own-0001')],
      ],
    })
    const handler = new BYOKHandler({ adapters: [adapter], keys: { own: 'test-key-own-0001' } })
    expect(await handler.checkKey({ provider: 'own', model: 'm' })).toEqual({ status: 'valid' })
    expect(adapter.calls[0]).toMatchObject({ end: 'left', signal: { aborted: true } })
    const { status, error } = await handler.checkKey({ provider: 'own', model: 'm' })
    expect(status).toBe('unreachable')
    expect(error).toMatchObject({ code: 'provider', cause: { message: expect.stringMatching(/^odd: /) } })
    expect(String(error?.cause)).not.toContain('own-0001')
  })

  it("KY7: the app's own client is asked with the key of the question, or else with its own", async () => {
    const upstream = await upstreamWith([reply.chat()])
    const client = new OpenAI({ baseURL: `${upstream.url}/v1`, apiKey: 'test-key-own-0001' })
    const handler = new BYOKHandler({
      providers: { own: { dialect: 'openai-chat', client, defaultModel: 'm' } },
    })
    await handler.checkKey({ provider: 'own', key: 'test-key-asked-0001' })
    await handler.checkKey({ provider: 'own' })
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer test-key-asked-0001',
      'Bearer test-key-own-0001',
    ])
  })

  it('KY7: the key is in no verdict, though the provider echoes it', async () => {
    const key = 'test-key-echoed-0001'
    const upstream = await upstreamWith([
      reply.error(401, { message: `Incorrect API key provided: ${key}.` }),
    ])
    const verdict = await stageOf({ one: upstream }).handler.checkKey({ provider: 'one', key })
    expect(verdict.status).toBe('invalid')
    expect(verdict.error?.message).toMatch(/^Incorrect API key provided/)
    expect(JSON.stringify(verdict) + verdict.error?.stack).not.toContain('echoed-0001')
  })

  it('KY7: the key of an app’s client is in no verdict, and is not spent for a tenant who has none', async () => {
    const own = 'test-key-client-0001'
    const upstream = await upstreamWith([
      reply.error(401, { message: `Incorrect API key provided: ${own}.` }),
    ])
    const client = new OpenAI({ baseURL: `${upstream.url}/v1`, apiKey: own })
    const handler = new BYOKHandler({
      keys: { own: ({ tenant }) => (tenant === undefined ? undefined : null) },
      providers: { own: { client, defaultModel: 'm' } },
    })
    const verdict = await handler.checkKey({ provider: 'own' })
    expect(verdict.error?.message).toBe('Incorrect API key provided: [secret].')
    expect((await failureOf(handler.checkKey({ provider: 'own', tenant: 'acme' }))).code).toBe('no-key')
    expect(upstream.hits()).toBe(1)
  })

  it('KY7: after close() nobody is asked', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    await handler.close()
    expect((await failureOf(handler.checkKey({ provider: 'one' }))).code).toBe('config')
    expect(upstream.hits()).toBe(0)
  })

  it('KY7: close() ends it with the error that requests get, and waits for its end', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const clock = new FakeClock()
    const { handler } = stageOf({ one: upstream }, { clock })
    const [check, asked] = [
      failureOf(handler.checkKey({ provider: 'one' })),
      failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' })),
    ]
    await until(() => upstream.hits() === 2, 'the questions')
    let isOver = false
    check.finally(() => {
      isOver = true
    })
    await handler.close()
    expect(isOver).toBe(true)
    const error = await check
    expect(error).toMatchObject({ code: 'aborted', name: 'AbortError', message: 'The handler was closed.' })
    expect(error.cause).toBe((await asked).cause)
    await until(() => upstream.requests.every(({ closedByClient }) => closedByClient), 'the end of both')
    expect(clock.pending()).toBe(0)
  })

  it('KY7: close() ends it before anything is sent, and while a key function is asked', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const clock = new FakeClock()
    const keys = { two: () => new Promise<string>(() => undefined) }
    const { handler } = stageOf({ one: upstream, two: upstream }, { clock, keys })
    const searching = failureOf(handler.checkKey({ provider: 'two' }))
    await until(() => clock.pending() === 1, 'the search for the key')
    const beginning = failureOf(handler.checkKey({ provider: 'one' }))
    await handler.close()
    expect(await searching).toMatchObject({ code: 'aborted', message: 'The handler was closed.' })
    expect(await beginning).toMatchObject({ code: 'aborted', message: 'The handler was closed.' })
    expect(upstream.hits()).toBe(0)
    expect(clock.pending()).toBe(0)
  })

  const wrong: readonly [question: unknown, code: string, field: string | undefined][] = [
    [undefined, 'invalid-request', 'checkKey'],
    [{}, 'invalid-request', 'provider'],
    [{ provider: 'nobody' }, 'invalid-request', 'provider'],
    [{ provider: 'one', apiKey: 'x' }, 'invalid-request', 'checkKey.apiKey'],
    [{ provider: 'one', key: 'a\r\nb' }, 'invalid-key-format', 'keys.one'],
    [{ provider: 'one', key: null }, 'invalid-key-format', 'keys.one'],
    [{ provider: 'one', model: '' }, 'invalid-request', 'model'],
    [{ provider: 'one', tenant: 5 }, 'invalid-request', 'tenant'],
    [{ provider: 'one', signal: {} }, 'invalid-request', 'signal'],
    [{ provider: 'two' }, 'no-key', undefined],
  ]

  it.each(wrong)('KY7: %j is no question', async (question, code, field) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: upstream }, { keys: { two: () => undefined } })
    const error = await failureOf(handler.checkKey(question as KeyQuestion)) // what plain JavaScript may pass
    expect(error.code).toBe(code)
    if (field !== undefined) expect(error.field).toBe(field)
    expect(upstream.hits()).toBe(0)
  })
})
