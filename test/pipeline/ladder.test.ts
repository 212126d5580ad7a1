// The ladder of one candidate: which failures of a stream lead to the same request without streaming, and which do not.

import { beforeAll, describe, expect, it } from 'vitest'
import type { DialectName } from '../../src/providers/registry.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { closedPort, type UpstreamRequest } from '../../src/testing/upstream.js'
import { attemptsOf, dialects, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from './stage.js'

const hello = 'Hello from the test upstream.'

const asksForStream = ({ body }: UpstreamRequest): boolean =>
  typeof body === 'object' && body !== null && 'stream' in body && body.stream === true

/** Streams go wrong in this way; the same request without streaming is answered. */
const streamsBreak = (broken: Reply) => (request: UpstreamRequest) =>
  asksForStream(request) ? broken : reply.chat()

/** What fails before any output, in a way that may be streaming's own fault. */
const entering: readonly [what: string, broken: Reply, code: string][] = [
  ['refuses `stream` with a 400', reply.chat({}, { refuses: 'stream' }), 'invalid-request'],
  [
    'refuses streaming in words with a 422',
    reply.error(422, { message: 'Streaming is not supported for this model.' }),
    'invalid-request',
  ],
  ['is a web page', reply.html(), 'invalid-response'],
  ['is plain text', reply.raw('hello', { 'content-type': 'text/plain' }), 'invalid-response'],
  ['is an empty body', reply.raw(''), 'invalid-response'],
  [
    'is an empty stream',
    reply.raw(': hi\n\n', { 'content-type': 'text/event-stream' }),
    'stream-interrupted',
  ],
  ['is a list in JSON', reply.raw('[1]', { 'content-type': 'application/json' }), 'invalid-response'],
  ['holds an event that is no JSON', reply.badEvent({ afterEvents: 1 }), 'invalid-response'],
  ['is reset before output', reply.reset({ afterEvents: 1 }), 'stream-interrupted'],
  ['is cut before output', reply.cut({ afterEvents: 1 }), 'stream-interrupted'],
  ['ends before output', reply.end({ afterEvents: 1 }), 'stream-interrupted'],
  ['is reset before any byte', reply.refuse(), 'network'],
  ['never gets headers', reply.hang(), 'timeout'],
  ['stalls behind its headers', reply.stall({ afterEvents: 0 }), 'timeout'],
  ['stalls behind its first event', reply.stall({ afterEvents: 1 }), 'timeout'],
  ['stalls with comments', reply.stall({ afterEvents: 1, keepAliveMs: 20 }), 'timeout'],
  ['is a 408', reply.status(408), 'timeout'],
  ['is a 500', reply.status(500), 'provider'],
  ['is a 502 page', reply.html(502), 'provider'],
  ['is a 503', reply.status(503), 'provider'],
  ['is a 504', reply.status(504), 'timeout'],
  [
    'reports an error of no known kind',
    reply.errorEvent({ type: 'odd', code: 'odd', afterEvents: 0 }),
    'provider',
  ],
]

/** What would fail in the same way without streaming, or must not be asked again. */
const staying: readonly [what: string, broken: Reply, code: string][] = [
  ['a 401', reply.status(401), 'authentication'],
  ['a 403', reply.status(403), 'permission'],
  ['a 402', reply.status(402), 'quota-exceeded'],
  ['a quota used up, sent as 429', reply.error(429, { code: 'insufficient_quota' }), 'quota-exceeded'],
  ['a 429', reply.status(429), 'rate-limited'],
  ['a 529', reply.error(529, { type: 'overloaded_error', code: null }), 'overloaded'],
  ['an unknown model', reply.status(404), 'model-not-found'],
  ['a prompt too long', reply.error(400, { code: 'context_length_exceeded' }), 'context-length'],
  ['a 413', reply.status(413), 'context-length'],
  ['a content filter', reply.error(400, { code: 'content_filter' }), 'content-filter'],
  ['any other 400', reply.error(400, { message: 'Bad tools.', param: 'tools' }), 'invalid-request'],
  ['any other 422', reply.error(422, { message: 'Bad tools.' }), 'invalid-request'],
  [
    'an overload reported in the stream',
    reply.errorEvent({ type: 'overloaded_error', code: null, afterEvents: 0 }),
    'overloaded',
  ],
  [
    'a rate limit reported in the stream',
    reply.errorEvent({ code: 'rate_limit_exceeded', type: 'rate_limit_error', afterEvents: 0 }),
    'rate-limited',
  ],
]

/** Real time passes only where a limit must be reached. */
const limitsFor = (code: string) => (code === 'timeout' ? { timeout: { firstTokenMs: 150 } } : {})

beforeAll(loadSdks)

describe('the table of section 9', () => {
  it.each(entering)(
    'step 3: asks without streaming, at once and once, when the stream %s',
    async (_, broken, code) => {
      const upstream = await upstreamWith(streamsBreak(broken))
      const { handler, told } = stageOf({ one: upstream }, limitsFor(code))
      const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      expect(seen.error).toBeUndefined()
      expect(seen.text).toBe(hello)
      expect(seen.response?.text).toBe(hello)
      expect(upstream.requests.map(asksForStream)).toEqual([true, false])
      expect(attemptsOf(seen.response?.byok ?? {})).toEqual([`stream ${code}`, 'whole success'])
      expect(told.errors).toEqual([])
    },
  )

  it.each(entering)('step 3 in generateResponse: the same when the stream %s', async (_, broken, code) => {
    const upstream = await upstreamWith(streamsBreak(broken))
    const { handler } = stageOf({ one: upstream }, limitsFor(code))
    const response = await handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expect(response.text).toBe(hello)
    expect(attemptsOf(response.byok)).toEqual([`stream ${code}`, 'whole success'])
  })

  it.each(staying)('step 4: asks nothing more after %s', async (_, broken, code) => {
    const upstream = await upstreamWith(streamsBreak(broken))
    const { handler, told } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.error).toMatchObject({ code, provider: 'one', model: 'm' })
    expect(attemptsOf(seen.error ?? {})).toEqual([`stream ${code}`])
    expect((await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))).code).toBe(code)
    expect(upstream.hits()).toBe(2)
    expect(told.errors.map(({ error }) => error.code)).toEqual([code, code])
  })

  it('step 4: asks nothing more where nobody answers', async () => {
    const { handler, told } = stageOf({ one: await closedPort() })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error).toMatchObject({ code: 'network', upstream: { code: 'ECONNREFUSED' } })
    expect(told.attempts.map(({ mode }) => mode)).toEqual(['stream'])
  })

  it('step 4: asks nothing more where the host has no address', async () => {
    const { handler, told } = stageOf({ one: 'http://no-such-host.invalid' })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error.code).toBe('network')
    expect(told.attempts).toHaveLength(1)
  })

  it('step 4: asks nothing more after the caller left', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream })
    const leaving = new AbortController()
    const failure = failureOf(
      handler.generateResponse({ model: 'one/m', prompt: 'x', signal: leaving.signal }),
    )
    await until(() => upstream.hits() === 1, 'the request')
    leaving.abort()
    expect((await failure).code).toBe('aborted')
    expect(upstream.hits()).toBe(1)
  })

  it('step 4: asks nothing more after the total limit', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x', timeout: 80 }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(upstream.hits()).toBe(1)
  })

  it.each([
    ['text', { text: ['a', 'b', 'c'] }],
    ['reasoning', { reasoning: ['a', 'b', 'c'] }],
    ['a refusal', { refusal: ['a', 'b', 'c'] }],
    ['a fragment of a tool call', { toolCalls: [{ name: 'f', arguments: ['{"a"', ':1', '}'] }] }],
  ])('never begins once %s was output', async (_, answer) => {
    for (const broken of [reply.reset({ afterEvents: 3 }, answer), reply.end({ afterEvents: 3 }, answer)]) {
      const upstream = await upstreamWith([broken])
      const { handler } = stageOf({ one: upstream })
      const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      expect(seen.error?.code).toBe('stream-interrupted')
      expect((await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))).code).toBe(
        'stream-interrupted',
      )
      expect(upstream.requests.map(asksForStream)).toEqual([true, true])
    }
  })

  it('step 5: the error of the second request counts, and the next candidate answers', async () => {
    const failing = await upstreamWith((request) => reply.status(asksForStream(request) ? 500 : 403))
    const { handler } = stageOf({ one: failing })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' }))
    expect(error).toMatchObject({ code: 'permission', status: 403 })
    expect(attemptsOf(error)).toEqual(['stream provider', 'whole permission'])

    const healthy = await upstreamWith([reply.chat()])
    const both = stageOf({ one: failing, two: healthy })
    const seen = await readAll(both.handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
    expect(seen.text).toBe(hello)
    expect(attemptsOf(seen.response?.byok ?? {})).toEqual([
      'stream provider',
      'whole permission',
      'stream success',
    ])
    expect(both.told.failovers).toMatchObject([{ from: 'one/m', to: 'two/m', error: { code: 'permission' } }])
  })
})

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
