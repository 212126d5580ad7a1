// The streaming-fallback scenarios of section 10 and the handler scenarios of section 28, at the two methods.

import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { attemptsOf, dialects, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const asksForStream = ({ body }: UpstreamRequest): boolean => (body as { stream?: boolean }).stream === true // our own JSON
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

describe('streaming (section 28)', () => {
  it.each(dialects)('tokens come in order in %s', async (dialect) => {
    const words = Array.from({ length: 50 }, (_, index) => `w${index} `)
    const upstream = await upstreamWith([reply.chat({ text: words })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    expect((await readAll(handler.streamCompletion(request))).text).toBe(words.join(''))
  })

  it('a stop sequence is sent, in the words of the dialect', async () => {
    for (const [dialect, name] of [
      ['openai-chat', 'stop'],
      ['anthropic-messages', 'stop_sequences'],
    ] as const) {
      const upstream = await upstreamWith([reply.chat()])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      await handler.generateResponse({ ...request, stop: ['END'] })
      expect(upstream.requests[0]?.body).toMatchObject({ [name]: ['END'] })
    }
  })

  it('an error gives what came, and is typed', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent(
        { afterEvents: 3, code: 'rate_limit_exceeded', message: 'Slow down.' },
        { text: ['a', 'b', 'c'] },
      ),
    ])
    const { handler } = stageOf({ one: upstream })
    const { error, text } = await readAll(handler.streamCompletion(request))
    expect(text).toBe('ab')
    expect(error).toMatchObject({ code: 'rate-limited', message: 'Slow down.', partial: { text: 'ab' } })
  })

  it.each(dialects)('usage is accumulated, in %s', async (dialect) => {
    const upstream = await upstreamWith([reply.chat({ usage: { input: 11, output: 7 } })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.response?.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 })
    expect(seen.response?.byok.usageEstimated).toBe(false)
    expect(seen.response?.byok.attempts[0]?.usage).toMatchObject({ input: 11, output: 7 })
  })

  it('a last chunk without choices is harmless', async () => {
    const upstream = await upstreamWith([
      reply.chat(
        {},
        {
          extraEvents: [
            { afterEvents: 6, data: '{"choices":[]}' },
            { afterEvents: 6, data: '{}' },
          ],
        },
      ),
    ])
    const { handler } = stageOf({ one: upstream })
    const { text, error } = await readAll(handler.streamCompletion(request))
    expect(text).toBe('Hello from the test upstream.')
    expect(error).toBeUndefined()
  })

  it('a consumer may stop early', async () => {
    const upstream = await upstreamWith([
      { ...reply.chat({ text: Array(1_000).fill('x') }), eventEveryMs: 2 },
    ])
    const { handler } = stageOf({ one: upstream })
    for await (const event of handler.streamCompletion(request)) if (event.type === 'text') break
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })
})

describe('edges (section 28)', () => {
  it('empty messages are an invalid request before any key is looked up', async () => {
    let lookups = 0
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: upstream },
      {
        keys: {
          one: () => {
            lookups += 1
            return 'test-key-one-0001'
          },
        },
      },
    )
    for (const empty of [{ model: 'one/m', messages: [] }, { model: 'one/m' }]) {
      expect((await failureOf(handler.generateResponse(empty))).code).toBe('invalid-request')
      expect((await readAll(handler.streamCompletion(empty))).error?.code).toBe('invalid-request')
    }
    expect(lookups).toBe(0)
  })

  it.each(dialects)('a prompt of 50,000 characters arrives whole, in %s', async (dialect) => {
    const prompt = 'ä🙂x '.repeat(10_000)
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    await handler.generateResponse({ ...request, prompt })
    expect(JSON.stringify(upstream.requests[0]?.body)).toContain(prompt)
  })

  it.each(dialects)(
    'RQ7: special characters arrive unchanged, and the input is not touched, in %s',
    async (dialect) => {
      const prompt = '"quotes" \\ \n\r\t \u0007 עברית 🙂🏽 \u2028 </script> {x}'
      const upstream = await upstreamWith([reply.chat()])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const messages = Object.freeze([Object.freeze({ role: 'user' as const, content: prompt })])
      await handler.generateResponse({ model: 'one/m', messages })
      expect(JSON.stringify(upstream.requests[0]?.body)).toContain(JSON.stringify(prompt).slice(1, -1))
    },
  )

  it('RQ8: five calls at once each get their own answer', async () => {
    const upstream = await upstreamWith((asked) => reply.chat({ text: promptOf(asked) }))
    const { handler } = stageOf({ one: upstream })
    const names = ['ask-0', 'ask-1', 'ask-2', 'ask-3', 'ask-4']
    const responses = await Promise.all(
      names.map((prompt) => handler.generateResponse({ ...request, prompt })),
    )
    expect(responses.map(({ text }) => text)).toEqual(names)
    expect(new Set(responses.map(({ byok }) => byok.attempts[0]?.id)).size).toBe(5)
  })

  it('RQ9: the model may change in the middle of a conversation', async () => {
    const upstream = await upstreamWith([
      reply.chat({ toolCalls: [{ id: 'call_1', name: 'look', arguments: { at: 'sky' } }] }),
      reply.chat({ text: 'Blue.' }),
    ])
    const chat = stageOf({ one: upstream })
    const user = { role: 'user' as const, content: 'Which colour is the sky?' }
    const first = await chat.handler.generateResponse({ model: 'one/m', messages: [user] })
    const { message } = first.choices[0]
    const claude = stageOf({ two: upstream }, {}, 'anthropic-messages')
    const second = await claude.handler.generateResponse({
      model: 'two/other',
      messages: [user, message, { role: 'tool', tool_call_id: 'call_1', content: 'blue' }],
    })
    expect(second.text).toBe('Blue.')
    expect(second.byok).toMatchObject({ provider: 'two', model: 'other' })
    expect(JSON.stringify(upstream.requests[1]?.body)).toContain('tool_result')
  })

  it('RQ2: a named model is used or refused, never replaced', async () => {
    const missing = await upstreamWith([reply.status(404)])
    const other = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: missing, two: other })
    expect((await failureOf(handler.generateResponse(request))).code).toBe('model-not-found')
    expect(other.hits()).toBe(0)
    expect(
      attemptsOf((await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })).byok),
    ).toEqual(['stream model-not-found', 'stream success'])
  })
})
