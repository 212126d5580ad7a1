// A provider that echoes the key wherever it can: the key must not come out anywhere.

import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ByokError, ProviderError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { BYOKHandler } from '../../src/handler.js'
import { withoutKey } from '../../src/providers/without-key.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { dialects, failureOf, loadSdks, readAll, stageOf, upstreamWith, watch } from '../pipeline/stage.js'

beforeAll(loadSdks)

const key = 'test-key-canary/with+signs=0001'
const tail = key.slice(-8)
const base64 = Buffer.from(key).toString('base64').replace(/=+$/, '')
const escaped = encodeURIComponent(key)

/** Every way in which somebody could look at a value. */
function looksAt(value: unknown): string {
  const shown = [
    inspect(value, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      maxStringLength: null,
      getters: true,
    }),
    JSON.stringify(value),
    String(value),
  ]
  for (let link = value; link instanceof Error; link = link.cause)
    shown.push(link.message, link.stack ?? '', inspect(link))
  return shown.join('\n')
}

function expectNoKey(value: unknown): void {
  const shown = looksAt(value)
  for (const form of [key, tail, base64, base64.slice(-8), escaped]) expect(shown).not.toContain(form)
}

const says = `The key ${key} (${base64}, ${escaped}, ***${tail}) is wrong.`
const error = { message: says, type: key, code: key, param: key }
const chunk = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`
const sse = { 'content-type': 'text/event-stream' }

const echoes: readonly [where: string, echo: Reply][] = [
  ['every field of an error body', reply.error(401, error)],
  [
    'an error body and its headers',
    reply.error(400, error, {
      'x-request-id': key,
      'request-id': key,
      'x-ratelimit': key,
      'www-authenticate': key,
    }),
  ],
  ['an error body that is no JSON', reply.status(500, says)],
  [
    'a very long error body, cut in the middle of the key',
    reply.status(500, `${'x'.repeat(2_030)}${key}${'y'.repeat(900)}`),
  ],
  ['an error page', { ...reply.html(502), body: `<html>${says}</html>` }],
  ['a page instead of an answer', { ...reply.html(), body: `<html>${'x'.repeat(180)}${key}</html>` }],
  [
    'a whole answer that is no JSON',
    reply.raw(`{"x": ${'y'.repeat(180)}${key}`, { 'content-type': 'application/json' }),
  ],
  ['a text instead of a stream', reply.raw(says, { 'content-type': 'text/plain' })],
  ['an error in the stream, before output', reply.errorEvent({ ...error, afterEvents: 0 })],
  ['an error in the stream, after output', reply.errorEvent({ ...error, afterEvents: 4 })],
  ['an event that is no JSON', reply.badEvent({ data: says })],
  ['a redirect', reply.redirect(`http://127.0.0.1:9/?key=${escaped}`)],
]

