// Escalation over real HTTP: which answers are given up, who answers instead, what it costs, and what holds it back.
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { CompletionResponse } from '../../src/core/response.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { booksOf } from './books.js'
import { type Levels, levelsOf } from './levels.js'
import { attemptsOf, failureOf, loadSdks, until } from './stage.js'

const good = reply.chat({ text: 'Because they can.' })
const empty = reply.chat({ text: [] })
const cut = reply.chat({ text: 'Because', finish: 'length' })
const refused = reply.chat({ text: "I'm sorry, but I can't help with that." })
const unsure = reply.chat({ text: ['Perhaps', ' so.'], logprob: Math.log(0.5) })
const sure = reply.chat({ text: ['Surely', ' so.'], logprob: Math.log(0.9) })
const down = reply.error(500)
const busy = reply.error(429)
/** Every level is asked how sure it is. */
const askedForLogprobs = ({ upstreams }: Levels): CompletionRequest => ({
  providerOptions: Object.fromEntries(Object.keys(upstreams).map((name) => [name, { logprobs: true }])),
})

beforeAll(loadSdks, 30_000)

const answererOf = ({ byok }: CompletionResponse): string => byok.provider
const warningsOf = ({ byok }: CompletionResponse): string[] => byok.warnings.map(({ code }) => code)

describe('an answer of `auto`', () => {
  it.each([
    ['empty', empty],
    ['cut off', cut],
    ['a refusal', refused],
    ["refused in the provider's own field", reply.chat({ refusal: 'No.' })],
    ['stopped by a filter', reply.chat({ text: 'Take', finish: 'content_filter' })],
  ])('that is %s is given up for that of the next level (ES1, ES2)', async (_, bad) => {
    const levels = await levelsOf({ simple: [bad], moderate: [good] })
    const response = await levels.ask()
    expect(response.text).toBe('Because they can.')
    expect(levels.escalations).toMatchObject([{ reason: 'low-quality', from: 'simple', to: 'moderate' }])
  })

  it.each([
    ['short and correct', reply.chat({ text: '4' })],
    ['a tool call without a word', reply.chat({ toolCalls: [{ name: 'look', arguments: {} }] })],
    ['praise that only sounds like a refusal', reply.chat({ text: "I can't recommend it enough." })],
  ])('that is %s stands (ES1)', async (_, fine) => {
    const levels = await levelsOf({ simple: [fine], moderate: [good] })
    expect(answererOf(await levels.ask())).toBe('simple')
    expect(levels.upstreams.moderate?.requests).toHaveLength(0)
  })

  it('whose words were unlikely to its own model is given up, where the provider says so (ES2)', async () => {
    const levels = await levelsOf({ simple: [unsure], moderate: [sure] })
    const response = await levels.ask(askedForLogprobs(levels))
    expect(answererOf(response)).toBe('moderate')
    expect(response.byok.meanLogprob).toBeCloseTo(Math.log(0.9), 9)
    expect(levels.escalations).toMatchObject([{ reason: 'low-confidence' }])

    const unasked = await levelsOf({ simple: [unsure], moderate: [sure] })
    expect(answererOf(await unasked.ask())).toBe('simple')
  })

  it('is given up where the app says so (ES2)', async () => {
    const onRequest = vi.fn(async ({ text }: CompletionResponse) => text === 'Hm.')
    const levels = await levelsOf(
      { simple: [reply.chat({ text: 'Hm.' })], moderate: [good] },
      { routing: { escalate: { onRequest } } },
    )
    expect(answererOf(await levels.ask())).toBe('moderate')
    expect(levels.escalations).toMatchObject([{ reason: 'requested' }])
  })

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['answers with something else', () => 'yes' as unknown as boolean],
  ])('stands where the function of the app %s (ES2)', async (what, onRequest) => {
    const levels = await levelsOf(
      { simple: [good], moderate: [good] },
      { routing: { escalate: { onRequest } } },
    )
    const response = await levels.ask()
    expect(answererOf(response)).toBe('simple')
    expect(warningsOf(response)).toEqual(what === 'throws' ? ['callback-failed'] : [])
  })

  it('that does not come, since the level fails, comes from the next level (ES2)', async () => {
    const levels = await levelsOf(
      { simple: [down], other: [down], moderate: [good] },
      { models: { simple: ['simple/m', 'other/m'] } },
    )
    const response = await levels.ask()
    expect(answererOf(response)).toBe('moderate')
    expect(levels.escalations).toMatchObject([{ reason: 'error' }])
    expect(response.byok.attempts.at(-1)).toMatchObject({ provider: 'moderate', outcome: 'success' })
  })

  it('that is throttled comes from the next level at once, without waiting for a retry (ES2)', async () => {
    const clock = new FakeClock()
    const levels = await levelsOf({ simple: [busy], moderate: [good] }, { clock, retry: { maxRetries: 2 } })
    const response = await levels.ask()
    expect(levels.escalations).toMatchObject([{ reason: 'rate-limited' }])
    expect(response.byok.attempts.map(({ provider, retry }) => [provider, retry])).toEqual([
      ['simple', undefined],
      ['moderate', undefined],
    ])
  })

  it('counts as throttled where every model of the level was, and as failed where one was not (ES2)', async () => {
    const models = { simple: ['simple/m', 'other/m'] }
    const throttled = await levelsOf({ simple: [busy], other: [busy], moderate: [good] }, { models })
    await throttled.ask()
    expect(throttled.escalations).toMatchObject([{ reason: 'rate-limited' }])
    const failed = await levelsOf({ simple: [busy], other: [down], moderate: [good] }, { models })
    await failed.ask()
    expect(failed.escalations).toMatchObject([{ reason: 'error' }])
  })

  it('that is throttled waits and asks again, where no higher level could answer (ES2)', async () => {
    const clock = new FakeClock()
    const levels = await levelsOf({ simple: [busy, good] }, { clock, retry: { maxRetries: 2 } })
    const asked = levels.ask()
    await until(() => levels.told.attemptEnds.length === 1, 'the first attempt')
    await clock.advance(60_000)
    const response = await asked
    expect(attemptsOf(response.byok)).toEqual(['stream rate-limited', 'stream success'])
    expect(levels.escalations).toEqual([])
  })
})

