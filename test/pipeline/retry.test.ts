// When the same candidate is asked again: which failures, how often, after what wait, and who pays for it.

import { beforeAll, describe, expect, it } from 'vitest'
import { toMicroseconds } from '../../src/core/clock.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { closedPort } from '../../src/testing/upstream.js'
import { outageOf, played, waitsOf } from './outage.js'
import {
  asksForStream,
  attemptsOf,
  failureOf,
  loadSdks,
  readAll,
  refusedOnce,
  stageOf,
  upstreamWith,
} from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const off = { failover: { streamFallback: false } }
/** Real time, without waits. */
const atOnce = { retry: { baseMs: 0, throttleBaseMs: 0 } }
/** Nothing opens here. */
const unbreakable = { consecutiveFailures: 1e9, minimumCalls: 1e9 }

type Row = readonly [what: string, broken: Reply, code: string, hits: number, against: string]

/** The table of §6: how often a single candidate is asked, and what the failure counts against. */
const rows: readonly Row[] = [
  ['a reset', reply.refuse(), 'network', 3, 'model'],
  ['a 408', reply.status(408), 'timeout', 3, 'model'],
  ['a 504', reply.status(504), 'timeout', 3, 'model'],
  ['a 500', reply.status(500), 'provider', 3, 'model'],
  ['a 502 page', reply.html(502), 'provider', 3, 'model'],
  ['a 503', reply.status(503), 'provider', 3, 'model'],
  ['a 529', reply.error(529, { type: 'overloaded_error', code: null }), 'overloaded', 3, 'model'],
  ['a stream that breaks before output', reply.reset({ afterEvents: 1 }), 'stream-interrupted', 1, 'model'],
  ['a body that is no answer', reply.html(), 'invalid-response', 1, 'model'],
  ['a 429', reply.status(429), 'rate-limited', 3, 'key'],
  ['a 401', reply.status(401), 'authentication', 1, 'key'],
  ['a 403', reply.status(403), 'permission', 1, 'key'],
  ['a 402', reply.status(402), 'quota-exceeded', 1, 'key'],
  ['a quota', reply.error(429, { code: 'insufficient_quota' }), 'quota-exceeded', 1, 'key'],
  ['a 400', reply.status(400), 'invalid-request', 1, 'nobody'],
  ['a 422', reply.status(422), 'invalid-request', 1, 'nobody'],
  ['a content filter', reply.error(400, { code: 'content_filter' }), 'content-filter', 1, 'nobody'],
  ['an unknown model', reply.status(404), 'model-not-found', 1, 'nobody'],
  ['a 413', reply.status(413), 'context-length', 1, 'nobody'],
  ['a long prompt', reply.error(400, { code: 'context_length_exceeded' }), 'context-length', 1, 'nobody'],
]

