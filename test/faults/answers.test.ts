// Faults of an answer as a whole: no answer at all, redirects, odd headers, and refusals; and a process that ends by itself.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../src/core/clock.js'
import { type RawReply, type Reply, reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import {
  addressOf,
  attemptsOf,
  closing,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
} from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x', maxTokens: 50 }
const off = { failover: { streamFallback: false } }
const json = { 'content-type': 'application/json' }

describe.each(dialects)('an answer in %s', (dialect) => {
  it.each<[string, Reply]>([
    ['a web page', reply.html()],
    ['an empty JSON body', reply.raw('', json)],
    ['an empty stream body', reply.raw('', { 'content-type': 'text/event-stream' })],
    ['an empty body of no type', reply.raw('')],
    ['no content at all (204)', { ...reply.raw('', { 'content-type': null }), status: 204 }],
    ['a list', reply.raw('[1,2,3]', json)],
    ['a number', reply.raw('5', json)],
    ['null', reply.raw('null', json)],
    ['an object that is no answer', reply.raw('{"hello":"world"}', json)],
    ['plain text', reply.raw('hello', { 'content-type': 'text/plain' })],
    [
      'bytes that are no text',
      reply.raw(Uint8Array.from([0xff, 0xfe, 0, 1, 2, 0x80]), { 'content-type': 'application/octet-stream' }),
    ],
  ])('A17: %s with status 200 is `invalid-response`, and the next candidate takes over', async (_, odd) => {
    const upstream = await upstreamWith([odd])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: healthy }, off, dialect)
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'invalid-response',
      isRetryable: true,
    })
    const response = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect(response.byok.provider).toBe('two')
    expect(upstream.hits()).toBe(2)
  })

  it.each<[string, Reply]>([
    ['a JSON body shorter than its length', reply.truncated()],
    ['a chunked body that is cut', reply.cut({ afterEvents: 1 })],
    ['a JSON body that ends in its middle', reply.raw('{"id":"x","choices":[{"index":0,"mess', json)],
  ])('A18: %s may be asked again, and the next candidate takes over', async (_, odd) => {
    const upstream = await upstreamWith([odd])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: healthy }, off, dialect)
    const error = await failureOf(handler.generateResponse(request))
    expect(['invalid-response', 'stream-interrupted']).toContain(error.code)
    expect(error.isRetryable).toBe(true)
    expect((await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })).byok.provider).toBe(
      'two',
    )
  })

  it.each<[string, RawReply]>([
    ['a page', reply.html()],
    ['an empty body', reply.raw('', json)],
    ['a message alone', reply.raw('{"error":{"message":"No."}}', json)],
  ])('%s as an error leaves out `upstream`, where the provider named nothing', async (_, said) => {
    const upstream = await upstreamWith([{ ...said, status: 502 }])
    const { handler } = stageOf({ one: upstream }, off, dialect)
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'provider', status: 502 })
    expect(error).not.toHaveProperty('upstream')
    expect(error.attempts?.[0]?.error).not.toHaveProperty('upstream')
  })

  it('A17: the answer itself decides what it is, whatever content type it comes under', async () => {
    for (const type of ['application/json', 'text/html', 'text/event-stream', 'text/plain', null]) {
      const upstream = await upstreamWith([reply.chat({}, { headers: { 'content-type': type } })])
      const { handler } = stageOf(
        { one: upstream, two: upstream },
        { providers: wholeOnly(upstream) },
        dialect,
      )
      for (const [model, mode] of [
        ['one/m', 'stream'],
        ['two/m', 'whole'],
      ] as const) {
        const response = await handler.generateResponse({ ...request, model })
        expect(response.text).toBe('Hello from the test upstream.')
        expect(attemptsOf(response.byok)).toEqual([`${mode} success`])
      }
    }
    function wholeOnly({ url }: Upstream) {
      return { two: { dialect, baseURL: addressOf(url, dialect), streaming: false } }
    }
  })

  it('A20: no redirect is followed: the other origin gets no key, no prompt, no request', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const other = await upstreamWith([reply.chat()])
      const upstream = await upstreamWith((asked) => reply.redirect(other.url + asked.path, status))
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      expect((await failureOf(handler.generateResponse(request))).code).toBe('invalid-response')
      expect((await readAll(handler.streamCompletion(request))).error?.code).toBe('invalid-response')
      expect(other.hits()).toBe(0)
    }
  })

  it('A20: nor one to the same origin', async () => {
    const upstream = await upstreamWith(({ path }, index) =>
      index === 0 ? reply.redirect(path) : reply.chat(),
    )
    const { handler } = stageOf({ one: upstream }, off, dialect)
    expect((await failureOf(handler.generateResponse(request))).code).toBe('invalid-response')
    expect(upstream.hits()).toBe(1)
  })

  it('A21: early hints and other informational answers are passed over', async () => {
    const upstream = await upstreamWith([reply.chat({}, { informational: true, headersAfterMs: 10 })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    expect(attemptsOf((await handler.generateResponse(request)).byok)).toEqual(['stream success'])
  })

  it('A10: a refused request is sent once, and its message is surfaced, at most 2 KB of it', async () => {
    for (const [status, code] of [
      [400, 'invalid-request'],
      [404, 'model-not-found'],
      [413, 'context-length'],
      [422, 'invalid-request'],
    ] as const) {
      const upstream = await upstreamWith([
        reply.error(status, { message: `No: ${'long '.repeat(1_000)}`, code: null, type: 'odd' }),
      ])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const error = await failureOf(handler.generateResponse(request))
      expect(error).toMatchObject({ code, status, isRetryable: false })
      expect(error.message).toMatch(/^No: long/)
      expect(error.message.length).toBeLessThanOrEqual(2_048)
      expect(upstream.hits()).toBe(1)
    }
  })
})

