// Failover before any output: nobody notices, and the error of a request that nobody could answer tells of everyone asked.

import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { failureOf, loadSdks, readAll, stageOf, upstreamWith } from './stage.js'

beforeAll(loadSdks)

describe('failover before output', () => {
  const request = { prompt: 'x' }
  const off = { failover: { streamFallback: false } }

  it('goes down a list, an alias and `auto`, each candidate once', async () => {
    const failing = await upstreamWith([reply.status(503)])
    const healthy = await upstreamWith([reply.chat()])
    const places = { one: failing, two: failing, three: healthy }
    const models = { strong: ['one/m', 'two/m', 'three/m'] }
    for (const model of [['one/m', 'two/m', 'three/m'], 'strong', 'auto', undefined]) {
      const before = failing.hits()
      const { handler, told } = stageOf(places, { ...off, models })
      const seen = await readAll(
        handler.streamCompletion({ ...request, ...(model === undefined ? {} : { model }) }),
      )
      expect(seen.text).toBe('Hello from the test upstream.')
      expect(seen.kinds.filter((kind) => kind === 'attempt')).toHaveLength(3)
      expect(seen.response?.byok).toMatchObject({
        provider: 'three',
        route: { candidates: [{ model: 'one/m' }, { model: 'two/m' }, { model: 'three/m' }] },
      })
      expect(failing.hits() - before).toBe(2)
      expect(told.failovers.map(({ from, to }) => `${from} ${to}`)).toEqual(['one/m two/m', 'two/m three/m'])
      expect(told.errors).toEqual([])
    }
  })

  it('asks the first choice first again with the next request', async () => {
    const first = await upstreamWith([reply.status(503), reply.chat({ text: 'first' })])
    const second = await upstreamWith([reply.chat({ text: 'second' })])
    const { handler } = stageOf({ one: first, two: second }, off)
    expect((await handler.generateResponse(request)).text).toBe('second')
    expect((await handler.generateResponse(request)).text).toBe('first')
  })

  it('FO6: keeps headers and options', async () => {
    const failing = await upstreamWith([reply.status(503)])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: failing, two: healthy }, off)
    await handler.generateResponse({
      ...request,
      temperature: 0,
      stop: ['END'],
      headers: { 'x-trace': 't1' },
    })
    expect(healthy.requests[0]?.body).toEqual({ ...(failing.requests[0]?.body as object) }) // our own JSON
    expect(healthy.requests[0]?.headers['x-trace']).toBe('t1')
    expect(healthy.requests[0]?.headers.authorization).toBe('Bearer test-key-two-0001')
  })

  it.each([
    ['an authentication failure', reply.status(401)],
    ['a rate limit', reply.status(429)],
    ['a bad request', reply.status(400)],
    ['an unknown model', reply.status(404)],
    ['a prompt too long', reply.error(400, { code: 'context_length_exceeded' })],
    ['an overload', reply.error(529, { type: 'overloaded_error' })],
    ['a refused quota', reply.status(402)],
    ['a reset', reply.refuse()],
  ])('%s goes to the next candidate', async (_, broken) => {
    const failing = await upstreamWith([broken])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: failing, two: healthy }, off)
    expect((await handler.generateResponse(request)).byok.provider).toBe('two')
    expect((await readAll(handler.streamCompletion(request))).response?.byok.provider).toBe('two')
  })

  it('a content filter goes to nobody else', async () => {
    const failing = await upstreamWith([reply.error(400, { code: 'content_filter' })])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: failing, two: healthy })
    expect((await failureOf(handler.generateResponse(request))).code).toBe('content-filter')
    expect(healthy.hits()).toBe(0)
  })

  it('FO3: when all fail, the error has every attempt and the last failure as its cause', async () => {
    const first = await upstreamWith([reply.status(503)])
    const second = await upstreamWith([reply.status(429, undefined, { 'retry-after': '7' })])
    const { handler, told } = stageOf({ one: first, two: second }, off)
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.error).toMatchObject({ code: 'all-attempts-failed', retryAfterMs: 7_000, isRetryable: true })
    expect(seen.error?.attempts).toMatchObject([
      {
        provider: 'one',
        model: 'm',
        mode: 'stream',
        outcome: 'failure',
        error: { code: 'provider', status: 503 },
        credentialSource: 'app',
      },
      { provider: 'two', model: 'm', outcome: 'failure', error: { code: 'rate-limited', status: 429 } },
    ])
    expect(seen.error?.cause).toMatchObject({ code: 'rate-limited', provider: 'two' })
    expect(seen.error?.message).toContain('one/m')
    expect(told.errors).toHaveLength(1)
  })

  it('FO3: when all fail in the middle of generateResponse too', async () => {
    const broken = await upstreamWith([reply.reset({ afterEvents: 3 }, { text: ['a', 'b', 'c', 'd'] })])
    const { handler } = stageOf({ one: broken })
    const error = await failureOf(handler.generateResponse({ model: ['one/a', 'one/b'], prompt: 'x' }))
    expect(error).toMatchObject({ code: 'all-attempts-failed', cause: { code: 'stream-interrupted' } })
    expect(error.attempts).toHaveLength(2)
  })

  it('FO3: when all fail, the error keeps the last answer that had begun', async () => {
    const broken = await upstreamWith([reply.reset({ afterEvents: 4 }, { text: ['a', 'b', 'c', 'd', 'e'] })])
    const refusing = await upstreamWith([reply.status(401)])
    const { handler } = stageOf({ one: broken, two: refusing })
    const error = await failureOf(handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' }))
    expect(error).toMatchObject({ code: 'all-attempts-failed', cause: { code: 'authentication' } })
    expect(error.partial?.text).toMatch(/^ab/)
  })

  it('FO3: a single candidate throws its own error, with its attempts', async () => {
    const failing = await upstreamWith([reply.status(401)])
    const { handler } = stageOf({ one: failing })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error).toMatchObject({ code: 'authentication', status: 401, requestId: 'req_test_1' })
    expect(error.attempts).toHaveLength(1)
  })

  it('FO2: words in the message of a 400 make it no other failure', async () => {
    for (const message of [
      'The author may not generate invalid text.',
      'Limit of 1500 tokens: rate, quota, server error 503.',
    ]) {
      const upstream = await upstreamWith([
        reply.error(400, { message, code: null, type: 'invalid_request_error' }),
      ])
      const { handler } = stageOf({ one: upstream })
      const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
      expect(error).toMatchObject({ code: 'invalid-request', message })
      expect(upstream.hits()).toBe(1)
    }
  })

  it('FO4: every failed attempt, a 401 included, is told as it ends', async () => {
    const first = await upstreamWith([reply.status(401)])
    const second = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: first, two: second })
    await handler.generateResponse(request)
    expect(
      told.attemptEnds.map(({ attempt }) => `${attempt.provider} ${attempt.error?.code ?? attempt.outcome}`),
    ).toEqual(['one authentication', 'two success'])
  })

  it('FO9: a failure with nobody left is told in well under a second', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler } = stageOf({ one: upstream, two: upstream, three: upstream })
    const from = performance.now()
    await failureOf(handler.generateResponse(request))
    expect(performance.now() - from).toBeLessThan(1_000)
  })
})
