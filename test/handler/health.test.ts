// What a handler tells of its models and keys: `health()`, the `health` events, and a breaker closed by hand.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { failTimes, outageOf } from '../pipeline/outage.js'
import { asksForStream, failureOf, loadSdks, readAll, until, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

/** An upstream that answers when it is told to. */
async function patient(): Promise<{ upstream: Upstream; answer: (answered: Reply) => void }> {
  let answer: (answered: Reply) => void = () => undefined
  const upstream = await upstreamWith(
    () =>
      new Promise<Reply>((resolve) => {
        answer = resolve
      }),
  )
  return { upstream, answer: (answered) => answer(answered) }
}

describe('HE1: health()', () => {
  it('HE1: knows nobody before the first request, and sends nothing', async () => {
    const upstream = await upstreamWith([reply.chat()])
    expect(await outageOf({ one: upstream }).handler.health()).toEqual({ models: [], keys: [] })
    expect(upstream.hits()).toBe(0)
  })

  it('HE1: is 0.7 of the success rate and 0.3 of the speed of successes alone', async () => {
    const clock = new FakeClock()
    const { upstream, answer } = await patient()
    const { handler } = outageOf({ one: upstream }, { clock })
    const call = async (durationMs: number, answered: Reply): Promise<void> => {
      const hits = upstream.hits()
      const ended = handler.generateResponse(request).catch(() => undefined)
      await until(() => upstream.hits() === hits + 1, 'the request')
      await clock.advance(durationMs)
      answer(answered)
      await ended
    }
    await call(1_000, reply.chat())
    await call(3_000, reply.chat())
    await call(60_000, reply.status(503))
    await call(2_000, reply.chat())
    const [model] = (await handler.health()).models
    expect(model).toMatchObject({
      provider: 'one',
      model: 'm',
      state: 'closed',
      calls: 4,
      successRate: 0.75,
      latencyMs: { p50: 2_000, p95: 3_000, p99: 3_000 },
    })
    expect(model?.score).toBeCloseTo(0.7 * 0.75 + 0.3 * (1 - 2_000 / 5_000), 9)
  })

  it('HE1: without success is 0, and after five minutes 1 again', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream }, { clock })
    await failTimes(2, () => handler.generateResponse(request))
    expect((await handler.health()).models).toMatchObject([
      { calls: 2, successRate: 0, latencyMs: null, score: 0 },
    ])
    await clock.advance(300_000)
    expect((await handler.health()).models).toMatchObject([{ calls: 0, successRate: null, score: 1 }])
  })

  it.each([
    ['a refused request', reply.status(400)],
    ['an unknown model', reply.status(404)],
    ['a prompt too long', reply.status(413)],
    ['a content filter', reply.error(400, { code: 'content_filter' })],
    ['a wrong key', reply.status(401)],
    ['a rate limit', reply.status(429)],
    ['a used-up quota', reply.status(402)],
  ])('HE1: %s is no sample', async (_, refusal) => {
    const upstream = await upstreamWith([refusal])
    const { handler } = outageOf({ one: upstream })
    await failureOf(handler.generateResponse(request))
    expect((await handler.health()).models).toMatchObject([{ calls: 0, score: 1, state: 'closed' }])
  })

  it('HE1: an abort is no sample, and a late first token is one', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = outageOf({ one: upstream }, { timeout: { firstTokenMs: 60 } })
    const leaving = new AbortController()
    const left = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => upstream.hits() === 1, 'the request')
    leaving.abort()
    await left
    expect((await handler.health()).models).toMatchObject([{ calls: 0 }])
    await failureOf(handler.generateResponse(request))
    expect((await handler.health()).models).toMatchObject([{ calls: 1, successRate: 0 }])
  })

  it('HE2: who always fails at once scores 0, is left out by its breaker, and comes back by one probe', async () => {
    const [bad, good] = [await upstreamWith([reply.status(500)]), await upstreamWith([reply.chat()])]
    const clock = new FakeClock()
    const { handler } = outageOf({ one: bad, two: good }, { clock })
    const auto = { prompt: 'x' }
    for (let index = 0; index < 8; index++)
      expect((await handler.generateResponse(auto)).byok.provider).toBe('two')
    expect(bad.hits()).toBe(5)
    const [sick, well] = (await handler.health()).models
    expect(sick).toMatchObject({ provider: 'one', state: 'open', score: 0 })
    expect(sick?.retryAfterMs).toBeGreaterThan(9_000)
    expect(well).toMatchObject({ provider: 'two', state: 'closed', successRate: 1 })
    await clock.advance(11_000)
    expect((await handler.health()).models[0]).toMatchObject({ state: 'half-open' })
    bad.play([reply.chat()])
    expect((await handler.generateResponse(auto)).byok.provider).toBe('one')
    expect((await handler.health()).models[0]).toMatchObject({ state: 'closed' })
  })
})