describe('refusals and waits', () => {
  it('A14: `x-should-retry: false` on a 503 says that a repeat is no use; the next candidate may still answer', async () => {
    const upstream = await upstreamWith([reply.status(503, undefined, { 'x-should-retry': 'false' })])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: healthy }, off)
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'provider',
      isRetryable: false,
    })
    expect((await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })).byok.provider).toBe(
      'two',
    )
  })

  it('A6: a wait of a day is passed on, not waited', async () => {
    const upstream = await upstreamWith([reply.status(429, undefined, { 'retry-after': '86400' })])
    const { handler } = stageOf({ one: upstream })
    const from = performance.now()
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 86_400_000 })
    expect(performance.now() - from).toBeLessThan(1_000)
  })

  it.each([
    'garbage',
    '-5',
    '1e309',
    'NaN',
    '',
    '5, 7',
    'Fri, 31 Feb 1999 99:00:00 GMT',
    new Date(0).toUTCString(),
  ])('A7: the odd wait %j is never negative, and never no number', async (wait) => {
    const upstream = await upstreamWith([reply.status(429, undefined, { 'retry-after': wait })])
    const { retryAfterMs } = await failureOf(stageOf({ one: upstream }).handler.generateResponse(request))
    if (retryAfterMs !== undefined) {
      expect(Number.isFinite(retryAfterMs)).toBe(true)
      expect(retryAfterMs).toBeGreaterThanOrEqual(0)
    }
  })

  it('A7: a date is a wait from now on', async () => {
    const upstream = await upstreamWith([
      reply.status(429, undefined, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }),
    ])
    const { retryAfterMs } = await failureOf(stageOf({ one: upstream }).handler.generateResponse(request))
    expect(retryAfterMs).toBeGreaterThan(20_000)
    expect(retryAfterMs).toBeLessThanOrEqual(31_000)
  })

  it('an error body that never ends is left, and its status and headers count', async () => {
    // Two seconds pass in a tenth of one.
    const fast: Clock = {
      ...systemClock,
      now: () => systemClock.now() * 20,
      timer: (delayMs, callback) => systemClock.timer(delayMs / 20, callback),
    }
    const upstream = await upstreamWith([
      {
        ...reply.raw(['{"error":{"message":"Slow down."}', ' ,'], { ...json, 'retry-after': '3' }),
        status: 429,
        break: { how: 'stall' },
      },
    ])
    const { handler } = stageOf({ one: upstream }, { ...off, clock: fast })
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'rate-limited', status: 429, retryAfterMs: 3_000 })
    expect(error.message).toContain('Slow down.')
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })
})

describe('B19', () => {
  it('a process ends by itself, with a handler left alone and with one that `await using` closed', async () => {
    const upstream = await upstreamWith((_, index) =>
      index === 1 ? reply.stall({ afterEvents: 3 }) : closing(reply.chat()),
    )
    const folder = await mkdtemp(join(tmpdir(), 'byok-exit-'))
    const file = join(folder, 'main.mts')
    const entry = new URL('../../src/index.ts', import.meta.url).href
    const options = JSON.stringify({
      keys: { one: 'test-key-one-0001' },
      providers: { one: { baseURL: `${upstream.url}/v1` } },
    })
    await writeFile(
      file,
      `import { BYOKHandler } from ${JSON.stringify(entry)}
       const request = { model: 'one/m', prompt: 'x' }
       const left = new BYOKHandler(${options})
       const { text } = await left.generateResponse(request)
       {
         await using closed = new BYOKHandler(${options})
         const stream = closed.streamCompletion(request)
         for (let reads = 0; reads < 2; reads += 1) await stream.next()
       }
       console.log(text)`,
    )
    const repository = fileURLToPath(new URL('../..', import.meta.url))
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
        cwd: repository,
        timeout: 12_000,
      })
      expect(stdout.trim()).toBe('Hello from the test upstream.')
      expect(stderr).toBe('')
      expect(upstream.requests[1]?.closedByClient).toBe(true)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