describe('nothing is escalated', () => {
  it('unless the app wants it (ES2)', async () => {
    const levels = await levelsOf({ simple: [empty], moderate: [good] }, { routing: { escalate: false } })
    expect(answererOf(await levels.ask())).toBe('simple')
  })

  it.each([
    ['a named model', 'simple/m'],
    ['a list', ['simple/m', 'simple/n']],
    ['an alias', 'cheap'],
  ])('for %s (ES2)', async (_, model) => {
    const levels = await levelsOf({ simple: [empty], moderate: [good] }, { aliases: { cheap: 'simple/m' } })
    const response = await levels.ask({ model })
    expect(response.text).toBe('')
    expect(response.byok.provider).toBe('simple')
    expect(response.byok.warnings).toEqual([])
  })

  it('in a stream, nor where callbacks have been shown the answer (ES2)', async () => {
    const levels = await levelsOf({ simple: [cut], moderate: [good] })
    const stream = levels.handler.streamCompletion({ prompt: 'Why?', tenant: 'acme' })
    expect(answererOf(await stream.response())).toBe('simple')
    expect(answererOf(await levels.ask({ callbacks: { onTextDelta: () => undefined } }))).toBe('simple')
    expect(levels.upstreams.moderate?.requests).toHaveLength(0)
  })

  it('from the highest level, nor above the highest of a tenant (ES2)', async () => {
    const top = await levelsOf({ advanced: [empty] })
    const response = await top.ask({ level: 'advanced' })
    expect(response.byok.warnings).toEqual([])
    const bounded = await levelsOf({ simple: [empty], moderate: [good] }, { top: 'simple' })
    expect(warningsOf(await bounded.ask())).toEqual([])
    expect(bounded.upstreams.moderate?.requests).toHaveLength(0)
  })

  it('for a tenant whose policy forbids it (ES2)', async () => {
    const levels = await levelsOf({ simple: [empty], moderate: [good] }, { without: ['acme'] })
    expect(answererOf(await levels.ask({ tenant: 'acme' }))).toBe('simple')
    expect(answererOf(await levels.ask({ tenant: 'other' }))).toBe('moderate')
  })

  it('where the money is at its end on the level already: stronger models are dearer (BU5)', async () => {
    const levels = await levelsOf(
      { simple: [good], moderate: [good] },
      { budgets: [{ scope: 'app', usd: 0.000001, per: 'day' }] },
    )
    const error = await failureOf(levels.ask())
    expect(error.code).toBe('budget-exceeded')
    expect(error.attempts?.map(({ provider }) => provider)).toEqual(['simple'])
  })

  it('for a fault of the caller or of the app (ES2)', async () => {
    const levels = await levelsOf(
      { simple: [good], moderate: [good] },
      { rateLimits: [{ scope: 'app', requests: 1 }] },
    )
    await levels.ask()
    expect((await failureOf(levels.ask())).code).toBe('rate-limited')
    expect(levels.upstreams.moderate?.requests).toHaveLength(0)
  })
})

