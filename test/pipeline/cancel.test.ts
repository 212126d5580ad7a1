// A caller who leaves: in every way and at every moment, the connection closes at once and nothing more is sent.

import { getEventListeners } from 'node:events'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import { type AnswerReply, reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import type { Upstream, UpstreamRequest } from '../../src/testing/upstream.js'
import {
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  textOf,
  until,
  upstreamWith,
  watch,
} from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

/** Text every few milliseconds, for much longer than any test. */
const endless: AnswerReply = { ...reply.chat({ text: Array(2_000).fill('word ') }), eventEveryMs: 5 }

/** The request, once its connection is gone: closed by us, and within 200 ms of now. */
async function expectClosedNow(upstream: Upstream, index = 0): Promise<void> {
  const now = Date.now()
  const closed = (): UpstreamRequest | undefined => upstream.requests[index]
  await until(() => closed()?.closedByClient === true, 'the upstream sees the client leave')
  const record = closed()
  expect(record?.closedByClient).toBe(true)
  expect((record?.at ?? 0) + (record?.closedAfterMs ?? Number.NaN) - now).toBeLessThan(200)
}

function expectAborted(error: ByokError | undefined, reason: unknown): void {
  expect(error).toMatchObject({ code: 'aborted', name: 'AbortError', isRetryable: false })
  expect(error?.cause).toBe(reason)
}

describe('IN1: before the start', () => {
  it('a signal that is aborted already lets no request go out, in either method', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream })
    const reason = new Error('too late')
    const signal = AbortSignal.abort(reason)
    expectAborted(await failureOf(handler.generateResponse({ ...request, signal })), reason)
    expectAborted((await readAll(handler.streamCompletion({ ...request, signal }))).error, reason)
    expect(upstream.hits()).toBe(0)
    expect(told.attempts).toEqual([])
  })

  it('abort() on a stream that nobody has begun lets no request go out', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    stream.abort('changed my mind')
    expectAborted((await readAll(stream)).error, 'changed my mind')
    expect(upstream.hits()).toBe(0)
  })

  it('return() on a stream that nobody has begun lets no request go out, and ends it', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    expect(await stream.return()).toEqual({ done: true, value: undefined })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect((await failureOf(stream.response())).code).toBe('aborted')
    expect(upstream.hits()).toBe(0)
  })

  it('a reason that nobody gave is an AbortError', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    stream.abort()
    expect((await readAll(stream)).error?.cause).toMatchObject({ name: 'AbortError' })
  })

  it('a key function that never answers holds nobody up', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const leaving = new AbortController()
    const { handler } = stageOf({ one: upstream }, { keys: { one: () => new Promise(() => undefined) } })
    const failure = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await Promise.resolve()
    leaving.abort('enough')
    expectAborted(await failure, 'enough')
    expect(upstream.hits()).toBe(0)
  })
})

describe('IN1 and IN2: while headers are awaited', () => {
  it('generateResponse ends by its signal', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream })
    const leaving = new AbortController()
    const failure = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => upstream.hits() === 1, 'the request')
    leaving.abort('enough')
    await expectClosedNow(upstream)
    const error = await failure
    expectAborted(error, 'enough')
    expect(error.attempts).toMatchObject([{ outcome: 'aborted', error: { code: 'aborted' } }])
    expect(error).not.toHaveProperty('partial')
  })

  it.each(['signal', 'abort', 'return'])('a stream ends by %s', async (way) => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream })
    const leaving = new AbortController()
    const stream = handler.streamCompletion({ ...request, signal: leaving.signal })
    const reading = readAll(stream)
    await until(() => upstream.hits() === 1, 'the request')
    if (way === 'signal') leaving.abort('enough')
    else if (way === 'abort') stream.abort('enough')
    else await stream.return()
    await expectClosedNow(upstream)
    const { error, kinds } = await reading
    if (way === 'return') expect(error).toBeUndefined()
    else expectAborted(error, 'enough')
    expect(kinds).toEqual(['attempt'])
    expect(upstream.hits()).toBe(1)
  })
})

