// Faults of many at once: tenants that share a provider, lines of calls that wait for a place, and callers who leave them.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { outageOf } from '../pipeline/outage.js'
import { failureOf, loadSdks, until, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

describe('C5 and BR5: the dead key of one tenant', () => {
  it('C5: a hundred times over closes nothing for another', async () => {
    const upstream = await upstreamWith(({ headers }) =>
      headers.authorization === 'Bearer test-key-acme-0001' ? reply.status(401) : reply.chat(),
    )
    const keys = { one: ({ tenant }: { tenant?: string }) => `test-key-${tenant}-0001` }
    const { handler, changes } = outageOf({ one: upstream }, { keys, clock: new FakeClock() })
    for (let index = 0; index < 100; index++) {
      const error = await failureOf(handler.generateResponse({ ...request, tenant: 'acme' }))
      expect(error.code).toBe('authentication')
    }
    expect(upstream.hits()).toBe(1)
    const { byok } = await handler.generateResponse({ ...request, tenant: 'umbrella' })
    expect(byok).toMatchObject({ provider: 'one', credentialSource: 'tenant' })
    expect((await handler.health()).models).toMatchObject([{ state: 'closed', calls: 1, successRate: 1 }])
    expect(changes).toMatchObject([{ provider: 'one', key: '1', state: 'parked', reason: 'authentication' }])
  })

  it('C5: another key of the same tenant is asked at once', async () => {
    const upstream = await upstreamWith(({ headers }) =>
      headers.authorization === 'Bearer test-key-new-0001' ? reply.chat() : reply.status(401),
    )
    let key = 'test-key-old-0001'
    const { handler } = outageOf({ one: upstream }, { keys: { one: () => key }, clock: new FakeClock() })
    await failureOf(handler.generateResponse({ ...request, tenant: 'acme' }))
    key = 'test-key-new-0001'
    expect((await handler.generateResponse({ ...request, tenant: 'acme' })).text).not.toBe('')
  })
})

describe('C11: a limit of calls at once', () => {
  it('C11: is never passed, serves in order, and forgets those who left', async () => {
    let [inside, most] = [0, 0]
    const order: number[] = []
    const upstream = await upstreamWith(async ({ body, over }) => {
      order.push(Number(JSON.stringify(body).match(/call (\d+)/)?.[1]))
      inside += 1
      most = Math.max(most, inside)
      over.then(() => {
        inside -= 1
      })
      await new Promise((resolve) => setTimeout(resolve, 1))
      return reply.chat()
    })
    const concurrency = { perProvider: 10, maxWaiting: 1_000 }
    const { handler } = outageOf({ one: upstream }, { concurrency })
    const leavers = new Map<number, AbortController>()
    const outcomes = Array.from({ length: 150 }, (_, index) => {
      const leaving = new AbortController()
      if (index % 3 === 0) leavers.set(index, leaving)
      const asked = { model: 'one/m', prompt: `call ${index}`, signal: leaving.signal }
      return handler.generateResponse(asked).then(
        () => 'answered',
        ({ code }) => code,
      )
    })
    for (const [index, leaving] of leavers) setTimeout(() => leaving.abort(), index % 20)
    const ended = await Promise.all(outcomes)
    expect(most).toBeLessThanOrEqual(10)
    expect(ended.filter((outcome) => outcome === 'answered').length).toBeGreaterThanOrEqual(100)
    expect(new Set(ended)).toEqual(new Set(['answered', 'aborted']))
    // Ten are under way side by side, so two of them may arrive in another order than they were sent.
    for (const [position, call] of order.entries())
      for (const earlier of order.slice(position + 20)) expect(earlier).toBeGreaterThan(call - 20)
    expect((await handler.generateResponse(request)).text).not.toBe('')
  })

  it('C11: has a line with an end', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = outageOf({ one: upstream }, { concurrency: { perProvider: 2, maxWaiting: 3 } })
    const leaving = new AbortController()
    const waiting = Array.from({ length: 5 }, () =>
      failureOf(handler.generateResponse({ ...request, signal: leaving.signal })),
    )
    await until(() => upstream.hits() === 2, 'the two that are inside')
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'overloaded',
      isRetryable: true,
    })
    leaving.abort('enough')
    for (const error of await Promise.all(waiting)) expect(error.code).toBe('aborted')
    expect(upstream.hits()).toBe(2)
    upstream.play([reply.chat()])
    expect((await handler.generateResponse(request)).text).not.toBe('')
  })

  it('C11: of one provider gives way to another candidate', async () => {
    const [busy, healthy] = [await upstreamWith([reply.hang()]), await upstreamWith([reply.chat()])]
    const { handler } = outageOf(
      { one: busy, two: healthy },
      { concurrency: { perProvider: 1, maxWaiting: 0 } },
    )
    const leaving = new AbortController()
    const first = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => busy.hits() === 1, 'the first call')
    expect((await handler.generateResponse({ prompt: 'x' })).byok.provider).toBe('two')
    leaving.abort()
    await first
  })

  it('C11: of one tenant holds up nobody else', async () => {
    const upstream = await upstreamWith([reply.hang(), reply.chat()])
    const { handler } = outageOf({ one: upstream }, { concurrency: { perTenant: 1, maxWaiting: 0 } })
    const leaving = new AbortController()
    const first = failureOf(handler.generateResponse({ ...request, tenant: 'acme', signal: leaving.signal }))
    await until(() => upstream.hits() === 1, 'the first call')
    expect((await failureOf(handler.generateResponse({ ...request, tenant: 'acme' }))).code).toBe(
      'overloaded',
    )
    expect((await handler.generateResponse({ ...request, tenant: 'umbrella' })).text).not.toBe('')
    leaving.abort()
    await first
    expect((await handler.generateResponse({ ...request, tenant: 'acme' })).text).not.toBe('')
  })
})
