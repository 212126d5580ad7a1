// The limit on a whole request, the end of an answer, and what callers may say of limits.

import { beforeAll, describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import {
  attemptsOf,
  closing,
  failureOf,
  firstText,
  loadSdks,
  readAll,
  stageOf,
  textOf,
  until,
  upstreamWith,
  watch,
} from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const noFallback = { failover: { streamFallback: false } }

const free = { inputPerMillion: 0, outputPerMillion: 0 }

describe('the total limit', () => {
  it('TM3: is 300 s over all attempts, and says `total`', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.hang()])
    const timeout = { firstTokenMs: 120_000 }
    const { handler, told } = stageOf({ one: upstream }, { clock, timeout, ...noFallback })
    const failure = failureOf(
      handler.generateResponse({ ...request, model: ['one/a', 'one/b', 'one/c', 'one/d'] }),
    )
    for (const count of [1, 2]) {
      await until(() => upstream.hits() === count, 'the next candidate')
      await clock.advance(120_000)
    }
    await until(() => upstream.hits() === 3, 'the third')
    await clock.advance(59_000)
    expect(told.errors).toEqual([])
    await clock.advance(1_100)
    const error = await failure
    expect(error).toMatchObject({ code: 'timeout', phase: 'total', provider: 'one', model: 'c' })
    expect(attemptsOf(error)).toEqual(['stream timeout', 'stream timeout', 'stream timeout'])
    expect(error.attempts?.map((attempt) => attempt.error?.phase)).toEqual([
      'first-token',
      'first-token',
      'total',
    ])
    expect(upstream.hits()).toBe(3)
    expect(clock.pending()).toBe(0)
  })

  it('A22: a deadline of 300 ms with three slow providers ends in time', async () => {
    const slow = await upstreamWith([{ ...reply.status(503), headersAfterMs: 200 }])
    const { handler } = stageOf({ one: slow, two: slow, three: slow }, { timeout: 300, ...noFallback })
    const from = performance.now()
    const error = await failureOf(handler.generateResponse({ prompt: 'x' }))
    expect(performance.now() - from).toBeLessThan(560)
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    // A busy machine may have no time left for the third.
    const phases = error.attempts?.map((attempt) => attempt.error?.phase) ?? []
    expect(phases.slice(0, 2)).toEqual(['first-token', 'first-token'])
    expect(slow.hits()).toBeGreaterThanOrEqual(2)
    expect(slow.hits()).toBeLessThanOrEqual(phases.length)
  })

  it('A22: a model that hangs leaves half of it to those behind it, with and without streaming', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: silent, two: silent, three: healthy }, { clock })
    const response = handler.generateResponse({ prompt: 'x', timeout: 64_000 })
    for (const [index, shareMs] of [32_000, 16_000, 8_000, 4_000].entries()) {
      await until(() => silent.hits() === index + 1, 'the next step')
      expect(healthy.hits()).toBe(0)
      await clock.advance(shareMs)
    }
    const { byok } = await response
    expect(byok.provider).toBe('three')
    expect(byok.attempts.map(({ mode, durationMs }) => `${mode} ${durationMs}`)).toEqual([
      'stream 32000',
      'whole 16000',
      'stream 8000',
      'whole 4000',
      'stream 0',
    ])
  })

  it('A22: is shared from when the model is asked, though the consumer of the stream was slow before', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat({ text: 'second' })])
    const { handler } = stageOf({ one: silent, two: healthy }, { clock, ...noFallback })
    const stream = handler.streamCompletion({ ...request, model: ['one/m', 'two/m'], timeout: 60_000 })
    expect((await stream.next()).value).toMatchObject({ type: 'attempt', provider: 'one' })
    await clock.advance(40_000)
    const reading = readAll(stream)
    await until(() => silent.hits() === 1, 'the request')
    await clock.advance(10_000)
    expect((await reading).text).toBe('second')
  })

  it('TM1: is not shared where the app itself says how long a first token may take', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const timeout = { firstTokenMs: 50_000, totalMs: 60_000 }
    const { handler } = stageOf({ one: silent, two: silent }, { clock, timeout, ...noFallback })
    const failure = failureOf(handler.generateResponse({ ...request, model: ['one/m', 'two/m'] }))
    await until(() => silent.hits() === 1, 'the request')
    await clock.advance(49_999)
    expect(silent.hits()).toBe(1)
    await clock.advance(1)
    await until(() => silent.hits() === 2, 'the next candidate')
    await clock.advance(10_000)
    expect(await failure).toMatchObject({ code: 'timeout', phase: 'total' })
  })

  it('BR5: a hasty caller’s share says nothing of the model; a share of ten seconds and more does', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat()])
    const breaker = { consecutiveFailures: 1 }
    const { handler } = stageOf({ one: silent, two: healthy }, { clock, breaker, ...noFallback })
    const model = ['one/m', 'two/m']
    const ask = async (timeout: number) => {
      const hits = silent.hits()
      const answer = handler.generateResponse({ ...request, model, timeout })
      await until(() => silent.hits() > hits, 'the request')
      await clock.advance(timeout / 2)
      return answer
    }
    expect((await ask(400)).byok.provider).toBe('two')
    const [judged] = (await handler.health()).models.filter(({ provider }) => provider === 'one')
    expect(judged?.state ?? 'closed').toBe('closed')
    expect((await ask(40_000)).byok.attempts[0]).toMatchObject({ error: { phase: 'first-token' } })
    const { byok } = await handler.generateResponse({ ...request, model, timeout: 400 })
    expect(byok.attempts[0]).toMatchObject({ outcome: 'skipped', error: { code: 'circuit-open' } })
  })

  it('A2: an error whose body stalls leaves the next candidate its time, and is told as what it is', async () => {
    const stalling = await upstreamWith([
      { ...reply.error(503, { message: 'down' }), break: { how: 'stall', afterBytes: 3 } },
    ])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: stalling, two: healthy }, noFallback)
    const { byok } = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'], timeout: 1_500 })
    expect(byok.provider).toBe('two')
    expect(byok.attempts[0]).toMatchObject({ error: { code: 'provider', status: 503 } })
  })

  it('ends a slow but lively stream, with what had come', async () => {
    const upstream = await upstreamWith([{ ...reply.chat({ text: Array(500).fill('x') }), eventEveryMs: 5 }])
    const { handler } = stageOf({ one: upstream })
    const { error, text } = await readAll(handler.streamCompletion({ ...request, timeout: 150 }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'total', partial: { text } })
    expect(text.length).toBeGreaterThan(0)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })

  it('B12: closes a stream that its consumer forgot in the middle', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.stall({ afterEvents: 3 })])
    const { handler, told } = stageOf({ one: upstream }, { clock })
    const stream = handler.streamCompletion(request)
    await firstText(stream)
    await clock.advance(299_000)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(1_100)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    await until(() => told.attemptEnds.length === 1, 'the settlement')
    expect(clock.pending()).toBe(0)
    await expect(stream.next()).rejects.toMatchObject({
      code: 'timeout',
      phase: 'total',
      partial: { text: expect.any(String) },
    })
  })

  it('counts the search for a key', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { keys: { one: () => new Promise(() => undefined) } })
    expect(await failureOf(handler.generateResponse({ ...request, timeout: 60 }))).toMatchObject({
      code: 'timeout',
      phase: 'total',
    })
    expect(upstream.hits()).toBe(0)
  })
})

