// What the ladder of one candidate promises: it is not seen, asks once, remembers refusals, and takes a whole answer as one.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import type { DialectName } from '../../src/wire/dialect.js'
import {
  asksForStream,
  attemptsOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
} from './stage.js'

const hello = 'Hello from the test upstream.'

/** Streams go wrong in this way; the same request without streaming is answered. */
const streamsBreak = (broken: Reply) => (request: UpstreamRequest) =>
  asksForStream(request) ? broken : reply.chat()

beforeAll(loadSdks)

describe.each(dialects)('the ladder in %s', (dialect: DialectName) => {
  it('LD1: is not seen by the consumer: events and `done`, no error', async () => {
    for (const broken of [
      reply.badEvent({ afterEvents: 1 }),
      reply.status(503),
      reply.reset({ afterEvents: 1 }),
    ]) {
      const upstream = await upstreamWith(streamsBreak(broken))
      const { handler, told } = stageOf({ one: upstream }, {}, dialect)
      const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x', maxTokens: 9 }))
      expect(seen.error).toBeUndefined()
      expect(seen.kinds.filter((kind) => kind !== 'usage')).toEqual(['attempt', 'attempt', 'text', 'done'])
      expect(seen.events.filter((event) => event.type === 'attempt').map((event) => event.mode)).toEqual([
        'stream',
        'whole',
      ])
      expect(seen.text).toBe(hello)
      expect(seen.response?.choices[0].finish_reason).toBe('stop')
      expect(told.answers).toHaveLength(1)
      expect(told.failovers).toEqual([])
    }
  })

  it('LD1: sends the same request, but for streaming', async () => {
    const upstream = await upstreamWith(streamsBreak(reply.status(500)))
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    await handler.generateResponse({
      model: 'one/m',
      system: 'Be short.',
      prompt: 'x',
      maxTokens: 7,
      temperature: 0,
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
      toolChoice: 'required',
    })
    const [first, second] = upstream.requests.map(({ body, path }) => {
      const { stream, stream_options, ...rest } = body as Record<string, unknown> // our own JSON
      return { path, stream, rest }
    })
    expect(first?.stream).toBe(true)
    expect(second?.stream ?? false).toBe(false)
    expect(second?.rest).toEqual(first?.rest)
    expect(second?.rest.temperature).toBe(0)
    expect(second?.path).toBe(first?.path)
  })

  it('LD4: takes a whole JSON answer to a streaming request as the answer, whatever its content type', async () => {
    const model = await upstreamWith([reply.chat()])
    const asker = stageOf({ one: model }, { providers: {} }, dialect)
    await asker.handler.generateResponse({ model: 'one/m', prompt: 'x' })
    const path = model.requests[0]?.path ?? ''
    const whole = await (
      await fetch(model.url + path, { method: 'POST', body: JSON.stringify({ model: 'm' }) })
    ).text()
    for (const type of ['application/json', 'application/json; charset=utf-8', 'text/event-stream', null]) {
      const upstream = await upstreamWith([reply.raw(whole, { 'content-type': type })])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      expect(seen.text).toBe(hello)
      expect(attemptsOf(seen.response?.byok ?? {})).toEqual(['stream success'])
      expect(upstream.hits()).toBe(1)
    }
  })

  it('LD4: takes an error in a whole body with status 200 for the error it is', async () => {
    const body = JSON.stringify({
      type: 'error',
      error: { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Slow.' },
    })
    const upstream = await upstreamWith([reply.raw(body, { 'content-type': 'application/json' })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error.code).toBe('rate-limited')
    expect(upstream.hits()).toBe(1)
  })
})

describe('LD1', () => {
  it('makes at most one request without streaming for each candidate', async () => {
    const failing = await upstreamWith([reply.status(500)])
    const { handler } = stageOf({ one: failing })
    const error = await failureOf(handler.generateResponse({ model: ['one/a', 'one/b'], prompt: 'x' }))
    expect(error.code).toBe('all-attempts-failed')
    expect(failing.requests.map(asksForStream)).toEqual([true, false, true, false])
    expect(error.attempts?.map(({ model, mode }) => `${model} ${mode}`)).toEqual([
      'a stream',
      'a whole',
      'b stream',
      'b whole',
    ])
  })

  it('can be switched off, and then the error of the stream counts', async () => {
    const upstream = await upstreamWith(streamsBreak(reply.status(500)))
    const { handler } = stageOf({ one: upstream }, { failover: { streamFallback: false } })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error.code).toBe('provider')
    expect(upstream.hits()).toBe(1)
  })

  it('gives up at once when the caller leaves during the second request', async () => {
    const upstream = await upstreamWith((request) =>
      asksForStream(request) ? reply.status(500) : reply.hang(),
    )
    const { handler } = stageOf({ one: upstream })
    const leaving = new AbortController()
    const failure = failureOf(
      handler.generateResponse({ model: 'one/m', prompt: 'x', signal: leaving.signal }),
    )
    await until(() => upstream.hits() === 2, 'the second request')
    leaving.abort('enough')
    expect(await failure).toMatchObject({ code: 'aborted', cause: 'enough' })
    await until(() => upstream.requests[1]?.closedByClient === true, 'the end of the connection')
  })

  it('shows a tool call of the whole answer as fragments and one call', async () => {
    const upstream = await upstreamWith((request) =>
      asksForStream(request)
        ? reply.status(500)
        : reply.chat({ toolCalls: [{ id: 'c1', name: 'f', arguments: { a: 1 } }] }),
    )
    const { handler } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.kinds.filter((kind) => kind.startsWith('tool'))).toContain('tool-call-delta')
    expect(seen.events.find((event) => event.type === 'tool-call')).toMatchObject({
      id: 'c1',
      name: 'f',
      input: { a: 1 },
    })
  })
})

