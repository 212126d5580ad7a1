// The limits on an attempt: what the first token and idle limits count, what they do not, and what the error says.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import {
  attemptsOf,
  dialects,
  failureOf,
  firstText,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
} from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const noFallback = { failover: { streamFallback: false } }

describe('the first-token limit', () => {
  it('TM3: is 120 s, covers an answer that never begins, and says `first-token`', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: upstream }, { clock, ...noFallback })
    let isOver = false
    const failure = failureOf(handler.generateResponse(request)).finally(() => {
      isOver = true
    })
    await until(() => upstream.hits() === 1, 'the request')
    await clock.advance(119_999)
    expect(isOver).toBe(false)
    await clock.advance(1)
    expect(await failure).toMatchObject({
      code: 'timeout',
      phase: 'first-token',
      isRetryable: true,
      provider: 'one',
    })
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it.each([
    ['headers alone', reply.stall({ afterEvents: 0 })],
    ['a role', reply.stall({ afterEvents: 1 })],
    ['comments', reply.stall({ afterEvents: 1, keepAliveMs: 15 })],
    [
      'empty chunks',
      {
        ...reply.raw(Array(40).fill('data: {"choices":[{"index":0,"delta":{}}]}\n\n'), {
          'content-type': 'text/event-stream',
        }),
        eventEveryMs: 15,
      },
    ],
  ])('is not met by %s', async (_, slow) => {
    const upstream = await upstreamWith([slow])
    const { handler } = stageOf({ one: upstream }, { timeout: { firstTokenMs: 150 }, ...noFallback })
    const from = performance.now()
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'timeout',
      phase: 'first-token',
    })
    expect(performance.now() - from).toBeLessThan(600)
  })

  it('A2: begins no second stream, and the next candidate takes over', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: silent, two: healthy }, { clock, ...noFallback })
    const response = handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    await until(() => silent.hits() === 1, 'the request')
    await clock.advance(120_000)
    expect((await response).byok.provider).toBe('two')
    expect(silent.hits()).toBe(1)
    await until(() => silent.requests[0]?.closedByClient === true, 'the end of the connection')
  })

  it('A2: with the fallback on, one request without streaming comes first', async () => {
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: silent, two: healthy },
      { timeout: { firstTokenMs: 60, totalMs: 5_000 } },
    )
    const { byok } = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect(byok.provider).toBe('two')
    expect(attemptsOf(byok)).toEqual(['stream timeout', 'whole timeout', 'stream success'])
    expect(silent.requests.map(({ body }) => (body as { stream?: boolean }).stream ?? false)).toEqual([
      true,
      false,
    ]) // our own JSON
  })

  it('leaves the next candidate half of what the first-token limit would let the fallback use up', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: silent, two: healthy },
      { clock, timeout: { firstTokenMs: 60_000, totalMs: 100_000 } },
    )
    const response = handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    await until(() => silent.hits() === 1, 'the stream')
    await clock.advance(60_000)
    await until(() => silent.hits() === 2, 'the request without streaming')
    await clock.advance(19_999)
    expect(healthy.hits()).toBe(0)
    await clock.advance(1)
    expect((await response).byok.provider).toBe('two')
  })

  it('lets the last candidate have all the time that is left for its fallback', async () => {
    const clock = new FakeClock()
    const silent = await upstreamWith([reply.hang()])
    const { handler } = stageOf({ one: silent }, { clock })
    const failure = failureOf(handler.generateResponse(request))
    await until(() => silent.hits() === 1, 'the stream')
    await clock.advance(120_000)
    await until(() => silent.hits() === 2, 'the request without streaming')
    await clock.advance(180_000)
    const error = await failure
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(error.attempts?.at(-1)?.durationMs).toBe(180_000)
  })
})