describe('the end of an answer', () => {
  it('waits 10 s at the most behind a finish reason, and the answer stands', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([
      reply.chat({}, { withoutTerminator: true, break: { how: 'stall' } }),
    ])
    const { handler } = stageOf({ one: upstream }, { clock })
    const stream = handler.streamCompletion(request)
    const reading = readAll(stream)
    await until(() => (upstream.requests[0]?.eventsSent ?? 0) >= 6, 'all of the answer')
    await new Promise((resolve) => setTimeout(resolve, 30))
    await clock.advance(9_900)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(200)
    const { response, error } = await reading
    expect(error).toBeUndefined()
    expect(response?.text).toBe('Hello from the test upstream.')
    expect(response?.choices[0].finish_reason).toBe('stop')
    expect(response?.byok.warnings.map(({ code }) => code)).toEqual(['broken-after-finish'])
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it.each([
    ['10 s', {}, 10_000],
    ['half of what the total limit has left', { totalMs: 12_000 }, 6_000],
  ])('waits no longer than %s, whatever still comes', async (_, timeout, endsAfterMs) => {
    const clock = new FakeClock()
    const rest = Array.from({ length: 40 }, () => [{ waitMs: 1_000 }, { type: 'usage', usage: {} } as const])
    const provider = scriptedProvider({
      id: 'one',
      clock,
      replies: [[{ type: 'text', text: 'Hi' }, { type: 'finish', reason: 'stop' }, ...rest.flat()]],
    })
    const { handler } = watch(
      new BYOKHandler({ adapters: [provider], clock, timeout, prices: { 'one/*': free } }),
    )
    const reading = readAll(handler.streamCompletion(request))
    await until(() => provider.calls.length === 1, 'the call')
    await clock.advance(endsAfterMs - 1)
    expect(provider.calls[0]?.end).toBeUndefined()
    await clock.advance(1)
    const { response } = await reading
    expect(response?.text).toBe('Hi')
    expect(response?.byok.warnings).toMatchObject([
      { code: 'broken-after-finish', message: expect.stringContaining(` ${endsAfterMs} ms`) },
    ])
  })

  it('the shorter idle limit goes before those 10 s, comments or not', async () => {
    const upstream = await upstreamWith([
      reply.chat({}, { withoutTerminator: true, break: { how: 'stall', keepAliveMs: 15 } }),
    ])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 100 } })
    const from = performance.now()
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    expect(performance.now() - from).toBeLessThan(600)
  })

  it('usage that comes late, behind the finish reason, is taken', async () => {
    const chunks = [
      'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
      'data: {"id":"1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}\n\n',
      'data: [DONE]\n\n',
    ]
    const upstream = await upstreamWith([
      { ...reply.raw(chunks, { 'content-type': 'text/event-stream' }), eventEveryMs: 60 },
    ])
    const { handler } = stageOf({ one: upstream })
    const { usage, byok } = await handler.generateResponse(request)
    expect(usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 6 })
    expect(byok.usageEstimated).toBe(false)
  })

  it('B4: ends at once with `[DONE]`, though the socket stays open, and then closes it', async () => {
    const upstream = await upstreamWith([closing(reply.stall())])
    const { handler } = stageOf({ one: upstream })
    const from = performance.now()
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    expect(performance.now() - from).toBeLessThan(200)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection', 500)
  })
})

