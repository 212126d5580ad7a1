// Several keys for one provider: which is used, which rests, and that the next one is tried before the next candidate.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { outageOf, played } from './outage.js'
import { attemptsOf, failureOf, loadSdks, readAll, until, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const both = { ...request, model: ['one/m', 'two/m'] }

/** The first key is drawn first, as good as always. */
const keys = {
  one: [
    { id: 'main', value: 'test-key-main-0001', weight: 1e12 },
    { id: 'spare', value: 'test-key-spare-0001' },
  ],
}

const keyOf = ({ headers }: UpstreamRequest): string =>
  headers.authorization?.match(/test-key-(\w+)-/)?.[1] ?? ''

/** An upstream that refuses the main key in this way. */
const refusingMain = (refusal: Reply) =>
  upstreamWith((asked) => (keyOf(asked) === 'main' ? refusal : reply.chat()))

const refusals: readonly [what: string, refusal: Reply, code: string, state: string][] = [
  ['a 429', reply.status(429, undefined, { 'retry-after': '30' }), 'rate-limited', 'resting'],
  ['a 401', reply.status(401), 'authentication', 'parked'],
  ['a 402', reply.status(402), 'quota-exceeded', 'parked'],
  ['a 403', reply.status(403), 'permission', 'parked'],
  ['a quota', reply.error(429, { code: 'insufficient_quota' }), 'quota-exceeded', 'parked'],
]

describe('KY8: a pool of keys', () => {
  it.each(refusals)(
    'KY8: after %s the next key is tried, before the next candidate and without a retry',
    async (_, refusal, code, state) => {
      const [upstream, other] = [await refusingMain(refusal), await upstreamWith([reply.chat()])]
      const { handler, changes } = outageOf({ one: upstream, two: other }, { keys, clock: new FakeClock() })
      const { response, text } = await readAll(handler.streamCompletion(both))
      expect(text).toBe('Hello from the test upstream.')
      expect(attemptsOf(response?.byok ?? {})).toEqual([`stream ${code}`, 'stream success'])
      expect(response?.byok.attempts.map(({ key }) => key)).toEqual(['main', 'spare'])
      expect(other.hits()).toBe(0)
      expect(changes).toMatchObject([{ provider: 'one', key: 'main', state, reason: code }])
      await handler.generateResponse(request)
      expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare', 'spare'])
      expect((await handler.health()).keys).toMatchObject([
        { provider: 'one', key: 'main', state, reason: code },
      ])
    },
  )

  it('KY8: a key that rests is used again after its `Retry-After`, and a healthy answer says so', async () => {
    const limited = reply.status(429, undefined, { 'retry-after': '30' })
    let isLimited = true
    const upstream = await upstreamWith((asked) =>
      keyOf(asked) === 'main' && isLimited ? limited : reply.chat(),
    )
    const clock = new FakeClock()
    const { handler, changes } = outageOf({ one: upstream }, { keys, clock })
    await handler.generateResponse(request)
    isLimited = false
    await clock.advance(29_999)
    await handler.generateResponse(request)
    await clock.advance(1)
    await handler.generateResponse(request)
    expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare', 'spare', 'main'])
    expect(changes.map(({ key, state }) => `${key} ${state}`)).toEqual(['main resting', 'main ready'])
    expect((await handler.health()).keys).toEqual([])
  })

  it('KY8: a rate limit is for one model alone, a wrong key for all', async () => {
    for (const [refusal, used] of [
      [reply.status(429), 'main'],
      [reply.status(401), 'spare'],
    ] as const) {
      const upstream = await upstreamWith((asked) =>
        keyOf(asked) === 'main' && JSON.stringify(asked.body).includes('"m"') ? refusal : reply.chat(),
      )
      const { handler } = outageOf({ one: upstream }, { keys, clock: new FakeClock() })
      await handler.generateResponse(request)
      await handler.generateResponse({ ...request, model: 'one/other' })
      expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare', used])
    }
  })

  it('KY8: where every key is refused, the next candidate answers, and later requests skip them all', async () => {
    const [upstream, other] = [await upstreamWith([reply.status(401)]), await upstreamWith([reply.chat()])]
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream, two: other }, { keys, clock })
    const { byok } = await handler.generateResponse(both)
    expect(attemptsOf(byok)).toEqual(['stream authentication', 'stream authentication', 'stream success'])
    expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare'])
    expect((await handler.generateResponse(both)).byok.attempts[0]).toMatchObject({ outcome: 'skipped' })
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'authentication', provider: 'one', model: 'm' })
    expect(error.retryAfterMs).toBeGreaterThan(0)
    expect(upstream.hits()).toBe(2)
  })

  it('KY8: where every key rests and nobody else is there, the first that comes back is waited for', async () => {
    const upstream = await upstreamWith((asked, index) => {
      if (index > 1) return reply.chat()
      return reply.status(429, undefined, { 'retry-after': keyOf(asked) === 'main' ? '20' : '5' })
    })
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream }, { keys, clock, retry: {} })
    const { byok } = await played(clock, handler.generateResponse(request))
    expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare', 'spare'])
    expect(byok.attempts).toHaveLength(3)
    expect(clock.now()).toBeGreaterThanOrEqual(5_000)
    expect(clock.now()).toBeLessThan(12_000)
  })

  it('KY8: a rate limit in mid-stream rests the key, and the answer is not spliced', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent({ code: 'rate_limit_exceeded', type: 'rate_limit_error', afterEvents: 3 }),
    ])
    const { handler } = outageOf({ one: upstream }, { keys, clock: new FakeClock() })
    const { error, text } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'rate-limited', partial: { text } })
    expect(upstream.hits()).toBe(1)
    expect((await handler.health()).keys).toMatchObject([{ key: 'main', state: 'resting' }])
  })

  it('KY8: a caller who leaves, and a refusal of the request, say nothing of the key', async () => {
    const upstream = await upstreamWith([reply.hang(), reply.status(400)])
    const { handler, changes } = outageOf({ one: upstream }, { keys })
    const leaving = new AbortController()
    const left = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => upstream.hits() === 1, 'the request')
    leaving.abort()
    await left
    await failureOf(handler.generateResponse(request))
    expect(changes).toEqual([])
    expect((await handler.health()).keys).toEqual([])
  })

  it('KY8: keys are drawn by weight', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const pool = {
      one: [
        { id: 'a', value: 'test-key-a-0001', weight: 3 },
        { id: 'b', value: 'test-key-b-0001' },
      ],
    }
    const { handler } = outageOf({ one: upstream }, { keys: pool, clock: new FakeClock() })
    for (let index = 0; index < 100; index++) await handler.generateResponse(request)
    const share = upstream.requests.filter((asked) => keyOf(asked) === 'a').length
    expect(share).toBeGreaterThan(60)
    expect(share).toBeLessThan(90)
  })

  it('KY8: a key function may find several keys for a tenant', async () => {
    const upstream = await refusingMain(reply.status(401))
    const { handler } = outageOf({ one: upstream }, { keys: { one: () => keys.one }, clock: new FakeClock() })
    const { byok } = await handler.generateResponse({ ...request, tenant: 'acme' })
    expect(byok).toMatchObject({ credentialSource: 'tenant', attempts: [{ key: 'main' }, { key: 'spare' }] })
  })

  it('KY8: the request without streaming goes on with the key that is left', async () => {
    const upstream = await upstreamWith((asked, index) =>
      keyOf(asked) === 'main' ? reply.status(401) : index === 1 ? reply.html() : reply.chat(),
    )
    const { handler } = outageOf({ one: upstream }, { keys, failover: {}, clock: new FakeClock() })
    const { byok } = await handler.generateResponse(request)
    expect(byok.attempts.map(({ mode, key }) => `${mode} ${key}`)).toEqual([
      'stream main',
      'stream spare',
      'whole spare',
    ])
  })
})

