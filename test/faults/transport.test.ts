// Faults on the way to a provider, with retries and several candidates: what is asked again, when, and what is told.

import { createServer } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { closedPort, type UpstreamRequest } from '../../src/testing/upstream.js'
import { outageOf, played } from '../pipeline/outage.js'
import {
  attemptsOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  refusedOnce,
  stageOf,
  until,
  upstreamWith,
  watch,
} from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const both = { ...request, model: ['one/m', 'two/m'] }
const off = { failover: { streamFallback: false } }
const atOnce = { retry: { baseMs: 0, throttleBaseMs: 0 } }

describe('A1: a refused connection', () => {
  it('A1: is tried three times, never without streaming, and told without an address', async () => {
    const url = await closedPort()
    const { handler } = stageOf({ one: url }, atOnce)
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'network', upstream: { code: 'ECONNREFUSED' } })
    expect(error.attempts).toHaveLength(3)
    for (const attempt of error.attempts ?? [])
      expect(attempt).toMatchObject({ mode: 'stream', error: { upstream: { code: 'ECONNREFUSED' } } })
    expect(JSON.stringify(error)).not.toContain(url)
  })

  it('A1: goes to the next candidate', async () => {
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: await closedPort(), two: healthy }, atOnce)
    const { byok } = await handler.generateResponse(both)
    expect(attemptsOf(byok)).toEqual(['stream network', 'stream network', 'stream network', 'stream success'])
  })
})

describe.each(dialects)('before a first byte, in %s', (dialect) => {
  it('A3: a reset is asked again', async () => {
    const upstream = await upstreamWith([reply.refuse(), reply.chat()])
    const { handler, told } = stageOf({ one: upstream }, { ...off, ...atOnce }, dialect)
    const { byok } = await handler.generateResponse(request)
    expect(attemptsOf(byok)).toEqual(['stream network', 'stream success'])
    expect(told.attemptEnds).toHaveLength(2)
    expect(upstream.hits()).toBe(2)
  })

  it('A12: two 500s are asked again, and the third answer counts once', async () => {
    const upstream = await upstreamWith([reply.status(500), reply.status(500), reply.chat()])
    const { handler } = stageOf({ one: upstream }, { ...off, ...atOnce }, dialect)
    const { response } = await readAll(handler.streamCompletion(request))
    expect(attemptsOf(response?.byok ?? {})).toEqual(['stream provider', 'stream provider', 'stream success'])
    expect(response?.byok.attempts.map(({ usage }) => usage !== undefined)).toEqual([false, false, true])
  })

  it('A13: a 529 is asked again as a throttle, or goes to the next candidate at once', async () => {
    const busy = reply.error(529, { type: 'overloaded_error', code: null })
    const upstream = await upstreamWith([busy, reply.chat()])
    const alone = stageOf({ one: upstream }, { ...off, ...atOnce }, dialect)
    expect((await alone.handler.generateResponse(request)).byok.attempts).toHaveLength(2)
    const [always, healthy] = [await upstreamWith([busy]), await upstreamWith([reply.chat()])]
    const { handler } = stageOf(
      { one: always, two: healthy },
      { ...off, clock: new FakeClock(), retry: {} },
      dialect,
    )
    expect((await handler.generateResponse(both)).byok.provider).toBe('two')
    expect(always.hits()).toBe(1)
  })

  it('A13: an overload in mid-stream is an error, with what had come', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent(
        { type: 'overloaded_error', code: 'overloaded_error', afterEvents: 5 },
        { text: Array(9).fill('x') },
      ),
    ])
    const { handler } = stageOf({ one: upstream, two: upstream }, { ...off, ...atOnce }, dialect)
    const { error, text } = await readAll(handler.streamCompletion(both))
    expect(error).toMatchObject({ code: 'overloaded', partial: { text } })
    expect(text).toMatch(/^x+$/)
    expect(upstream.hits()).toBe(1)
  })

  it('A10: what was refused for good is asked once, though there are retries', async () => {
    for (const status of [400, 404, 413, 422]) {
      const upstream = await upstreamWith([reply.error(status, { param: 'messages' })])
      const { handler } = stageOf({ one: upstream, two: upstream }, atOnce, dialect)
      await failureOf(handler.generateResponse(request))
      expect(upstream.hits()).toBe(1)
      await failureOf(handler.generateResponse(both))
      expect(upstream.hits()).toBe(3)
    }
  })
})

