// The stream object and the end of a handler: response(), reads side by side, leaving, closing.

import { beforeAll, describe, expect, it } from 'vitest'
import type { ByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { endless, expectAborted, expectClosedNow } from './leaving.js'
import { failureOf, loadSdks, readAll, stageOf, textOf, until, upstreamWith, watch } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

describe('the end of a stream', () => {
  it('comes when the connection breaks behind the finish of a tool call', async () => {
    const provider = scriptedProvider({
      id: 'one',
      replies: [
        [
          { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'look', arguments: '{}' },
          { type: 'finish', reason: 'tool_calls' },
          new Error('reset'),
        ],
      ],
    })
    const handler = new BYOKHandler({ adapters: [provider] })
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.kinds.slice(-3)).toEqual(['warning', 'tool-call', 'done'])
    await handler.close()
  })
})

describe('a listener that asks for the next event', () => {
  it('while the request begins has it sent once', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream })
    await handler.generateResponse(request) // the pipeline is loaded
    const stream = handler.streamCompletion(request)
    let first: Promise<unknown> | undefined
    handler.once('request', () => {
      first = stream.next()
    })
    const response = await stream.response()
    expect(response.text).toBe('Hello from the test upstream.')
    expect(await first).toMatchObject({ value: { type: 'attempt' } })
    expect(upstream.hits()).toBe(2)
    expect(told.answers).toHaveLength(2)
    await handler.close()
  })
})

describe('response()', () => {
  it('is safe to ignore when the stream fails', async () => {
    const upstream = await upstreamWith([reply.status(401)])
    const { handler, told } = stageOf({ one: upstream })
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    void handler.streamCompletion(request).response()
    await until(() => told.errors.length === 1, 'the failure')
    await new Promise((resolve) => setTimeout(resolve, 20))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('drives the stream where nobody iterates, and the events stay for whoever does later', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const response = await stream.response()
    expect(response.text).toBe('Hello from the test upstream.')
    const seen = await readAll(stream)
    expect(seen.text).toBe(response.text)
    expect(seen.response).toBe(response)
    expect(upstream.hits()).toBe(1)
  })

  it('gives the response of `done` to a consumer who iterates as well', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const promised = stream.response()
    const seen = await readAll(stream)
    expect(await promised).toBe(seen.response)
    expect(await stream.response()).toBe(seen.response)
    expect(seen.text).toBe('Hello from the test upstream.')
    expect(upstream.hits()).toBe(1)
  })

  it('rejects after an abort, with what had come', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const failure = failureOf(stream.response())
    await until(() => (upstream.requests[0]?.eventsSent ?? 0) > 8, 'some events')
    stream.abort('enough')
    expectAborted(await failure, 'enough')
    expect((await failure).partial?.text).toMatch(/^word /)
    await expectClosedNow(upstream)
  })

  it('rejects with the error that the loop throws', async () => {
    const upstream = await upstreamWith([reply.reset({ afterEvents: 3 })])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const promised = failureOf(stream.response())
    expect((await readAll(stream)).error).toBe(await promised)
  })

  it('rejects when the loop was left', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    for await (const event of stream) if (event.type === 'text') break
    expect((await failureOf(stream.response())).name).toBe('AbortError')
  })
})

describe('the stream object', () => {
  it('B12: checks and sends nothing before the first next()', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream })
    handler.streamCompletion(request)
    const wrong = handler.streamCompletion({ ...request, temprature: 1 } as object)
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(upstream.hits()).toBe(0)
    expect(told.attempts).toEqual([])
    const seen = await readAll(wrong)
    expect(seen.error).toMatchObject({ code: 'invalid-request', field: 'temprature' })
  })

  it('gives the events in order to reads that wait side by side', async () => {
    const pieces = Array.from({ length: 30 }, (_, index) => `${index} `)
    const upstream = await upstreamWith([{ ...reply.chat({ text: pieces }), eventEveryMs: 1 }])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const results = await Promise.all(Array.from({ length: 60 }, () => stream.next()))
    const events = results.flatMap((result) => (result.done ? [] : [result.value]))
    expect(textOf(events)).toBe(pieces.join(''))
    expect(events.at(-1)?.type).toBe('done')
    expect(results.at(-1)).toEqual({ done: true, value: undefined })
  })

  it('return() ends a next() that waits, and neither throws', async () => {
    const upstream = await upstreamWith([reply.stall({ afterEvents: 2 })])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    await stream.next()
    await stream.next()
    const waiting = stream.next()
    await until(() => upstream.requests[0]?.eventsSent === 2, 'the stall')
    expect(await stream.return()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    await expectClosedNow(upstream)
  })

  it('throw() leaves the stream and hands the error back', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    for (let reads = 0; reads < 3; reads += 1) await stream.next()
    const reason = new Error('mine')
    await expect(stream.throw(reason)).rejects.toBe(reason)
    await expectClosedNow(upstream)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('throws a failure once, and is done after that', async () => {
    const upstream = await upstreamWith([reply.status(401)])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    expect((await readAll(stream)).error?.code).toBe('authentication')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(upstream.hits()).toBe(1)
  })

  it('`await using` leaves it', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    {
      await using stream = handler.streamCompletion(request)
      for (let reads = 0; reads < 3; reads += 1) await stream.next()
    }
    await expectClosedNow(upstream)
  })
})

