// Faults of a stream, by their ids: cut, stalled, malformed and odd answers over real sockets.

import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { StreamEvent } from '../../src/core/stream-event.js'
import type { Framing } from '../../src/testing/reply.js'
import { reply } from '../../src/testing/reply.js'
import { dialects, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x', maxTokens: 50 }
const words = ['Grüße', ' 🙂🏽 ', 'aus', ' שלום', ' 東京', '\n', 'end.']
const call = { id: 'call_1', name: 'remove', arguments: ['{"pa', 'th":"/', 'etc"', '}'] }

/** What a consumer sees, without the attempt's id and the times. */
const shown = (events: readonly StreamEvent[]): unknown[] =>
  events.map((event) => (event.type === 'attempt' || event.type === 'done' ? event.type : event))

describe.each(dialects)('a stream in %s', (dialect) => {
  it('B1: a reset after output throws, with the partial text and an estimate of its usage', async () => {
    const upstream = await upstreamWith([reply.reset({ afterEvents: 7 }, { text: words })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const { error, text } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'stream-interrupted', partial: { text, usageEstimated: true } })
    expect(text).toMatch(/^Grüße/)
    expect(error?.partial?.usage.output).toBeGreaterThan(0)
    expect(error?.partial?.usage.input).toBeGreaterThan(0)
    expect(error?.attempts?.[0]?.usage).toEqual(error?.partial?.usage)
  })

  it('B2: a reset inside tool arguments never emits the call', async () => {
    const afterEvents = { 'openai-chat': 4, 'openai-responses': 7, 'anthropic-messages': 5 }[dialect]
    const starts: string[] = []
    const upstream = await upstreamWith([reply.reset({ afterEvents }, { toolCalls: [call] })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const seen = await readAll(
      handler.streamCompletion({
        ...request,
        callbacks: { onToolCallStart: ({ name }) => starts.push(name) },
      }),
    )
    expect(seen.error?.code).toBe('stream-interrupted')
    expect(seen.kinds).not.toContain('tool-call')
    expect(seen.kinds).toContain('tool-call-delta')
    expect(starts).toEqual(['remove'])
    expect(seen.error?.partial?.toolCalls).toMatchObject([{ incomplete: true, function: { name: 'remove' } }])
  })

  it('B2: whole arguments without an end of the answer are no call either', async () => {
    const upstream = await upstreamWith([
      reply.end({ afterEvents: dialect === 'openai-chat' ? 6 : 8 }, { toolCalls: [call] }),
    ])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.error?.code).toBe('stream-interrupted')
    expect(seen.kinds).not.toContain('tool-call')
  })

  it('B3: a clean end without finish reason and end mark is an interrupted stream', async () => {
    const upstream = await upstreamWith([reply.end({ afterEvents: 6 }, { text: words })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    expect((await readAll(handler.streamCompletion(request))).error?.code).toBe('stream-interrupted')
    expect((await failureOf(handler.generateResponse(request))).code).toBe('stream-interrupted')
  })

  it('B3: with a finish reason, a missing end mark is no fault, except where only the end mark says so', async () => {
    const upstream = await upstreamWith([reply.chat({ text: words }, { withoutTerminator: true })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.text).toBe(words.join(''))
    if (dialect === 'openai-responses') expect(seen.error?.code).toBe('stream-interrupted')
    else expect(seen.response?.choices[0].finish_reason).toBe('stop')
  })

  it('B4: ends at once with the end mark, though the socket stays open, and closes it', async () => {
    const upstream = await upstreamWith([reply.stall({}, { text: words })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const from = performance.now()
    expect((await handler.generateResponse(request)).text).toBe(words.join(''))
    expect(performance.now() - from).toBeLessThan(500)
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })

  it('B5: a stall with comments runs into the idle limit', async () => {
    const upstream = await upstreamWith([reply.stall({ afterEvents: 7, keepAliveMs: 15 }, { text: words })])
    const { handler } = stageOf({ one: upstream }, { timeout: { idleMs: 150 } }, dialect)
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'stream-interrupted', cause: { code: 'timeout', phase: 'idle' } })
    await until(() => upstream.requests[0]?.closedByClient === true, 'the end of the connection')
  })

  it("B6: an error event after output is typed, with the provider's own words, and what came was delivered", async () => {
    const fault = {
      type: 'overloaded_error',
      code: 'overloaded_error',
      message: 'Too many of you.',
      afterEvents: 7,
    }
    const upstream = await upstreamWith([reply.errorEvent(fault, { text: words })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const { error, text } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'overloaded', message: 'Too many of you.' })
    expect(Object.values(error?.upstream ?? {})).toContain('overloaded_error')
    expect(error?.partial?.text).toBe(text)
    expect(text.length).toBeGreaterThan(0)
  })

  it('A13: an overload reported before output goes to the next candidate', async () => {
    const upstream = await upstreamWith([
      reply.errorEvent({ type: 'overloaded_error', code: 'overloaded_error', afterEvents: 1 }),
    ])
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: healthy }, {}, dialect)
    const seen = await readAll(handler.streamCompletion({ ...request, model: ['one/m', 'two/m'] }))
    expect(seen.response?.byok).toMatchObject({
      provider: 'two',
      attempts: [{ error: { code: 'overloaded' } }, {}],
    })
    expect(upstream.hits()).toBe(1)
  })

  it('B7: an event that is no JSON is an error, not skipped, and its text is logged nowhere', async () => {
    const said = [
      vi.spyOn(console, 'error'),
      vi.spyOn(console, 'warn'),
      vi.spyOn(console, 'log'),
      vi.spyOn(process.stderr, 'write'),
    ]
    const upstream = await upstreamWith([
      reply.badEvent({ afterEvents: 7, data: '{"secret words' }, { text: words }),
    ])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const { error, text, kinds } = await readAll(handler.streamCompletion(request))
    expect(error?.code).toBe('invalid-response')
    expect(error?.partial?.text).toBe(text)
    expect(text).toMatch(/^Grüße/)
    expect(kinds).not.toContain('done')
    expect(JSON.stringify(error)).not.toContain('secret words')
    for (const method of said) expect(method).not.toHaveBeenCalled()
  })

  it('B8: however the bytes are cut and framed, the events are the same', async () => {
    const answer = { reasoning: ['Hm', '…'], text: words, toolCalls: [call] }
    const read = async (framing: Framing, sliceBytes?: number) => {
      const upstream = await upstreamWith([
        reply.chat(answer, { ...framing, ...(sliceBytes === undefined ? {} : { sliceBytes }) }),
      ])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const seen = await readAll(handler.streamCompletion(request))
      expect(seen.error).toBeUndefined()
      return { events: shown(seen.events), choices: seen.response?.choices, usage: seen.response?.usage }
    }
    const reference = await read({})
    const framings: [Framing, number | undefined][] = [
      [{}, 1],
      [{}, 3],
      [{ lineEnd: '\r\n' }, 1],
      [{ lineEnd: '\r' }, 1],
      [{ lineEnd: '\r\n', comment: 'keep-alive' }, 7],
      [{ byteOrderMark: true, withoutSpace: true }, 1],
      [{ withoutLastBlankLine: true, comment: '🙂' }, 5],
      [{ lineEnd: '\r' }, undefined],
    ]
    for (const [framing, sliceBytes] of framings) expect(await read(framing, sliceBytes)).toEqual(reference)
  })

  it('B15: an unknown finish reason is `stop` with a warning, and the word is kept', async () => {
    if (dialect === 'openai-responses') return // ends by the kind of its last event, not by a word
    const upstream = await upstreamWith([reply.chat({ text: words, finish: 'mood_change' })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const response = await handler.generateResponse(request)
    expect(response.choices[0].finish_reason).toBe('stop')
    expect(response.byok.finishReason).toBe('mood_change')
    expect(response.byok.warnings.map(({ code }) => code)).toContain('unknown-finish-reason')
  })

  it('B15: the same with whole calls is `tool_calls`', async () => {
    if (dialect === 'openai-responses') return // as above
    const upstream = await upstreamWith([reply.chat({ toolCalls: [call], finish: 'mood_change' })])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    expect((await handler.generateResponse(request)).choices[0].finish_reason).toBe('tool_calls')
  })

  it('B16: a content filter with status 200 is an answer, and nobody else is asked', async () => {
    const upstream = await upstreamWith([reply.chat({ text: [], finish: 'content_filter' })])
    const spare = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: spare }, {}, dialect)
    const response = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect(response.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: null } })
    expect(response.byok.attempts).toHaveLength(1)
    expect(spare.hits()).toBe(0)
  })

  it('B18: a listener that throws changes nothing, and is reported', async () => {
    const reported: unknown[] = []
    const upstream = await upstreamWith([reply.chat({ text: ['one piece'] })])
    const { handler } = stageOf(
      { one: upstream },
      { logger: { warn: (message, details) => reported.push([message, details]) } },
      dialect,
    )
    const oops = new Error('oops')
    let heard = 0
    handler.on('delta', ({ event }) => {
      if (event.type === 'text') throw oops
    })
    handler.on('delta', () => {
      heard += 1
    })
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.text).toBe('one piece')
    expect(seen.error).toBeUndefined()
    expect(heard).toBeGreaterThan(0)
    expect(reported).toEqual([['A listener of "delta" failed.', oops]])
  })
})