describe.each(dialects)('an error in %s whose body stalls', (dialect) => {
  const stalling = (status: number) => ({
    ...reply.status(status, undefined, { 'retry-after': '7' }),
    break: { how: 'stall', afterBytes: 9 } as const,
  })

  it.each([1_000, 2_000, 120_000])('is that of its status after 2 s, also within %i ms', async (ms) => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([stalling(429)])
    const { handler } = stageOf({ one: upstream }, { clock, timeout: { firstTokenMs: ms } }, dialect)
    const failure = failureOf(handler.generateResponse(request))
    await until(() => upstream.requests[0]?.bytesSent === 9, 'the status')
    await new Promise((resolve) => setTimeout(resolve, 30))
    await clock.advance(1_999)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(1)
    expect(await failure).toMatchObject({ code: 'rate-limited', status: 429, retryAfterMs: 7_000 })
    expect(upstream.hits()).toBe(1)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it('is that of its status without streaming too, and the next candidate answers', async () => {
    const clock = new FakeClock()
    const [failing, healthy] = [await upstreamWith([stalling(503)]), await upstreamWith([reply.chat()])]
    const places = { one: failing, two: healthy }
    const { handler } = stageOf(places, { clock, timeout: { firstTokenMs: 1_000 } }, dialect)
    const response = handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    for (const index of [0, 1]) {
      await until(() => failing.requests[index]?.bytesSent === 9, 'the status')
      await new Promise((resolve) => setTimeout(resolve, 30))
      await clock.advance(2_000)
    }
    expect(attemptsOf((await response).byok)).toEqual(['stream provider', 'whole provider', 'stream success'])
  })
})

describe('the idle limit', () => {
  it('TM3: is 120 s between chunks, and after output the error is `stream-interrupted` with the timeout as its cause', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.stall({ afterEvents: 3 })])
    const { handler } = stageOf({ one: upstream }, { clock })
    const stream = handler.streamCompletion(request)
    const reading = readAll(stream)
    await until(() => upstream.requests[0]?.eventsSent === 3, 'the stall')
    await new Promise((resolve) => setTimeout(resolve, 30))
    await clock.advance(119_900)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(200)
    const { error, text } = await reading
    expect(error).toMatchObject({
      code: 'stream-interrupted',
      cause: { code: 'timeout', phase: 'idle' },
      partial: { text },
    })
    expect(text).toBe('Hello from the')
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it('B5: comments do not count', async () => {
    const upstream = await upstreamWith([reply.stall({ afterEvents: 3, keepAliveMs: 15 })])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 150 } })
    const from = performance.now()
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'stream-interrupted', cause: { code: 'timeout', phase: 'idle' } })
    expect(performance.now() - from).toBeLessThan(600)
  })

  it.each([
    [
      'openai-chat',
      'event: ping\ndata: {}\n\n',
      'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
    ],
    [
      'anthropic-messages',
      'event: ping\ndata: {"type":"ping"}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n',
    ],
    [
      'openai-responses',
      'event: ping\ndata: {"type":"ping"}\n\n',
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}\n\n',
    ],
  ] as const)('the pings of %s do not count', async (dialect, ping, text) => {
    const body = [text, ...Array<string>(40).fill(ping)]
    const upstream = await upstreamWith([
      { ...reply.raw(body, { 'content-type': 'text/event-stream' }), eventEveryMs: 15 },
    ])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 150 } }, dialect)
    const { error, text: seen } = await readAll(handler.streamCompletion({ ...request, maxTokens: 9 }))
    expect(seen).toBe('Hi')
    expect(error).toMatchObject({ code: 'stream-interrupted', cause: { phase: 'idle' } })
  })

  it('every real chunk begins it anew', async () => {
    const upstream = await upstreamWith([{ ...reply.chat({ text: Array(10).fill('x') }), eventEveryMs: 60 }])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 400 } })
    expect((await handler.generateResponse(request)).text).toBe('x'.repeat(10))
  })

  it('a slow consumer uses up nothing of it', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([
      { ...reply.chat({ text: ['a', 'b', 'c', 'd', 'e', 'f'] }), eventEveryMs: 10 },
    ])
    const { handler } = stageOf({ one: upstream }, { clock, timeout: { totalMs: 100_000_000 } })
    const stream = handler.streamCompletion(request)
    let text = await firstText(stream)
    for (;;) {
      await clock.advance(500_000)
      const { value, done } = await stream.next()
      if (done) break
      if (value?.type === 'text') text += value.text
    }
    expect(text).toBe('abcdef')
    expect(clock.pending()).toBe(0)
  })

  it('in generateResponse another candidate takes over', async () => {
    const stalling = await upstreamWith([reply.stall({ afterEvents: 3 })])
    const healthy = await upstreamWith([reply.chat({ text: 'second' })])
    const { handler } = stageOf({ one: stalling, two: healthy }, { timeout: { idleMs: 300 } })
    const response = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect(response.text).toBe('second')
    expect(attemptsOf(response.byok)).toEqual(['stream stream-interrupted', 'stream success'])
  })
})
