// The bill: one record for each attempt, whatever became of it, with everything that tells about it and nothing of what was said.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { fileStore } from '../../src/stores/file.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, firstText, loadSdks, readAll, until } from '../pipeline/stage.js'
import { freshDirectory } from '../stores/directory.js'
import { ask, counted, deskOf, recordsOf } from './desk.js'

beforeAll(loadSdks)

const labels = { tenant: 'acme', user: 'ann', agent: 'scout', session: 's1', run: 'r1', tags: ['a', 'b'] }
const request = { ...ask, ...labels }
const shared = {
  ...labels,
  requestId: expect.stringMatching(/^req_/),
  provider: 'one',
  model: 'm',
  requestedModel: 'one/m',
  credentialSource: 'app',
  keyFingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
  durationMs: expect.any(Number),
}

describe('US1: one record an attempt, in every ending', () => {
  it('US1: an answer', async () => {
    const desk = await deskOf([], { replies: [counted(100, 50)], savingsBaseline: 'two/m' })
    const { response } = await readAll(desk.handler.streamCompletion(request))
    expect(await desk.records()).toEqual([
      {
        ...shared,
        id: response?.byok.attempts[0]?.id,
        at: Date.UTC(2026, 0, 1),
        mode: 'stream',
        outcome: 'success',
        usage: expect.objectContaining({ input: 100, output: 50 }),
        usageEstimated: false,
        cost: 200_000,
        priceVersion: 'app',
        savings: 0,
        firstDeltaMs: expect.any(Number),
        finishReason: 'stop',
      },
    ])
  })

  it('US1: a model that took over says from whom that was really asked', async () => {
    const desk = await deskOf([{ scope: 'model', of: 'one/dear', calls: 0, per: 'day' }], {
      replies: [reply.status(400), counted(1, 1)],
      retry: { maxRetries: 0 },
    })
    const { byok } = await desk.handler.generateResponse({
      ...request,
      model: ['one/bad', 'one/dear', 'one/m'],
    })
    expect(byok.attempts.map(({ model, outcome }) => `${model} ${outcome}`)).toEqual([
      'bad failure',
      'dear skipped',
      'm success',
    ])
    expect((await desk.records())[0]).toMatchObject({ model: 'm', failoverFrom: 'one/bad' })
  })

  it('US1: a failure and the model that took over, with whom it took over from', async () => {
    const desk = await deskOf([], { replies: [reply.status(500), reply.status(500), counted(1, 1)] })
    await desk.handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    const records = await desk.records()
    expect(
      records.map(({ provider, mode, outcome, errorCode, failoverFrom }) => ({
        provider,
        mode,
        outcome,
        errorCode,
        failoverFrom,
      })),
    ).toEqual([
      { provider: 'two', mode: 'stream', outcome: 'success', errorCode: undefined, failoverFrom: 'one/m' },
      ...records.slice(1).map(({ mode }) => ({
        provider: 'one',
        mode,
        outcome: 'failure',
        errorCode: 'provider',
        failoverFrom: undefined,
      })),
    ])
    expect(records[1]).toMatchObject({
      ...shared,
      requestedModel: 'one/m, two/m',
      cost: 0,
      errorMessage: expect.any(String),
    })
  })

  it('US1, US2: leaving a stream early closes its record', async () => {
    const slow = { ...reply.chat({ text: Array(200).fill('word ') }), eventEveryMs: 3 }
    const desk = await deskOf([], { replies: [slow] })
    for await (const event of desk.handler.streamCompletion(request)) if (event.type === 'text') break
    await until(() => desk.ledger.length === 2, 'the settlement')
    expect(await desk.records()).toMatchObject([
      {
        ...shared,
        outcome: 'aborted',
        usageEstimated: true,
        errorCode: 'aborted',
        firstDeltaMs: expect.any(Number),
      },
    ])
  })

  it('US1: a stream that broke after output', async () => {
    const desk = await deskOf([], { replies: [reply.cut({ afterEvents: 5 })] })
    await readAll(desk.handler.streamCompletion(request))
    expect(await desk.records()).toMatchObject([
      { ...shared, outcome: 'failure', errorCode: 'stream-interrupted', usageEstimated: true },
    ])
  })

  it('US1: a customer’s own key is told from a managed one, and two keys from each other, without showing anything of them', async () => {
    const desk = await deskOf([], { fingerprintSecret: 'pepper' })
    await desk.handler.generateResponse(request)
    await desk.handler.generateResponse({ ...request, apiKey: 'test-key-customer-0002' })
    const [own, managed] = await desk.records()
    expect([own?.credentialSource, managed?.credentialSource]).toEqual(['request', 'app'])
    expect(own?.keyFingerprint).not.toBe(managed?.keyFingerprint)
    expect(JSON.stringify([own, managed])).not.toMatch(/test-key|customer/)
    const again = await deskOf([], { fingerprintSecret: 'pepper' })
    await again.handler.generateResponse(request)
    expect((await again.records())[0]?.keyFingerprint).toBe(managed?.keyFingerprint)
  })

  it('US1: a long error message is cut at 500 characters', async () => {
    const desk = await deskOf([], { replies: [reply.error(400, { message: 'e'.repeat(2_000) })] })
    await failureOf(desk.handler.generateResponse(request))
    expect((await desk.records())[0]?.errorMessage?.length).toBeLessThanOrEqual(500)
  })

  it('US2: free calls and calls of unknown price are recorded', async () => {
    const prices = { 'one/*': { inputPerMillion: 0, outputPerMillion: 0 } }
    const desk = await deskOf([], { prices, replies: [counted(5, 5)] })
    await desk.handler.generateResponse(request)
    await desk.handler.generateResponse({ ...request, model: 'two/m' })
    expect((await desk.records()).map(({ provider, cost }) => [provider, cost])).toEqual([
      ['two', null],
      ['one', 0],
    ])
  })

  it.each([-5, 1.5, '7', null, 1e300])('US2: a count of %s is not believed', async (output) => {
    const desk = await deskOf([], {
      replies: [reply.chat({ text: 'word word word', usage: { input: 10, output } })],
    })
    await desk.handler.generateResponse(ask)
    const [record] = await desk.records()
    expect(record?.usageEstimated).toBe(true)
    expect(record?.cost).toBeGreaterThan(0)
    expect(record?.cost).toBeLessThan(100_000)
  })
})