describe('BR2 and BR4: what a breaker counts', () => {
  it('BR2: a request once, whatever its retries and its request without streaming', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler } = outageOf({ one: upstream }, { failover: {}, retry: { baseMs: 0 } })
    await failTimes(4, () => handler.generateResponse(request))
    expect(upstream.hits()).toBe(16)
    expect((await handler.health()).models).toMatchObject([{ state: 'closed', calls: 16 }])
    await failTimes(1, () => handler.generateResponse(request))
    expect((await handler.health()).models).toMatchObject([{ state: 'open' }])
  })

  it('BR2: a success where the request without streaming succeeds', async () => {
    const upstream = await upstreamWith((asked) => (asksForStream(asked) ? reply.html() : reply.chat()))
    const { handler } = outageOf({ one: upstream }, { failover: {} })
    for (let index = 0; index < 12; index++) await handler.generateResponse(request)
    expect((await handler.health()).models).toMatchObject([{ state: 'closed', calls: 24, successRate: 0.5 }])
  })

  it('BR2: failures of calls begun before it opened do not push recovery out', async () => {
    const clock = new FakeClock()
    const { upstream, answer } = await patient()
    const { handler, changes } = outageOf({ one: upstream }, { clock })
    const late = failureOf(handler.generateResponse(request))
    await until(() => upstream.hits() === 1, 'the late one')
    const answerLate = answer
    upstream.play([reply.status(503)])
    await failTimes(5, () => handler.generateResponse(request))
    const before = (await handler.health()).models[0]?.retryAfterMs ?? 0
    await clock.advance(5_000)
    answerLate(reply.status(503))
    await late
    expect((await handler.health()).models[0]?.retryAfterMs).toBeCloseTo(before - 5_000, 6)
    expect(changes).toHaveLength(1)
  })

  it('BR4: streams by their end: five that break in the middle open it', async () => {
    const upstream = await upstreamWith([reply.reset({ afterEvents: 3 })])
    const { handler } = outageOf({ one: upstream })
    for (let index = 0; index < 5; index++) {
      const { error } = await readAll(handler.streamCompletion(request))
      expect(error?.code).toBe('stream-interrupted')
    }
    expect((await readAll(handler.streamCompletion(request))).error?.code).toBe('circuit-open')
    expect(upstream.hits()).toBe(5)
  })

  it('BR4 and TM2: our own limits count, the abort of callers does not', async () => {
    const upstream = await upstreamWith([reply.stall({ afterEvents: 3 })])
    const { handler } = outageOf({ one: upstream }, { timeout: { idleMs: 30 } })
    for (let index = 0; index < 6; index++) {
      const stream = handler.streamCompletion(request)
      for await (const event of stream) if (event.type === 'text') break
    }
    expect((await handler.health()).models).toMatchObject([{ state: 'closed', calls: 0 }])
    await failTimes(5, () => handler.generateResponse(request))
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
    expect(upstream.hits()).toBe(11)
  })
})

