// One request and its answer, over transports that a test plays itself: refusals, late responses, requests that are no JSON.

import { beforeAll, describe, expect, it } from 'vitest'
import type { ProviderCall, Transport, TransportRequest } from '../../src/core/contracts.js'
import type { ChatRequest } from '../../src/core/request.js'
import { dialectAdapter } from '../../src/providers/adapter.js'
import { lazyAdapter } from '../../src/providers/lazy-adapter.js'
import { sdkTransport } from '../../src/providers/sdk-transport.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { defaultChatQuirks } from '../../src/wire/openai-chat/quirks.js'
import { bodyOf } from '../net/bodies.js'
import { failureOf, loadSdks, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

function stageWith(send: Transport['send'], request: Partial<ChatRequest> = {}) {
  const clock = new FakeClock()
  const surroundings = { clock, fetch: globalThis.fetch }
  const adapter = dialectAdapter({
    id: 'one',
    dialect: openaiChat,
    quirks: { ...defaultChatQuirks, seedField: null },
    transport: { send },
    headers: {},
    toolCallIds: undefined,
    limits: { maxEventBytes: 1024, maxResponseBytes: 4096 },
    outputLimitOf: () => undefined,
    surroundings,
  })
  const controller = new AbortController()
  const call: ProviderCall = {
    model: 'm',
    request: { messages: [{ role: 'user', content: 'x' }], ...request },
    signal: controller.signal,
    connectMs: 30_000,
  }
  const iterator = () => adapter.stream(call)[Symbol.asyncIterator]()
  return {
    clock,
    controller,
    adapter,
    call,
    iterator,
    streamed: async (): Promise<unknown> => iterator().next(),
    whole: async (): Promise<unknown> => adapter.complete?.(call),
  }
}

/** A transport that answers when told to, and heeds no signal. */
function slowTransport() {
  let hits = 0
  let answer: (response: Response) => void = () => undefined
  const send = () => {
    hits += 1
    return new Promise<Response>((resolve) => {
      answer = resolve
    })
  }
  return { send, answer: (response: Response) => answer(response), hits: () => hits }
}

const done = { done: true, value: undefined }

describe('an error status', () => {
  it('counts though its body never ends, with its headers and what had come of the body', async () => {
    for (const way of ['streamed', 'whole'] as const) {
      const body = bodyOf(['{"error":{"message":"Slow down.","type":"requests"}}'], 'silence')
      const stage = stageWith(
        async () => new Response(body.stream, { status: 429, headers: { 'retry-after': '3' } }),
      )
      const failing = failureOf(stage[way]())
      await stage.clock.advance(2_000)
      expect(await failing).toMatchObject({
        code: 'rate-limited',
        message: 'Slow down.',
        status: 429,
        retryAfterMs: 3_000,
        upstream: { type: 'requests' },
      })
      expect(body.isClosed()).toBe(true)
    }
  })

  it('counts where its body breaks, and where its transport has read the body already', async () => {
    const broken = bodyOf(['Out of', ' order, sorry'], { breaksWith: new Error('reset') })
    const { streamed } = stageWith(async () => new Response(broken.stream, { status: 500 }))
    expect(await failureOf(streamed())).toMatchObject({
      status: 500,
      message: 'Out of order,',
    })
    const read = new Response('Out of order', { status: 500 })
    await read.text()
    expect(await failureOf(stageWith(async () => read).streamed())).toMatchObject({
      status: 500,
      message: 'The provider answered 500 without a body.',
    })
  })

  it('is let go of when its reader leaves', async () => {
    const body = bodyOf(['Out of order'], 'silence')
    const { iterator } = stageWith(async () => new Response(body.stream, { status: 500 }))
    const answer = iterator()
    const waiting = answer.next()
    await new Promise(setImmediate)
    await answer.return?.()
    expect(body.isClosed()).toBe(true)
    expect(await waiting).toEqual(done)
  })
})

describe('a response that comes too late', () => {
  it.each(['left', 'aborted'])('is closed, where a stream was %s meanwhile', async (how) => {
    const { send, answer } = slowTransport()
    const body = bodyOf(['data: {}\n\n'])
    const { controller, iterator: open } = stageWith(send)
    const iterator = open()
    const waiting = iterator.next()
    if (how === 'left') await iterator.return?.()
    else controller.abort()
    answer(new Response(body.stream))
    expect(await waiting).toEqual(done)
    expect(body.isClosed()).toBe(true)
  })

  it('is closed, where a request without streaming was aborted meanwhile', async () => {
    const { send, answer } = slowTransport()
    const body = bodyOf(['{}'])
    const { whole, controller } = stageWith(send)
    const waiting = whole()
    controller.abort()
    answer(new Response(body.stream))
    expect(await waiting).toEqual([])
    expect(body.isClosed()).toBe(true)
  })

  it('is closed in the middle of its body too', async () => {
    const body = bodyOf(['{"id":'], 'silence')
    const { whole, controller } = stageWith(async () => new Response(body.stream))
    const waiting = whole()
    await new Promise(setImmediate)
    controller.abort()
    expect(await waiting).toEqual([])
    expect(body.isClosed()).toBe(true)
  })
})

describe('a request that was left', () => {
  it('before it was sent is never sent', async () => {
    const { send, hits } = slowTransport()
    const { controller, iterator, whole } = stageWith(send)
    const left = iterator()
    await left.return?.()
    expect(await left.next()).toEqual(done)
    controller.abort()
    expect(await iterator().next()).toEqual(done)
    expect(await whole()).toEqual([])
    expect(hits()).toBe(0)
  })

  it('while its adapter was loading is never sent', async () => {
    const { send, hits } = slowTransport()
    const { adapter, call } = stageWith(send)
    const iterator = lazyAdapter('one', async () => adapter)
      .stream(call)
      [Symbol.asyncIterator]()
    const waiting = iterator.next()
    await iterator.return?.()
    expect(await waiting).toEqual(done)
    expect(hits()).toBe(0)
  })

  it('has its adapter loaded again where that failed before', async () => {
    const { adapter, call } = stageWith(async () => new Response('{}'))
    let loads = 0
    const lazy = lazyAdapter('one', async () => {
      loads += 1
      if (loads === 1) throw new Error('no such file')
      return adapter
    })
    await expect(lazy.complete?.(call)).rejects.toThrow('no such file')
    await lazy.complete?.(call).catch(() => undefined)
    await lazy.complete?.(call).catch(() => undefined)
    expect(loads).toBe(2)
  })

  it('is not sent again by a read behind its failure', async () => {
    let hits = 0
    const { iterator } = stageWith(async () => {
      hits += 1
      throw new Error('refused')
    })
    const answer = iterator()
    await expect(answer.next()).rejects.toThrow('refused')
    expect(await answer.next()).toEqual(done)
    expect(hits).toBe(1)
  })

  it('leaves no listener on its signal', async () => {
    const { adapter, call } = stageWith(async () => new Response('{}'))
    let listeners = 0
    const signal = Object.assign(new AbortController().signal, {
      addEventListener: () => {
        listeners += 1
      },
      removeEventListener: () => {
        listeners -= 1
      },
    })
    await failureOf(adapter.complete?.({ ...call, signal }) ?? Promise.reject())
    expect(listeners).toBe(0)
  })
})

describe('a request that is no JSON', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const odd = (parameters: Record<string, unknown>): Partial<ChatRequest> => ({
    tools: [{ type: 'function', function: { name: 'f', parameters } }],
  })

  it.each([
    ['cyclic tool parameters', odd(circle)],
    ['a BigInt in tool parameters', odd({ minimum: 1n })],
    ['a BigInt in an option of the provider', { providerOptions: { one: { seed: 1n } } }],
  ])('because of %s is refused before anything is sent', async (_, request) => {
    const upstream = await upstreamWith([reply.chat()])
    const transport = sdkTransport('openai', `${upstream.url}/v1`, {
      clock: new FakeClock(),
      fetch: globalThis.fetch,
    })
    const foreign = async ({ body }: TransportRequest) => new Response(JSON.stringify(body))
    for (const send of [transport.send, foreign]) {
      const { streamed, whole } = stageWith(send, request)
      for (const ask of [streamed, whole]) {
        expect(await failureOf(ask())).toMatchObject({
          code: 'invalid-request',
          isRetryable: false,
          message: expect.stringMatching(/^The request cannot be written as JSON: /),
        })
      }
    }
    expect(upstream.hits()).toBe(0)
  })

  it('because a message cannot be encoded is refused as well', async () => {
    const { streamed } = stageWith(async () => new Response('{}'), {
      messages: [
        {
          role: 'user',
          get content(): string {
            throw new TypeError('no content for you')
          },
        },
      ],
    })
    expect(await failureOf(streamed())).toMatchObject({
      code: 'invalid-request',
      message: 'The request cannot be written as JSON: no content for you',
    })
  })

  it('is told from a refused option, which keeps its own words', async () => {
    const { streamed } = stageWith(async () => new Response('{}'), { seed: 5, strict: true })
    expect(await failureOf(streamed())).toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^one: .* With `strict`, that is an error\.$/),
    })
  })

  it('is no excuse for a transport that fails for another reason', async () => {
    const { streamed } = stageWith(async () => {
      throw new Error('refused')
    })
    await expect(streamed()).rejects.toThrow('refused')
  })
})

describe('a request without streaming', () => {
  it('closes its connection when its answer breaks off', async () => {
    const body = bodyOf(['data: {"choices":[]}\n\ndata: {broken\n\n'], 'silence')
    const { whole } = stageWith(async () => new Response(body.stream))
    expect((await failureOf(whole())).code).toBe('invalid-response')
    expect(body.isClosed()).toBe(true)
  })

  it('has read its answer to the end when that cannot be understood', async () => {
    const body = bodyOf(['[1', ',2]'])
    const { whole } = stageWith(async () => new Response(body.stream))
    expect((await failureOf(whole())).code).toBe('invalid-response')
    expect(body.taken()).toBe(2)
  })
})
