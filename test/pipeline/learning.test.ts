// What real requests teach: of whom, of which work, and of which not.
import { beforeAll, describe, expect, it } from 'vitest'
import type { LearnedModel } from '../../src/routing/learned.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { type Levels, levelsOf } from './levels.js'
import { failureOf, loadSdks } from './stage.js'

const good = reply.chat({ text: 'Because they can.' })
const empty = reply.chat({ text: [] })
const learning = { routing: { learn: true, escalate: true } } as const

beforeAll(loadSdks, 30_000)

const learnedBy = ({ handler }: Levels): Promise<LearnedModel[]> => handler.learned()

describe('learning', () => {
  it('counts answers with their durations, failures of models, and answers that were given up (RK12)', async () => {
    const levels = await levelsOf(
      { other: [reply.error(500)], simple: [empty], moderate: [good] },
      { ...learning, models: { simple: ['other/m', 'simple/m'] } },
    )
    await levels.ask({ taskType: 'chat' })
    expect(await learnedBy(levels)).toMatchObject([
      { model: 'moderate/m', taskType: 'chat', level: 'moderate', answered: 1, failed: 0, escalated: 0 },
      { model: 'other/m', level: 'simple', answered: 0 },
      { model: 'simple/m', level: 'simple', answered: 1, failed: 0, escalated: 1 },
    ])
    const [moderate, other] = await learnedBy(levels)
    expect(moderate?.meanLatencyMs).toBeGreaterThan(0)
    expect(other?.failed).toBeGreaterThan(0)
    expect(other?.meanLatencyMs).toBeUndefined()
  })

  it('learns nothing from rate limits, dead keys and callers who leave, which say nothing about a model (RK12)', async () => {
    const levels = await levelsOf(
      { simple: [reply.error(429), reply.hang()], other: [reply.error(401)] },
      { ...learning, models: { simple: ['other/m', 'simple/m'] } },
    )
    await failureOf(levels.ask())
    await failureOf(levels.ask({ signal: AbortSignal.abort() }))
    expect(await learnedBy(levels)).toEqual([])
  })

  it('learns nothing of models that the caller has named (RK12)', async () => {
    const levels = await levelsOf({ simple: [good] }, learning)
    await levels.ask({ model: 'simple/whatever-a-customer-writes' })
    expect(await learnedBy(levels)).toEqual([])
  })

  it('is off unless the app wants it, and nothing is stored then (RK12)', async () => {
    const store = memoryStore()
    const levels = await levelsOf({ simple: [good] }, { store })
    await levels.ask()
    await levels.handler.close()
    expect(await learnedBy(levels)).toEqual([])
    expect(await store.list('learned')).toEqual([])
  })

  it('stores numbers and names of models, and nothing of tenant, prompt or answer (RK12)', async () => {
    const store = memoryStore()
    const levels = await levelsOf({ simple: [good] }, { ...learning, store })
    await levels.ask({
      taskType: 'chat',
      prompt: 'A secret question',
      tenant: 'acme',
      user: 'ada',
      session: 's1',
      tags: ['t1'],
    })
    await levels.handler.close()
    const [kept] = await store.list('learned')
    expect(JSON.parse(kept?.value ?? '')).toEqual({
      version: 1,
      rows: [['simple simple/m', 1, 0, 0, 1, expect.any(Number)]],
    })
    expect(kept?.key).toBe('chat')
  })

  it('moves a model that keeps failing behind one that is a little dearer, and drops neither (RK12)', async () => {
    const clock = new FakeClock()
    const work = { tenant: undefined, level: 'simple', taskType: 'chat' } as const
    const levels = await levelsOf(
      { simple: [reply.error(500)], moderate: [good] },
      {
        ...learning,
        clock,
        prices: {
          'simple/*': { inputPerMillion: 10, outputPerMillion: 10 },
          'moderate/*': { inputPerMillion: 10.5, outputPerMillion: 10.5 },
        },
        breaker: { consecutiveFailures: 1_000, minimumCalls: 1_000 },
      },
    )
    const candidates = async (): Promise<string[]> => {
      const route = await levels.handler.plan({ prompt: 'Why?', ...work })
      return route.candidates.map(({ model }) => model)
    }
    expect(await candidates()).toEqual(['simple/m', 'moderate/m'])
    for (let request = 0; request < 10; request += 1) await levels.ask(work)
    await clock.advance(600_000) // health forgets after five minutes
    expect(await candidates()).toEqual(['moderate/m', 'simple/m'])
    const factors = (await learnedBy(levels)).map(({ model, factor }) => [model, factor < 1])
    expect(factors).toEqual([
      ['moderate/m', false],
      ['simple/m', true],
    ])
  })
})
