// What a caller may count on of every request: what is sent, what is not, and whose answer comes back.

import { beforeAll, describe, expect, it } from 'vitest'
import type { CompletionStream } from '../../src/core/completion-stream.js'
import type { Message, Tool } from '../../src/core/message.js'
import { BYOKHandler } from '../../src/handler.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { reply } from '../../src/testing/reply.js'
import type { UpstreamRequest } from '../../src/testing/upstream.js'
import { attemptsOf, dialects, failureOf, loadSdks, stageOf, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const body = (request: UpstreamRequest | undefined) => request?.body as Record<string, unknown> // every dialect sends an object

/** Everything below is frozen, so that whoever writes to it throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}

const look: Tool = {
  type: 'function',
  function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } },
}

describe('RQ1', () => {
  it.each([
    ['a server that fails', reply.status(500)],
    ['a wrong key', reply.status(401)],
    ['no answer', reply.refuse()],
    ['a page', reply.html()],
    ['an empty body', reply.raw('')],
    ['an error in the stream', reply.errorEvent({ afterEvents: 3 })],
  ])('throws for %s, in both methods, and answers with no text', async (_, fault) => {
    const { handler } = stageOf({ one: await upstreamWith([fault]) })
    const request = { model: 'one/m', prompt: 'Hi' }
    for (const error of [
      await failureOf(handler.generateResponse(request)),
      await failureOf(handler.streamCompletion(request).response()),
    ]) {
      expect(error.message).not.toBe('')
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({
        code: error.code,
        provider: 'one',
        model: 'm',
      })
    }
  })
})

describe('RQ2', () => {
  it('asks the named model alone, and names it in the response', async () => {
    const [one, two] = [
      await upstreamWith([reply.chat({ model: 'm-2026' })]),
      await upstreamWith([reply.chat()]),
    ]
    const { handler } = stageOf({ one, two })
    const response = await handler.generateResponse({ model: 'one/m', prompt: 'Hi' })
    expect(response).toMatchObject({
      model: 'm-2026',
      byok: {
        provider: 'one',
        model: 'm',
        requestedModel: 'one/m',
        route: { candidates: [{ model: 'one/m' }] },
      },
    })
    one.play([reply.status(503)])
    expect(await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'Hi' }))).toMatchObject({
      code: 'provider',
    })
    expect(two.hits()).toBe(0)
  })

  it('tries a list in its order, and says what was asked for', async () => {
    const upstream = await upstreamWith([reply.status(404), reply.status(404), reply.chat()])
    const { handler } = stageOf({ one: upstream, two: upstream }, { models: { strong: ['two/b', 'one/c'] } })
    const response = await handler.generateResponse({ model: ['one/a', 'strong', 'one/a'], prompt: 'Hi' })
    expect(upstream.requests.map((request) => body(request).model)).toEqual(['a', 'b', 'c'])
    expect(response.byok).toMatchObject({
      provider: 'one',
      model: 'c',
      requestedModel: 'one/a, strong, one/a',
    })
  })
})

describe('auto', () => {
  it('asks the default model of a provider that only the request has a key for', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const setting = { baseURL: `${upstream.url}/v1`, defaultModel: 'm' }
    const handler = new BYOKHandler({
      fetch: (_, init) => fetch(`${setting.baseURL}/chat/completions`, init),
    })
    const keys = { groq: 'test-key-groq-0001' }
    const { byok } = await handler.generateResponse({ prompt: 'Hi', keys })
    expect(byok).toMatchObject({ provider: 'groq', requestedModel: 'auto', credentialSource: 'request' })
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer test-key-groq-0001')
    await handler.close()
  })
})

describe('RQ3', () => {
  const sent = {
    'openai-chat': {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    },
    'openai-responses': { model: 'm', input: [{ role: 'user', content: 'Hi' }], stream: true, store: false },
    'anthropic-messages': {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      max_tokens: 4096,
    },
  }

  it.each(dialects)('sends nothing in %s that the caller did not set', async (dialect) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const response = await handler.generateResponse({ model: 'one/m', prompt: 'Hi' })
    expect(body(upstream.requests[0])).toEqual(sent[dialect])
    const warnings = response.byok.warnings.map(({ code }) => code)
    expect(warnings).toEqual(dialect === 'anthropic-messages' ? ['output-limit-assumed'] : [])
  })

  it("sends the model's own limit where the dialect demands one and it is known", async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, 'anthropic-messages')
    const response = await handler.generateResponse({ model: 'one/claude-haiku-4-5', prompt: 'Hi' })
    expect(body(upstream.requests[0]).max_tokens).toBe(64_000)
    expect(response.byok.warnings).toEqual([])
  })

  it('sends the defaults of the handler, where the request says nothing else', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const defaults = { model: 'one/m', temperature: 0.5, maxTokens: 7 }
    const { handler } = stageOf({ one: upstream }, { defaults })
    await handler.generateResponse({ prompt: 'Hi' })
    await handler.generateResponse({ prompt: 'Hi', temperature: 0, max_tokens: null })
    expect(upstream.requests.map(body)).toMatchObject([
      { temperature: 0.5, max_tokens: 7 },
      { temperature: 0, max_tokens: 7 },
    ])
  })

  it('AC1: asks a stream for its usage, except where the vendor refuses that', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const url = `${upstream.url}/v1`
    const handler = new BYOKHandler({
      keys: { openai: 'test-key-openai-0001', mistral: 'test-key-mistral-0001' },
      providers: { openai: { baseURL: url }, mistral: { baseURL: url } },
    })
    await handler.generateResponse({ model: 'openai/m', prompt: 'Hi' })
    await handler.generateResponse({ model: 'mistral/m', prompt: 'Hi' })
    const [openai, mistral] = upstream.requests.map(body)
    expect(openai?.stream_options).toMatchObject({ include_usage: true })
    expect(mistral).not.toHaveProperty('stream_options')
  })
})

describe.each(dialects)('RQ4: options in %s', (dialect) => {
  it('reach the provider alike in the stream, the fallback, a failover, and both methods', async () => {
    const refusing = await upstreamWith([reply.chat({}, { refuses: 'stream' }), reply.status(500)])
    const answering = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: refusing, two: answering }, {}, dialect)
    const request: CompletionRequest = frozen({
      model: ['one/m', 'two/m'],
      system: 'Be brief.',
      prompt: 'Hi',
      tools: [look],
      toolChoice: { type: 'function', function: { name: 'look' } },
      responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      temperature: 0,
      topP: 0.5,
      maxTokens: 50,
      stop: ['END'],
      headers: { 'x-trace': 'trace-1' },
      providerOptions: { one: { extra: 1 }, two: { extra: 1 } },
    })
    const whole = await handler.generateResponse(request)
    expect(attemptsOf(whole.byok)).toEqual(['stream invalid-request', 'whole provider', 'stream success'])
    answering.play([reply.chat()])
    await handler.streamCompletion(request).response()
    const requests = [...refusing.requests, ...answering.requests]
    const bodies = requests.map((sent) => {
      const { stream: _stream, stream_options: _options, ...rest } = body(sent)
      return rest
    })
    expect(bodies.length).toBeGreaterThanOrEqual(4)
    for (const other of bodies) expect(other).toEqual(bodies[0])
    expect(bodies[0]).toMatchObject({ extra: 1, temperature: 0 })
    expect(requests.every(({ headers }) => headers['x-trace'] === 'trace-1')).toBe(true)
  })
})

describe('RQ5', () => {
  it('sends 0 and empty text as what they are', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    await handler.generateResponse({
      model: 'one/m',
      system: '',
      prompt: '',
      temperature: 0,
      topP: 0,
      seed: 0,
      tools: [look],
      parallelToolCalls: false,
    })
    expect(body(upstream.requests[0])).toMatchObject({
      messages: [
        { role: 'system', content: '' },
        { role: 'user', content: '' },
      ],
      temperature: 0,
      top_p: 0,
      seed: 0,
      parallel_tool_calls: false,
    })
  })

  it('understands a stored body of OpenAI, null and all', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    await handler.generateResponse({
      model: 'one/m',
      messages: [{ role: 'user', content: 'Hi' }],
      max_completion_tokens: 9,
      max_tokens: null,
      top_p: 0.1,
      temperature: null,
      stop: null,
      seed: null,
      tool_choice: 'none',
      tools: [look],
      parallel_tool_calls: true,
      response_format: { type: 'json_object' },
      reasoning_effort: null,
    })
    expect(body(upstream.requests[0])).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 9,
      top_p: 0.1,
      tool_choice: 'none',
      tools: [look],
      parallel_tool_calls: true,
      response_format: { type: 'json_object' },
      stream: true,
      stream_options: { include_usage: true },
    })
  })
})

describe.each(dialects)('RQ7: text in %s', (dialect) => {
  const odd =
    'emoji 👩‍👩‍👧, "quotes", \\back\\, \u0000\u0007 control, שלום مرحبا, \r\n lines\u2028and\t tabs, \ud83d alone'

  it('arrives unchanged, and the request is not touched', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const messages: Message[] = frozen([
      { role: 'user', content: odd },
      {
        role: 'assistant',
        content: odd,
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'look', arguments: JSON.stringify({ at: odd }) },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: odd },
      { role: 'user', content: [{ type: 'text', text: odd }] },
    ])
    const request = frozen({ model: 'one/m', system: odd, messages, tools: [look], maxTokens: 5 })
    await handler.generateResponse(request)
    const texts: string[] = []
    const collect = (value: unknown): void => {
      if (value === odd || value === JSON.stringify({ at: odd })) texts.push('there')
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
    }
    collect(body(upstream.requests[0]))
    expect(texts).toHaveLength(6)
  })
})

describe('a request that its caller goes on writing to', () => {
  it.each(['generateResponse', 'streamCompletion'] as const)(
    'is sent as it stood when %s was called, to the next model too',
    async (method) => {
      const messages: Message[] = [{ role: 'user', content: 'Hi' }]
      const tools = [look]
      const change = (): void => {
        messages.push({ role: 'assistant', content: '' })
        tools.pop()
      }
      const failing = await upstreamWith(() => {
        change()
        return reply.status(401)
      })
      const answering = await upstreamWith([reply.chat()])
      const { handler } = stageOf({ one: failing, two: answering })
      const request = { model: ['one/m', 'two/m'], messages, tools }
      const response =
        method === 'generateResponse'
          ? handler.generateResponse(request)
          : Promise.resolve(handler.streamCompletion(request)).then((stream) => stream.response())
      change()
      await response
      for (const { requests } of [failing, answering]) {
        expect(body(requests[0])).toMatchObject({
          messages: [{ role: 'user', content: 'Hi' }],
          tools: [look],
        })
        expect(body(requests[0]).messages).toHaveLength(1)
      }
    },
  )

  it('is refused by a stream at its first event, and by nothing before', async () => {
    const { handler } = stageOf({ one: 'http://127.0.0.1:9' })
    const stream: CompletionStream = handler.streamCompletion({ model: 'one/m', prompt: 'Hi', maxTokens: -1 })
    expect(await failureOf(stream.next())).toMatchObject({ code: 'invalid-request', field: 'maxTokens' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

describe('RQ8', () => {
  it('gives each of ten calls at once its own answer, attempts and events, though one fails', async () => {
    const upstream = await upstreamWith(({ body: sent }) => {
      const { messages } = sent as { messages: { content: string }[] } // what we sent
      const said = messages[0]?.content ?? ''
      return said === '3'
        ? reply.status(401)
        : reply.chat({ text: ['answer ', said], id: `id-${said}` }, { eventEveryMs: 1 })
    })
    const { handler, told } = stageOf({ one: upstream })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) =>
        handler.generateResponse({ model: 'one/m', prompt: String(at), tags: [String(at)] }),
      ),
    )
    for (const [at, outcome] of outcomes.entries()) {
      if (at === 3) expect(outcome).toMatchObject({ reason: { code: 'authentication' } })
      else expect(outcome).toMatchObject({ value: { id: `id-${at}`, text: `answer ${at}` } })
    }
    for (const { tags, response } of told.answers) expect(response.id).toBe(`id-${tags?.[0]}`)
    expect(new Set(told.attemptEnds.map(({ attempt }) => attempt.id)).size).toBe(told.attempts.length)
    expect(told.errors.map(({ tags }) => tags)).toEqual([['3']])
  })
})