describe('LD2', () => {
  it('asks a model that refused streaming without it for an hour, and then tries again', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.chat({}, { refuses: 'stream' })])
    const { handler } = stageOf({ one: upstream }, { clock })
    const ask = async (model: string) =>
      attemptsOf((await handler.generateResponse({ model, prompt: 'x' })).byok)
    expect(await ask('one/m')).toEqual(['stream invalid-request', 'whole success'])
    expect(await ask('one/m')).toEqual(['whole success'])
    expect(await ask('one/other')).toEqual(['stream invalid-request', 'whole success'])
    await clock.advance(3_599_000)
    expect(await ask('one/m')).toEqual(['whole success'])
    await clock.advance(2_000)
    expect(await ask('one/m')).toEqual(['stream invalid-request', 'whole success'])
  })

  it('does not remember a stream that merely failed', async () => {
    const upstream = await upstreamWith(streamsBreak(reply.status(500)))
    const { handler } = stageOf({ one: upstream })
    for (const _ of [1, 2]) {
      const { byok } = await handler.generateResponse({ model: 'one/m', prompt: 'x' })
      expect(attemptsOf(byok)).toEqual(['stream provider', 'whole success'])
    }
  })

  it('does not believe a refusal that the request without streaming meets too', async () => {
    const upstream = await upstreamWith([reply.error(400, { message: 'Streaming is not supported.' })])
    const { handler } = stageOf({ one: upstream })
    for (const _ of [1, 2]) {
      const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
      expect(attemptsOf(error)).toEqual(['stream invalid-request', 'whole invalid-request'])
    }
  })

  it('is remembered by the handler alone', async () => {
    const upstream = await upstreamWith([reply.chat({}, { refuses: 'stream' })])
    for (const _ of [1, 2]) {
      const { byok } = await stageOf({ one: upstream }).handler.generateResponse({
        model: 'one/m',
        prompt: 'x',
      })
      expect(byok.attempts).toHaveLength(2)
    }
  })

  it('a refused `stream_options` leads to the request without streaming too', async () => {
    const upstream = await upstreamWith([reply.chat({}, { refuses: 'stream_options' })])
    const { handler } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.text).toBe(hello)
    expect(upstream.requests.map(asksForStream)).toEqual([true, false])
  })

  it('`streaming: false` in the row says so from the start', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: upstream },
      { providers: { one: { baseURL: `${upstream.url}/v1`, streaming: false } } },
    )
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.text).toBe(hello)
    expect(upstream.requests.map(asksForStream)).toEqual([false])
    expect(attemptsOf(seen.response?.byok ?? {})).toEqual(['whole success'])
  })
})
