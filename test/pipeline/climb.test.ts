// Odd ways up the ladder of one candidate: what the steps owe each other, and what the consumer must not hold up.

import { beforeAll, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import {
  asksForStream,
  attemptsOf,
  failureOf,
  firstText,
  loadSdks,
  stageOf,
  until,
  upstreamWith,
} from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

it('SH1: a model that refuses streaming and a parameter besides is asked without either', async () => {
  const upstream = await upstreamWith((asked: UpstreamRequest) => {
    if (asksForStream(asked))
      return reply.error(400, { message: 'Streaming is not supported.', param: 'stream' })
    const hasTemperature = Object.hasOwn(asked.body as object, 'temperature') // our own JSON
    return hasTemperature
      ? reply.error(400, { code: 'unsupported_parameter', param: 'temperature', message: 'No.' })
      : reply.chat({ text: 'ok' })
  })
  const { handler } = stageOf({ one: upstream })
  const first = await handler.generateResponse({ ...request, temperature: 0.5 })
  expect(attemptsOf(first.byok)).toEqual(['stream invalid-request', 'whole invalid-request', 'whole success'])
  expect(first.byok.repairs).toHaveLength(1)
  expect(first.byok.warnings.map(({ code }) => code)).toEqual(['request-repaired'])
  const second = await handler.generateResponse(request)
  expect(attemptsOf(second.byok)).toEqual(['whole success'])
})

it('SH3: a response tells of no repair that another candidate had', async () => {
  const one = await upstreamWith([
    reply.error(400, { code: 'unsupported_parameter', param: 'temperature', message: 'No.' }),
    reply.status(404),
  ])
  const two = await upstreamWith([reply.chat()])
  const { handler } = stageOf({ one, two })
  const { byok } = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'], temperature: 1 })
  expect(byok).toMatchObject({ provider: 'two', repairs: [], warnings: [] })
})

it('KY8: the request without streaming goes on to the next key', async () => {
  const upstream = await upstreamWith((asked: UpstreamRequest) => {
    if (asksForStream(asked)) return reply.end({ afterEvents: 0 })
    const isFirst = asked.headers.authorization === 'Bearer test-key-first-0001'
    return isFirst ? reply.status(401) : reply.chat({ text: 'ok' })
  })
  const keys = [
    { id: 'first', value: 'test-key-first-0001', weight: 1e6 },
    { id: 'second', value: 'test-key-second-0001', weight: 1e-6 },
  ]
  const { handler } = stageOf({ one: upstream }, { keys: { one: keys } })
  const { byok } = await handler.generateResponse(request)
  expect(byok.attempts.map(({ mode, key, outcome }) => `${mode} ${key} ${outcome}`)).toEqual([
    'stream first failure',
    'whole first failure',
    'whole second success',
  ])
})

it('TM2: a provider that hangs in both modes opens its breaker', async () => {
  const clock = new FakeClock()
  const upstream = await upstreamWith([reply.hang()])
  const { handler } = stageOf({ one: upstream }, { clock, breaker: { consecutiveFailures: 1 } })
  const failure = failureOf(handler.generateResponse(request))
  await until(() => upstream.hits() === 1, 'the stream')
  await clock.advance(120_000)
  await until(() => upstream.hits() === 2, 'the request without streaming')
  await clock.advance(180_000)
  expect(await failure).toMatchObject({ code: 'timeout', phase: 'total' })
  expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
  expect(upstream.hits()).toBe(2)
})

it('HE1: the time that the consumer takes is not the model’s', async () => {
  const clock = new FakeClock()
  const upstream = await upstreamWith([reply.chat()])
  const { handler } = stageOf({ one: upstream }, { clock })
  const stream = handler.streamCompletion(request)
  await stream.next() // the attempt is told
  await clock.advance(60_000)
  await firstText(stream)
  const { byok } = await stream.response()
  expect(byok.attempts[0]?.durationMs).toBe(0)
  expect(byok.attempts[0]?.firstDeltaMs).toBe(0)
})

it('C11: a consumer who works on a tool call holds neither place nor books', async () => {
  const call = { id: 'call_1', name: 'look', arguments: '{}' }
  const upstream = await upstreamWith([reply.chat({ toolCalls: [call] }), reply.chat({ text: 'ok' })])
  const { handler, told } = stageOf({ one: upstream }, { concurrency: { perProvider: 1 } })
  let inner: string | undefined
  for await (const event of handler.streamCompletion(request)) {
    if (event.type !== 'tool-call') continue
    expect(told.attemptEnds).toHaveLength(1)
    inner = (await handler.generateResponse({ ...request, timeout: 5_000 })).text
  }
  expect(inner).toBe('ok')
})

it('FO5: a rest beyond what anybody waits for is not waited for, whoever heard of it', async () => {
  const clock = new FakeClock()
  let hits = 0
  const upstream = await upstreamWith(() => {
    hits += 1
    return hits === 1 ? reply.error(429, {}, { 'retry-after': '120' }) : reply.error(429)
  })
  const { handler } = stageOf({ one: upstream }, { clock, retry: { maxRetries: 2 } })
  const failures = [1, 2].map(() => failureOf(handler.generateResponse(request)))
  expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(['rate-limited', 'rate-limited'])
  expect(hits).toBe(2)
  expect(clock.pending()).toBe(0)
})

it('FO5: a retry that an abort prevents is not paid', async () => {
  const upstream = await upstreamWith([reply.status(503)])
  const retry = { maxRetries: 1, baseMs: 10_000 }
  const { handler, told } = stageOf({ one: upstream }, { retry, failover: { streamFallback: false } })
  const leave = new AbortController()
  const waiting = Array.from({ length: 36 }, (_, index) =>
    failureOf(handler.generateResponse({ ...request, model: `one/${index}`, signal: leave.signal })),
  )
  await until(() => told.attemptEnds.length >= 35, 'the failures')
  leave.abort()
  await Promise.all(waiting)
  const before = upstream.hits()
  const abort = new AbortController()
  const last = failureOf(handler.generateResponse({ ...request, model: 'one/z', signal: abort.signal }))
  await until(() => upstream.hits() > before, 'the request')
  await new Promise((resolve) => setTimeout(resolve, 50))
  abort.abort()
  expect((await last).code).toBe('aborted') // it was waiting for its retry, so there was something left to pay with
})