describe('the steps of a request', () => {
  it('go one level up each, and are two at the most (ES2)', async () => {
    const levels = await levelsOf({ simple: [busy], moderate: [busy], complex: [busy], advanced: [good] })
    const error = await failureOf(levels.ask())
    expect(levels.escalations.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'simple moderate',
      'moderate complex',
    ])
    expect(new Set(error.attempts?.map(({ provider }) => provider))).toEqual(
      new Set(['simple', 'moderate', 'complex']),
    )
    expect(levels.upstreams.advanced?.requests).toHaveLength(0)
  })

  it.each([
    ['low quality', 1, empty],
    ['an error', 2, down],
    ['low confidence', 2, unsure],
    ['a rate limit', 3, busy],
    ['a wish of the app', 1, reply.chat({ text: 'Hm.' })],
  ])('for %s are %i at the most (ES2)', async (_, most, bad) => {
    const onRequest = ({ text }: CompletionResponse): boolean => text === 'Hm.'
    const levels = await levelsOf(
      { simple: [bad], moderate: [bad], complex: [bad], advanced: [bad] },
      { routing: { escalate: { maxSteps: 3, onRequest } }, breaker: { consecutiveFailures: 100 } },
    )
    await levels.ask(askedForLogprobs(levels)).catch(() => undefined) // how it ends is another test's
    expect(levels.escalations).toHaveLength(most)
  })

  it('take another reason where the first has none left (ES2)', async () => {
    const levels = await levelsOf({
      simple: [empty],
      moderate: [reply.chat({ text: [] })],
      complex: [good],
    })
    expect((await levels.ask()).text).toBe('')
    const mixed = await levelsOf({ simple: [empty], moderate: [unsure], complex: [sure] })
    expect(answererOf(await mixed.ask(askedForLogprobs(mixed)))).toBe('complex')
    expect(mixed.escalations.map(({ reason }) => reason)).toEqual(['low-quality', 'low-confidence'])
  })

  it('ask nobody twice: who stands on both levels is passed over, and the route says so (ES3)', async () => {
    const levels = await levelsOf(
      { simple: [empty], moderate: [good] },
      { models: { moderate: ['simple/m', 'moderate/m'] } },
    )
    const response = await levels.ask()
    expect(answererOf(response)).toBe('moderate')
    expect(levels.upstreams.simple?.requests).toHaveLength(1)
    expect(response.byok.route).toMatchObject({
      level: 'moderate',
      candidates: [{ model: 'moderate/m' }],
      excluded: [{ model: 'simple/m', filter: 'asked-before' }],
    })
  })
})

describe('an escalated answer', () => {
  it('names the model that gave it, in response, route and events (ES3)', async () => {
    const levels = await levelsOf({ simple: [empty], moderate: [good] })
    const response = await levels.ask({ tenant: 'acme', session: 's1' })
    const escalation = {
      from: 'simple',
      to: 'moderate',
      reason: 'low-quality',
      provider: 'moderate',
      model: 'm',
    }
    expect(response.byok).toMatchObject({ provider: 'moderate', model: 'm', escalations: [escalation] })
    expect(response.byok.route.level).toBe('moderate')
    expect(levels.escalations).toEqual([
      { requestId: expect.any(String), tenant: 'acme', session: 's1', ...escalation },
    ])
    expect(levels.events).toEqual([
      'request',
      'attempt simple',
      'escalation to moderate',
      'attempt moderate',
      'request-end',
    ])
  })

  it('costs what all its attempts cost, each in the books once (ES3, CO5)', async () => {
    const levels = await levelsOf({ simple: [refused], moderate: [down], complex: [good] })
    const { byok } = await levels.ask()
    const paid = byok.attempts.map(({ costUsd }) => costUsd ?? Number.NaN)
    expect(paid.filter((usd) => usd > 0)).toHaveLength(2)
    expect(byok.cost.usd).toBeCloseTo(
      paid.reduce((sum, usd) => sum + usd),
      12,
    )
    const { records } = await levels.handler.usage()
    expect(records.map(({ provider }) => provider).sort()).toEqual(
      byok.attempts.map(({ provider }) => provider).sort(),
    )
  })

  it('comes from the one model that is good enough, even where the level above it failed first (ES3)', async () => {
    const levels = await levelsOf({ simple: [empty], moderate: [down], complex: [good] })
    expect(answererOf(await levels.ask())).toBe('complex')
    expect(levels.escalations.map(({ reason }) => reason)).toEqual(['low-quality', 'error'])
  })
})