describe('BR5: events and resets', () => {
  it('BR5: each change is told once, with model, reason and time, and never with a key', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const clock = new FakeClock()
    const { handler, changes } = outageOf({ one: upstream }, { clock })
    await failTimes(6, () => handler.generateResponse(request))
    await clock.advance(11_000)
    upstream.play([reply.chat()])
    await handler.generateResponse(request)
    expect(changes).toEqual([
      { provider: 'one', model: 'm', state: 'open', reason: 'provider', retryAfterMs: expect.any(Number) },
      { provider: 'one', model: 'm', state: 'half-open', reason: 'provider' },
      { provider: 'one', model: 'm', state: 'closed' },
    ])
    expect(JSON.stringify(changes)).not.toContain('test-key')
  })

  it('BR5: a breaker is closed by hand, and has forgotten what it counted', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes } = outageOf({ one: upstream }, { clock: new FakeClock() })
    await failTimes(5, () => handler.generateResponse(request))
    handler.resetBreaker('one/m')
    expect((await handler.health()).models).toMatchObject([{ state: 'closed' }])
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed'])
    await failTimes(4, () => handler.generateResponse(request))
    expect(upstream.hits()).toBe(9)
    expect((await handler.health()).models).toMatchObject([{ state: 'closed' }])
  })

  it('BR5: a reset of a model that nobody has asked changes nothing, and one of no model is refused', () => {
    const { handler, changes } = outageOf({})
    handler.resetBreaker('one/m')
    expect(changes).toEqual([])
    for (const model of ['', 'one'])
      expect(() => handler.resetBreaker(model)).toThrow(
        expect.objectContaining({ code: 'invalid-request', field: 'model' }),
      )
  })

  it('BR5: a reset of what is no text is refused as such', () => {
    for (const model of [5, undefined, {}])
      expect(() => outageOf({}).handler.resetBreaker(model as string)).toThrow(
        expect.objectContaining({ code: 'invalid-request', field: 'model' }), // what plain JavaScript may pass
      )
  })

  it('BR5: another model of the same provider has a breaker of its own', async () => {
    const upstream = await upstreamWith(({ body }) =>
      JSON.stringify(body).includes('"m"') ? reply.status(503) : reply.chat(),
    )
    const { handler } = outageOf({ one: upstream }, { clock: new FakeClock() })
    await failTimes(5, () => handler.generateResponse(request))
    expect((await handler.generateResponse({ ...request, model: 'one/other' })).byok.model).toBe('other')
  })
})

describe('scenarios 9 and 10', () => {
  it('scenario 9: the secondary answers where the primary fails, and its own failure is an error', async () => {
    const [first, second] = [await upstreamWith([reply.status(503)]), await upstreamWith([reply.chat()])]
    const { handler } = outageOf({ one: first, two: second }, { clock: new FakeClock() })
    for (let index = 0; index < 6; index++)
      expect((await handler.generateResponse({ prompt: 'x' })).byok.provider).toBe('two')
    expect(first.hits()).toBe(5)
    second.play([reply.status(500)])
    expect((await failureOf(handler.generateResponse({ ...request, model: 'two/m' }))).code).toBe('provider')
    expect((await failureOf(handler.generateResponse({ prompt: 'x' }))).code).toBe('all-attempts-failed')
    expect(first.hits()).toBe(5)
  })

  it('scenario 10 and FO9: a failure is told at once, and leaves no timer and no socket in use', async () => {
    const upstream = await upstreamWith([reply.status(500)])
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream, two: upstream }, { failover: {}, clock })
    const from = performance.now()
    await failureOf(handler.generateResponse({ prompt: 'x' }))
    expect(performance.now() - from).toBeLessThan(1_000)
    expect(clock.pending()).toBe(0)
  })

  it('scenario 10: a provider that hangs ends by its limit, and its connection is closed', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream }, { clock })
    const failed = failureOf(handler.generateResponse(request))
    await until(() => upstream.hits() === 1, 'the request')
    await clock.advance(120_000)
    expect(await failed).toMatchObject({ code: 'timeout', phase: 'first-token' })
    expect(clock.pending()).toBe(0)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })
})