describe('the table of section 6', () => {
  it.each(rows)(
    '§6: %s is asked again as often as it says, and counts against whom it says',
    async (...row) => {
      const [, broken, code, hits, against] = row
      const upstream = await upstreamWith([broken])
      const clock = new FakeClock()
      const { handler } = outageOf({ one: upstream }, { clock, retry: {} })
      const error = await played(clock, failureOf(handler.generateResponse(request)))
      expect(error.code).toBe(code)
      expect(upstream.hits()).toBe(hits)
      const { models, keys } = await handler.health()
      expect(models.map(({ calls }) => calls)).toEqual(against === 'model' ? [hits] : [0])
      expect(keys.map(({ reason }) => reason)).toEqual(against === 'key' ? [code] : [])
    },
  )

  it.each(rows)('§6: after %s, another candidate answers where it may', async (...row) => {
    const [, broken, code] = row
    const [failing, healthy] = [await upstreamWith([broken]), await upstreamWith([reply.chat()])]
    const { handler } = stageOf({ one: failing, two: healthy }, { ...off, ...atOnce })
    const asked = handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    if (code === 'content-filter') expect((await failureOf(asked)).code).toBe(code)
    else expect((await asked).byok.provider).toBe('two')
    expect(healthy.hits()).toBe(code === 'content-filter' ? 0 : 1)
  })

  it('§6: one that is late is asked for no second stream', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream }, { ...off, ...atOnce, timeout: { firstTokenMs: 50 } })
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({ code: 'timeout' })
    expect(upstream.hits()).toBe(1)
  })

  it('§6: a throttled one gives way at once, and nobody waits', async () => {
    for (const status of [429, 529]) {
      const [busy, healthy] = [await upstreamWith([reply.status(status)]), await upstreamWith([reply.chat()])]
      const clock = new FakeClock()
      const { handler } = stageOf({ one: busy, two: healthy }, { ...off, clock, retry: {} })
      expect((await handler.generateResponse({ ...request, model: 'auto' })).byok.provider).toBe('two')
      expect(busy.hits()).toBe(1)
    }
  })

  it('§6: a throttled one is waited for where nobody else is ready', async () => {
    const busy = await upstreamWith([reply.error(529, { type: 'overloaded_error' }), reply.chat()])
    const dead = await upstreamWith([reply.status(401)])
    const clock = new FakeClock()
    const { handler } = outageOf({ one: busy, two: dead }, { clock, retry: {} })
    await failureOf(handler.generateResponse({ ...request, model: 'two/m' }))
    const asked = handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect((await played(clock, asked)).byok.provider).toBe('one')
    expect(busy.hits()).toBe(2)
  })
})

