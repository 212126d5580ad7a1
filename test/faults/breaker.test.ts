// Faults that last: models that fail again and again, who is still asked, and what one tenant does to another.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { failTimes, outageOf } from '../pipeline/outage.js'
import {
  asksForStream,
  attemptsOf,
  failureOf,
  firstText,
  loadSdks,
  readAll,
  until,
  upstreamWith,
} from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const both = { ...request, model: ['one/m', 'two/m'] }
/** Longer than the first opening with its jitter. */
const firstOpeningMs = 11_000

/** A handler on a fake clock whose breaker for `one` has just opened. */
async function opened(places: Readonly<Record<string, Upstream>>) {
  const clock = new FakeClock()
  const outage = outageOf(places, { clock })
  await failTimes(5, () => outage.handler.generateResponse(request))
  const hitsBefore = places.one?.hits() ?? 0
  return { ...outage, clock, hitsBefore }
}

const statesOf = (changes: readonly { state: string }[]) => changes.map(({ state }) => state)

describe('C1 and scenario 4: five failures in a row', () => {
  it('C1: open the breaker, and the next call is refused without a request', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes } = await opened({ one: upstream })
    expect(upstream.hits()).toBe(5)
    const error = await failureOf(handler.generateResponse(request))
    expect(error).toMatchObject({ code: 'circuit-open', cause: { code: 'provider', status: 503 } })
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(10_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(11_000)
    expect(attemptsOf(error)).toEqual(['stream circuit-open'])
    expect((await readAll(handler.streamCompletion(request))).error?.code).toBe('circuit-open')
    expect(upstream.hits()).toBe(5)
    expect(changes).toMatchObject([{ provider: 'one', model: 'm', state: 'open', reason: 'provider' }])
  })

  it('C1: the error names the model that is not asked', async () => {
    const { handler } = await opened({ one: await upstreamWith([reply.status(503)]) })
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({ provider: 'one', model: 'm' })
  })

  it('C1: another candidate answers at once', async () => {
    const [failing, healthy] = [await upstreamWith([reply.status(503)]), await upstreamWith([reply.chat()])]
    const { handler } = await opened({ one: failing, two: healthy })
    const { byok } = await handler.generateResponse(both)
    expect(attemptsOf(byok)).toEqual(['stream circuit-open', 'stream success'])
    expect(byok.attempts[0]).toMatchObject({ outcome: 'skipped', costUsd: 0 })
    expect(failing.hits()).toBe(5)
  })

  it('scenario 4: while it is open no request without streaming goes there', async () => {
    const upstream = await upstreamWith((asked) => (asksForStream(asked) ? reply.html() : reply.status(503)))
    const { handler } = outageOf({ one: upstream }, { failover: {}, clock: new FakeClock() })
    await failTimes(5, () => handler.generateResponse(request))
    expect(upstream.hits()).toBe(10)
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
    expect(upstream.hits()).toBe(10)
  })

  it('scenario 4: half-open, one probe that succeeds closes it and forgets the failures', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes, clock } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    upstream.play([reply.chat()])
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    expect(statesOf(changes)).toEqual(['open', 'half-open', 'closed'])
    upstream.play([reply.status(503)])
    await failTimes(4, () => handler.generateResponse(request))
    expect((await failureOf(handler.generateResponse(request))).code).toBe('provider')
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
  })

  it('BR1: a success in between clears the count', async () => {
    const upstream = await upstreamWith((_, index) => (index % 5 === 4 ? reply.chat() : reply.status(503)))
    const { handler } = outageOf(
      { one: upstream },
      { clock: new FakeClock(), breaker: { minimumCalls: 100 } },
    )
    await failTimes(20, () => handler.generateResponse(request))
    expect(upstream.hits()).toBe(20)
  })

  it('BR1: half of ten calls in 30 s open it too, and calls longer ago do not count', async () => {
    const upstream = await upstreamWith((_, index) => (index % 2 === 0 ? reply.status(503) : reply.chat()))
    const clock = new FakeClock()
    const { handler, changes } = outageOf({ one: upstream }, { clock })
    await failTimes(8, () => handler.generateResponse(request))
    await clock.advance(31_000)
    await failTimes(9, () => handler.generateResponse(request))
    expect(changes).toEqual([])
    await failTimes(2, () => handler.generateResponse(request))
    expect(statesOf(changes)).toEqual(['open'])
  })

  it('BR1: a probe that fails opens it again, for twice as long', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes, clock } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    await failTimes(1, () => handler.generateResponse(request))
    await clock.advance(19_000)
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
    await clock.advance(3_000)
    await failTimes(1, () => handler.generateResponse(request))
    expect(upstream.hits()).toBe(7)
    expect(statesOf(changes)).toEqual(['open', 'half-open', 'open', 'half-open', 'open'])
  })

  it.each([
    ['consecutiveFailures', 0],
    ['consecutiveFailures', 2.5],
    ['failureRate', 0],
    ['failureRate', 1.1],
    ['minimumCalls', -1],
    ['windowMs', 0],
    ['openMs', 0],
    ['maxOpenMs', Number.NaN],
  ])('BR1: a %s of %d is no setting', (name, value) => {
    expect(() => outageOf({}, { breaker: { [name]: value } })).toThrow(
      expect.objectContaining({ code: 'config', field: `breaker.${name}` }),
    )
  })
})