describe('the earlier answer stands, with a warning,', () => {
  it('where nobody stands on the higher level (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut] })
    const response = await levels.ask()
    expect(response.text).toBe('Because')
    expect(response.byok.warnings).toMatchObject([
      { code: 'escalation', message: expect.stringContaining('no-key') },
    ])
    expect(levels.escalations).toEqual([])
    expect(await levels.coolDowns()).toEqual([])
  })

  it('where all who stand there were asked before (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut] }, { models: { moderate: ['simple/m'] } })
    expect(warningsOf(await levels.ask())).toEqual(['escalation'])
    expect(levels.upstreams.simple?.requests).toHaveLength(1)
  })

  it('where the budget does not allow the higher level (ES3, BU5)', async () => {
    const levels = await levelsOf(
      { simple: [cut], moderate: [good] },
      { budgets: [{ scope: 'tenant', usd: 0.001, per: 'day' }] },
    )
    const response = await levels.ask({ tenant: 'acme', maxTokens: 100 })
    expect(response.text).toBe('Because')
    expect(warningsOf(response)).toContain('escalation')
    expect(attemptsOf(response.byok)).toEqual(['stream success', 'stream budget-exceeded'])
    expect(levels.upstreams.moderate?.requests).toHaveLength(0)
    expect(levels.escalations).toEqual([])
  })

  it('where nobody of the higher level fits the budget, and the warning says so (ES3, BU5)', async () => {
    const levels = await levelsOf(
      { simple: [cut], moderate: [good], other: [good] },
      {
        models: { moderate: ['moderate/m', 'other/m'] },
        budgets: [{ scope: 'tenant', usd: 0.001, per: 'day' }],
      },
    )
    const { byok } = await levels.ask({ tenant: 'acme', maxTokens: 100 })
    const [warning] = byok.warnings.filter(({ code }) => code === 'escalation')
    expect(warning?.message).toContain('(budget-exceeded)')
  })

  it('where the ceiling of the request does not: it counts what lower levels have cost (BU5)', async () => {
    const dear = reply.chat({ text: 'Because', finish: 'length', usage: { input: 12, output: 200 } })
    const ask = async (usd: number): Promise<CompletionResponse> => {
      const levels = await levelsOf(
        { simple: [dear], moderate: [good] },
        {
          prices: {
            'simple/*': { inputPerMillion: 0, outputPerMillion: 1 },
            'moderate/*': { inputPerMillion: 0, outputPerMillion: 1 },
          },
        },
      )
      return levels.ask({ budget: usd, maxTokens: 200 })
    }
    expect(answererOf(await ask(0.0005))).toBe('moderate')
    expect(answererOf(await ask(0.0003))).toBe('simple')
  })

  it('where the higher level fails, and no other follows (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut], moderate: [down] })
    const response = await levels.ask()
    expect(response.text).toBe('Because')
    expect(warningsOf(response)).toContain('escalation')
    expect(levels.escalations).toHaveLength(1)
  })

  it('where the higher level answers worse (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut], moderate: [empty] })
    const response = await levels.ask()
    expect(response.text).toBe('Because')
    expect(warningsOf(response)).toEqual(['escalation'])
  })

  it('where the time of the request is over before the higher level has answered (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut], moderate: [reply.hang()] })
    const response = await levels.ask({ timeout: 400 })
    expect(response.text).toBe('Because')
    expect(warningsOf(response)).toEqual(['escalation'])
    expect(response.byok.timing.totalMs).toBeLessThan(2_000)
    expect(levels.upstreams.moderate?.requests).toHaveLength(1)
  })
})