describe.each(dialects)('E1: the key, echoed in %s', (dialect) => {
  it.each(echoes)('in %s, is in no error, attempt or event', async (_, echo) => {
    const upstream = await upstreamWith([echo])
    const { handler, told } = stageOf(
      { one: upstream, two: upstream },
      { keys: { one: key, two: key }, failover: { streamFallback: false } },
      dialect,
    )
    const request = { model: 'one/m', prompt: 'x' }
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.error).toBeInstanceOf(ByokError)
    expectNoKey(seen.error)
    expectNoKey(await failureOf(handler.generateResponse(request)))
    expectNoKey(await failureOf(handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })))
    expectNoKey(told)
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${key}`)
  })
})

describe('E1', () => {
  it('the key is in no warning, and in no answer', async () => {
    const body = [
      chunk({ id: '1', choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: 'stop' }] }),
      chunk({ error: { message: says, code: key } }),
    ]
    const upstream = await upstreamWith([reply.raw(body, sse)])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: key } })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.response?.byok.warnings).toHaveLength(1)
    expectNoKey(seen)
    expectNoKey(told)
  })

  it('the key is in no name that the provider gives an answer', async () => {
    const named = { id: key, model: `m-${key}`, provider: key }
    const body = [
      chunk({ ...named, choices: [{ index: 0, delta: { content: 'Hi' } }] }),
      chunk({ ...named, choices: [{ index: 0, delta: {}, finish_reason: key }] }),
    ]
    const upstream = await upstreamWith([reply.raw(body, sse)])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: key } })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
    expect(seen.response).toMatchObject({ model: 'm-[secret]', byok: { finishReason: '[secret]' } })
    expectNoKey(seen)
    expectNoKey(told)
  })

  it('the key is in no note of an adapter from outside', async () => {
    const adapter = {
      id: 'foreign',
      async *stream() {
        yield { type: 'repair' as const, repair: `Used ${key}.` }
        yield { type: 'warning' as const, warning: { code: 'other' as const, message: says, option: key } }
        yield { type: 'text' as const, text: 'a' }
        yield { type: 'finish' as const, reason: 'stop' as const }
      },
    }
    const { handler } = watch(new BYOKHandler({ adapters: [adapter], keys: { foreign: key } }))
    const { byok } = await handler.generateResponse({ model: 'foreign/m', prompt: 'x' })
    expect(byok.repairs).toEqual(['Used [secret].'])
    expectNoKey(byok)
  })

  it('the handler shows no key, however it is looked at', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { keys: { one: key } })
    await handler.generateResponse({ model: 'one/m', prompt: 'x' })
    expectNoKey(handler)
    const stream = handler.streamCompletion({ model: 'one/m', prompt: 'x', apiKey: key })
    await stream.next()
    expectNoKey(stream)
  })

  it('an adapter from outside that puts it into its own errors shows it to nobody', async () => {
    const adapter = {
      id: 'foreign',
      async *stream() {
        yield { type: 'text' as const, text: 'a' }
        throw Object.assign(new TypeError(says, { cause: new Error(says) }), { name: 'ForeignError' })
      },
    }
    const { handler, told } = watch(new BYOKHandler({ adapters: [adapter], keys: { foreign: key } }))
    const failure = await failureOf(handler.generateResponse({ model: 'foreign/m', prompt: 'x' }))
    expect(failure.code).toBe('provider')
    expect(failure.cause).toMatchObject({ name: 'ForeignError' })
    expectNoKey(failure)
    expectNoKey(told)
  })

  it('a connection that fails shows none', async () => {
    const { handler } = stageOf({ one: 'http://127.0.0.1:9' }, { keys: { one: key } })
    expectNoKey(await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x' })))
  })
})

describe('an error without its key', () => {
  it('keeps everything else', () => {
    const cause = new RangeError('mine', { cause: new TypeError('inner') })
    const original = new ProviderError('rate-limited', `No ${key}.`, {
      cause,
      status: 429,
      requestId: 'r1',
      retryAfterMs: 5,
      upstream: { code: 'c' },
    })
    const safe = withoutKey(original, new Secret(key))
    expect(safe).toMatchObject({
      code: 'rate-limited',
      message: 'No [secret].',
      status: 429,
      requestId: 'r1',
      retryAfterMs: 5,
      upstream: { code: 'c' },
    })
    expect(safe.cause).toMatchObject({ name: 'RangeError', message: 'mine', stack: cause.stack })
    expect(safe.cause).toMatchObject({ cause: { name: 'TypeError', message: 'inner' } })
    expect(safe).toBeInstanceOf(ProviderError)
    expect(withoutKey(original, undefined)).toBe(original)
  })

  it('ends with a chain of causes that loops', () => {
    const loop: Error & { cause?: unknown } = new Error(`One ${key}.`)
    loop.cause = new Error('two', { cause: loop })
    const safe = withoutKey(new ProviderError('provider', 'x', { cause: loop }), new Secret(key))
    expect(inspect(safe, { depth: Number.POSITIVE_INFINITY })).not.toContain(key)
  })

  const withCause = (cause: unknown): ByokError =>
    withoutKey(new ProviderError('provider', 'x', { cause }), new Secret(key))

  it('keeps none of what an HTTP client hangs on its errors', () => {
    const headers = { authorization: `Bearer ${key}` }
    const request = { config: { headers }, request: { headers }, [key]: key }
    const inner = Object.assign(new Error(says), request)
    const cause = Object.assign(new RangeError(says, { cause: inner }), request, { name: `Odd ${key}` })
    const safe = withCause(cause)
    expectNoKey(safe)
    expect(safe.cause).toMatchObject({ name: 'Odd [secret]', cause: { name: 'Error' } })
    expect(Object.keys(safe.cause as Error)).toEqual([]) // it is one, as its name shows
    expect(cause.config.headers).toBe(headers)
  })

  it('keeps a text as its cause without the key, and nothing of what is no error', () => {
    expect(withCause(`No ${key}.`).cause).toBe('No [secret].')
    expect(withCause(404).cause).toBe('404')
    for (const odd of [
      { message: says },
      [says],
      () => says,
      Object.create(null),
      new Map([[key, key]]),
      null,
    ])
      expect(withCause(odd)).not.toHaveProperty('cause')
  })

  it('keeps the errors of an AggregateError, without the key and what hangs on them', () => {
    const first = Object.assign(new TypeError(says), { headers: { authorization: key } })
    const all: AggregateError = new AggregateError([first, says, { odd: key }], says)
    all.errors.push(all)
    const safe = withCause(all)
    expectNoKey(safe)
    expect(safe.cause).toBeInstanceOf(AggregateError)
    const { errors } = safe.cause as AggregateError // as the line above says
    expect(errors).toMatchObject([{ name: 'TypeError' }, expect.stringContaining('[secret]')])
    expect(looksAt(errors)).not.toContain(tail)
  })

  it('invents no stack for a cause that has none', () => {
    const cause = new Error('x')
    delete cause.stack
    expect((withCause(cause).cause as Error).stack).toBeUndefined()
  })

  it('leaves the reason of a caller who aborts as it is, whatever that is', () => {
    for (const reason of [new DOMException('Enough.', 'AbortError'), { because: key }, 'enough']) {
      const aborted = new ByokError('aborted', 'Left.', { cause: reason })
      expect(withoutKey(aborted, new Secret(key)).cause).toBe(reason)
    }
  })
})
