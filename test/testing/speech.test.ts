// The official SDKs understand what the test upstream says.

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import NewOpenAI from 'openai7'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/testing/answer.js'
import { reply } from '../../src/testing/reply.js'
import { startUpstream, type Upstream } from '../../src/testing/upstream.js'

const answer: Answer = {
  reasoning: ['Let me', ' think.'],
  text: ['Grüß', ' dich 😀'],
  toolCalls: [
    { name: 'weather', arguments: ['{"city":', '"Bern"}'] },
    { name: 'time', arguments: { zone: 'CET' } },
  ],
  usage: { input: 10, cacheRead: 5, output: 20, reasoning: 4 },
}
const calls = [
  { name: 'weather', arguments: '{"city":"Bern"}' },
  { name: 'time', arguments: '{"zone":"CET"}' },
]
const messages = [{ role: 'user' as const, content: 'Hi' }]

let upstream: Upstream
beforeAll(async () => {
  upstream = await startUpstream([reply.chat()])
})
beforeEach(() => upstream.play([reply.chat(answer)]))
afterAll(() => upstream.close())

describe.each([
  ['openai 6', OpenAI],
  ['openai 7', NewOpenAI as unknown as typeof OpenAI], // the same surface as far as these tests use it
])('%s', (_name, Client) => {
  const client = () =>
    new Client({ apiKey: 'test-key-openai-0001', baseURL: `${upstream.url}/v1`, maxRetries: 0 })

  it('folds a streamed chat completion', async () => {
    const stream = client().chat.completions.stream({
      model: 'gpt-test',
      messages,
      stream_options: { include_usage: true },
    })
    const completion = await stream.finalChatCompletion()
    const choice = completion.choices[0]
    expect(choice?.message.content).toBe('Grüß dich 😀')
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(
      choice?.message.tool_calls?.map((call) => call.type === 'function' && call.function),
    ).toMatchObject(calls)
    expect(completion.usage).toMatchObject({ prompt_tokens: 15, completion_tokens: 20, total_tokens: 35 })
    expect(upstream.requests.at(-1)?.headers.authorization).toBe('Bearer test-key-openai-0001')
  })

  it('reads a whole chat completion', async () => {
    const completion = await client().chat.completions.create({ model: 'gpt-test', messages })
    expect(completion.choices[0]?.message).toMatchObject({
      content: 'Grüß dich 😀',
      reasoning_content: 'Let me think.',
      tool_calls: calls.map((call) => ({ type: 'function', function: call })),
    })
    expect(completion.model).toBe('gpt-test')
  })

  it('folds a streamed response', async () => {
    const stream = client().responses.stream({ model: 'gpt-test', input: 'Hi' })
    const types = new Set<string>()
    for await (const event of stream) types.add(event.type)
    const response = await stream.finalResponse()
    expect(response.output_text).toBe('Grüß dich 😀')
    expect(response.output.map((item) => item.type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ])
    expect(response.usage?.output_tokens_details.reasoning_tokens).toBe(4)
    expect([...types]).toEqual(
      expect.arrayContaining(['response.output_text.delta', 'response.function_call_arguments.delta']),
    )
  })

  it('reads a whole response', async () => {
    upstream.play([reply.chat({ ...answer, finish: 'length' })])
    const response = await client().responses.create({ model: 'gpt-test', input: 'Hi' })
    expect(response.output_text).toBe('Grüß dich 😀')
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    })
  })

  it('reads a refusal', async () => {
    upstream.play([reply.chat({ refusal: ['No', ', sorry'] })])
    const response = await client().responses.stream({ model: 'gpt-test', input: 'Hi' }).finalResponse()
    expect(response.output[0]).toMatchObject({ content: [{ type: 'refusal', refusal: 'No, sorry' }] })
  })

  it('knows the errors, as a status and inside a stream', async () => {
    upstream.play([reply.status(429), reply.errorEvent({ code: 'boom', message: 'broken' })])
    const request = { model: 'gpt-test', messages, stream: true as const }
    await expect(client().chat.completions.create(request)).rejects.toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
    })
    const read = async () => {
      for await (const _ of await client().chat.completions.create(request));
    }
    await expect(read()).rejects.toMatchObject({ code: 'boom' })
  })

  it('lists the models', async () => {
    expect((await client().models.list()).data).toHaveLength(1)
  })
})

describe('@anthropic-ai/sdk', () => {
  const client = () =>
    new Anthropic({ apiKey: 'test-key-anthropic-0001', baseURL: upstream.url, maxRetries: 0 })
  const request = { model: 'claude-test', max_tokens: 100, messages }
  const content = [
    { type: 'thinking', thinking: 'Let me think.', signature: expect.stringMatching(/./) },
    { type: 'text', text: 'Grüß dich 😀' },
    { type: 'tool_use', name: 'weather', input: { city: 'Bern' } },
    { type: 'tool_use', name: 'time', input: { zone: 'CET' } },
  ]

  it('folds a streamed message', async () => {
    const message = await client().messages.stream(request).finalMessage()
    expect(message).toMatchObject({
      model: 'claude-test',
      content,
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 20 },
    })
    expect(Object.values(upstream.requests.at(-1)?.headers ?? {}).join()).toContain('test-key-anthropic-0001')
  })

  it('reads a whole message', async () => {
    expect(await client().messages.create(request)).toMatchObject({ content, stop_reason: 'tool_use' })
  })

  it('knows the errors, as a status and inside a stream', async () => {
    upstream.play([reply.status(529), reply.errorEvent()])
    await expect(client().messages.create(request)).rejects.toMatchObject({
      status: 529,
      type: 'overloaded_error',
    })
    await expect(client().messages.stream(request).finalMessage()).rejects.toThrow('overloaded_error')
  })
})
