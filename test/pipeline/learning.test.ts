// What real requests teach: of whom, of which work, and of which not.
import { beforeAll, describe, expect, it } from 'vitest'
import type { LearnedModel } from '../../src/routing/learned.js'
import { reply } from '../../src/testing/reply.js'
import { type Levels, levelsOf } from './levels.js'
import { failureOf, loadSdks } from './stage.js'

const good = reply.chat({ text: 'Because they can.' })
const empty = reply.chat({ text: [] })
const learning = { routing: { learn: true, escalate: true } } as const

beforeAll(loadSdks, 30_000)

const learnedBy = ({ assembly }: Levels): LearnedModel[] => assembly.parts.learned?.explain() ?? []

describe('learning', () => {
  it('counts answers with their durations, failures of models, and answers that were given up (RK12)', async () => {
    const levels = await levelsOf(
      { simple: [empty], other: [reply.error(500)], moderate: [good] },
      { ...learning, models: { simple: ['other/m', 'simple/m'] } },
    )
    await levels.ask()
    expect(learnedBy(levels)).toMatchObject([
      { model: 'moderate/m', taskType: 'chat', level: 'moderate', answered: 1, failed: 0, escalated: 0 },
      { model: 'other/m', level: 'simple', answered: 0 },
      { model: 'simple/m', level: 'simple', answered: 1, failed: 0, escalated: 1 },
    ])
    const [moderate, other] = learnedBy(levels)
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
    expect(learnedBy(levels)).toEqual([])
  })

  it('learns nothing of models that the caller has named (RK12)', async () => {
    const levels = await levelsOf({ simple: [good] }, learning)
    await levels.ask({ model: 'simple/whatever-a-customer-writes' })
    const context = levels.contextOf({ model: 'simple/whatever-a-customer-writes' })
    context.begin({ candidates: [], route: { level: 'simple', taskType: 'chat' } })
    context.learn({ provider: 'simple', model: 'whatever-a-customer-writes' }, 'answered')
    expect(learnedBy(levels)).toEqual([])
  })

  it('is off unless the app wants it, and nothing is stored then (RK12)', async () => {
    const levels = await levelsOf({ simple: [good] })
    await levels.ask()
    expect(levels.assembly.parts.learned).toBeUndefined()
    expect(await levels.assembly.store.list('learned')).toEqual([])
  })

  it('stores numbers and names of models, and nothing of tenant, prompt or answer (RK12)', async () => {
    const levels = await levelsOf({ simple: [good] }, learning)
    await levels.ask({
      prompt: 'A secret question',
      tenant: 'acme',
      user: 'ada',
      session: 's1',
      tags: ['t1'],
    })
    await levels.assembly.parts.learned?.flush()
    const [kept] = await levels.assembly.store.list('learned')
    expect(JSON.parse(kept?.value ?? '')).toEqual({
      version: 1,
      rows: [['simple simple/m', 1, 0, 0, 1, expect.any(Number)]],
    })
    expect(kept?.key).toBe('chat')
  })
})