describe.each(dialects)('IN1 and IN2: in mid-stream, in %s', (dialect) => {
  it.each(['signal', 'abort', 'break', 'return', 'throw in the loop'])('by %s', async (way) => {
    const upstream = await upstreamWith([endless])
    const spare = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream, two: spare }, {}, dialect)
    const leaving = new AbortController()
    const stream = handler.streamCompletion({ ...request, model: ['one/m', 'two/m'], signal: leaving.signal })
    const reason = new Error('enough')
    let text = ''
    let thrown: unknown
    try {
      for await (const event of stream) {
        if (event.type !== 'text') continue
        text += event.text
        if (text.length < 15) continue
        if (way === 'signal') leaving.abort(reason)
        else if (way === 'abort') stream.abort(reason)
        else if (way === 'return') await stream.return()
        else if (way === 'break') break
        else throw reason
      }
    } catch (error) {
      thrown = error
    }
    await expectClosedNow(upstream)
    if (way === 'throw in the loop') expect(thrown).toBe(reason)
    else if (way === 'signal' || way === 'abort') {
      const error = thrown as ByokError // checked in the next line
      expectAborted(error, reason)
      expect(error.partial?.text.startsWith(text)).toBe(true)
      expect(error.partial?.usageEstimated).toBe(true)
      expect(error.attempts).toMatchObject([{ outcome: 'aborted' }])
    } else expect(thrown).toBeUndefined()
    expect(spare.hits()).toBe(0)
    expect(upstream.hits()).toBe(1)
    expect(told.attemptEnds.map(({ attempt }) => attempt.outcome)).toEqual(['aborted'])
    expect(told.attemptEnds[0]?.attempt.usage?.output).toBeGreaterThan(0)
    expect(told.failovers).toEqual([])
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('generateResponse ends by its signal', async () => {
    const upstream = await upstreamWith([endless])
    const { handler, told } = stageOf({ one: upstream }, {}, dialect)
    const leaving = new AbortController()
    const failure = failureOf(handler.generateResponse({ ...request, signal: leaving.signal }))
    await until(() => (upstream.requests[0]?.eventsSent ?? 0) > 8, 'some events')
    leaving.abort('enough')
    await expectClosedNow(upstream)
    expectAborted(await failure, 'enough')
    expect((await failure).partial?.text).toMatch(/^word /)
    expect(told.attemptEnds).toHaveLength(1)
  })
})

describe('IN1: between candidates', () => {
  it.each(['generateResponse', 'streamCompletion'] as const)('%s asks nobody else', async (method) => {
    const failing = await upstreamWith([reply.status(401)])
    const spare = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: failing, two: spare })
    const leaving = new AbortController()
    handler.on('failover', () => leaving.abort('enough'))
    const asked = { ...request, model: ['one/m', 'two/m'], signal: leaving.signal }
    const error =
      method === 'generateResponse'
        ? await failureOf(handler.generateResponse(asked))
        : (await readAll(handler.streamCompletion(asked))).error
    expectAborted(error, 'enough')
    expect(error?.attempts).toHaveLength(1)
    expect(spare.hits()).toBe(0)
    expect(told.attempts).toHaveLength(1)
  })

  it('nobody is asked without streaming either, once the caller left at the end of the stream', async () => {
    const failing = await upstreamWith([reply.status(500)])
    const { handler } = stageOf({ one: failing })
    const leaving = new AbortController()
    handler.on('attempt-end', () => leaving.abort('enough'))
    expectAborted(await failureOf(handler.generateResponse({ ...request, signal: leaving.signal })), 'enough')
    expect(failing.hits()).toBe(1)
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

describe('IN2', () => {
  it('closes the connection of this request alone', async () => {
    const upstream = await upstreamWith([
      endless,
      { ...reply.chat({ text: Array(40).fill('x') }), eventEveryMs: 5 },
    ])
    const { handler } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    for (let reads = 0; reads < 3; reads += 1) await stream.next()
    const other = handler.generateResponse(request)
    await until(() => (upstream.requests[1]?.eventsSent ?? 0) > 2, 'the second')
    stream.abort()
    await expectClosedNow(upstream)
    expect((await other).text).toBe('x'.repeat(40))
    expect(upstream.requests[1]?.closedByClient).toBe(false)
  })

  it('reports no network fault, and asks no second time', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler, told } = stageOf({ one: upstream })
    const stream = handler.streamCompletion(request)
    const reading = readAll(stream)
    await until(() => upstream.hits() === 1, 'the request')
    stream.abort()
    await reading
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(told.errors.map(({ error }) => error.code)).toEqual(['aborted'])
    expect(upstream.hits()).toBe(1)
  })

  it('an abort after the end changes nothing', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream })
    const leaving = new AbortController()
    const stream = handler.streamCompletion({ ...request, signal: leaving.signal })
    const response = await stream.response()
    leaving.abort()
    stream.abort()
    expect((await stream.response()).text).toBe(response.text)
    const seen = await readAll(stream)
    expect(seen.kinds.at(-1)).toBe('done')
    expect(told.errors).toEqual([])
  })

  it('500 calls on one signal leave no listener and no warning', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const upstream = await upstreamWith([reply.chat({ text: 'ok' })])
    const { handler } = stageOf({ one: upstream })
    const { signal } = new AbortController()
    let most = 0
    for (let call = 0; call < 500; call += 5) {
      const asked = { ...request, signal }
      const batch = [
        handler.generateResponse(asked),
        handler.generateResponse({ ...asked, messages: [], prompt: 'x' }).catch(() => undefined),
        readAll(handler.streamCompletion(asked)),
        (async () => {
          for await (const event of handler.streamCompletion(asked)) if (event.type === 'text') break
        })(),
        handler.streamCompletion(asked).response(),
      ]
      most = Math.max(most, getEventListeners(signal, 'abort').length)
      await Promise.all(batch)
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(most).toBeLessThanOrEqual(5)
    expect(warnings).toEqual([])
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
