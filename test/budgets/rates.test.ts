// The app's own limits on how much may begin: refused with the wait, and without harm to keys and breakers.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RateLimitOption } from '../../src/options/check-budgets.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, loadSdks, readAll, stageOf } from '../pipeline/stage.js'
import { ask, counted, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

const request = { ...ask, tenant: 'acme' }

function limited(limit: RateLimitOption) {
  return deskOf([], { rateLimits: [limit] })
}

describe('rate limits of the app', () => {
  it('rate limits: the request beyond the limit is refused with the wait until there is room, and then goes out', async () => {
    const desk = await limited({ scope: 'tenant', requests: 2 })
    await desk.handler.generateResponse(request)
    await desk.clock.advance(20_000)
    await desk.handler.generateResponse(request)
    const error = await refusalOf(desk, request)
    expect(error).toMatchObject({ code: 'rate-limited', field: 'rateLimits.tenant', isRetryable: true })
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(40_000)
    expect(error.retryAfterMs).toBeLessThan(42_000)
    await desk.handler.generateResponse({ ...request, tenant: 'other' })
    await desk.clock.advance(error.retryAfterMs ?? 0)
    await desk.handler.generateResponse(request)
  })

  it('rate limits: no retry, no other candidate, no parked key, no breaker', async () => {
    const desk = await deskOf([], {
      rateLimits: [{ scope: 'app', requests: 1 }],
      retry: { maxRetries: 3 },
      breaker: { consecutiveFailures: 1 },
    })
    await desk.handler.generateResponse(request)
    for (let call = 0; call < 10; call += 1) {
      const error = await refusalOf(desk, { ...request, model: ['one/m', 'two/m'] })
      expect(error.code).toBe('rate-limited')
      expect(error.attempts).toHaveLength(1)
    }
    await desk.clock.advance(70_000)
    await desk.handler.generateResponse(request)
    const health = await desk.handler.health()
    expect(JSON.stringify(health)).not.toMatch(/open|parked|resting/)
    expect(await desk.records()).toHaveLength(2)
  })

  it('rate limits: of a model or provider, the next candidate is asked', async () => {
    const desk = await deskOf([], {
      rateLimits: [
        { scope: 'model', of: 'one/m', requests: 1 },
        { scope: 'provider', of: 'two', requests: 1 },
      ],
      retry: { maxRetries: 3 },
    })
    const both = { ...request, model: ['one/m', 'two/m'] }
    expect((await desk.handler.generateResponse(both)).byok.provider).toBe('one')
    expect((await desk.handler.generateResponse(both)).byok.provider).toBe('two')
    const error = await refusalOf(desk, both)
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: expect.any(Number) })
    expect(error.attempts?.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped'])
  })

  it('rate limits: tokens are estimated at the start, and corrected at the end', async () => {
    const desk = await deskOf([], {
      rateLimits: [{ scope: 'tenant', tokens: 2_100 }],
      replies: [counted(10, 10), counted(10, 10), counted(10, 1_900), counted(1, 1)],
    })
    // Each begins with about a thousand, and turns out to be twenty.
    for (let call = 0; call < 3; call += 1) await desk.handler.generateResponse(request)
    expect((await refusalOf(desk, request)).code).toBe('rate-limited')
    await desk.clock.advance(70_000)
    await desk.handler.generateResponse(request)
  })

  it('rate limits: a call larger than the whole limit may begin, alone', async () => {
    const desk = await limited({ scope: 'app', tokens: 100 })
    await desk.handler.generateResponse(request)
    expect(desk.upstream.hits()).toBe(1)
  })

  it('rate limits: what was never sent gives its place back', async () => {
    const desk = await limited({ scope: 'app', requests: 1 })
    const control = new AbortController()
    const abort = (): void => control.abort()
    desk.handler.once('attempt', abort)
    await failureOf(desk.handler.generateResponse({ ...request, signal: control.signal }))
    expect(desk.upstream.hits()).toBe(0)
    await desk.handler.generateResponse(request)
  })

  it('rate limits: fifty at once against five: exactly five are sent, streams among them', async () => {
    const desk = await deskOf([], {
      rateLimits: [{ scope: 'app', requests: 5 }],
      replies: [{ ...reply.chat(), headersAfterMs: 100 }],
    })
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        if (index % 2 === 0)
          return desk.handler.generateResponse(request).then(
            () => 'sent',
            ({ code }) => code,
          )
        return (await readAll(desk.handler.streamCompletion(request))).error?.code ?? 'sent'
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'sent')).toHaveLength(5)
    expect(new Set(outcomes)).toEqual(new Set(['sent', 'rate-limited']))
    expect(desk.upstream.hits()).toBe(5)
  })

  it('rate limits: in no stretch of the window’s length do more begin, whenever they are asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20_000), { minLength: 10, maxLength: 25 }), async (waits) => {
        const desk = await limited({ scope: 'app', requests: 4 })
        const begun: number[] = []
        for (const wait of waits) {
          await desk.clock.advance(wait)
          await desk.handler.generateResponse(request).then(
            () => begun.push(desk.clock.now()),
            ({ code }) => expect(code).toBe('rate-limited'),
          )
        }
        for (const at of begun)
          expect(begun.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(4)
        await desk.handler.close()
        await desk.upstream.close()
      }),
      { numRuns: 6 },
    )
  })

  it('rate limits: the one of a named tenant goes before the general one; budgets beside it are not touched by its refusals', async () => {
    const desk = await deskOf([{ scope: 'tenant', calls: 10, per: 'day' }], {
      rateLimits: [
        { scope: 'tenant', requests: 1 },
        { scope: 'tenant', of: 'big', requests: 3, tokens: 1_000_000 },
      ],
    })
    for (let call = 0; call < 3; call += 1) await desk.handler.generateResponse({ ...ask, tenant: 'big' })
    expect((await refusalOf(desk, { ...ask, tenant: 'big' })).code).toBe('rate-limited')
    expect((await desk.handler.budget('big'))[0]).toMatchObject({ spent: 3, held: 0 })
  })

  const faults: readonly [object, string][] = [
    [{ scope: 'app' }, 'rateLimits[0]'],
    [{ scope: 'app', requests: 0 }, 'rateLimits[0].requests'],
    [{ scope: 'app', tokens: Number.NaN }, 'rateLimits[0].tokens'],
    [{ scope: 'app', requests: 1, windowMs: 0.5 }, 'rateLimits[0].windowMs'],
    [{ scope: 'galaxy', requests: 1 }, 'rateLimits[0].scope'],
    [{ scope: 'app', requests: 1, per: 'day' }, 'rateLimits[0].per'],
  ]

  it.each(faults)('rate limits: %j is refused, and the error names the field', (limit, field) => {
    expect(() => stageOf({}, { rateLimits: [limit as RateLimitOption] })).toThrow(
      expect.objectContaining({ code: 'config', field }),
    )
  })
})