describe('A4 to A7: a provider that says how long to wait', () => {
  it('A4: is asked again then, and not before', async () => {
    const limited = reply.status(429, undefined, { 'retry-after-ms': '1500' })
    const { upstream, clock, answered } = await refusedOnce(limited)
    await clock.advance(1_499)
    expect(upstream.hits()).toBe(1)
    await clock.advance(2)
    expect(attemptsOf((await answered).byok)).toEqual(['stream rate-limited', 'stream success'])
  })

  it('A5: rests, while the next candidate answers at once', async () => {
    const limited = reply.status(429, undefined, { 'retry-after-ms': '1500' })
    const [first, second] = [await upstreamWith([limited, reply.chat()]), await upstreamWith([reply.chat()])]
    const clock = new FakeClock()
    const { handler } = outageOf({ one: first, two: second }, { clock, retry: {} })
    for (let index = 0; index < 3; index++)
      expect((await handler.generateResponse(both)).byok.provider).toBe('two')
    expect(first.hits()).toBe(1)
    await clock.advance(1_500)
    expect((await handler.generateResponse(both)).byok.provider).toBe('one')
  })

  it('A6: a day is waited for by nobody', async () => {
    const limited = reply.status(429, undefined, { 'retry-after': '86400' })
    const [first, second] = [await upstreamWith([limited]), await upstreamWith([reply.chat()])]
    const { handler } = outageOf({ one: first, two: second }, { clock: new FakeClock(), retry: {} })
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 86_400_000 })
    expect((await handler.generateResponse(both)).byok.provider).toBe('two')
    expect(first.hits()).toBe(1)
  })

  const odd = ['garbage', '-5', '1e309', 'NaN', '', '5, 7', '0', new Date(0).toUTCString()]

  it.each([429, 401, 503].flatMap((status) => odd.map((wait) => [status, wait] as const)))(
    'A7: a %i with the odd wait %j is no reason to come back at once',
    async (status, wait) => {
      const refusal = reply.status(status, undefined, { 'retry-after': wait })
      const upstream = await upstreamWith((_, index) => (index < 10 ? refusal : reply.chat()))
      const clock = new FakeClock()
      const { handler, told } = stageOf({ one: upstream }, { ...off, clock, retry: {} })
      const failed = failureOf(handler.generateResponse(request))
      await until(() => told.attemptEnds.length >= 1, 'the first refusal')
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(upstream.hits()).toBe(1)
      await played(clock, failed)
      expect(upstream.hits()).toBe(status === 401 ? 1 : 3)
    },
  )
})

describe('keys and quotas', () => {
  it.each([
    ['A8: a quota sent as 429', reply.error(429, { code: 'insufficient_quota' }), 'quota-exceeded'],
    ['A8: a 402', reply.status(402), 'quota-exceeded'],
    ['A9: a 401', reply.status(401), 'authentication'],
    ['A9: a 403', reply.status(403), 'permission'],
  ])(
    '%s is no reason to ask again with this key, and the next candidate answers',
    async (_, refusal, code) => {
      const [first, second] = [await upstreamWith([refusal]), await upstreamWith([reply.chat()])]
      const { handler } = stageOf({ one: first, two: second }, { ...atOnce })
      const { byok } = await handler.generateResponse(both)
      expect(attemptsOf(byok)).toEqual([`stream ${code}`, 'stream success'])
      expect(first.hits()).toBe(1)
      expect((await handler.health()).models).toMatchObject([{ state: 'closed' }, { state: 'closed' }])
    },
  )

  it('A9: the next key is tried before the next candidate', async () => {
    const first = await upstreamWith(({ headers }) =>
      headers.authorization === 'Bearer test-key-good-0001' ? reply.chat() : reply.status(401),
    )
    const keys = { one: [{ value: 'test-key-bad-0001', weight: 1e9 }, { value: 'test-key-good-0001' }] }
    const { handler } = stageOf({ one: first, two: first }, { keys, retry: { maxRetries: 0 } })
    const { byok } = await handler.generateResponse(both)
    expect(attemptsOf(byok)).toEqual(['stream authentication', 'stream success'])
    expect(byok.provider).toBe('one')
  })

  it('A11: a prompt too long is not sent again', async () => {
    const upstream = await upstreamWith([reply.error(400, { code: 'context_length_exceeded' })])
    expect((await failureOf(stageOf({ one: upstream }, atOnce).handler.generateResponse(request))).code).toBe(
      'context-length',
    )
    expect(upstream.hits()).toBe(1)
  })

  it('A11: a prompt too long goes only to a model with a larger window', async () => {
    const modelOf = ({ body }: UpstreamRequest) => (body as { model: string }).model // as it was sent
    const upstream = await upstreamWith((asked) =>
      modelOf(asked).startsWith('gpt-4o')
        ? reply.error(400, { code: 'context_length_exceeded' })
        : reply.chat(),
    )
    const { handler } = watch(
      new BYOKHandler({
        keys: { openai: 'test-key-openai-0001' },
        providers: { openai: { baseURL: `${upstream.url}/v1` } },
        retry: { maxRetries: 0 },
      }),
    )
    const model = ['openai/gpt-4o', 'openai/gpt-4o-mini', 'openai/gpt-4.1', 'openai/gpt-5.4-nano']
    const { byok } = await handler.generateResponse({ ...request, model })
    expect(byok.model).toBe('gpt-4.1')
    expect(upstream.requests.map(modelOf)).toEqual(['gpt-4o', 'gpt-4.1'])
    expect(byok.attempts.map(({ model, outcome }) => `${model} ${outcome}`)).toEqual([
      'gpt-4o failure',
      'gpt-4o-mini skipped',
      'gpt-4.1 success',
    ])
    const none = await failureOf(handler.generateResponse({ ...request, model: model.slice(0, 2) }))
    expect(none).toMatchObject({
      code: 'all-attempts-failed',
      cause: { code: 'context-length', status: 400 },
    })
    expect(upstream.hits()).toBe(3)
  })

  it('A11: a body that is too large says nothing of windows: the next candidate is asked, whatever its own', async () => {
    const modelOf = ({ body }: UpstreamRequest) => (body as { model: string }).model // as it was sent
    const upstream = await upstreamWith((asked) =>
      modelOf(asked) === 'gpt-4.1' ? reply.status(413) : reply.chat(),
    )
    const { handler } = watch(
      new BYOKHandler({
        keys: { openai: 'test-key-openai-0001' },
        providers: { openai: { baseURL: `${upstream.url}/v1` } },
      }),
    )
    const model = ['openai/gpt-4.1', 'openai/gpt-4o']
    expect((await handler.generateResponse({ ...request, model })).byok.model).toBe('gpt-4o')
  })

  it('A14: `x-should-retry: false` is obeyed', async () => {
    const upstream = await upstreamWith([reply.status(503, undefined, { 'x-should-retry': 'false' })])
    await failureOf(stageOf({ one: upstream }, { ...off, ...atOnce }).handler.generateResponse(request))
    expect(upstream.hits()).toBe(1)
  })
})

