// Many calls at once against one budget: never more than the limit, in every store, and no room left unused.
import { beforeAll, describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import type { LedgerEntry, Store } from '../../src/core/store.js'
import type { BYOKHandler } from '../../src/handler.js'
import { fileStore, readLedger } from '../../src/stores/file.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'
import { freshDirectory } from '../stores/directory.js'
import { boundFor, counted, deskOf, dollar, expectBalanced, peaksOf } from './desk.js'

beforeAll(loadSdks)

/** How many of these calls were answered; what else came of them is a refusal by the budget. */
async function answeredOf(calls: readonly Promise<unknown>[]): Promise<number> {
  const settled = await Promise.allSettled(calls)
  for (const call of settled)
    if (call.status === 'rejected' && (!isByokError(call.reason) || call.reason.code !== 'budget-exceeded'))
      throw call.reason
  return settled.filter(({ status }) => status === 'fulfilled').length
}

/** A thousand calls, streamed and whole in turn, each of which costs $0.003 and might cost $0.03. */
async function crowd(handler: BYOKHandler): Promise<number> {
  const request = { model: 'one/m', prompt: 'x'.repeat(20), maxTokens: 15_000 }
  return answeredOf(
    Array.from({ length: 1_000 }, async (_, index) => {
      if (index % 2 === 0) return handler.generateResponse(request)
      const { error, response } = await readAll(handler.streamCompletion(request))
      if (error !== undefined) throw error
      return response
    }),
  )
}

describe('BU3, D1: a thousand calls at once against one dollar', () => {
  const bound = boundFor(15_000) + 19 * 1_000

  async function expectWithinDollar(store: Store, readEntries: () => Promise<LedgerEntry[]>): Promise<void> {
    const upstream = await upstreamWith([counted(1_000, 1_000)])
    const { handler } = stageOf(
      { one: upstream },
      { store, budgets: [{ scope: 'app', usd: 1, per: 'total' }] },
    )
    const answered = await crowd(handler)
    const entries = await readEntries()
    expect(upstream.hits()).toBe(answered)
    // As many as surely fit begin at once, and more as their true cost makes room.
    expect(answered).toBeGreaterThanOrEqual(Math.floor(dollar / bound))
    expect(answered).toBeLessThanOrEqual(Math.floor(dollar / 3_000_000))
    const [state] = await handler.budget()
    expect(state).toMatchObject({ spent: (answered * 3) / 1_000, held: 0 })
    expect(peaksOf(entries).most).toBeLessThanOrEqual(dollar)
    expect(entries.filter(({ operation }) => operation === 'admit')).toHaveLength(answered)
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    await expectBalanced(store, entries)
  }

  it('BU3, D1: in memory, at no moment is more spent and held than the dollar, and the ledger adds up', async () => {
    const entries: LedgerEntry[] = []
    await expectWithinDollar(memoryStore({ onEntry: (entry) => entries.push(entry) }), async () => entries)
  })

  it('BU3, D1: in a directory, at no moment is more spent and held than the dollar, and the ledger adds up', async () => {
    const directory = freshDirectory()
    const store = fileStore({ directory })
    await expectWithinDollar(store, async () => {
      const entries: LedgerEntry[] = []
      for await (const entry of readLedger(directory)) entries.push(entry)
      return entries
    })
    await store.close()
  })

  it('BU3: room for k calls, and n > k at once: exactly k are sent', async () => {
    for (const [budget, k] of [
      [{ calls: 7 }, 7],
      [{ usd: (boundFor(1_000) * 7) / 1e9 }, 7],
      [{ tokens: 1_273 * 7 + 1_272 }, 7],
    ] as const) {
      const slow = { ...counted(1, 1), headersAfterMs: 300 }
      const desk = await deskOf([{ scope: 'tenant', per: 'day', ...budget }], { replies: [slow] })
      const request = { model: 'one/m', prompt: 'x', maxTokens: 1_000, tenant: 'acme' }
      const calls = Array.from({ length: 40 }, () => desk.handler.generateResponse(request))
      expect(await answeredOf(calls)).toBe(k)
      expect(desk.upstream.hits()).toBe(k)
    }
  })

  it('BU3: two handlers on one store share the room', async () => {
    const store = memoryStore({ clock: new FakeClock() })
    const upstream = await upstreamWith([{ ...reply.chat(), headersAfterMs: 200 }])
    const budgets = [{ scope: 'app', calls: 9, per: 'total' }] as const
    const desks = await Promise.all(
      [1, 2].map((seed) => deskOf(budgets, { at: upstream, store, clock: new FakeClock({ seed }) })),
    )
    const calls = desks.flatMap(({ handler }) =>
      Array.from({ length: 15 }, () => handler.generateResponse({ model: 'one/m', prompt: 'x' })),
    )
    expect(await answeredOf(calls)).toBe(9)
    expect(upstream.hits()).toBe(9)
  })

  it('D10: the first eight calls ever of a tenant that nobody knows, at once, meet the limit of each tenant', async () => {
    const slow = { ...reply.chat(), headersAfterMs: 200 }
    const desk = await deskOf([{ scope: 'tenant', calls: 3, per: 'day' }], { replies: [slow] })
    const calls = Array.from({ length: 8 }, () =>
      desk.handler.generateResponse({ model: 'one/m', prompt: 'x', tenant: 'never-seen' }),
    )
    expect(await answeredOf(calls)).toBe(3)
    expect(desk.upstream.hits()).toBe(3)
  })
})