describe('E1 and E4: keys of a pool', () => {
  it('E1: are in no event, attempt, state or error', async () => {
    const upstream = await upstreamWith((asked) =>
      reply.error(401, { message: `Incorrect API key provided: ${asked.headers.authorization}` }),
    )
    const { handler, changes } = outageOf({ one: upstream }, { keys })
    const error = await failureOf(handler.generateResponse(request))
    const later = await failureOf(handler.generateResponse(request))
    const told = [changes, await handler.health(), error, later, error.cause, later.cause]
    expect(JSON.stringify(told)).not.toMatch(/test-key|main-0001|spare-0001/)
    expect(String((later.cause as Error | undefined)?.stack)).not.toMatch(/test-key/) // an error or nothing
  })

  it('E4: a rotated key is used by the next request, and the old one is no hindrance', async () => {
    const upstream = await refusingMain(reply.status(401))
    let current = 'test-key-main-0001'
    const { handler } = outageOf({ one: upstream }, { keys: { one: () => current }, clock: new FakeClock() })
    expect((await failureOf(handler.generateResponse(request))).code).toBe('authentication')
    current = 'test-key-spare-0001'
    expect((await handler.generateResponse(request)).text).not.toBe('')
    expect(upstream.requests.map(keyOf)).toEqual(['main', 'spare'])
  })

  it('KY8: an unknown field of a key is an error of the settings, also where a key function gives it', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const mistaken = [{ id: 'main', value: 'test-key-main-0001', wait: 2 }]
    const wrong = { code: 'config', field: 'keys.one[0].wait', message: expect.stringContaining('weight') }
    expect(() => outageOf({ one: upstream }, { keys: { one: mistaken } })).toThrow(
      expect.objectContaining(wrong),
    )
    const { handler } = outageOf({ one: upstream }, { keys: { one: () => mistaken } })
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject(wrong)
    expect(JSON.stringify(error)).not.toContain('main-0001')
    expect(upstream.hits()).toBe(0)
  })
})
