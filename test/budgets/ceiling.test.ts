// Ceilings: what one request may cost over all its attempts, and what a chain of requests may.
import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { attemptsOf, failureOf, loadSdks, readAll, until } from '../pipeline/stage.js'
import { ask, boundFor, counted, deskOf, refusalOf } from './desk.js'

beforeAll(loadSdks)

const broken = reply.cut({ afterEvents: 6 }, { text: [...Array(12).fill('word '.repeat(100))] })

describe('the ceiling of a request', () => {
  it('BU1: a request that might cost more than its ceiling is not sent', async () => {
    const desk = await deskOf([])
    const error = await refusalOf(desk, { ...ask, budget: 0.002 })
    expect(error).toMatchObject({
      code: 'budget-exceeded',
      isRetryable: false,
      budget: { scope: 'request', limit: 0.002, spent: 0, asked: boundFor(1_000) / 1e9 },
    })
    expect(error.message).toBe(
      'Budget "request" would be exceeded: $0.00 of $0.002 spent, this call needs up to $0.002273.',
    )
    await desk.handler.generateResponse({ ...ask, budget: { usd: boundFor(1_000) / 1e9 } })
  })

  it('BU2: the answer’s length is lowered to what fits under the ceiling, with a warning', async () => {
    const desk = await deskOf([])
    const { byok } = await desk.handler.generateResponse({
      model: 'one/m',
      prompt: 'x',
      budget: boundFor(2_000) / 1e9,
    })
    expect(desk.upstream.requests[0]?.body).toMatchObject({ max_tokens: 2_000 })
    expect(byok.warnings.map(({ code }) => code)).toEqual(['output-limit-lowered'])
  })

  it('BU2: a ceiling of 0 lets nothing go out that costs anything', async () => {
    const desk = await deskOf([], {
      prices: {
        'two/*': { inputPerMillion: 0, outputPerMillion: 0 },
        'one/*': { inputPerMillion: 1, outputPerMillion: 1 },
      },
    })
    expect((await refusalOf(desk, { ...ask, budget: 0 })).code).toBe('budget-exceeded')
    await desk.handler.generateResponse({ ...ask, model: 'two/m', budget: 0 })
  })

  it('CO5: failovers share the ceiling: what the first attempt has cost is not there for the next', async () => {
    const desk = await deskOf([], { replies: [broken, counted(1, 1)], failover: { streamFallback: false } })
    const request = { ...ask, model: ['one/m', 'two/m'], budget: 0.003 }
    const error = await failureOf(desk.handler.generateResponse(request))
    expect(attemptsOf(error)).toEqual(['stream stream-interrupted', 'stream budget-exceeded'])
    expect(desk.upstream.hits()).toBe(1)
    const first = error.attempts?.[0]?.costUsd ?? 0
    expect(first).toBeGreaterThan(0.003 - boundFor(1_000) / 1e9)
  })

  it('CO5: retries share it too', async () => {
    const desk = await deskOf([], {
      replies: [reply.refuse(), counted(1, 1)],
      retry: { maxRetries: 3 },
      failover: { streamFallback: false },
    })
    const request = { ...ask, maxTokens: 100, prompt: 'word '.repeat(400) }
    const bound = (2_000 + 272) * 1_000 + 100 * 2_000
    const failed = failureOf(desk.handler.generateResponse({ ...request, budget: (bound + 100_000) / 1e9 }))
    await until(() => desk.told.attemptEnds.length === 1, 'the first attempt')
    await desk.clock.advance(60_000)
    const error = await failed
    // A connection that was reset may have been billed: its estimate counts.
    expect(error.attempts?.map(({ costUsd }) => costUsd)).toEqual([0.000_51, 0])
    expect(error).toMatchObject({ code: 'budget-exceeded', budget: { scope: 'request', spent: 0.000_51 } })
    expect(desk.upstream.hits()).toBe(1)
  })

  it('D9: under a ceiling, an unknown price is refused', async () => {
    const desk = await deskOf([], { prices: {} })
    expect((await refusalOf(desk, { ...ask, budget: 1 })).code).toBe('price-unknown')
  })

  it('BU5: streams have it as well, and a wrong one is refused, naming the field', async () => {
    const desk = await deskOf([])
    expect((await readAll(desk.handler.streamCompletion({ ...ask, budget: 0.000_1 }))).error?.code).toBe(
      'budget-exceeded',
    )
    for (const [budget, field] of [
      [-1, 'budget'],
      [Number.NaN, 'budget'],
      ['1', 'budget'],
      [{ usd: -1 }, 'budget.usd'],
      [{ usd: 1, tokens: 5 }, 'budget.tokens'],
      [{}, 'budget.usd'],
    ] as const)
      expect(
        await failureOf(desk.handler.generateResponse({ ...ask, budget: budget as number })),
      ).toMatchObject({
        code: 'invalid-request',
        field,
      })
    expect(desk.upstream.hits()).toBe(0)
  })
})

describe('the ceiling of a run', () => {
  it('BU1, D15: a chain of calls stops where its run has spent what it may, and other runs go on', async () => {
    const desk = await deskOf([{ scope: 'run', usd: 0.01, per: 'total' }], {
      replies: [counted(1_000, 1_000)],
    })
    let steps = 0
    let error: unknown
    while (error === undefined && steps < 100) {
      const step = desk.handler.generateResponse({ ...ask, tenant: 'acme', run: 'loop' })
      await step.then(
        () => {
          steps += 1
        },
        (thrown: unknown) => {
          error = thrown
        },
      )
    }
    expect(steps).toBe(3)
    expect(error).toMatchObject({
      code: 'budget-exceeded',
      budget: { scope: 'run', of: 'loop', spent: 0.009 },
    })
    await desk.handler.generateResponse({ ...ask, tenant: 'acme', run: 'next' })
    expect(await desk.handler.budget({ tenant: 'acme', run: 'loop' })).toMatchObject([
      { spent: 0.009, of: 'loop' },
    ])
  })
})
