// What a conversation keeps: its model, and the level of a turn that calls tools.

import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { AppClassifier } from '../../src/core/classification.js'
import type { Message } from '../../src/core/message.js'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, upstreamWith } from '../pipeline/stage.js'
import { chosenBy, type MarketModel, marketOf } from './market.js'

beforeAll(loadSdks)

const models: Readonly<Record<string, MarketModel>> = {
  'one/nano': { quality: 70, usd: 1 },
  'one/mini': { quality: 84, usd: 3 },
  'two/best': { quality: 97, usd: 15 },
}
const nowhere = 'http://127.0.0.1:9'
const hard =
  'Design a consensus protocol for three regions, and prove that it is safe when messages are lost.'
const tools = [{ type: 'function', function: { name: 'look_up', parameters: {} } }] as const

function loop(question: string, rounds: number): Message[] {
  const called = Array.from({ length: rounds }, (_, at): Message[] => [
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: `call_${at}`, type: 'function', function: { name: 'look_up', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: `call_${at}`, content: 'yes' },
  ])
  return [{ role: 'user', content: question }, ...called.flat()]
}

describe('a session', () => {
  it('stays with the model that last answered it, if that survives the filters (RK11)', async () => {
    const upstream = await upstreamWith([reply.chat(), reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    await handler.generateResponse({ model: 'two/best', prompt: 'Hi', session: 's1', tenant: 'a' })
    const request = { prompt: 'Hi', level: 'simple', session: 's1', tenant: 'a' } as const
    expect((await chosenBy(handler, request))[0]).toBe('two/best')
    expect((await handler.generateResponse(request)).byok.provider).toBe('two')
    expect((await chosenBy(handler, { ...request, session: 's2' }))[0]).toBe('one/nano')
    expect((await chosenBy(handler, { ...request, tenant: 'b' }))[0]).toBe('one/nano')
  })

  it('leaves a model that is too weak for what comes next (RK11)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    await handler.generateResponse({ prompt: 'Hi', level: 'simple', session: 's' })
    const order = await chosenBy(handler, { prompt: 'Hi', level: 'advanced', session: 's' })
    expect(order).toEqual(['two/best'])
  })

  it('may be switched off (RK11)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models, { routing: { sticky: false } })
    await handler.generateResponse({ model: 'two/best', prompt: 'Hi', session: 's' })
    expect((await chosenBy(handler, { prompt: 'Hi', level: 'simple', session: 's' }))[0]).toBe('one/nano')
  })
})

describe('a tool loop', () => {
  it('is not classified again: what tools say changes nothing (RK11)', async () => {
    const { handler } = marketOf({ one: 'http://127.0.0.1:9', two: 'http://127.0.0.1:9' }, models)
    const first = await handler.plan({ messages: loop(hard, 0), tools })
    const later = await handler.plan({ messages: loop(hard, 3), tools })
    expect(first.level).not.toBe('simple')
    expect(later.level).toBe(first.level)
    expect(later.classification?.score).toBe(first.classification?.score)
  })

  it('keeps the level that its turn began with, also where a classifier of the app would say another (RK11)', async () => {
    const upstream = await upstreamWith([reply.chat({ toolCalls: [{ name: 'look_up', arguments: ['{}'] }] })])
    let level: 'advanced' | 'simple' = 'advanced'
    const { handler } = marketOf({ one: upstream, two: upstream }, models, { classifier: () => ({ level }) })
    await handler.generateResponse({ messages: loop('Look it up.', 0), tools, session: 's' })
    level = 'simple'
    const inLoop = await handler.plan({ messages: loop('Look it up.', 1), tools, session: 's' })
    expect(inLoop).toMatchObject({ level: 'advanced', levelSource: 'session' })
    expect(inLoop.candidates[0]?.model).toBe('two/best')
    const next = [...loop('Look it up.', 1), { role: 'user', content: 'Thanks.' }] as const
    expect(await handler.plan({ messages: next, tools, session: 's' })).toMatchObject({
      level: 'simple',
      levelSource: 'classifier',
    })
  })
})

describe("the app's classifier", () => {
  const classifier = vi.fn<AppClassifier>(() => ({ level: 'advanced' }))

  it('is asked once a turn, however often the turn calls tools (RK11)', async () => {
    classifier.mockClear()
    const upstream = await upstreamWith(() =>
      reply.chat({ toolCalls: [{ name: 'look_up', arguments: ['{}'] }] }),
    )
    const { handler } = marketOf({ one: upstream, two: upstream }, models, { classifier })
    for (const rounds of [0, 1, 2, 3])
      await handler.generateResponse({ messages: loop('Look it up.', rounds), tools, session: 's' })
    expect(classifier).toHaveBeenCalledTimes(1)
    const next = [...loop('Look it up.', 3), { role: 'user', content: 'And now?' }] as const
    await handler.generateResponse({ messages: next, tools, session: 's' })
    expect(classifier).toHaveBeenCalledTimes(2)
  })
})

