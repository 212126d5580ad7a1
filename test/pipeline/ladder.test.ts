// The ladder of one candidate: which failures of a stream lead to the same request without streaming, and which do not.

import { beforeAll, describe, expect, it } from 'vitest'
import { type Reply, reply } from '../../src/testing/reply.js'
import { closedPort, type UpstreamRequest } from '../../src/testing/upstream.js'
import {
  asksForStream,
  attemptsOf,
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
    const other = stageOf({ one: upstream }) // whose key nobody has refused yet
    expect((await failureOf(other.handler.generateResponse({ model: 'one/m', prompt: 'x' }))).code).toBe(code)
    expect(upstream.hits()).toBe(2)
    expect([...told.errors, ...other.told.errors].map(({ error }) => error.code)).toEqual([code, code])
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
