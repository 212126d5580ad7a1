// The seams of the pipeline: what retries and a repair may do between two attempts.

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import type { RequestRepair } from '../../src/pipeline/parts.js'
import { run } from '../../src/pipeline/run.js'
import type { RetryOptions } from '../../src/resilience/retry.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { booksOf, drain } from './books.js'

/** The provider's own wish decides how long to wait. */
const busy = new ProviderError('overloaded', 'busy', { status: 529, retryAfterMs: 1_000 })
const refused = new ProviderError('invalid-request', 'no', {
  status: 400,
  upstream: { param: 'temperature' },
})
/** No wait but what the provider asks for. */
const twice: RetryOptions = { maxRetries: 2, baseMs: 0, throttleBaseMs: 0, maxMs: 0, maxRetryAfterMs: 60_000 }

const warmer: RequestRepair = (_, chat) => ({ chat: { ...chat, temperature: 1 }, note: 'Warmer.' })

describe('retries', () => {
  it('have the same model asked again after its wait', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[busy], [busy], 'hello'] })
    const { prepare, clock, ledger } = booksOf(provider, undefined, { retry: twice })
    const ended = drain(prepare('p/m'))
    await clock.advance(999)
    expect(provider.calls).toHaveLength(1)
    await clock.advance(1)
    expect(provider.calls).toHaveLength(2)
    await clock.advance(1_000)
    expect(await ended).toBe('answered')
    expect(ledger.counts()).toMatchObject({ admitted: 3, committed: 3, open: 0 })
  })

  it('end when there are no more', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[busy]] })
    const { prepare, clock } = booksOf(provider, undefined, { retry: twice })
    const ended = drain(prepare('p/m'))
    await clock.advance(10_000)
    expect(await ended).toBe('overloaded')
    expect(provider.calls).toHaveLength(3)
  })

  it('are none once the caller may have seen output', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[{ type: 'text', text: 'a' }, busy]] })
    const { prepare } = booksOf(provider, undefined, { retry: twice })
    expect(await drain(prepare('p/m'))).toBe('overloaded')
    expect(provider.calls).toHaveLength(1)
  })

  it('are not waited for when the request is aborted, and leave no timer', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[busy]] })
    const { prepare, clock } = booksOf(provider, undefined, { retry: twice })
    const context = prepare('p/m')
    const ended = drain(context)
    await clock.advance(500)
    context.interrupt(new ProviderError('aborted', 'enough'))
    expect(await ended).toBe('aborted')
    expect(provider.calls).toHaveLength(1)
    expect(clock.pending()).toBe(0)
  })
})

describe('a repair', () => {
  it("has the mended request sent once, and leaves the caller's as it was", async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[refused], 'hello'] })
    const { prepare } = booksOf(provider, undefined, { repair: warmer })
    const context = prepare('p/m')
    const { byok } = await run(context)
    expect(provider.calls.map(({ request }) => request.temperature)).toEqual([undefined, 1])
    expect(context.request.chat.temperature).toBeUndefined()
    expect(byok.repairs).toEqual(['Warmer.'])
  })

  it('is not tried twice', async () => {
    const provider = scriptedProvider({ id: 'p', replies: [[refused]] })
    const { prepare } = booksOf(provider, undefined, { repair: warmer })
    expect(await drain(prepare('p/m'))).toBe('invalid-request')
    expect(provider.calls).toHaveLength(2)
  })
})
