// Conversations that were begun elsewhere: what of them reaches the model that goes on, and what is mended on the way.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { dialects, failureOf, loadSdks, type Stage, stageOf, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const sentText = (upstream: Upstream) => JSON.stringify(upstream.requests.at(-1)?.body)
const sentBody = (upstream: Upstream) => upstream.requests.at(-1)?.body as Record<string, unknown> // every dialect sends an object

/** The list in which a dialect sends its turns. */
function turns(upstream: Upstream): Record<string, unknown>[] {
  const { messages, input } = sentBody(upstream)
  return (messages ?? input) as Record<string, unknown>[] // one of them is always sent
}

const call = (id: string, name = 'look') => ({
  id,
  type: 'function' as const,
  function: { name, arguments: '{"at":"x"}' },
})

/** An answer of a provider whose model has reasoned and called a tool, as it comes out of the handler. */
async function answerOf(stage: Stage, model: string): Promise<Message> {
  const response = await stage.handler.generateResponse({ model, prompt: 'Where is it?' })
  return response.choices[0].message
}

const callingAnswer = {
  reasoning: ['I should', ' look.'],
  text: 'Let me look.',
  toolCalls: [{ id: 'call_a', name: 'look', arguments: { at: 'x' } }],
}

/** Goes on with an answer, the result of its call and another question. */
function goOn(model: string, answer: Message): CompletionRequest {
  return {
    model,
    messages: [
      { role: 'user', content: 'Where is it?' },
      answer,
      { role: 'tool', tool_call_id: 'call_a', content: 'In the kitchen.' },
      { role: 'user', content: 'Thanks. And now?' },
    ],
  }
}

/** Streams in which each dialect sends opaque reasoning before a call. */
const opaqueStreams = {
  'openai-chat': [
    chat({
      reasoning_details: [
        { type: 'reasoning.text', index: 0, text: 'I should look.', signature: 'opaque-1' },
      ],
    }),
    chat({ tool_calls: [{ index: 0, ...call('call_a') }] }),
    chat({}, 'tool_calls'),
    'data: [DONE]\n\n',
  ],
  'openai-responses': [
    event({
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque-1' },
    }),
    event({
      type: 'response.output_item.done',
      output_index: 1,
      item: { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'look', arguments: '{"at":"x"}' },
    }),
    event({ type: 'response.completed', response: { id: 'r', model: 'm', status: 'completed', output: [] } }),
  ],
  'anthropic-messages': [
    event({ type: 'message_start', message: { id: 'm', model: 'm', role: 'assistant', content: [] } }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }),
    event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'I should look.' },
    }),
    event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'signature_delta', signature: 'opaque-1' },
    }),
    event({ type: 'content_block_stop', index: 0 }),
    event({
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 'call_a', name: 'look', input: {} },
    }),
    event({
      type: 'content_block_delta',
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{"at":"x"}' },
    }),
    event({ type: 'content_block_stop', index: 1 }),
    event({ type: 'message_delta', delta: { stop_reason: 'tool_use' } }),
    event({ type: 'message_stop' }),
  ],
}

function chat(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices })}\n\n`
}

function event(fields: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`
}

describe.each(dialects)('RQ9: an answer of %s', (dialect) => {
  const opaque = () => reply.raw(opaqueStreams[dialect], { 'content-type': 'text/event-stream' })

  it('goes back to its model with its opaque reasoning, also through JSON', async () => {
    // Only OpenRouter takes reasoning_details back over Chat Completions.
    const name = dialect === 'openai-chat' ? 'openrouter' : 'one'
    const upstream = await upstreamWith([opaque(), reply.chat()])
    const stage = stageOf({ [name]: upstream }, {}, dialect)
    const answer = JSON.parse(JSON.stringify(await answerOf(stage, `${name}/m`))) as Message // as it was stored
    const response = await stage.handler.generateResponse(goOn(`${name}/m`, answer))
    expect(sentText(upstream)).toContain('opaque-1')
    expect(sentText(upstream)).not.toContain('byok')
    expect(response.byok.repairs).toEqual([])
  })

  it.each(dialects)('goes to another provider, of %s, without it, and with its call whole', async (other) => {
    const [own, foreign] = [await upstreamWith([opaque()]), await upstreamWith([reply.chat()])]
    const answer = await answerOf(stageOf({ one: own }, {}, dialect), 'one/m')
    const { handler } = stageOf({ two: foreign }, {}, other)
    const response = await handler.generateResponse(goOn('two/m', answer))
    expect(sentText(foreign)).not.toContain('opaque-1')
    expect(sentText(foreign)).not.toContain('byok')
    expect(sentText(foreign)).toContain('In the kitchen.')
    expect(sentText(foreign).match(/"look"/g)).toHaveLength(1)
    expect(sentText(foreign).match(/"call_a"/g)?.length).toBeGreaterThanOrEqual(2)
    expect(response.byok.repairs.join()).toContain('one/m')
  })

  it('goes to another model of its provider without it', async () => {
    const upstream = await upstreamWith([opaque(), reply.chat()])
    const stage = stageOf({ one: upstream }, {}, dialect)
    await stage.handler.generateResponse(goOn('one/other', await answerOf(stage, 'one/m')))
    expect(sentText(upstream)).not.toContain('opaque-1')
    expect(sentText(upstream)).toContain('In the kitchen.')
  })

  it('goes on with whole pairs from a plain answer of another dialect', async () => {
    for (const other of dialects) {
      const [from, to] = [await upstreamWith([reply.chat(callingAnswer)]), await upstreamWith([reply.chat()])]
      const answer = await answerOf(stageOf({ one: from }, {}, other), 'one/m')
      const { handler } = stageOf({ two: to }, {}, dialect)
      await handler.generateResponse(goOn('two/m', answer))
      expect(sentText(to)).toContain('Let me look.')
      expect(sentText(to)).toContain('In the kitchen.')
      expect(sentText(to).match(/"call_a"/g)?.length).toBeGreaterThanOrEqual(2)
    }
  })
})