describe('FO5: retries', () => {
  it('FO5: are two a request, shared by its candidates', async () => {
    const [first, second] = [await upstreamWith([reply.status(503)]), await upstreamWith([reply.status(503)])]
    const { handler } = stageOf({ one: first, two: second }, { ...off, ...atOnce })
    const error = await failureOf(handler.generateResponse({ prompt: 'x', model: ['one/m', 'two/m'] }))
    expect(error.code).toBe('all-attempts-failed')
    expect([first.hits(), second.hits()]).toEqual([3, 1])
    await failureOf(handler.generateResponse(request))
    expect(first.hits()).toBe(6)
  })

  it('FO5: are as many as the app says', async () => {
    for (const maxRetries of [0, 1, 4]) {
      const upstream = await upstreamWith([reply.status(503)])
      const retry = { ...atOnce.retry, maxRetries }
      await failureOf(stageOf({ one: upstream }, { ...off, retry }).handler.generateResponse(request))
      expect(upstream.hits()).toBe(maxRetries + 1)
    }
  })

  /** The first and the second wait after this status, in a dozen processes. */
  async function waitsAfter(status: number): Promise<[firsts: number[], seconds: number[]]> {
    const firsts: number[] = []
    const seconds: number[] = []
    for (let seed = 1; seed <= 12; seed++) {
      const upstream = await upstreamWith([reply.status(status), reply.status(status), reply.chat()])
      const clock = new FakeClock({ seed: seed * 7_919 })
      const { handler } = stageOf({ one: upstream }, { ...off, clock, retry: {} })
      const [first = -1, second = -1] = waitsOf((await played(clock, handler.generateResponse(request))).byok)
      firsts.push(first)
      seconds.push(second)
    }
    return [firsts, seconds]
  }

  it.each([
    [503, 250],
    [529, 1_000],
  ])('FO5: after a %i wait anything up to %i ms, then up to twice that', async (status, baseMs) => {
    for (const [index, waits] of (await waitsAfter(status)).entries()) {
      const capMs = baseMs * 2 ** index
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
      expect(Math.min(...waits)).toBeLessThan(capMs / 2)
      expect(Math.max(...waits)).toBeGreaterThan(capMs / 2)
      expect(Math.max(...waits)).toBeLessThanOrEqual(capMs)
    }
  })

  it('FO5: after a 429 do not all come back together', async () => {
    const [firsts] = await waitsAfter(429)
    expect(new Set(firsts).size).toBeGreaterThan(6)
  })

  it("FO5: never come before the provider's own wish", async () => {
    const down = reply.status(503, undefined, { 'retry-after': '7' })
    const { upstream, clock, answered } = await refusedOnce(down, off)
    await clock.advance(6_999)
    expect(upstream.hits()).toBe(1)
    await clock.advance(1)
    expect(attemptsOf((await answered).byok)).toEqual(['stream provider', 'stream success'])
  })

  it('FO5: are not begun where the provider wants a longer wait than a minute, and its model is parked', async () => {
    const [parked, spare] = [
      await upstreamWith([reply.status(503, undefined, { 'retry-after': '61' }), reply.chat()]),
      await upstreamWith([reply.chat()]),
    ]
    const clock = new FakeClock()
    const { handler } = outageOf({ one: parked, two: spare }, { clock, retry: {} })
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'provider', retryAfterMs: 61_000 })
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'circuit-open',
      retryAfterMs: 61_000,
    })
    expect((await handler.generateResponse({ prompt: 'x' })).byok.provider).toBe('two')
    expect(parked.hits()).toBe(1)
    await clock.advance(61_000)
    expect((await handler.generateResponse(request)).byok.provider).toBe('one')
  })

  it('FO5: are not begun where the wait is longer than the deadline', async () => {
    const upstream = await upstreamWith([reply.status(503, undefined, { 'retry-after': '7' })])
    const clock = new FakeClock()
    const { handler } = stageOf({ one: upstream }, { ...off, clock, retry: {} })
    const error = await failureOf(handler.generateResponse({ ...request, timeout: 5_000 }))
    expect(error).toMatchObject({ code: 'provider', retryAfterMs: 7_000 })
    expect(upstream.hits()).toBe(1)
  })

  it('FO5: stop when the purse of this tenant and provider is empty; others have their own', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const other = await upstreamWith([reply.status(503)])
    const options = { ...off, ...atOnce, breaker: unbreakable }
    const { handler } = stageOf({ one: upstream, two: other }, options)
    const ask = (model: string, tenant: string) =>
      failureOf(handler.generateResponse({ model, prompt: 'x', tenant }))
    for (let index = 0; index < 20; index++) await ask('one/m', 'acme')
    expect(upstream.hits()).toBe(20 + Math.floor(500 / 14))
    await ask('two/m', 'acme')
    expect(other.hits()).toBe(3)
    await ask('one/m', 'umbrella')
    expect(upstream.hits()).toBe(20 + 35 + 3)
  })

  it('FO5: say how long they have waited, and which one they are', async () => {
    const limited = reply.status(429, undefined, { 'retry-after-ms': '1500' })
    const upstream = await upstreamWith([reply.status(503), limited, reply.chat()])
    const clock = new FakeClock()
    const { handler, told } = stageOf({ one: upstream }, { ...off, clock, retry: {} })
    const { byok } = await played(clock, handler.generateResponse(request))
    const [first, second, third] = told.attempts
    expect(first).not.toHaveProperty('retry')
    expect(first).not.toHaveProperty('waitedMs')
    expect([second?.retry, third?.retry]).toEqual([1, 2])
    expect([second?.waitedMs, third?.waitedMs]).toEqual(waitsOf(byok).map(toMicroseconds))
    expect(third?.waitedMs).toBeGreaterThanOrEqual(1_500)
  })

  it('FO5: are told from what is asked at once: another key, a mended request, one without streaming', async () => {
    const answers = [reply.status(401), reply.error(400, { param: 'temperature' }), reply.status(503)]
    const upstream = await upstreamWith([...answers, reply.status(503), reply.chat()])
    const keys = { one: [{ value: 'test-key-main-0001' }, { value: 'test-key-spare-0001' }] }
    const retry = { ...atOnce.retry, maxRetries: 1 }
    const { handler, told } = stageOf({ one: upstream }, { keys, retry })
    await handler.generateResponse({ ...request, temperature: 1 })
    expect(told.attempts.map(({ mode, retry }) => `${mode} ${retry ?? '-'}`)).toEqual([
      'stream -',
      'stream -',
      'stream -',
      'stream 1',
      'whole -',
    ])
  })

  it('FO5: get back what they took where they helped', async () => {
    const upstream = await upstreamWith((_, index) => (index % 2 === 0 ? reply.status(503) : reply.chat()))
    const { handler } = stageOf({ one: upstream }, { ...off, ...atOnce, breaker: unbreakable })
    for (let index = 0; index < 40; index++) await handler.generateResponse(request)
    expect(upstream.hits()).toBe(80)
  })
})