describe('A15: a total outage', () => {
  it('A15: is not made worse: four hundred calls at once cost thirty-five more, and then nothing', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler } = outageOf({ one: upstream }, { failover: {}, ...atOnce })
    const ask = () => failureOf(handler.generateResponse(request))
    await Promise.all(Array.from({ length: 400 }, ask))
    const hits = upstream.hits()
    expect(hits).toBeLessThanOrEqual(400 + Math.floor(500 / 14))
    expect(await ask()).toMatchObject({ code: 'circuit-open' })
    expect(upstream.hits()).toBe(hits)
  })
})

describe('A21: a server of its own kind', () => {
  it('A21: that sends `100 Continue` unasked, which Node refuses, is a failed connection and no hang', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 100 Continue\r\n\r\n'))
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      const { handler } = stageOf({ one: `http://127.0.0.1:${port}` }, { ...off, ...atOnce })
      const error = await failureOf(handler.generateResponse(request))
      expect(attemptsOf(error)).toEqual(['stream network', 'stream network', 'stream network'])
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

describe('A23: an abort', () => {
  it('A23: during a wait between two attempts ends it at once, and nothing more is sent', async () => {
    const upstream = await upstreamWith([reply.status(503, undefined, { 'retry-after': '5' })])
    const clock = new FakeClock()
    const { handler, told } = stageOf({ one: upstream, two: upstream }, { ...off, clock, retry: {} })
    const leaving = new AbortController()
    const failure = failureOf(handler.generateResponse({ ...both, signal: leaving.signal }))
    await until(() => told.attemptEnds.length === 1, 'the first attempt')
    await clock.advance(10)
    leaving.abort('enough')
    expect(await failure).toMatchObject({ code: 'aborted', cause: 'enough' })
    expect(clock.pending()).toBe(0)
    await clock.advance(60_000)
    expect(upstream.hits()).toBe(1)
  })

  it('A23: at any moment while the connection is made ends it at once', async () => {
    for (let turns = 0; turns < 10; turns++) {
      const upstream = await upstreamWith([reply.hang()])
      const { handler } = stageOf({ one: upstream }, { ...off, ...atOnce })
      const leaving = new AbortController()
      const failure = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      leaving.abort('enough')
      expect(await failure).toMatchObject({ code: 'aborted', cause: 'enough' })
      await until(
        () => upstream.requests.every(({ closedByClient }) => closedByClient),
        'the end of the connection',
      )
      expect(upstream.hits()).toBeLessThanOrEqual(1)
    }
  })
})