describe.each(dialects)('CW6: a torn history in %s', (dialect) => {
  const send = async (messages: readonly Message[]) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const response = await handler.generateResponse({ model: 'one/m', messages })
    return { text: sentText(upstream), turns: turns(upstream), repairs: response.byok.repairs }
  }
  const question: Message = { role: 'user', content: 'Hi' }
  const result = (id: string): Message => ({ role: 'tool', tool_call_id: id, content: `result ${id}` })

  it('gets a stub call before a result without one, and says so', async () => {
    const { text, repairs } = await send([question, result('lost'), { role: 'user', content: 'So?' }])
    expect(text).toContain('result lost')
    expect(text.match(/"lost"/g)).toHaveLength(2)
    expect(repairs).toHaveLength(1)
  })

  it('loses a last message of calls alone that nobody answered, and says so', async () => {
    const { text, repairs } = await send([
      question,
      { role: 'assistant', content: null, tool_calls: [call('open')] },
    ])
    expect(text).not.toContain('"open"')
    expect(repairs).toHaveLength(1)
  })

  it('keeps the results of several calls of one turn as they are', async () => {
    const { text, repairs } = await send([
      question,
      { role: 'assistant', content: null, tool_calls: [call('first'), call('second')] },
      result('first'),
      result('second'),
    ])
    expect(text).toContain('result first')
    expect(text).toContain('result second')
    expect(repairs).toEqual([])
  })
})

describe.each(dialects)('IM1: an image in %s', (dialect) => {
  const png = Buffer.from('\x89PNG\r\n\x1a\n0000000000000000', 'latin1').toString('base64')
  const gif = Buffer.from('GIF89a0000000000000000', 'latin1').toString('base64')
  const ask = async (url: string) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, {}, dialect)
    const content = [{ type: 'image_url' as const, image_url: { url } }]
    const outcome = handler.generateResponse({ model: 'one/m', messages: [{ role: 'user', content }] })
    return { upstream, outcome }
  }

  it.each([
    ['bare base64', png, 'image/png', png],
    ['a data URI that names the wrong type', `data:image/jpeg;base64,${gif}`, 'image/gif', gif],
  ])('as %s is sent with the type that its first bytes say', async (_, url, mediaType, data) => {
    const { upstream, outcome } = await ask(url)
    await outcome
    expect(sentText(upstream)).toContain(mediaType)
    expect(sentText(upstream)).not.toContain('image/jpeg')
    expect(sentText(upstream)).toContain(data)
  })

  it('by its address is sent as that', async () => {
    const { upstream, outcome } = await ask('https://example.com/a.png')
    await outcome
    expect(sentText(upstream)).toContain('"https://example.com/a.png"')
  })

  it.each(['aGVsbG8gd29ybGQsIHRoaXMgaXMgdGV4dA==', 'data:image/png,abc', 'ftp://example.com/a.png'])(
    'as %s is refused before anything is sent',
    async (url) => {
      const { upstream, outcome } = await ask(url)
      expect(await failureOf(outcome)).toMatchObject({
        code: 'invalid-request',
        field: 'messages[0].content[0].image_url.url',
      })
      expect(upstream.hits()).toBe(0)
    },
  )
})
