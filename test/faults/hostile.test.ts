// Answers made to harm: huge events, endless streams, bombs, and tool calls with hostile indexes.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../../src/testing/reply.js'
import { reply } from '../../src/testing/reply.js'
import {
  attemptsOf,
  dialects,
  failureOf,
  loadSdks,
  readAll,
  stageOf,
  until,
  upstreamWith,
} from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x', maxTokens: 50 }
const sse = { 'content-type': 'text/event-stream' }
const mebibyte = 1024 ** 2

/** One line of data that goes on for so many bytes, made while it is sent. */
function endlessLine(bytes: number): Reply {
  const piece = 'x'.repeat(64 * 1024)
  return reply.raw(
    {
      *[Symbol.iterator]() {
        yield 'data: "'
        for (let sent = 0; sent < bytes; sent += piece.length) yield piece
      },
    },
    sse,
  )
}

/** How much the memory of this process grows at the most while something runs. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 5)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return most - before
}

describe('B9: one line of 64 MiB', () => {
  it.each(dialects)('is given up at 1 MiB, at once, in %s', async (dialect) => {
    const upstream = await upstreamWith([endlessLine(64 * mebibyte)])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const from = performance.now()
    const error = await failureOf(handler.generateResponse(request))
    expect(performance.now() - from).toBeLessThan(1_000)
    expect(error).toMatchObject({ code: 'event-too-large', provider: 'one' })
    expect(error.message.length).toBeLessThan(300)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    expect(upstream.requests[0]?.bytesSent).toBeLessThan(16 * mebibyte)
  })

  it('the limit can be set; an event below it is taken', async () => {
    const big = 'y'.repeat(1.5 * mebibyte)
    const upstream = await upstreamWith([reply.chat({ text: ['a', big] })])
    const { error } = await readAll(stageOf({ one: upstream }).handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'event-too-large', partial: { text: 'a' } })
    const { handler } = stageOf({ one: upstream }, { limits: { maxEventBytes: 2 * mebibyte } })
    expect((await handler.generateResponse(request)).text.length).toBe(1.5 * mebibyte + 1)
  })

  it('many events are too large together as well', async () => {
    const upstream = await upstreamWith([reply.chat({ text: Array(60).fill('z'.repeat(20_000)) })])
    const { handler } = stageOf({ one: upstream }, { limits: { maxResponseBytes: mebibyte } })
    expect((await failureOf(handler.generateResponse(request))).code).toBe('event-too-large')
  })
})

describe('B10', () => {
  it('a hundred thousand tiny events are read in linear time', async () => {
    const timeFor = async (count: number) => {
      const upstream = await upstreamWith([
        { ...reply.chat({ text: Array(count).fill('x') }), eventsPerWrite: 500 },
      ])
      const { handler } = stageOf({ one: upstream })
      const from = performance.now()
      expect((await handler.generateResponse(request)).text.length).toBe(count)
      return performance.now() - from
    }
    await timeFor(5_000)
    const small = await timeFor(20_000)
    const large = await timeFor(100_000)
    expect(large).toBeLessThan(Math.max(small, 20) * 15)
  })

  it('a slow reader holds the upstream up instead of piling up its answer', async () => {
    const text = 'w'.repeat(16 * 1024)
    const upstream = await upstreamWith([reply.chat({ text: Array(4_000).fill(text) })])
    const { handler } = stageOf({ one: upstream }, { limits: { maxResponseBytes: 200 * mebibyte } })
    const stream = handler.streamCompletion(request)
    for (let reads = 0; reads < 20; reads += 1) await stream.next()
    const growth = await growthDuring(async () => {
      await until(() => (upstream.requests[0]?.pauses ?? 0) > 0, 'the upstream waits')
      let sent = -1
      // What the sockets of both sides hold is little and does not grow.
      while (sent !== upstream.requests[0]?.bytesSent) {
        sent = upstream.requests[0]?.bytesSent ?? 0
        await new Promise((resolve) => setTimeout(resolve, 80))
      }
      expect(sent).toBeLessThan(16 * mebibyte)
      for (let reads = 0; reads < 100; reads += 1) {
        await stream.next()
        if (reads % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
    expect(growth).toBeLessThan(64 * mebibyte)
    expect(upstream.requests[0]?.bytesSent).toBeLessThan(24 * mebibyte)
    await stream.return()
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })
})

describe('B13: tool calls', () => {
  const ask = async (toolCalls: Parameters<typeof reply.chat>[0], options = {}) => {
    const upstream = await upstreamWith([reply.chat(toolCalls)])
    const { handler } = stageOf({ one: upstream }, options)
    return await readAll(handler.streamCompletion(request))
  }

  it.each([1e9, -1, '__proto__', 'constructor', 1.5, {}, [], true, '1e9', 2 ** 60])(
    'with the index %j open no hole and pollute nothing',
    async (index) => {
      const seen = await ask(
        { toolCalls: [{ id: 'c1', name: 'f', arguments: { a: 1 }, index }] },
        { failover: { streamFallback: false } },
      )
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      expect(Object.prototype).not.toHaveProperty('arguments')
      if (seen.error !== undefined) {
        expect(seen.error.code).toBe('invalid-response')
        expect(seen.kinds).not.toContain('tool-call')
        return
      }
      const calls = seen.response?.choices[0].message.tool_calls ?? []
      expect(calls).toHaveLength(1)
      expect(Object.keys(calls)).toEqual(['0'])
      expect(
        seen.events.filter((event) => event.type === 'tool-call-delta').map((event) => event.index),
      ).toEqual([0, 0])
    },
  )

  it('with `__proto__` in their arguments pollute nothing', async () => {
    const text = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
    const seen = await ask({ toolCalls: [{ id: 'c1', name: 'f', arguments: text }] })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    const call = seen.events.find((event) => event.type === 'tool-call')
    expect((call?.input as { polluted?: boolean } | undefined)?.polluted).toBeUndefined()
    expect(Object.getPrototypeOf(Object.assign({}, call?.input))).toBe(Object.prototype)
  })

  it('without an id get one, the same in events and response', async () => {
    const seen = await ask({ toolCalls: [{ id: null, name: 'f', arguments: { a: 1 } }] })
    const [call] = seen.response?.choices[0].message.tool_calls ?? []
    expect(call?.id).toMatch(/^call_/)
    expect(seen.events.find((event) => event.type === 'tool-call')?.id).toBe(call?.id)
    expect(seen.events.find((event) => event.type === 'tool-call-delta')?.id).toBe(call?.id)
  })

  it('that come in turns are kept apart', async () => {
    const seen = await ask({
      interleaved: true,
      toolCalls: [
        { id: 'a', name: 'f', arguments: ['{"a"', ':', '1}'] },
        { id: 'b', name: 'g', arguments: ['{"b"', ':', '2}'] },
      ],
    })
    expect(
      seen.events.flatMap((event) => (event.type === 'tool-call' ? [[event.id, event.input]] : [])),
    ).toEqual([
      ['a', { a: 1 }],
      ['b', { b: 2 }],
    ])
  })

  it('that share an index are kept apart by their ids', async () => {
    const seen = await ask({
      toolCalls: [
        { id: 'a', name: 'f', arguments: { a: 1 }, index: 0 },
        { id: 'b', name: 'g', arguments: { b: 2 }, index: 0 },
      ],
    })
    expect(seen.response?.choices[0].message.tool_calls).toMatchObject([{ id: 'a' }, { id: 'b' }])
  })

  it('are 128 at the most', async () => {
    const calls = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: `c${index}`, name: 'f', arguments: '{}' }))
    expect((await ask({ toolCalls: calls(128) })).response?.choices[0].message.tool_calls).toHaveLength(128)
    const seen = await ask({ toolCalls: calls(129) })
    expect(seen.error?.code).toBe('invalid-response')
    expect(seen.kinds).not.toContain('tool-call')
  })
})

describe('A19: compressed answers', () => {
  it('a gzip bomb is cut off at the cap, as a stream, as a whole body and as an error', async () => {
    const bomb = reply.gzipBomb()
    const bombs: Reply[] = [
      bomb,
      { ...bomb, headers: { ...bomb.headers, 'content-type': 'application/json' } },
      { ...bomb, status: 500 },
    ]
    for (const body of bombs) {
      const upstream = await upstreamWith([body])
      const { handler } = stageOf(
        { one: upstream },
        { failover: { streamFallback: false }, limits: { maxResponseBytes: 4 * mebibyte } },
      )
      const from = performance.now()
      let code = ''
      const growth = await growthDuring(async () => {
        code = (await failureOf(handler.generateResponse(request))).code
      })
      expect(['event-too-large', 'provider']).toContain(code)
      expect(performance.now() - from).toBeLessThan(3_000)
      // 64 MiB, and what the upstream, in this same process, needs for its own side.
      expect(growth).toBeLessThan((64 + 48) * mebibyte)
      await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
    }
  })

  it('a hundred stacked compressions are refused', async () => {
    const upstream = await upstreamWith([reply.chat({}, { encodings: Array(100).fill('gzip') })])
    const { handler } = stageOf({ one: upstream }, { failover: { streamFallback: false } })
    expect((await failureOf(handler.generateResponse(request))).code).toBe('invalid-response')
  })

  it.each(['gzip', 'deflate', 'br'] as const)('an honest answer in %s is read', async (encoding) => {
    const upstream = await upstreamWith([reply.chat({}, { encodings: [encoding] })])
    const { handler } = stageOf({ one: upstream })
    expect(attemptsOf((await handler.generateResponse(request)).byok)).toEqual(['stream success'])
  })
})