describe('US3: questions about usage', () => {
  it('US3: newest first, filtered by each field, summed by provider, model, tenant, agent and tag', async () => {
    const desk = await deskOf([], { replies: [counted(1_000, 500)] })
    const asked = [
      { tenant: 'a', agent: 'x', tags: ['t1', 't2'], model: 'one/m' },
      { tenant: 'a', agent: 'y', tags: ['t1'], model: 'one/n', user: 'u', session: 's', run: 'r' },
      { tenant: 'b', agent: 'x', model: 'two/m' },
    ]
    for (const parts of asked) {
      await desk.handler.generateResponse({ prompt: 'x', maxTokens: 10, ...parts })
      await desk.clock.advance(1_000)
    }
    const { records, total } = await desk.handler.usage()
    expect(records.map(({ at }) => at - Date.UTC(2026, 0, 1))).toEqual([2_000, 1_000, 0])
    expect(total).toMatchObject({ calls: 3, usd: 0.006 })
    const counts = async (query: Parameters<typeof desk.handler.usage>[0]) =>
      (await desk.handler.usage(query)).records.length
    expect(await counts({ tenant: 'a' })).toBe(2)
    expect(await counts({ agent: 'x', tenant: 'a' })).toBe(1)
    expect(await counts({ tag: 't1' })).toBe(2)
    expect(await counts({ model: 'm' })).toBe(2)
    expect(await counts({ provider: 'two' })).toBe(1)
    expect(await counts({ user: 'u', session: 's', run: 'r' })).toBe(1)
    expect(await counts({ outcome: 'failure' })).toBe(0)
    expect(await counts({ from: Date.UTC(2026, 0, 1) + 1_000, to: Date.UTC(2026, 0, 1) + 2_000 })).toBe(1)
    expect(await counts({ limit: 2 })).toBe(2)
    const sums = async (groupBy: 'provider' | 'model' | 'tenant' | 'agent' | 'tag') =>
      (await desk.handler.usage({ groupBy })).groups.map(({ calls }) => calls).sort()
    expect(await sums('provider')).toEqual([1, 2])
    expect(await sums('tenant')).toEqual([1, 2])
    expect(await sums('agent')).toEqual([1, 2])
    expect(await sums('tag')).toContain(2)
    expect(await sums('model')).toEqual([1, 2])
  })

  it('US3: a hundred records unless told otherwise, while the sums are over all', async () => {
    const desk = await deskOf([], { replies: [counted(1, 1)] })
    await Promise.all(Array.from({ length: 130 }, () => desk.handler.generateResponse(ask)))
    const { records, total } = await desk.handler.usage()
    expect(records).toHaveLength(100)
    expect(total.calls).toBe(130)
  })

  it('US3: a wrong question is refused, and names the field', async () => {
    const { handler } = await deskOf([])
    expect(await failureOf(handler.usage({ tenants: 'a' } as object))).toMatchObject({
      code: 'invalid-request',
      field: 'tenants',
    })
  })
})

