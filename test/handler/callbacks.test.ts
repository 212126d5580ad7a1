// What callbacks and listeners hear of an answer, in every dialect, and that none of them can harm it.

import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import type { Answer } from '../../src/testing/answer.js'
import { reply } from '../../src/testing/reply.js'
import { dialects, failureOf, loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'
import { call, done, finish, piece } from '../stream/chunks.js'
import { chunksFrom, heardOf, recorder, request } from './recorder.js'

beforeAll(loadSdks)

describe.each(dialects)('CB3: callbacks in %s', (dialect) => {
  const answers = async (answer: Answer) => {
    const { heard, callbacks } = recorder()
    const upstream = await upstreamWith([reply.chat(answer)])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    await handler.generateResponse({ ...request, callbacks })
    return heard
  }

  it('hear reasoning, text and calls, in the order of the provider', async () => {
    const answer: Answer = {
      reasoning: ['Let me', ' think'],
      text: ['4', '2'],
      toolCalls: [
        { id: 'call_1', name: 'first', arguments: ['{"a"', ':1}'] },
        { id: 'call_2', name: 'second', arguments: {} },
      ],
    }
    expect(await answers(answer)).toEqual([
      'first',
      'reasoning Let me',
      'reasoning  think',
      'text 4',
      'text 2',
      'call 0 call_1 first',
      'call 1 call_2 second',
    ])
  })

  it('hear of a call before its first argument, and of one without arguments before its end', async () => {
    const toolCalls = [
      { id: 'call_1', name: 'first', arguments: ['{"a"', ':1}'] },
      { id: 'call_2', name: 'now', arguments: '' },
    ]
    const upstream = await upstreamWith([reply.chat({ toolCalls })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const order: string[] = []
    const callbacks = { onToolCallStart: ({ name }: { name: string }) => order.push(`start ${name}`) }
    for await (const event of handler.streamCompletion({ ...request, callbacks })) {
      if (event.type === 'tool-call-delta' && event.arguments) order.push(`arguments ${event.index}`)
      if (event.type === 'tool-call') order.push(`whole ${event.name}`)
    }
    expect(order.filter((what) => what.startsWith('start'))).toEqual(['start first', 'start now'])
    expect(order.indexOf('start first')).toBeLessThan(order.indexOf('arguments 0'))
    expect(order.indexOf('start now')).toBeLessThan(order.indexOf('whole now'))
  })

  it('listeners hear the same events as an iterator, up to the whole calls', async () => {
    const toolCalls = [{ id: 'call_1', name: 'first', arguments: { a: 1 } }]
    const upstream = await upstreamWith([reply.chat({ text: 'a', toolCalls })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const heard: string[] = []
    handler.on('delta', ({ event }) => heard.push(event.type))
    await handler.generateResponse(request)
    const ofResponse = heard.splice(0)
    const { kinds } = await readAll(handler.streamCompletion(request))
    expect(kinds).toEqual(['attempt', ...heard, 'done'])
    expect(ofResponse).toEqual(heard)
    expect(heard.at(-1)).toBe('tool-call')
  })

  it('hear that output began when it begins with a refusal', async () => {
    expect(await answers({ refusal: 'No.' })).toContain('first')
  })

  it('hear the same of an answer that comes whole', async () => {
    const { heard, callbacks } = recorder()
    const toolCalls = [{ id: 'call_1', name: 'first', arguments: { a: 1 } }]
    const upstream = await upstreamWith([
      reply.chat({ reasoning: 'So', text: 'Yes', toolCalls }, { refuses: 'stream' }),
    ])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    await handler.generateResponse({ ...request, callbacks })
    expect(heard).toEqual(['first', 'reasoning So', 'text Yes', 'call 0 call_1 first'])
  })
})

describe('CB1', () => {
  it('says once a request that output began, though several callbacks and requests listen', async () => {
    const [ofHandler, ofRequest] = [recorder(), recorder()]
    const upstream = await upstreamWith([reply.chat({ reasoning: 'a', text: ['b', 'c'] })])
    const { handler } = stageOf({ one: upstream }, { callbacks: ofHandler.callbacks })
    await handler.generateResponse({ ...request, callbacks: ofRequest.callbacks })
    expect(ofRequest.heard).toEqual(['first', 'reasoning a', 'text b', 'text c'])
    expect(ofHandler.heard).toEqual(ofRequest.heard)
    await handler.generateResponse(request)
    expect(ofHandler.heard.filter((what) => what === 'first')).toHaveLength(2)
  })

  it('says nothing of an attempt that failed before output', async () => {
    const { heard, callbacks } = recorder()
    const [one, two] = [
      await upstreamWith([reply.status(500)]),
      await upstreamWith([reply.chat({ text: 'b' })]),
    ]
    const { handler } = stageOf({ one, two })
    await handler.generateResponse({ prompt: 'Hi', model: ['one/m', 'two/m'], callbacks })
    expect(heard).toEqual(['first', 'text b'])
  })
})

describe('CB2', () => {
  it('waits with the start of a call until its name is whole', async () => {
    const name = (part: string) => call(0, null, part)
    expect(
      await heardOf(
        call(0, 'a', 'get_'),
        name('get_wea'),
        name('get_weather'),
        piece(0, '{}'),
        finish('stop'),
      ),
    ).toEqual(['first', 'call 0 a get_weather'])
  })

  it('tells of a call without id and arguments at its end, under the id of the response', async () => {
    const { heard, callbacks } = recorder()
    const { handler } = await chunksFrom(call(0, null, 'now'), finish('tool_calls'), done)
    const response = await handler.generateResponse({ ...request, callbacks })
    const id = response.choices[0].message.tool_calls?.[0]?.id
    expect(heard).toEqual(['first', `call 0 ${id} now`])
  })
})

describe('CB4', () => {
  const unhandled = vi.fn()
  afterEach(() => void process.off('unhandledRejection', unhandled))

  const failing: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('a callback of the app')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a callback of the app'))],
  ]

  it.each(failing)('a callback that %s harms neither the answer nor the others', async (_, fail) => {
    process.on('unhandledRejection', unhandled)
    const { heard, callbacks } = recorder()
    const upstream = await upstreamWith([
      reply.chat({ reasoning: 'a', text: ['b', 'c'], toolCalls: [{ name: 'x', arguments: {} }] }),
    ])
    const failingCallbacks = {
      onTextDelta: fail,
      onReasoningDelta: fail,
      onFirstDelta: fail,
      onToolCallStart: fail,
    }
    const { handler, told } = stageOf({ one: upstream }, { callbacks: failingCallbacks })
    const seen = await readAll(handler.streamCompletion({ ...request, callbacks }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen.error).toBeUndefined()
    expect(seen.response?.text).toBe('bc')
    expect(heard).toHaveLength(5)
    expect(unhandled).not.toHaveBeenCalled()
    expect(told.warnings.map(({ warning }) => warning.code)).toEqual(['callback-failed'])
    expect(seen.response?.byok.warnings.map(({ code }) => code)).toEqual(['callback-failed'])
  })

  it('a listener that throws or rejects harms nobody, and the logger hears of it', async () => {
    process.on('unhandledRejection', unhandled)
    const warn = vi.fn()
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { logger: { warn } })
    for (const [, fail] of failing)
      for (const name of ['request', 'delta', 'request-end'] as const) handler.on(name, fail)
    const heard = vi.fn()
    handler.on('delta', heard)
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toHaveBeenCalled()
    expect(unhandled).not.toHaveBeenCalled()
    expect(warn).toHaveBeenCalled()
  })
})

describe('callbacks that are methods of an instance', () => {
  it('are called as such', async () => {
    class Screen {
      shown = ''
      onTextDelta(text: string): void {
        this.shown += text
      }
    }
    const screen = new Screen()
    const { handler } = stageOf({ one: await upstreamWith([reply.chat({ text: ['a', 'b'] })]) })
    await handler.generateResponse({ ...request, callbacks: screen })
    expect(screen.shown).toBe('ab')
    expect(new BYOKHandler({ callbacks: screen }).hasStreamConsumers()).toBe(true)
  })
})

describe('CB5', () => {
  it('knows whether anyone listens', () => {
    const listener = () => undefined
    const handler = new BYOKHandler()
    expect(handler.hasStreamConsumers()).toBe(false)
    handler.on('request', listener)
    expect(handler.hasStreamConsumers()).toBe(false)
    handler.on('delta', listener)
    expect(handler.hasStreamConsumers()).toBe(true)
    handler.off('delta', listener)
    expect(handler.hasStreamConsumers()).toBe(false)
    handler.once('delta', listener)
    expect(handler.hasStreamConsumers()).toBe(true)
    handler.off('delta', listener)
    expect(handler.hasStreamConsumers()).toBe(false)
  })

  it.each(['onTextDelta', 'onReasoningDelta', 'onFirstDelta', 'onToolCallStart'])(
    'counts %s on the handler',
    (name) => {
      expect(new BYOKHandler({ callbacks: { [name]: () => undefined } }).hasStreamConsumers()).toBe(true)
      expect(new BYOKHandler({ callbacks: {} }).hasStreamConsumers()).toBe(false)
    },
  )
})

describe('CB6', () => {
  const brokenThenWhole = async () =>
    stageOf({
      one: await upstreamWith([reply.cut({ afterEvents: 3 })]),
      two: await upstreamWith([reply.chat({ text: 'whole' })]),
    })
  const both = { prompt: 'Hi', model: ['one/m', 'two/m'] }

  it('generateResponse fails over in mid-stream where nobody listens', async () => {
    const { handler } = await brokenThenWhole()
    expect((await handler.generateResponse(both)).text).toBe('whole')
  })

  it('with empty callbacks nobody listens', async () => {
    const { handler } = await brokenThenWhole()
    expect((await handler.generateResponse({ ...both, callbacks: {} })).text).toBe('whole')
  })

  it.each(['a callback of the request', 'a delta listener'])(
    'generateResponse throws in mid-stream where %s has heard output',
    async (who) => {
      const { handler } = await brokenThenWhole()
      const heard = vi.fn()
      if (who === 'a delta listener') handler.on('delta', heard)
      const callbacks = who === 'a delta listener' ? {} : { onTextDelta: heard }
      const error = await failureOf(handler.generateResponse({ ...both, callbacks }))
      expect(error).toMatchObject({ code: 'stream-interrupted', provider: 'one' })
      expect(error.partial?.text).not.toBe('')
      expect(heard).toHaveBeenCalled()
    },
  )
})
