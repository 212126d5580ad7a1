// The time limits: what each counts, what it does not, and what the error says.

import { beforeAll, describe, expect, it } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import type { CompletionStream } from '../../src/pipeline/completion-stream.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import {
  attemptsOf,
  closing,
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
const noFallback = { failover: { streamFallback: false } }

/** Reads up to the first text, and gives it back. */
async function firstText(stream: CompletionStream): Promise<string> {
  for (;;) {
    const { value, done } = await stream.next()
    if (done) throw new Error('The stream ended before any text.')
    if (value?.type === 'text') return value.text
  }
}

describe('the first-token limit', () => {
  it('is 120 s, and covers an answer that never begins', async () => {
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
      { timeout: { firstTokenMs: 60, totalMs: 400 } },
    )
    const error = await failureOf(handler.generateResponse({ ...request, model: ['one/m', 'two/m'] }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(attemptsOf(error)).toEqual(['stream timeout', 'whole timeout'])
    expect(silent.requests.map(({ body }) => (body as { stream?: boolean }).stream ?? false)).toEqual([
      true,
      false,
    ]) // our own JSON
  })
})

describe('the idle limit', () => {
  it('is 120 s between chunks, and after output the error is `stream-interrupted` with the timeout as its cause', async () => {
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

describe('the total limit', () => {
  it('is 300 s over all attempts', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.hang()])
    const { handler, told } = stageOf({ one: upstream }, { clock, ...noFallback })
    const failure = failureOf(
      handler.generateResponse({ ...request, model: ['one/a', 'one/b', 'one/c', 'one/d'] }),
    )
    for (const count of [1, 2]) {
      await until(() => upstream.hits() === count, 'the next candidate')
      await clock.advance(120_000)
    }
    await until(() => upstream.hits() === 3, 'the third')
    await clock.advance(59_000)
    expect(told.errors).toEqual([])
    await clock.advance(1_100)
    const error = await failure
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(attemptsOf(error)).toEqual(['stream timeout', 'stream timeout', 'stream timeout'])
    expect(error.attempts?.map((attempt) => attempt.error?.phase)).toEqual([
      'first-token',
      'first-token',
      'total',
    ])
    expect(upstream.hits()).toBe(3)
    expect(clock.pending()).toBe(0)
  })

  it('A22: a deadline of 300 ms with three slow providers ends in time', async () => {
    const slow = await upstreamWith([{ ...reply.status(503), headersAfterMs: 200 }])
    const { handler } = stageOf({ one: slow, two: slow, three: slow }, { timeout: 300, ...noFallback })
    const from = performance.now()
    const error = await failureOf(handler.generateResponse({ prompt: 'x' }))
    expect(performance.now() - from).toBeLessThan(560)
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(slow.hits()).toBe(2)
  })

  it('ends a slow but lively stream, with what had come', async () => {
    const upstream = await upstreamWith([{ ...reply.chat({ text: Array(500).fill('x') }), eventEveryMs: 5 }])
    const { handler } = stageOf({ one: upstream })
    const { error, text } = await readAll(handler.streamCompletion({ ...request, timeout: 150 }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'total', partial: { text } })
    expect(text.length).toBeGreaterThan(0)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })

  it('B12: closes a stream that its consumer forgot in the middle', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([reply.stall({ afterEvents: 3 })])
    const { handler, told } = stageOf({ one: upstream }, { clock })
    const stream = handler.streamCompletion(request)
    await firstText(stream)
    await clock.advance(299_000)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(1_100)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(told.attemptEnds).toHaveLength(1)
    expect(clock.pending()).toBe(0)
    await expect(stream.next()).rejects.toMatchObject({
      code: 'timeout',
      phase: 'total',
      partial: { text: expect.any(String) },
    })
  })

  it('counts the search for a key', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { keys: { one: () => new Promise(() => undefined) } })
    expect(await failureOf(handler.generateResponse({ ...request, timeout: 60 }))).toMatchObject({
      code: 'timeout',
      phase: 'total',
    })
    expect(upstream.hits()).toBe(0)
  })
})