describe('US4: what was said stands nowhere', () => {
  const canaries = [
    'CANARY-PROMPT',
    'CANARY-SYSTEM',
    'CANARY-ANSWER',
    'CANARY-REASONING',
    'CANARY-TOOL',
    'CANARY-ARGUMENT',
    'test-key-',
  ]

  it('US4: no prompt, answer, tool or key is in records, journal, budgets or events about money', async () => {
    const directory = freshDirectory()
    const clock = new FakeClock()
    const store = fileStore({ directory, clock })
    const said = {
      text: 'CANARY-ANSWER',
      reasoning: 'CANARY-REASONING',
      toolCalls: [{ name: 'f', arguments: { a: 'CANARY-ARGUMENT' } }],
    }
    const desk = await deskOf([{ scope: 'tenant', usd: 0.000_1, per: 'day', onExceed: 'approve' }], {
      store,
      clock,
      approve: (excess) => {
        heard.push(excess)
        return true
      },
      replies: [
        reply.chat(said),
        reply.cut({ afterEvents: 4 }, said),
        reply.status(500),
        reply.status(500),
        reply.chat(said, { eventEveryMs: 20 }),
      ],
    })
    const heard: unknown[] = []
    for (const name of ['budget-alert', 'warning', 'attempt', 'attempt-end', 'failover', 'request'] as const)
      desk.handler.on(name, (event: unknown) => heard.push(event))
    const question = {
      ...request,
      prompt: 'CANARY-PROMPT',
      system: 'CANARY-SYSTEM',
      tools: [{ type: 'function', function: { name: 'f', description: 'CANARY-TOOL' } }],
    } as const
    for (let turn = 0; turn < 3; turn += 1) await readAll(desk.handler.streamCompletion(question))
    const stream = desk.handler.streamCompletion(question)
    await firstText(stream)
    await stream.return()
    await desk.handler.close()
    const records = await recordsOf(store)
    expect(records.length).toBeGreaterThanOrEqual(4)
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['success', 'failure', 'aborted']))
    await store.close()
    const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'))
    const everything = JSON.stringify([records, heard]) + files.join('')
    expect(everything.length).toBeGreaterThan(2_000)
    for (const canary of canaries) expect(everything).not.toContain(canary)
  })
})