describe('the time that a request may take', () => {
  it('is not cut short by a quicker level above a slow one (ES3)', async () => {
    const { prepare, clock } = booksOf(scriptedProvider({ id: 'one', replies: ['x'] }))
    const context = prepare('auto', 'done')
    const candidates = (firstTokenMs: number) => [
      { limits: { connectMs: 1_000, firstTokenMs, idleMs: firstTokenMs, tailMs: 1_000 } },
    ]
    context.begin({ candidates: candidates(900_000), work: undefined, ceiling: undefined })
    await clock.advance(500_000)
    context.begin({ candidates: candidates(60_000), work: undefined, ceiling: undefined })
    expect(context.remainingMs).toBe(460_000)
    context.stop()
  })
})

describe('a caller who leaves', () => {
  it('while the higher level is asked gets its abort, and no earlier answer (ES3)', async () => {
    const levels = await levelsOf({ simple: [cut], moderate: [reply.hang()] })
    const controller = new AbortController()
    const asked = failureOf(levels.ask({ signal: controller.signal }))
    await until(() => levels.upstreams.moderate?.requests.length === 1, 'the higher level')
    controller.abort('enough')
    const error = await asked
    expect(error).toMatchObject({ code: 'aborted', cause: 'enough' })
    expect(error.attempts?.map(({ outcome }) => outcome)).toEqual(['success', 'aborted'])
  })

  it('while the app decides gets its abort too (ES3)', async () => {
    const controller = new AbortController()
    const onRequest = async (): Promise<boolean> => {
      controller.abort()
      return true
    }
    const levels = await levelsOf(
      { simple: [good], moderate: [good] },
      { routing: { escalate: { onRequest } } },
    )
    expect((await failureOf(levels.ask({ signal: controller.signal }))).code).toBe('aborted')
    expect(levels.upstreams.moderate?.requests).toHaveLength(0)
  })
})

describe('after an escalation', () => {
  it('the same conversation is not escalated from that level again for five minutes (ES4)', async () => {
    const clock = new FakeClock()
    const levels = await levelsOf({ simple: [empty], moderate: [good] }, { clock })
    const ask = async (): Promise<string> => answererOf(await levels.ask({ tenant: 'acme', session: 's1' }))
    expect(await ask()).toBe('moderate')
    expect(await ask()).toBe('simple')
    await clock.advance(299_999)
    expect(await ask()).toBe('simple')
    await clock.advance(1)
    expect(await ask()).toBe('moderate')
  })

  it('other tenants, other conversations and other levels are escalated as before (ES4)', async () => {
    const levels = await levelsOf({ simple: [empty], moderate: [empty], complex: [good] })
    const ask = async (tenant: string, session: string, level: 'simple' | 'moderate'): Promise<number> => {
      const response = await levels.ask({ tenant, session, level })
      return response.byok.escalations?.length ?? 0
    }
    expect(await ask('acme', 's1', 'simple')).toBe(1)
    expect(await ask('acme', 's1', 'simple')).toBe(0)
    expect(await ask('other', 's1', 'simple')).toBe(1)
    expect(await ask('acme', 's2', 'simple')).toBe(1)
    expect(await ask('acme', 's1', 'moderate')).toBe(1)
  })

  it('rate limits are escalated all the same, and hold nothing back (ES4)', async () => {
    const clock = new FakeClock()
    const levels = await levelsOf({ simple: [busy, empty, busy], moderate: [good] }, { clock })
    const labels = { tenant: 'acme', session: 's1' }
    expect(answererOf(await levels.ask(labels))).toBe('moderate')
    await clock.advance(60_000) // the key has rested
    expect(answererOf(await levels.ask(labels))).toBe('moderate')
    await clock.advance(60_000)
    expect(answererOf(await levels.ask(labels))).toBe('moderate')
    expect(levels.escalations.map(({ reason }) => reason)).toEqual([
      'rate-limited',
      'low-quality',
      'rate-limited',
    ])
  })

  it('the counts of a request are gone with it: the next one has all its steps (ES4)', async () => {
    const levels = await levelsOf(
      { simple: [empty], moderate: [good] },
      { routing: { escalate: { coolDownMs: 0 } } },
    )
    for (let request = 0; request < 4; request += 1) expect(answererOf(await levels.ask())).toBe('moderate')
  })
})
