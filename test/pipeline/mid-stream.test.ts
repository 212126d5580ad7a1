// A model that fails after output: the consumer gets an error and no second answer; and what counts as output.

import { beforeAll, describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import {
  attemptsOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
  watch,
} from './stage.js'

beforeAll(loadSdks)

const chunk = (delta: object) => ({
  data: JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] }),
})

/** A chat stream of these events, which then breaks. */
const brokenStream = (...events: { data: string }[]): Reply =>
  reply.raw(
    events.map(({ data }) => `data: ${data}\n\n`),
    { 'content-type': 'text/event-stream' },
  )

describe('MS1', () => {
  it.each(dialects)(
    'a stream that breaks after output throws `stream-interrupted` with what had come, in %s',
    async (dialect) => {
      for (const how of [reply.reset, reply.cut, reply.end]) {
        const upstream = await upstreamWith([
          how({ afterEvents: 6 }, { text: ['Hal', 'lo ', 'wor', 'ld', ' and', ' so', ' on', '.'] }),
        ])
        const spare = await upstreamWith([reply.chat({ text: 'SECOND' })])
        const { handler, told } = stageOf({ one: upstream, two: spare }, {}, dialect)
        const seen = await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
        expect(seen.text).toMatch(/^Hal/)
        expect(seen.error).toMatchObject({
          code: 'stream-interrupted',
          isRetryable: true,
          provider: 'one',
          model: 'm',
        })
        expect(seen.error?.partial?.text).toBe(seen.text)
        expect(attemptsOf(seen.error ?? {})).toEqual(['stream stream-interrupted'])
        expect(seen.kinds).not.toContain('done')
        expect(spare.hits()).toBe(0)
        expect(upstream.hits()).toBe(1)
        expect(told.errors.map(({ error }) => error.code)).toEqual(['stream-interrupted'])
        expect(told.answers).toEqual([])
      }
    },
  )

  it.each(dialects)(
    'reasoning and calls stand in `partial`, the calls marked incomplete, in %s',
    async (dialect) => {
      const answer = {
        reasoning: ['Let me', ' think'],
        toolCalls: [{ id: 'c1', name: 'remove', arguments: ['{"pa', 'th":"', '/et', 'c"}'] }],
      }
      const upstream = await upstreamWith((request) => {
        // Far enough into the arguments, and not at their end, whatever events the dialect adds around them.
        const afterEvents = request.path.endsWith('/messages')
          ? 10
          : request.path.endsWith('/responses')
            ? 12
            : 6
        return reply.reset({ afterEvents }, answer)
      })
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'x' }))
      expect(seen.error?.partial).toMatchObject({
        reasoning: 'Let me think',
        toolCalls: [{ id: expect.any(String), function: { name: 'remove' }, incomplete: true }],
      })
      const shown = seen.error?.partial?.toolCalls[0]
      expect(shown?.type === 'function' && '{"path":"/etc"}'.startsWith(shown.function.arguments)).toBe(true)
      expect(seen.kinds).not.toContain('tool-call')
    },
  )

  it.each(dialects)('generateResponse goes to the next candidate, silently, in %s', async (dialect) => {
    const failing = await upstreamWith([
      reply.reset({ afterEvents: 5 }, { text: ['FIRST ', 'a', 'b', 'c', 'd'] }),
    ])
    const healthy = await upstreamWith([reply.chat({ text: 'second' })])
    const { handler, told } = stageOf({ one: failing, two: healthy }, {}, dialect)
    const response = await handler.generateResponse({ model: ['one/m', 'two/m'], prompt: 'x' })
    expect(response.text).toBe('second')
    expect(response.model).toBe('m')
    expect(response.byok).toMatchObject({ provider: 'two', requestedModel: 'one/m, two/m' })
    expect(attemptsOf(response.byok)).toEqual(['stream stream-interrupted', 'stream success'])
    expect(told.errors).toEqual([])
  })

  it('CB6: generateResponse with delta callbacks has shown output, and throws instead', async () => {
    const failing = await upstreamWith([reply.reset({ afterEvents: 3 }, { text: ['one ', 'two ', 'three'] })])
    const healthy = await upstreamWith([reply.chat()])
    const places = { one: failing, two: healthy }
    const request = { model: ['one/m', 'two/m'], prompt: 'x' }
    const heard: string[] = []
    const onTextDelta = (text: string) => heard.push(text)

    const inRequest = stageOf(places).handler
    const error = await failureOf(inRequest.generateResponse({ ...request, callbacks: { onTextDelta } }))
    expect(error.code).toBe('stream-interrupted')
    expect(error.partial?.text).toBe(heard.join(''))
    expect(heard.length).toBeGreaterThan(0)

    const onHandler = stageOf(places, { callbacks: { onTextDelta } }).handler
    expect((await failureOf(onHandler.generateResponse(request))).code).toBe('stream-interrupted')

    const listening = stageOf(places).handler.on('delta', () => undefined)
    expect((await failureOf(listening.generateResponse(request))).code).toBe('stream-interrupted')
    expect(healthy.hits()).toBe(0)
  })

  it('CB6: callbacks that have heard nothing yet bind to no answer', async () => {
    const failing = await upstreamWith([reply.status(503)])
    const healthy = await upstreamWith([reply.chat({ text: 'second' })])
    const heard: string[] = []
    const { handler } = stageOf({ one: failing, two: healthy })
    const response = await handler.generateResponse({
      model: ['one/m', 'two/m'],
      prompt: 'x',
      callbacks: { onTextDelta: (text) => heard.push(text) },
    })
    expect(response.text).toBe('second')
    expect(heard.join('')).toBe('second')
  })
})