describe('a kind of work', () => {
  const code = [
    'Write a Python function that reverses a list.',
    'Now fix the bug in this Python function: it skips the last item.',
    'Refactor that Python code into a class.',
  ]
  const weak = 'Which of the two would you recommend for a small team?'
  const poem = 'Write a poem about the sea.'
  const kindOf = async (...turns: readonly string[]) => {
    const messages = turns.flatMap((content): Message[] => [
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content },
    ])
    const { handler } = marketOf({ one: nowhere, two: nowhere }, models)
    const { taskType, classification } = await handler.plan({ messages: messages.slice(1) })
    return { taskType, confidence: classification?.taskTypeConfidence ?? 0 }
  }

  it('that was guessed three times is guessed again, where nothing else is clear (TR3)', async () => {
    expect((await kindOf(weak)).taskType).toBe('question-answering')
    expect((await kindOf(...code, weak)).taskType).toBe('code')
  })

  it('that was guessed twice, or between others, is no habit yet (TR3)', async () => {
    expect((await kindOf(...code.slice(1), weak)).taskType).toBe('question-answering')
    const [first = '', , third = ''] = code
    expect((await kindOf(first, poem, third, weak)).taskType).toBe('question-answering')
    expect((await kindOf(poem, first, third, weak)).taskType).toBe('question-answering')
    expect((await kindOf(first, third, poem, weak)).taskType).toBe('question-answering')
  })

  it('gives way to one that is clear (TR3)', async () => {
    expect((await kindOf(...code, poem)).taskType).toBe('creative')
  })

  it('is surer the fourth time, and never too sure (TR3)', async () => {
    const alone = await kindOf(weak)
    const again = await kindOf(weak, weak, weak, weak)
    expect(again.taskType).toBe('question-answering')
    expect(again.confidence).toBeGreaterThan(alone.confidence)
    expect((await kindOf(poem, poem, poem, poem)).confidence).toBe(1)
  })
})

describe('the share of strong calls that follows the traffic', () => {
  const routing = { strongShare: { share: 0.5, fromTraffic: true } }
  /** Among small talk it counts as hard. */
  const probe = { prompt: 'Explain how vaccines work.' }
  const requests = Array.from({ length: 25 }, (_, at) => at)

  it('is not moved by plans, and is moved by requests (PV2)', async () => {
    const upstream = await upstreamWith(() => reply.chat())
    const { handler } = marketOf({ one: upstream, two: upstream }, models, { routing })
    const before = await handler.plan(probe)
    expect(before.level).toBe('moderate')
    for (let asked = 0; asked < 100; asked += 1) await handler.plan({ prompt: 'Hi' })
    expect(await handler.plan(probe)).toEqual(before)
    for (const _ of requests) await handler.generateResponse({ prompt: 'Hi' })
    expect((await handler.plan(probe)).level).toBe('complex')
  })

  it('counts a turn once, and not again with each of its tool calls (PV2)', async () => {
    const upstream = await upstreamWith(() => reply.chat())
    const { handler } = marketOf({ one: upstream, two: upstream }, models, { routing })
    const before = await handler.plan(probe)
    for (const at of requests) await handler.generateResponse({ messages: loop('Hi', 1 + (at % 3)) })
    expect((await handler.plan(probe)).classification).toEqual(before.classification)
    for (const _ of requests) await handler.generateResponse({ messages: loop('Hi', 0) })
    expect((await handler.plan(probe)).level).toBe('complex')
  })
})

describe('an allowance', () => {
  it('that the app knows of is kept to: a model without headroom is skipped (RK10)', async () => {
    const upstream = await upstreamWith([reply.chat(), reply.chat()])
    const { handler } = marketOf({ one: upstream, two: upstream }, models, {
      routing: { minuteLimits: { 'one/nano': { requestsPerMinute: 2 } } },
    })
    const request = { prompt: 'Hi', level: 'simple' } as const
    expect((await handler.generateResponse(request)).byok.model).toBe('nano')
    expect((await handler.generateResponse({ ...request, model: 'one/nano' })).byok.model).toBe('nano')
    const route = await handler.plan(request)
    expect(route.candidates[0]?.model).toBe('one/mini')
    expect(route.excluded).toMatchObject([{ model: 'one/nano', filter: 'allowance' }])
  })

  it('that answers tell of lowers the rank of their model (RK10, RK4)', async () => {
    const headers = {
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '30',
      'x-ratelimit-reset-requests': '30s',
    }
    const upstream = await upstreamWith([reply.chat({}, { headers })])
    const { handler } = marketOf({ one: upstream, two: upstream }, models)
    const request = { prompt: 'Hi', level: 'simple' } as const
    const before = await handler.plan(request)
    await handler.generateResponse(request)
    const after = await handler.plan(request)
    const scoreOf = (route: typeof before) =>
      route.candidates.find(({ model }) => model === 'one/nano')?.score ?? 0
    // Its health is a little less than 1 too.
    expect(scoreOf(after) / scoreOf(before)).toBeGreaterThan(0.25)
    expect(scoreOf(after) / scoreOf(before)).toBeLessThanOrEqual(0.3)
  })
})
