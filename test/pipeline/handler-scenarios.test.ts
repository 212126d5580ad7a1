// The handler scenarios of section 28 that concern streams and edges.

import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { attemptsOf, dialects, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'x' }
const promptOf = ({ body }: UpstreamRequest): string => JSON.stringify(body).match(/ask-\d+/)?.[0] ?? ''

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
