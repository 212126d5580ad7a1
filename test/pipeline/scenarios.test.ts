// The streaming-fallback scenarios of section 10, at the two methods.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { asksForStream, dialects, loadSdks, readAll, stageOf, until, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const promptOf = ({ body }: UpstreamRequest): string => JSON.stringify(body).match(/ask-\d+/)?.[0] ?? ''

describe('scenario 1: a stream that succeeds', () => {
  it.each(dialects)('keeps the order, adds nothing, and ends once, in %s', async (dialect) => {
    const pieces = ['Grüße ', '  two  ', '', '\n\n', '🙂', ' שלום', '"quoted"', '\u0000\t', 'end']
    const upstream = await upstreamWith([reply.chat({ text: pieces })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const seen = await readAll(handler.streamCompletion({ ...request, maxTokens: 50 }))
    expect(seen.events.flatMap((event) => (event.type === 'text' ? [event.text] : []))).toEqual(
      pieces.filter(Boolean),
    )
    expect(seen.kinds[0]).toBe('attempt')
    expect(seen.kinds.filter((kind) => kind === 'done')).toHaveLength(1)
    expect(seen.kinds.at(-1)).toBe('done')
    expect(seen.response?.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: pieces.join('') },
    })
  })

  it.each(dialects)('both methods give the same response, in %s', async (dialect) => {
    const upstream = await upstreamWith([
      reply.chat({
        reasoning: ['Hm', '.'],
        text: ['Let me ', 'look'],
        toolCalls: [{ id: 'call_1', name: 'f', arguments: ['{"a"', ':1}'] }],
      }),
    ])
    const { handler } = stageOf({ one: upstream }, { clock: new FakeClock() }, dialect)
    const whole = await handler.generateResponse(request)
    const { response } = await readAll(handler.streamCompletion(request))
    const content = ({ choices, usage, model }: typeof whole) => ({ choices, usage, model })
    expect(content(response ?? whole)).toEqual(content(whole))
    expect(whole.choices[0].message.tool_calls).toMatchObject([
      { function: { name: 'f', arguments: '{"a":1}' } },
    ])
    expect(whole.choices[0].finish_reason).toBe('tool_calls')
  })
})

describe('scenario 2: a stream that fails before output', () => {
  it('is followed by one request without streaming, and the consumer still gets a stream of events', async () => {
    const upstream = await upstreamWith((asked) =>
      asksForStream(asked) ? reply.status(500) : reply.chat({ text: 'whole' }),
    )
    const { handler, told } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.text).toBe('whole')
    expect(seen.kinds.at(-1)).toBe('done')
    expect(upstream.requests.map(asksForStream)).toEqual([true, false])
    expect(told.errors).toEqual([])
  })
})

describe('scenario 3: the fallback switched off', () => {
  it('fails at once, with the reason, and sends no second request', async () => {
    const upstream = await upstreamWith([reply.status(500, { error: { message: 'The engine is gone.' } })])
    const { handler } = stageOf({ one: upstream }, { failover: { streamFallback: false } })
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'provider', status: 500, message: 'The engine is gone.' })
    expect(upstream.hits()).toBe(1)
  })
})

describe('scenario 5: a failure in mid-stream', () => {
  it('delivers what came, then the error, no end, and an error event on the handler', async () => {
    const upstream = await upstreamWith([
      reply.reset({ afterEvents: 3 }, { text: ['one ', 'two ', 'three ', 'four'] }),
    ])
    const { handler, told } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.kinds).toEqual(['attempt', 'text', 'text'])
    expect(seen.error?.code).toBe('stream-interrupted')
    expect(told.errors).toMatchObject([
      { error: { code: 'stream-interrupted', partial: { text: 'one two ' } } },
    ])
  })
})

