// What requests cost: every attempt is priced, unknown is never 0, and the provider's own word stands beside ours.
import { beforeAll, describe, expect, it } from 'vitest'
import { type Reply, reply } from '../../src/testing/reply.js'
import { failureOf, firstText, loadSdks, readAll, stageOf, until, upstreamWith } from '../pipeline/stage.js'
import { ask, counted, deskOf } from './desk.js'

beforeAll(loadSdks)

const costly = { inputPerMillion: 10, outputPerMillion: 20 }

describe('the cost of a request', () => {
  it('CO5: a failed attempt and the one that takes over are both priced, and the cost is their sum', async () => {
    const broken = reply.cut({ afterEvents: 4 }, { text: Array(8).fill('word ') })
    const upstream = await upstreamWith([broken, counted(1_000, 1_000)])
    const { handler } = stageOf({ one: upstream, two: upstream }, { failover: { streamFallback: false } })
    const { byok } = await handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' })
    const [failed, answered] = byok.attempts
    expect(failed).toMatchObject({ provider: 'one', outcome: 'failure', usageEstimated: true })
    expect(failed?.costUsd).toBeGreaterThan(0)
    expect(answered).toMatchObject({ provider: 'two', outcome: 'success', costUsd: 0.003 })
    expect(byok.cost.usd).toBeCloseTo((failed?.costUsd ?? 0) + 0.003, 12)
  })

  it('CO5: a healed attempt (a stream that broke, then the same without streaming) is priced twice', async () => {
    const desk = await deskOf([], { replies: [reply.end({ afterEvents: 1 }), counted(100, 50)] })
    const { byok } = await desk.handler.generateResponse(ask)
    expect(byok.attempts.map(({ mode }) => mode)).toEqual(['stream', 'whole'])
    expect(byok.attempts[0]?.costUsd).toBeGreaterThan(0)
    expect(byok.attempts[1]?.costUsd).toBe(0.0002)
    expect(byok.cost.usd).toBeCloseTo((byok.attempts[0]?.costUsd ?? 0) + 0.0002, 12)
    expect((await desk.records()).map(({ outcome }) => outcome)).toEqual(['success', 'failure'])
  })

  it('CO5: a restarted stream is priced with the part that was void', async () => {
    const broken = reply.cut({ afterEvents: 5 }, { text: Array(8).fill('word ') })
    const upstream = await upstreamWith([broken, counted(100, 50)])
    const { handler } = stageOf({ one: upstream, two: upstream }, { failover: { midStream: 'restart' } })
    const { response } = await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
    const costs = response?.byok.attempts.map(({ costUsd }) => costUsd) ?? []
    expect(costs[0]).toBeGreaterThan(0)
    expect(costs[1]).toBe(0.0002)
    expect(response?.byok.cost.usd).toBeCloseTo((costs[0] ?? 0) + 0.0002, 12)
  })

  it('CO5, A3: a reset before the first byte, then a retry: two attempts, each settled once', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], {
      replies: [reply.refuse(), counted(100, 50)],
      retry: { maxRetries: 1 },
      failover: { streamFallback: false },
    })
    const answered = desk.handler.generateResponse(ask)
    await until(() => desk.told.attemptEnds.length === 1, 'the first attempt')
    await desk.clock.advance(10_000)
    await answered
    const settlements = desk.ledger.filter(({ operation }) => operation !== 'admit')
    const admitted = desk.ledger.filter(({ operation }) => operation === 'admit')
    expect(admitted).toHaveLength(2)
    expect(settlements.map(({ operation, id }) => [operation, id])).toEqual(
      admitted.map(({ id }) => ['commit', id]),
    )
  })

  it('CO5: what cannot be priced makes the sum null, and the known part is told', async () => {
    const broken = reply.cut({ afterEvents: 4 }, { text: Array(8).fill('word ') })
    const upstream = await upstreamWith([broken, counted(1_000, 1_000)])
    const { handler } = stageOf(
      { one: upstream, two: upstream },
      {
        prices: { 'two/*': { inputPerMillion: 1, outputPerMillion: 2 } },
        failover: { streamFallback: false },
      },
    )
    const { byok } = await handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' })
    expect(byok.attempts.map(({ costUsd }) => costUsd)).toEqual([null, 0.003])
    expect(byok.cost).toEqual({ usd: null, knownUsd: 0.003, savedUsd: null })
    expect(byok.warnings.map(({ code }) => code)).toContain('price-unknown')
  })

  it('CO2: an unknown price is null with a warning, in both methods, and never 0', async () => {
    const upstream = await upstreamWith([counted(1_000, 1_000)])
    const { handler } = stageOf({ one: upstream }, { prices: {} })
    const whole = await handler.generateResponse(ask)
    const { response } = await readAll(handler.streamCompletion(ask))
    for (const { byok } of [whole, response ?? whole]) {
      expect(byok.cost).toEqual({ usd: null, savedUsd: null })
      expect(byok.attempts[0]?.costUsd).toBeNull()
      expect(byok.warnings.map(({ code }) => code)).toEqual(['price-unknown'])
    }
  })

  it('CO2: a price that the app assumes for unknown models says so', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], {
      replies: [counted(1_000, 1_000)],
      prices: {},
      unknownPrice: costly,
    })
    const { byok } = await desk.handler.generateResponse(ask)
    expect(byok.cost.usd).toBe(0.03)
    expect(byok.warnings.map(({ code }) => code)).toEqual(['price-assumed'])
    expect(await desk.records()).toMatchObject([{ cost: 30_000_000, priceVersion: 'assumed' }])
  })

  it('CO2: a price list that is out of date says so', async () => {
    const desk = await deskOf([], {
      replies: [counted(1_000, 1_000)],
      prices: {
        find: () => ({ price: { input: 1e9, output: 2e9 }, version: 'old', caveat: 'stale' as const }),
      },
    })
    const { byok } = await desk.handler.generateResponse(ask)
    expect(byok.warnings).toMatchObject([
      { code: 'price-assumed', message: expect.stringContaining('out of date') },
    ])
  })

  it('CO2: a source of prices that fails costs nobody the answer: the price is unknown', async () => {
    const source = {
      find: () => {
        throw new Error('no prices today')
      },
    }
    const desk = await deskOf([], { prices: source })
    expect((await desk.handler.generateResponse(ask)).byok.cost.usd).toBeNull()
    expect(await desk.records()).toMatchObject([{ outcome: 'success', cost: null }])
  })

  it('CO4: the counts are the provider’s; without them they are worked out from the text and marked, and are not the number of pieces', async () => {
    const text = 'abcdefgh'.repeat(50)
    const desk = await deskOf([], {
      replies: [
        counted(7, 9, { text: [...text] }),
        reply.chat({ text: [...text], usage: null }),
        reply.chat({ text, usage: null }),
      ],
    })
    const seen = []
    for (let turn = 0; turn < 3; turn += 1) seen.push((await desk.handler.generateResponse(ask)).byok)
    expect(seen[0]).toMatchObject({ usage: { input: 7, output: 9 }, usageEstimated: false })
    expect(seen[1]).toMatchObject({ usage: { output: 100 }, usageEstimated: true })
    expect(seen[2]?.usage).toEqual(seen[1]?.usage)
    expect(seen[2]?.cost).toEqual(seen[1]?.cost)
  })

  it('CO6: savings are what the reference model would have cost more, the same on streams, and never below 0', async () => {
    const upstream = await upstreamWith([counted(1_000, 1_000)])
    const options = { prices: { 'one/*': { inputPerMillion: 1, outputPerMillion: 2 }, 'two/*': costly } }
    const { handler } = stageOf({ one: upstream, two: upstream }, { ...options, savingsBaseline: 'two/ref' })
    const saved = []
    for (const model of ['one/m', 'two/m']) {
      saved.push((await handler.generateResponse({ ...ask, model })).byok.cost.savedUsd)
      saved.push((await readAll(handler.streamCompletion({ ...ask, model }))).response?.byok.cost.savedUsd)
    }
    expect(saved).toEqual([0.027, 0.027, 0, 0])
  })

  it('CO6: the savings of a request are those of all its attempts together, not of the cheap one alone', async () => {
    const broken = reply.cut({ afterEvents: 4 }, { text: [...Array(8).fill('word '.repeat(1_000))] })
    const upstream = await upstreamWith([broken, counted(100, 100)])
    const prices = {
      'one/*': costly,
      'two/*': { inputPerMillion: 1, outputPerMillion: 2 },
      'ref/*': { inputPerMillion: 2, outputPerMillion: 4 },
    }
    const { handler } = stageOf(
      { one: upstream, two: upstream },
      { prices, savingsBaseline: 'ref/m', failover: { streamFallback: false } },
    )
    const { byok } = await handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' })
    expect(byok.attempts.map(({ outcome }) => outcome)).toEqual(['failure', 'success'])
    expect(byok.cost.savedUsd).toBe(0)
  })

  it('CO6: a reference model of unknown price makes savings null, not 0', async () => {
    const desk = await deskOf([], { savingsBaseline: 'nobody/knows' })
    expect((await desk.handler.generateResponse(ask)).byok.cost.savedUsd).toBeNull()
    expect(await desk.records()).toMatchObject([{ savings: null }])
  })

  const priced: Reply = reply.raw(
    JSON.stringify({
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000, cost: 0.0042 },
    }),
    { 'content-type': 'application/json' },
  )

  it('CO3: what the provider itself says that the call cost stands beside ours, in the answer and on the bill', async () => {
    const desk = await deskOf([], { replies: [priced] })
    const { byok } = await desk.handler.generateResponse(ask)
    expect(byok.cost).toMatchObject({ usd: 0.003, reportedUsd: 0.0042 })
    expect(await desk.records()).toMatchObject([{ cost: 3_000_000, reportedCost: 4_200_000 }])
  })

  it('CO3, D9: where our price is unknown and that is allowed, budgets are charged by what the provider says', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], {
      replies: [priced],
      prices: {},
      unknownPrice: 'allow',
    })
    await desk.handler.generateResponse(ask)
    expect(await desk.handler.budget()).toMatchObject([{ spent: 0.0042, held: 0 }])
    expect(await desk.records()).toMatchObject([{ cost: null, reportedCost: 4_200_000 }])
  })

  it('D12: an attempt that failed after tokens, and the one that took over, stand under one request', async () => {
    const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], {
      replies: [
        reply.errorEvent({ afterEvents: 4, type: 'server_error' }, { text: Array(8).fill('word ') }),
        counted(10, 10),
      ],
      failover: { streamFallback: false },
    })
    const { byok } = await desk.handler.generateResponse({ ...ask, model: ['one/m', 'two/m'] })
    const records = await desk.records()
    expect(records).toHaveLength(2)
    expect(new Set(records.map(({ requestId }) => requestId)).size).toBe(1)
    expect(records.every(({ cost }) => (cost ?? 0) > 0)).toBe(true)
    const [state] = await desk.handler.budget()
    expect(state?.spent).toBeCloseTo(byok.cost.usd ?? 0, 9)
  })

  it('D12: tokens that a provider had counted before it failed are priced, though no output came', async () => {
    const desk = await deskOf([], {
      dialect: 'anthropic-messages',
      replies: [
        reply.errorEvent(
          { afterEvents: 1, type: 'overloaded_error' },
          { usage: { input: 5_000, output: 1 } },
        ),
      ],
      failover: { streamFallback: false },
    })
    await failureOf(desk.handler.generateResponse(ask))
    const [record] = await desk.records()
    expect(record).toMatchObject({ outcome: 'failure', usage: { input: 5_000 } })
    expect(record?.cost).toBeGreaterThanOrEqual(5_000_000)
  })

  it('CO5: a refused call costs nothing, and is on the bill with 0', async () => {
    const desk = await deskOf([], { replies: [reply.status(401)] })
    await failureOf(desk.handler.generateResponse(ask))
    expect(await desk.records()).toMatchObject([{ outcome: 'failure', cost: 0, errorCode: 'authentication' }])
  })

  it('D13: whoever leaves after k deltas is charged for the prompt and what was delivered', async () => {
    for (const k of [1, 5, 40]) {
      const slow = { ...reply.chat({ text: Array(200).fill('word ') }), eventEveryMs: 2 }
      const desk = await deskOf([{ scope: 'app', usd: 1, per: 'day' }], { replies: [slow] })
      const stream = desk.handler.streamCompletion({ ...ask, prompt: 'q'.repeat(400) })
      let delivered = await firstText(stream)
      for (let texts = 1; texts < k; ) {
        const { value } = await stream.next()
        if (value?.type !== 'text') continue
        texts += 1
        delivered += value.text
      }
      await stream.return()
      await until(() => desk.ledger.length === 2, 'the settlement')
      const least = 100 * 1_000 + Math.floor(delivered.length / 4) * 2_000
      const [record] = await desk.records()
      expect(record).toMatchObject({ outcome: 'aborted', usageEstimated: true })
      expect(record?.cost).toBeGreaterThanOrEqual(least)
      const [state] = await desk.handler.budget()
      expect(Math.round((state?.spent ?? 0) * 1e9)).toBe(record?.cost)
      expect(state?.held).toBe(0)
    }
  })
})
