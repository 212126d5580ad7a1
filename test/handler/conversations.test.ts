// What a conversation keeps: its model, and the level of a turn that calls tools.

import { beforeAll, describe, expect, it } from 'vitest'
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