describe('§9 step 2', () => {
  it('§9 step 2: retries before any stream opened, and only then asks without streaming', async () => {
    const upstream = await upstreamWith((asked) => (asksForStream(asked) ? reply.status(503) : reply.chat()))
    const { handler } = stageOf({ one: upstream }, atOnce)
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.error).toBeUndefined()
    expect(attemptsOf(seen.response?.byok ?? {})).toEqual([
      'stream provider',
      'stream provider',
      'stream provider',
      'whole success',
    ])
  })

  it('§9 step 2: a stream that opened is not asked for again', async () => {
    for (const broken of [
      reply.cut({ afterEvents: 1 }),
      reply.badEvent({ afterEvents: 1 }),
      reply.errorEvent({ type: 'odd', code: 'odd', afterEvents: 0 }),
    ]) {
      const upstream = await upstreamWith((asked) => (asksForStream(asked) ? broken : reply.chat()))
      const { byok } = await stageOf({ one: upstream }, atOnce).handler.generateResponse(request)
      expect(byok.attempts.map(({ mode }) => mode)).toEqual(['stream', 'whole'])
    }
  })

  it('§9 step 2: nothing is asked again once output was seen', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent({ type: 'overloaded_error', code: null, afterEvents: 3 }),
    ])
    const { error, text } = await readAll(
      stageOf({ one: upstream }, atOnce).handler.streamCompletion(request),
    )
    expect(error?.code).toBe('overloaded')
    expect(text).not.toBe('')
    expect(upstream.hits()).toBe(1)
  })

  it('§9 step 4: where nobody answers, retries are the end of it', async () => {
    const error = await failureOf(
      stageOf({ one: await closedPort() }, atOnce).handler.generateResponse(request),
    )
    expect(attemptsOf(error)).toEqual(['stream network', 'stream network', 'stream network'])
  })
})

describe('LD3', () => {
  const ask = 40
  /** Hits of so many requests, whose streams and whole answers both fail. */
  async function hitsWith(broken: Reply): Promise<number> {
    const upstream = await upstreamWith((asked) => (asksForStream(asked) ? broken : reply.status(401)))
    const { handler } = outageOf(
      { one: upstream },
      { failover: {}, breaker: unbreakable, keys: { one: () => `test-key-${upstream.hits()}-0001` } },
    )
    for (let index = 0; index < ask; index++) await failureOf(handler.generateResponse(request))
    return upstream.hits()
  }

  it.each([
    ['a 503', reply.status(503)],
    ['a reset', reply.refuse()],
  ])('LD3: after %s the request without streaming takes tokens like a retry', async (_, broken) => {
    expect(await hitsWith(broken)).toBe(ask + Math.floor(500 / 14))
  })

  it.each([
    ['a web page', reply.html()],
    ['an event that is no JSON', reply.badEvent({ afterEvents: 1 })],
    ['a refusal of streaming', reply.error(400, { param: 'stream' })],
  ])('LD3: after %s it is free, since streaming itself is the trouble', async (_, broken) => {
    expect(await hitsWith(broken)).toBe(2 * ask)
  })

  it('LD3: after a late first token it takes tokens too', async () => {
    const upstream = await upstreamWith((asked) => (asksForStream(asked) ? reply.hang() : reply.status(401)))
    const { handler } = outageOf(
      { one: upstream },
      {
        failover: {},
        breaker: unbreakable,
        timeout: { firstTokenMs: 20 },
        keys: { one: () => `test-key-${upstream.hits()}-0001` },
      },
    )
    await Promise.all(Array.from({ length: ask }, () => failureOf(handler.generateResponse(request))))
    expect(upstream.requests.filter((asked) => !asksForStream(asked))).toHaveLength(35)
  })
})