describe('handler.close()', () => {
  it('ends what runs as if its caller had left, and takes no more', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const reading = readAll(handler.streamCompletion(request))
    const failure = failureOf(handler.generateResponse(request))
    await until(() => upstream.requests.filter(({ eventsSent }) => eventsSent > 4).length === 2, 'both')
    await handler.close()
    await expectClosedNow(upstream, 0)
    await expectClosedNow(upstream, 1)
    expect((await failure).name).toBe('AbortError')
    expect((await reading).error?.name).toBe('AbortError')
    expect((await failureOf(handler.generateResponse(request))).code).toBe('config')
    expect((await readAll(handler.streamCompletion(request))).error?.code).toBe('config')
    expect(upstream.hits()).toBe(2)
  })

  it('`await using` closes it', async () => {
    const upstream = await upstreamWith([endless])
    let failure: Promise<ByokError> | undefined
    {
      await using handler = new BYOKHandler({
        keys: { one: 'test-key-one-0001' },
        providers: { one: { baseURL: `${upstream.url}/v1` } },
      })
      failure = failureOf(handler.generateResponse(request))
      await until(() => upstream.hits() === 1, 'the request')
    }
    expect((await failure)?.code).toBe('aborted')
    await expectClosedNow(upstream)
  })

  it('ends a stream that waits in the middle for its consumer', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    for (let reads = 0; reads < 3; reads += 1) await stream.next()
    await handler.close()
    await expectClosedNow(upstream)
    await expect(stream.next()).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('IN1: from a listener', () => {
  it.each(['abort', 'return', 'signal', 'close'])(
    '%s, as soon as an attempt is told, sends nothing and hangs nowhere',
    async (way) => {
      const upstream = await upstreamWith([reply.chat()])
      const { handler, told } = stageOf({ one: upstream })
      const leaving = new AbortController()
      const stream = handler.streamCompletion({ ...request, signal: leaving.signal })
      let left: Promise<unknown> = Promise.resolve()
      handler.on('attempt', () => {
        if (way === 'abort') stream.abort('enough')
        else if (way === 'return') left = stream.return()
        else if (way === 'signal') leaving.abort('enough')
        else left = handler.close()
      })
      const seen = await readAll(stream)
      await left
      if (way === 'return') expect(seen.error).toBeUndefined()
      else expect(seen.error?.code).toBe('aborted')
      expect(upstream.hits()).toBe(0)
      if (way !== 'close') expect(told.attemptEnds).toHaveLength(1)
    },
  )
})

describe('an adapter from outside', () => {
  it('that ignores its signal holds nobody up', async () => {
    const deaf = {
      id: 'deaf',
      async *stream() {
        yield { type: 'text' as const, text: 'a' }
        await new Promise(() => undefined)
      },
    }
    const { handler } = watch(new BYOKHandler({ adapters: [deaf] }))
    const stream = handler.streamCompletion({ model: 'deaf/m', prompt: 'x' })
    await stream.next()
    await stream.next()
    const waiting = failureOf(stream.next())
    stream.abort('enough')
    expectAborted(await waiting, 'enough')
  })

  it('is told of the caller who left', async () => {
    const provider = scriptedProvider({
      id: 'scripted',
      replies: [[{ type: 'text', text: 'a' }, { waitMs: Number.POSITIVE_INFINITY }]],
    })
    const { handler } = watch(new BYOKHandler({ adapters: [provider] }))
    for await (const event of handler.streamCompletion({ model: 'scripted/m', prompt: 'x' })) {
      if (event.type === 'text') break
    }
    await until(() => provider.calls[0]?.end !== undefined, 'the end of the call')
    expect(provider.calls[0]?.signal.aborted).toBe(true)
  })
})