describe('TM1', () => {
  it('a limit of the request goes before that of the handler', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf(
      { one: upstream },
      { timeout: { firstTokenMs: 60_000, totalMs: 90_000 }, ...noFallback },
    )
    const error = await failureOf(handler.generateResponse({ ...request, timeout: { firstTokenMs: 50 } }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'first-token' })
    const total = await failureOf(handler.generateResponse({ ...request, timeout: 50 }))
    expect(total).toMatchObject({ code: 'timeout', phase: 'total' })
  })

  it.each([0, -1, Number.NaN, '5', { idleMs: 0 }, { totalMs: -5 }, { idle: 5 }])(
    '%j is refused',
    async (timeout) => {
      const upstream = await upstreamWith([reply.chat()])
      const { handler } = stageOf({ one: upstream })
      const wrong = { ...request, timeout } as unknown as { prompt: string } // wrong on purpose
      expect((await failureOf(handler.generateResponse(wrong))).code).toBe('invalid-request')
      expect(() => new BYOKHandler({ timeout } as unknown as object)).toThrow(
        expect.objectContaining({ code: 'config' }),
      ) // wrong on purpose
      expect(upstream.hits()).toBe(0)
    },
  )
})

describe('timers', () => {
  it('none is left after an answer, a failure, or a caller who left', async () => {
    const clock = new FakeClock()
    const word = { type: 'text', text: 'a' } as const
    const provider = scriptedProvider({
      id: 'scripted',
      clock,
      replies: ['hello', [new Error('no')], [word, { waitMs: Number.POSITIVE_INFINITY }]],
    })
    const { handler } = watch(new BYOKHandler({ adapters: [provider], clock, ...noFallback }))
    const asked = { model: 'scripted/m', prompt: 'x' }
    expect(textOf((await readAll(handler.streamCompletion(asked))).events)).toBe('hello')
    expect(clock.pending()).toBe(0)
    await failureOf(handler.generateResponse(asked))
    expect(clock.pending()).toBe(0)
    for await (const event of handler.streamCompletion(asked)) if (event.type === 'text') break
    expect(clock.pending()).toBe(0)
  })
})