describe('MS3', () => {
  it('no end is made up after a failure in the middle', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent({ afterEvents: 3, type: 'server_error' }, { text: ['a', 'b', 'c'] }),
    ])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion({ model: 'one/m', prompt: 'x' })
    const seen = await readAll(stream)
    expect(seen.kinds).toEqual(['attempt', 'text', 'text'])
    expect(seen.error?.partial?.text).toBe('ab')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(await failureOf(stream.response())).toBe(seen.error)
  })

  it('late chunks of an attempt that was given up are dropped', async () => {
    // Two adapters that pay no heed to their signal, the first of them late.
    let release = () => {}
    const late = new Promise<void>((resolve) => {
      release = resolve
    })
    const deaf = {
      id: 'deaf',
      async *stream() {
        await late
        yield { type: 'text' as const, text: 'LATE' }
        yield { type: 'finish' as const, reason: 'stop' as const }
      },
    }
    const quick = scriptedProvider({
      id: 'quick',
      replies: [[{ type: 'text', text: 'in ' }, { waitMs: 30 }, { type: 'text', text: 'time' }]],
    })
    const { handler, told } = watch(
      new BYOKHandler({ adapters: [deaf, quick], timeout: { firstTokenMs: 40 } }),
    )
    const stream = handler.streamCompletion({ model: ['deaf/m', 'quick/m'], prompt: 'x' })
    const reading = readAll(stream)
    await until(() => told.failovers.length === 1, 'the failover')
    release()
    const seen = await reading
    expect(seen.text).toBe('in time')
    expect(seen.response?.text).toBe('in time')
    const [first, second] = seen.events.filter((event) => event.type === 'attempt')
    expect(first?.id).not.toBe(second?.id)
  })
})

describe('the commit rule', () => {
  it.each([
    ['text', chunk({ content: 'x' })],
    ['reasoning', chunk({ reasoning_content: 'x' })],
    ['a refusal', chunk({ refusal: 'x' })],
    [
      'a tool-call fragment',
      chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }),
    ],
  ])('%s is output: no other model takes over', async (_, output) => {
    const failing = await upstreamWith([brokenStream(chunk({ role: 'assistant' }), output)])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: failing, two: healthy })
    const seen = await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
    expect(seen.error?.code).toBe('stream-interrupted')
    expect(seen.error?.partial).toBeDefined()
    expect(healthy.hits()).toBe(0)
  })

  it.each([
    ['a role', chunk({ role: 'assistant' })],
    ['an empty delta', chunk({})],
    ['empty text', chunk({ content: '' })],
    ['empty reasoning', chunk({ reasoning_content: '' })],
    ['a chunk without choices', { data: '{"choices":[]}' }],
    ['usage', { data: '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}}' }],
  ])('%s is none: the next model takes over unnoticed', async (_, nothing) => {
    const failing = await upstreamWith([brokenStream(chunk({ role: 'assistant' }), nothing, nothing)])
    const healthy = await upstreamWith([reply.chat({ text: 'second' })])
    const { handler } = stageOf({ one: failing, two: healthy }, { failover: { streamFallback: false } })
    const seen = await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
    expect(seen.error).toBeUndefined()
    expect(seen.text).toBe('second')
    expect(attemptsOf(seen.response?.byok ?? {})).toEqual(['stream stream-interrupted', 'stream success'])
    expect(seen.response?.byok.attempts[0]).not.toHaveProperty('firstDeltaMs')
  })

  it('a comment is none', async () => {
    const failing = await upstreamWith([
      reply.raw([': a\n\n', ': b\n\n'], { 'content-type': 'text/event-stream' }),
    ])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: failing, two: healthy }, { failover: { streamFallback: false } })
    expect(
      (await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))).error,
    ).toBeUndefined()
  })

  it.each(dialects)('the pings and headers of %s are none', async (dialect) => {
    const ping = { afterEvents: 1, event: 'ping', data: '{"type":"ping"}' }
    const failing = await upstreamWith([
      reply.chat({}, { extraEvents: [ping], break: { how: 'reset', afterEvents: 2 } }),
    ])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: failing, two: healthy },
      { failover: { streamFallback: false } },
      dialect,
    )
    const seen = await readAll(handler.streamCompletion({ model: ['one/m', 'two/m'], prompt: 'x' }))
    expect(seen.error).toBeUndefined()
    expect(seen.response?.byok.provider).toBe('two')
  })
})