describe('C2 to C4: the probe', () => {
  it('C2: of a hundred calls at once is one; the others fail at once or go elsewhere', async () => {
    const [failing, healthy] = [await upstreamWith([reply.status(503)]), await upstreamWith([reply.chat()])]
    const { handler, clock } = await opened({ one: failing, two: healthy })
    await clock.advance(firstOpeningMs)
    failing.play([{ ...reply.chat(), headersAfterMs: 50 }])
    const asked = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? request : both))
    const outcomes = await Promise.all(
      asked.map((one) =>
        handler.generateResponse(one).then(
          ({ byok }) => byok.provider,
          ({ code }) => code,
        ),
      ),
    )
    expect(failing.hits()).toBe(5 + 1)
    expect(outcomes.filter((outcome) => outcome === 'one')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'circuit-open')).toHaveLength(49)
    expect(outcomes.filter((outcome) => outcome === 'two')).toHaveLength(50)
  })

  it('C3: that its caller leaves closes nothing, and the next call may try', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, clock, changes } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    upstream.play([reply.hang()])
    const leaving = new AbortController()
    const failure = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => upstream.hits() === 6, 'the probe')
    leaving.abort('enough')
    expect((await failure).code).toBe('aborted')
    expect(statesOf(changes)).toEqual(['open', 'half-open'])
    upstream.play([reply.chat()])
    await handler.generateResponse(request)
    expect(statesOf(changes)).toEqual(['open', 'half-open', 'closed'])
  })

  it('C3: whose stream is left by its consumer gives the permit back too', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, clock } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    upstream.play([reply.stall({ afterEvents: 3 })])
    for await (const event of handler.streamCompletion(request)) if (event.type === 'text') break
    upstream.play([reply.chat()])
    expect((await handler.generateResponse(request)).byok.provider).toBe('one')
  })

  it('C4: whose stream its consumer forgets is freed by the total limit', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, clock } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    upstream.play([reply.stall({ afterEvents: 3 }), reply.chat()])
    await firstText(handler.streamCompletion(request))
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
    await clock.advance(301_000)
    expect((await handler.generateResponse(request)).byok.provider).toBe('one')
  })
})

describe('C6: every breaker open', () => {
  it('C6: tells the soonest time, sends nothing, and lets one probe through then', async () => {
    const [first, second] = [await upstreamWith([reply.status(503)]), await upstreamWith([reply.status(503)])]
    const { handler, clock } = await opened({ one: first, two: second })
    await clock.advance(4_000)
    await failTimes(5, () => handler.generateResponse({ ...request, model: 'two/m' }))
    const error = await failureOf(handler.generateResponse(both))
    expect(error).toMatchObject({ code: 'circuit-open', isRetryable: true })
    expect(error.retryAfterMs).toBeGreaterThan(5_900)
    expect(error.retryAfterMs).toBeLessThanOrEqual(7_000)
    expect(attemptsOf(error)).toEqual(['stream circuit-open', 'stream circuit-open'])
    await clock.advance((error.retryAfterMs ?? 0) - 1)
    await failureOf(handler.generateResponse(both))
    expect([first.hits(), second.hits()]).toEqual([5, 5])
    await clock.advance(1)
    await failureOf(handler.generateResponse(both))
    expect([first.hits(), second.hits()]).toEqual([6, 5])
  })
})

describe('C7 and C8: time', () => {
  it('C7: a provider that flaps is not opened and closed faster than it stays open', async () => {
    const upstream = await upstreamWith((_, index) => (index % 2 === 0 ? reply.status(503) : reply.chat()))
    const clock = new FakeClock()
    const { handler } = outageOf({ one: upstream }, { clock })
    const told: { state: string; at: number }[] = []
    handler.on('health', ({ state }) => told.push({ state, at: clock.now() }))
    for (let second = 0; second < 120; second++) {
      await handler.generateResponse(request).catch(() => undefined)
      await clock.advance(1_000)
    }
    const next: Record<string, string[]> = {
      closed: ['open'],
      open: ['half-open'],
      'half-open': ['open', 'closed'],
    }
    expect(told.length).toBeGreaterThan(3)
    for (const [index, { state, at }] of told.entries()) {
      const before = told[index - 1] ?? { state: 'closed', at: 0 }
      expect(next[before.state]).toContain(state)
      if (before.state === 'open') expect(at - before.at).toBeGreaterThanOrEqual(10_000)
    }
  })

  it('C7: a probe that is told to stay away longer opens it once', async () => {
    const upstream = await upstreamWith([reply.status(503)])
    const { handler, changes, clock } = await opened({ one: upstream })
    await clock.advance(firstOpeningMs)
    upstream.play([reply.status(503, undefined, { 'retry-after': '100' })])
    await failTimes(1, () => handler.generateResponse(request))
    expect(statesOf(changes)).toEqual(['open', 'half-open', 'open'])
  })

  it('C8: a wall clock that jumps an hour changes nothing', async () => {
    for (const jumpMs of [3_600_000, -3_600_000]) {
      const upstream = await upstreamWith([reply.status(503)])
      const { handler, clock } = await opened({ one: upstream })
      clock.jumpDate(jumpMs)
      expect((await failureOf(handler.generateResponse(request))).retryAfterMs).toBeLessThanOrEqual(11_000)
      expect(upstream.hits()).toBe(5)
      await clock.advance(firstOpeningMs)
      upstream.play([reply.chat()])
      expect((await handler.generateResponse(request)).byok.provider).toBe('one')
    }
  })
})
