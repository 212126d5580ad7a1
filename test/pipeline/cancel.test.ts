// A caller who leaves: in every way and at every moment, the connection closes at once and nothing more is sent.

import { getEventListeners } from 'node:events'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ByokError } from '../../src/core/errors.js'
import { reply } from '../../src/testing/reply.js'
import { endless, expectAborted, expectClosedNow } from './leaving.js'
import { dialects, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }

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

  it('once the caller left at the end of an attempt, nobody takes over, and no failover is told', async () => {
    const failing = await upstreamWith([reply.status(401)])
    const { handler, told } = stageOf({ one: failing, two: failing })
    const leaving = new AbortController()
    handler.on('attempt-end', () => leaving.abort('enough'))
    const asked = { ...request, model: ['one/m', 'two/m'], signal: leaving.signal }
    expectAborted(await failureOf(handler.generateResponse(asked)), 'enough')
    expect(told.failovers).toEqual([])
    expect(failing.hits()).toBe(1)
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

  it('100 calls at once share one listener, each is told, and none is left behind', async () => {
    const upstream = await upstreamWith([endless])
    const { handler } = stageOf({ one: upstream })
    const controller = new AbortController()
    const { signal } = controller
    const calls = Array.from({ length: 100 }, () =>
      failureOf(handler.generateResponse({ ...request, signal })),
    )
    await until(() => upstream.hits() > 0, 'the first request')
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort('enough')
    for (const call of calls) expectAborted(await call, 'enough')
    expect(getEventListeners(signal, 'abort')).toEqual([])
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
    expect(most).toBeLessThanOrEqual(1)
    expect(warnings).toEqual([])
  })
})