describe('scenario 6: no first token in time', () => {
  it('closes the stream, and asks once without streaming in what is left of the deadline', async () => {
    const clock = new FakeClock()
    const upstream = await upstreamWith((asked) =>
      asksForStream(asked) ? reply.stall({ afterEvents: 1 }) : reply.hang(),
    )
    const { handler, told } = stageOf(
      { one: upstream },
      { clock, timeout: { firstTokenMs: 20_000, totalMs: 30_000 } },
    )
    const reading = readAll(handler.streamCompletion(request))
    await until(() => upstream.requests[0]?.eventsSent === 1, 'the stall')
    await clock.advance(20_000)
    await until(() => upstream.hits() === 2, 'the second request')
    expect(told.attemptEnds).toMatchObject([
      { attempt: { error: { code: 'timeout', phase: 'first-token' } } },
    ])
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the stream')
    await clock.advance(9_900)
    expect(told.errors).toEqual([])
    await clock.advance(200)
    expect((await reading).error).toMatchObject({ code: 'timeout', phase: 'total' })
    expect(clock.pending()).toBe(0)
  })
})

describe('scenario 7: ten at once', () => {
  it.each(dialects)(
    'are independent: one that fails harms none, and no chunk lands in the wrong stream, in %s',
    async (dialect) => {
      const upstream = await upstreamWith((asked) => {
        const name = promptOf(asked)
        const answer = { text: Array.from({ length: 12 }, (_, index) => `${name}:${index} `) }
        return name === 'ask-3'
          ? reply.reset({ afterEvents: 7 }, answer)
          : { ...reply.chat(answer), eventEveryMs: 2 }
      })
      const { handler, told } = stageOf({ one: upstream }, {}, dialect)
      const names = Array.from({ length: 10 }, (_, index) => `ask-${index}`)
      const results = await Promise.all(
        names.map((prompt) => readAll(handler.streamCompletion({ ...request, prompt }))),
      )
      for (const [index, seen] of results.entries()) {
        const whole = Array.from({ length: 12 }, (_, piece) => `ask-${index}:${piece} `).join('')
        if (index === 3) {
          expect(seen.error?.code).toBe('stream-interrupted')
          expect(whole.startsWith(seen.text)).toBe(true)
        } else {
          expect(seen.error).toBeUndefined()
          expect(seen.text).toBe(whole)
          expect(seen.response?.byok.attempts).toHaveLength(1)
        }
      }
      expect(new Set(told.attempts.map(({ requestId }) => requestId)).size).toBe(10)
    },
  )
})

describe('scenario 11: no buffering', () => {
  it('chunks that come 40 ms apart are seen about 40 ms apart', async () => {
    const upstream = await upstreamWith([
      { ...reply.chat({ text: ['a', 'b', 'c', 'd', 'e', 'f'] }), eventEveryMs: 40 },
    ])
    const { handler } = stageOf({ one: upstream })
    const times: number[] = []
    const from = performance.now()
    for await (const event of handler.streamCompletion(request)) {
      if (event.type === 'text') times.push(performance.now() - from)
    }
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    // A busy machine may hold one chunk up, and the next then comes sooner; held back until the end, all gaps would be 0.
    expect(gaps.filter((gap) => gap > 20).length).toBeGreaterThanOrEqual(4)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150)
  })

  it('each chunk is handed on before the next has left', async () => {
    const upstream = await upstreamWith([{ ...reply.chat({ text: ['a', 'b', 'c'] }), eventEveryMs: 60 }])
    const { handler } = stageOf({ one: upstream })
    const sentWhenSeen: number[] = []
    for await (const event of handler.streamCompletion(request)) {
      if (event.type === 'text') sentWhenSeen.push(upstream.requests[0]?.eventsSent ?? 0)
    }
    expect(sentWhenSeen).toEqual([2, 3, 4])
  })
})

describe('scenario 12: both modes fail', () => {
  it('sends one streaming and one other request, both are in `attempts`, and the last error is thrown', async () => {
    const upstream = await upstreamWith((asked) => reply.status(asksForStream(asked) ? 500 : 502))
    const { handler } = stageOf({ one: upstream })
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'provider', status: 502 })
    expect(error?.attempts).toMatchObject([
      { mode: 'stream', outcome: 'failure', error: { status: 500 } },
      { mode: 'whole', outcome: 'failure', error: { status: 502 } },
    ])
    expect(upstream.requests.map(asksForStream)).toEqual([true, false])
  })
})