describe('the end of an answer', () => {
  it('waits 10 s at the most behind a finish reason, and the answer stands', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith([
      reply.chat({}, { withoutTerminator: true, break: { how: 'stall' } }),
    ])
    const { handler } = stageOf({ one: upstream }, { clock })
    const stream = handler.streamCompletion(request)
    const reading = readAll(stream)
    await until(() => (upstream.requests[0]?.eventsSent ?? 0) >= 6, 'all of the answer')
    await new Promise((resolve) => setTimeout(resolve, 30))
    await clock.advance(9_900)
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    await clock.advance(200)
    const { response, error } = await reading
    expect(error).toBeUndefined()
    expect(response?.text).toBe('Hello from the test upstream.')
    expect(response?.choices[0].finish_reason).toBe('stop')
    expect(response?.byok.warnings.map(({ code }) => code)).toEqual(['broken-after-finish'])
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(clock.pending()).toBe(0)
  })

  it('the shorter idle limit goes before those 10 s, comments or not', async () => {
    const upstream = await upstreamWith([
      reply.chat({}, { withoutTerminator: true, break: { how: 'stall', keepAliveMs: 15 } }),
    ])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 100 } })
    const from = performance.now()
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    expect(performance.now() - from).toBeLessThan(600)
  })

  it('usage that comes late, behind the finish reason, is taken', async () => {
    const chunks = [
      'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
      'data: {"id":"1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}\n\n',
      'data: [DONE]\n\n',
    ]
    const upstream = await upstreamWith([
      { ...reply.raw(chunks, { 'content-type': 'text/event-stream' }), eventEveryMs: 60 },
    ])
    const { handler } = stageOf({ one: upstream })
    const { usage, byok } = await handler.generateResponse(request)
    expect(usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 6 })
    expect(byok.usageEstimated).toBe(false)
  })

  it('B4: ends at once with `[DONE]`, though the socket stays open, and then closes it', async () => {
    const upstream = await upstreamWith([closing(reply.stall())])
    const { handler } = stageOf({ one: upstream })
    const from = performance.now()
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    expect(performance.now() - from).toBeLessThan(200)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection', 500)
  })
})

describe('TM1', () => {
  it('a limit of the request goes before that of the handler', async () => {
    const upstream = await upstreamWith([reply.hang()])
    const { handler } = stageOf(
      { one: upstream },
      { timeout: { firstTokenMs: 60_000, totalMs: 90_000 }, ...noFallback },
    )
    const error = await failureOf(handler.generateResponse({ ...request, timeout: { firstTokenMs: 50 } }))
    expect(error).toMatchObject({ code: 'timeout', phase: 'first-token' })
    const total = await failureOf(handler.generateResponse({ ...request, timeout: 50 }))
    expect(total).toMatchObject({ code: 'timeout', phase: 'total' })
  })

  it.each([0, -1, Number.NaN, '5', { idleMs: 0 }, { totalMs: -5 }, { idle: 5 }])(
    '%j is refused',
    async (timeout) => {
      const upstream = await upstreamWith([reply.chat()])
      const { handler } = stageOf({ one: upstream })
      const wrong = { ...request, timeout } as unknown as { prompt: string } // wrong on purpose
      expect((await failureOf(handler.generateResponse(wrong))).code).toBe('invalid-request')
      expect(() => new BYOKHandler({ timeout } as unknown as object)).toThrow(
        expect.objectContaining({ code: 'config' }),
      ) // wrong on purpose
      expect(upstream.hits()).toBe(0)
    },
  )
})

describe('timers', () => {
  it('none is left after an answer, a failure, or a caller who left', async () => {
    const clock = new FakeClock()
    const word = { type: 'text', text: 'a' } as const
    const provider = scriptedProvider({
      id: 'scripted',
      clock,
      replies: ['hello', [new Error('no')], [word, { waitMs: Number.POSITIVE_INFINITY }]],
    })
    const { handler } = watch(new BYOKHandler({ adapters: [provider], clock, ...noFallback }))
    const asked = { model: 'scripted/m', prompt: 'x' }
    expect(textOf((await readAll(handler.streamCompletion(asked))).events)).toBe('hello')
    expect(clock.pending()).toBe(0)
    await failureOf(handler.generateResponse(asked))
    expect(clock.pending()).toBe(0)
    for await (const event of handler.streamCompletion(asked)) if (event.type === 'text') break
    expect(clock.pending()).toBe(0)
  })
})