describe('B16', () => {
  it('a refusal with status 200 is an answer too', async () => {
    const upstream = await upstreamWith([reply.chat({ refusal: ['I will ', 'not.'] })])
    const { handler } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.response?.choices[0].message).toMatchObject({ content: null, refusal: 'I will not.' })
    expect(seen.kinds.filter((kind) => kind === 'refusal')).toHaveLength(2)
    expect(upstream.hits()).toBe(1)
  })
})

describe('B14', () => {
  it.each([
    ['missing', null],
    ['negative', { input: -5, output: -7 }],
    ['not finite', { input: Number.NaN, output: Number.POSITIVE_INFINITY }],
    ['beyond all measure', { input: 1e18, output: 1e18 }],
    ['in words', { input: 'many', output: 'few' }],
    ['not whole', { input: 1.5, output: 2.5 }],
  ])('usage that is %s is estimated and marked', async (_, usage) => {
    for (const dialect of dialects) {
      const upstream = await upstreamWith([reply.chat({ text: words, usage })])
      const { handler } = stageOf({ one: upstream }, {}, dialect)
      const { byok, usage: counted } = await handler.generateResponse(request)
      expect(byok.usageEstimated).toBe(true)
      for (const count of [counted.prompt_tokens, counted.completion_tokens]) {
        expect(Number.isSafeInteger(count)).toBe(true)
        expect(count).toBeGreaterThan(0)
        expect(count).toBeLessThan(1_000)
      }
    }
  })

  it('usage in the last chunk alone is taken', async () => {
    const upstream = await upstreamWith([reply.chat({ usage: { input: 3, output: 4 } })])
    const { handler } = stageOf({ one: upstream })
    const { usage, byok } = await handler.generateResponse(request)
    expect(usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4 })
    expect(byok.usageEstimated).toBe(false)
  })
})
