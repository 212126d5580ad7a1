// What was held becomes what it cost, once: debt, release, expiry, late news, and everything that is done twice.
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, firstText, loadSdks, readAll, until } from '../pipeline/stage.js'
import { ask, boundFor, counted, deskOf, expectBalanced, refusalOf } from './desk.js'

beforeAll(loadSdks)

const budget = { scope: 'app', usd: 0.01, per: 'day' } as const
const slow = { ...reply.chat({ text: Array(150).fill('word ') }), eventEveryMs: 3 } as const

describe('BU4: settlement', () => {
  it('BU4: the real cost replaces the hold, once', async () => {
    const desk = await deskOf([budget], { replies: [counted(100, 50)] })
    await desk.handler.generateResponse(ask)
    expect(desk.ledger.map(({ operation }) => operation)).toEqual(['admit', 'commit'])
    expect(desk.ledger.map(({ changes }) => changes[0])).toMatchObject([
      { committed: 0, held: boundFor(1_000) },
      { committed: 200_000, held: -boundFor(1_000) },
    ])
    await expectBalanced(desk.store, desk.ledger)
  })

  it('BU4, I6: a provider that ignores the limit it was given leaves a debt, flagged, that blocks the next call', async () => {
    const desk = await deskOf([budget], { replies: [counted(1_000, 7_000)] })
    const { byok } = await desk.handler.generateResponse(ask)
    expect(byok.cost.usd).toBe(0.015)
    expect(await desk.records()).toMatchObject([{ overrun: true, cost: 15_000_000 }])
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0.015, left: 0, held: 0 })
    expect((await refusalOf(desk, ask)).budget).toMatchObject({ spent: 0.015, limit: 0.01 })
  })

  it('BU4: what stays within its hold is not flagged', async () => {
    const desk = await deskOf([budget], { replies: [counted(273, 1_000)] })
    await desk.handler.generateResponse(ask)
    expect((await desk.records())[0]).not.toHaveProperty('overrun')
  })

  it('BU4: a caller who leaves before anything is sent leaves nothing held and nothing booked', async () => {
    const desk = await deskOf([budget])
    const control = new AbortController()
    desk.handler.on('attempt', () => control.abort())
    expect((await failureOf(desk.handler.generateResponse({ ...ask, signal: control.signal }))).code).toBe(
      'aborted',
    )
    expect(desk.upstream.hits()).toBe(0)
    expect(desk.ledger.map(({ operation }) => operation)).toEqual(['admit', 'release'])
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: 0, held: 0 })
    expect(await desk.records()).toEqual([])
  })

  it('BU4, I5: an attempt whose process falls silent is charged at its bound and marked uncertain; its late end corrects both', async () => {
    const clock = new FakeClock()
    const handlers = new FakeClock()
    const store = memoryStore({ clock })
    const desk = await deskOf([budget], { store, clock: handlers, replies: [slow] })
    const stream = desk.handler.streamCompletion(ask)
    await firstText(stream)
    await clock.advance(60_000)
    expect(await desk.records()).toMatchObject([{ outcome: 'uncertain', cost: boundFor(1_000) }])
    expect((await desk.handler.budget())[0]).toMatchObject({ spent: boundFor(1_000) / 1e9, held: 0 })
    await readAll(stream)
    const records = await desk.records()
    expect(records).toMatchObject([{ outcome: 'success' }])
    expect(records[0]?.cost).toBeLessThan(boundFor(1_000))
    expect((await desk.handler.budget())[0]?.spent).toBe((records[0]?.cost ?? 0) / 1e9)
  })

  it('BU4: a long answer keeps its hold for as long as it runs', async () => {
    const desk = await deskOf([budget], { replies: [slow] })
    const stream = desk.handler.streamCompletion(ask)
    await firstText(stream)
    for (let minute = 0; minute < 4; minute += 1) {
      await desk.clock.advance(30_000)
      expect((await desk.handler.budget())[0]).toMatchObject({ held: boundFor(1_000) / 1e9, spent: 0 })
    }
    await stream.return()
    await until(() => desk.ledger.length === 2, 'the settlement')
    expect(desk.ledger[1]?.operation).toBe('commit')
  })

  it('D6: settling twice, after a release, and what nobody knows, changes nothing and is told apart', async () => {
    const desk = await deskOf([budget], { replies: [counted(100, 50)] })
    await desk.handler.generateResponse(ask)
    const [record] = await desk.records()
    if (record === undefined) throw new Error('No record.')
    const before = await desk.handler.budget()
    const charge = { claims: [9_999_999], rates: [] }
    expect(await desk.store.commit(record.id, charge, record)).toMatchObject({
      outcome: 'repeated',
      alerts: [],
    })
    expect(await desk.store.release(record.id)).toMatchObject({ outcome: 'repeated' })
    expect(await desk.store.commit('att_nobody', charge, record)).toMatchObject({ outcome: 'unknown' })
    expect(await desk.store.release('att_nobody')).toMatchObject({ outcome: 'unknown' })
    expect(await desk.handler.budget()).toEqual(before)
    expect(await desk.records()).toEqual([record])
  })

  const endings = {
    'an answer': [counted(10, 10)],
    'a refused key': [reply.status(401)],
    'a broken stream': [reply.reset({ afterEvents: 3 })],
    'a stream without an end': [reply.end({ afterEvents: 3 })],
    'a server that fails': [reply.status(500)],
    'a web page': [reply.html()],
    'an error in the stream': [reply.errorEvent({ afterEvents: 3 })],
  }

  it.each(Object.entries(endings))(
    'BU4, BU5: %s, in every way of asking: each hold is settled once, and nothing stays held',
    async (_, replies) => {
      const desk = await deskOf(
        [
          { ...budget, usd: 1 },
          { scope: 'tenant', tokens: 1_000_000, per: 'week' },
        ],
        { replies },
      )
      const request = { ...ask, tenant: 'acme', model: ['one/m', 'two/m'] }
      await desk.handler.generateResponse(request).catch(() => undefined)
      await readAll(desk.handler.streamCompletion(request))
      await desk.handler
        .generateResponse({ ...request, responseFormat: { type: 'json_object' } })
        .catch(() => undefined)
      const admitted = desk.ledger.filter(({ operation }) => operation === 'admit').map(({ id }) => id)
      const settled = desk.ledger.filter(({ operation }) => operation !== 'admit').map(({ id }) => id)
      expect(admitted.length).toBeGreaterThanOrEqual(2) // a key that was refused rests
      expect(settled.sort()).toEqual(admitted.sort())
      const states = await desk.handler.budget('acme')
      expect(states.map(({ held }) => held)).toEqual([0, 0])
      const records = await desk.records()
      const spent = records.reduce((sum, { cost }) => sum + (cost ?? 0), 0)
      expect(Math.round((states[0]?.spent ?? 0) * 1e9)).toBe(spent)
      await expectBalanced(desk.store, desk.ledger)
    },
  )
})
