// Requests that cannot be right: each is refused with a typed error that names the field, before anything is sent.

import { describe, expect, it, vi } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { reply } from '../../src/testing/reply.js'
import { failureOf, stageOf, upstreamWith } from '../pipeline/stage.js'

const fn = (name: unknown, parameters?: unknown) => ({ type: 'function', function: { name, parameters } })
const image = (url: unknown) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }]
const called = (toolCall: unknown) => [{ role: 'assistant', content: null, tool_calls: [toolCall] }]
/** An object with an own key `__proto__`, as JSON makes it. */
const hostile = (value: unknown = { polluted: true }): object =>
  JSON.parse(`{"__proto__":${JSON.stringify(value)}}`) as object // that is what the text says

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic
const part = (fields: object) => [{ role: 'user', content: [{ type: 'text', text: 'Hi', ...fields }] }]
const throwing = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error('no keys for you')
    },
    get: () => {
      throw new Error('no fields for you')
    },
  },
)

/** What is wrong, the fields of the request, the field that the error names, and what its message must say. */
const refused: readonly [what: string, fields: object, field: string, hint?: RegExp][] = [
  // the conversation
  ['no prompt and no messages', {}, 'messages'],
  ['an empty list of messages', { messages: [] }, 'messages'],
  ['messages that are no list', { messages: { role: 'user', content: 'Hi' } }, 'messages'],
  ['messages that are text', { messages: 'Hi' }, 'messages'],
  ['a prompt beside messages', { prompt: 'Hi', messages: [{ role: 'user', content: 'Hi' }] }, 'prompt'],
  ['a prompt that is no text', { prompt: 5 }, 'prompt'],
  ['a message that is null', { messages: [null] }, 'messages[0]'],
  [
    'a message of an unknown role',
    { messages: [{ role: 'bot', content: 'Hi' }] },
    'messages[0].role',
    /"bot"/,
  ],
  ['a message without a role', { messages: [{ content: 'Hi' }] }, 'messages[0].role'],
  ['a message of the role __proto__', { messages: [{ role: '__proto__', content: '' }] }, 'messages[0].role'],
  [
    'a second message without content',
    { messages: [{ role: 'user', content: '' }, { role: 'user' }] },
    'messages[1].content',
  ],
  ['content that is a number', { messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
  [
    'a part of an unknown kind',
    { messages: [{ role: 'user', content: [{ type: 'smell' }] }] },
    'messages[0].content[0].type',
  ],
  ['a part that is text', { messages: [{ role: 'user', content: ['Hi'] }] }, 'messages[0].content[0]'],
  [
    'a tool result without the id of its call',
    { messages: [{ role: 'tool', content: 'x' }] },
    'messages[0].tool_call_id',
  ],
  [
    'a call without an id',
    { messages: called({ type: 'function', function: { name: 'x', arguments: '{}' } }) },
    'messages[0].tool_calls[0].id',
  ],
  [
    'arguments that are no text',
    { messages: called({ id: 'a', type: 'function', function: { name: 'x', arguments: {} } }) },
    'messages[0].tool_calls[0].function.arguments',
  ],
  // images
  [
    'an image that is neither URL nor data',
    { messages: image('a picture of a cat') },
    'messages[0].content[0].image_url.url',
  ],
  ['an image without an address', { messages: image(undefined) }, 'messages[0].content[0].image_url.url'],
  [
    'an image by http',
    { messages: image('http://example.com/a.png') },
    'messages[0].content[0].image_url.url',
  ],
  ['an image by file', { messages: image('file:///etc/hosts') }, 'messages[0].content[0].image_url.url'],
  [
    'an image whose data is text',
    { messages: image('data:image/png;base64,aGVsbG8gd29ybGQsIGhlbGxv') },
    'messages[0].content[0].image_url.url',
  ],
  // what JSON cannot carry
  [
    'a schema that holds itself',
    { prompt: 'Hi', tools: [fn('x', cyclic)] },
    'tools[0].function.parameters',
    /holds itself/,
  ],
  [
    'a BigInt in a schema',
    { prompt: 'Hi', tools: [fn('x', { properties: { at: { minimum: 1n } } })] },
    'tools[0].function.parameters.properties.at.minimum',
    /bigint/,
  ],
  [
    'a function in a schema',
    { prompt: 'Hi', tools: [fn('x', { parse: () => 1 })] },
    'tools[0].function.parameters.parse',
    /function/,
  ],
  [
    'a mark of a tool that holds itself',
    { prompt: 'Hi', tools: [{ ...fn('x'), cache_control: cyclic }] },
    'tools[0].cache_control.self',
  ],
  [
    'the grammar of a custom tool that holds itself',
    { prompt: 'Hi', tools: [{ type: 'custom', custom: { name: 'x', format: cyclic } }] },
    'tools[0].custom.format',
  ],
  [
    'a BigInt in the schema of the answer',
    {
      prompt: 'Hi',
      responseFormat: { type: 'json_schema', json_schema: { name: 'x', schema: { minimum: 1n } } },
    },
    'responseFormat.json_schema.schema.minimum',
  ],
  [
    'a BigInt for a provider',
    { prompt: 'Hi', providerOptions: { one: { metadata: { id: 1n } } } },
    'providerOptions.one.metadata.id',
  ],
  [
    'a function for a provider',
    { prompt: 'Hi', providerOptions: { one: { log: () => 1 } } },
    'providerOptions.one.log',
  ],
  [
    'a mark of a part that holds itself',
    { messages: part({ cache_control: cyclic }) },
    'messages[0].content[0].cache_control.self',
  ],
  [
    'sound that holds a BigInt',
    { messages: part({ type: 'input_audio', input_audio: { data: 'a', format: 'wav', rate: 1n } }) },
    'messages[0].content[0].input_audio.rate',
  ],
  [
    'a file that holds a BigInt',
    { messages: part({ type: 'file', file: { file_id: 'a', size: 1n } }) },
    'messages[0].content[0].file.size',
  ],
  [
    'a detail of an image that is no text',
    { messages: part({ type: 'image_url', image_url: { url: 'https://example.com/a', detail: 1n } }) },
    'messages[0].content[0].image_url.detail',
  ],
  [
    'earlier reasoning that holds a BigInt',
    {
      messages: [
        {
          role: 'assistant',
          content: '',
          byok: { provider: 'one', model: 'm', reasoning: [{ signature: 1n }] },
        },
      ],
    },
    'messages[0].byok.reasoning[0].signature',
  ],
  // what throws when it is read, or has nothing to read
  ['a message that throws when it is read', { messages: [throwing] }, 'request', /reading it failed/],
  ['options of a provider that throw', { prompt: 'Hi', providerOptions: throwing }, 'request'],
  ['keys in a Map', { prompt: 'Hi', keys: new Map([['one', 'test-key-one-0002']]) }, 'keys', /plain object/],
  [
    'keys that are still a promise',
    { prompt: 'Hi', keys: Promise.resolve({ one: 'test-key-one-0002' }) },
    'keys',
    /promise/,
  ],
  ['headers in a Headers', { prompt: 'Hi', headers: new Headers({ 'x-a': 'a' }) }, 'headers'],
  [
    'options of a provider in a Map',
    { prompt: 'Hi', providerOptions: { one: new Map() } },
    'providerOptions.one',
  ],
  // the model
  ['an unknown provider', { prompt: 'Hi', model: 'nobody/m' }, 'model', /"nobody"/],
  ['a provider that is nearly known', { prompt: 'Hi', model: 'opnai/m' }, 'model', /"openai"/],
  [
    'an unknown provider behind one that answers',
    { prompt: 'Hi', model: ['one/m', 'nobody/m'] },
    'model',
    /"nobody"/,
  ],
  [
    'a key for an unknown provider',
    { prompt: 'Hi', keys: { one: 'test-key-one-0002', opnai: 'test-key-openai-0001' } },
    'keys.opnai',
    /"openai"/,
  ],
  [
    'options of an unknown provider',
    { prompt: 'Hi', providerOptions: { anthropc: { top_k: 5 } } },
    'providerOptions.anthropc',
    /"anthropic"/,
  ],
  ['a provider by the name of a prototype', { prompt: 'Hi', model: '__proto__/m' }, 'model'],
  ['a provider by the name of a method', { prompt: 'Hi', model: 'constructor/m' }, 'model'],
  ['a model without a provider', { prompt: 'Hi', model: 'gpt-4o' }, 'model', /provider\/model/],
  ['a model without a name', { prompt: 'Hi', model: 'one/' }, 'model'],
  ['a provider without a name', { prompt: 'Hi', model: '/m' }, 'model'],
  ['an empty model', { prompt: 'Hi', model: '' }, 'model'],
  ['a model that is a number', { prompt: 'Hi', model: 5 }, 'model'],
  ['an empty list of models', { prompt: 'Hi', model: [] }, 'model'],
  ['auto in a list of models', { prompt: 'Hi', model: ['one/m', 'auto'] }, 'model'],
  // options
  ['an unknown option', { prompt: 'Hi', maxTokns: 5 }, 'maxTokns', /maxTokens/],
  ["an unknown option near OpenAI's spelling", { prompt: 'Hi', max_token: 5 }, 'max_token', /maxTokens/],
  [
    'an unknown option that is like nothing',
    { prompt: 'Hi', zzzzzzzzzz: 5 },
    'zzzzzzzzzz',
    /providerOptions/,
  ],
  ['stream', { prompt: 'Hi', stream: true }, 'stream', /streamCompletion/],
  ['store', { prompt: 'Hi', store: true }, 'store', /providerOptions/],
  ['a penalty', { prompt: 'Hi', frequency_penalty: 1 }, 'frequency_penalty', /providerOptions/],
  ['a budget below nothing', { prompt: 'Hi', budget: { usd: -1 } }, 'budget.usd', /at least 0|from 0/],
  ['a budget in another coin', { prompt: 'Hi', budget: { eur: 1 } }, 'budget.eur', /no such field/],
  ['a short name two letters off', { prompt: 'Hi', stqq: 5 }, 'stqq', /no such option\. What only one/],
  ['a short name one letter off', { prompt: 'Hi', stap: 5 }, 'stap', /stop/],
  ['a time limit without end', { prompt: 'Hi', timeout: { idleMs: Infinity } }, 'timeout.idleMs', /finite/],
  [
    'an effort above high, where only what can be honoured is taken',
    { prompt: 'Hi', reasoning_effort: 'max', strict: true },
    'reasoning',
    /"max"/,
  ],
  ['several choices', { prompt: 'Hi', n: 2 }, 'n'],
  ['an option called __proto__', { prompt: 'Hi', ...hostile() }, ''],
  ['both spellings of an option', { prompt: 'Hi', maxTokens: 5, max_tokens: 5 }, 'max_tokens', /maxTokens/],
  [
    "both of OpenAI's spellings",
    { prompt: 'Hi', max_tokens: 5, max_completion_tokens: 5 },
    'max_completion_tokens',
    /max_tokens/,
  ],
  [
    'both spellings of the tool choice',
    { prompt: 'Hi', tool_choice: 'auto', toolChoice: 'auto' },
    'toolChoice',
    /tool_choice/,
  ],
  ['a negative limit', { prompt: 'Hi', maxTokens: -1 }, 'maxTokens', /-1/],
  ['a limit of zero', { prompt: 'Hi', maxTokens: 0 }, 'maxTokens'],
  ['half a token', { prompt: 'Hi', maxTokens: 1.5 }, 'maxTokens'],
  ['a limit that is text', { prompt: 'Hi', max_tokens: '10' }, 'maxTokens'],
  ['a limit without end', { prompt: 'Hi', maxTokens: Number.POSITIVE_INFINITY }, 'maxTokens'],
  ['a temperature that is no number', { prompt: 'Hi', temperature: Number.NaN }, 'temperature'],
  ['a negative temperature', { prompt: 'Hi', temperature: -0.1 }, 'temperature'],
  ['a probability above one', { prompt: 'Hi', topP: 1.1 }, 'topP'],
  ['an empty stop sequence', { prompt: 'Hi', stop: [''] }, 'stop[0]'],
  ['a stop sequence that is a number', { prompt: 'Hi', stop: 5 }, 'stop'],
  ['a seed with a fraction', { prompt: 'Hi', seed: 0.5 }, 'seed'],
  ['an unknown effort', { prompt: 'Hi', reasoning: 'extreme' }, 'reasoning'],
  ['a negative number of reasoning tokens', { prompt: 'Hi', reasoning: -1 }, 'reasoning'],
  ['a time limit of zero', { prompt: 'Hi', timeout: 0 }, 'timeout'],
  ['no time at all to connect', { prompt: 'Hi', timeout: { connectMs: 0 } }, 'timeout.connectMs'],
  ['negative time to connect', { prompt: 'Hi', timeout: { connectMs: -1 } }, 'timeout.connectMs'],
  [
    'time to connect that is no number',
    { prompt: 'Hi', timeout: { connectMs: Number.NaN } },
    'timeout.connectMs',
  ],
  ['an unknown time limit', { prompt: 'Hi', timeout: { wait: 5 } }, 'timeout.wait', /totalMs/],
  ['a signal that is none', { prompt: 'Hi', signal: {} }, 'signal'],
  [
    'a signal that nobody can stop listening to',
    { prompt: 'Hi', signal: { aborted: false, addEventListener: () => undefined } },
    'signal',
  ],
  [
    'a callback that is no function',
    { prompt: 'Hi', callbacks: { onTextDelta: 'x' } },
    'callbacks.onTextDelta',
  ],
  [
    'an unknown callback',
    { prompt: 'Hi', callbacks: { onText: () => 1 } },
    'callbacks.onText',
    /onTextDelta/,
  ],
  ['an empty tenant', { prompt: 'Hi', tenant: '' }, 'tenant'],
  ['a tag that is no text', { prompt: 'Hi', tags: ['a', 5] }, 'tags[1]'],
  [
    'fields of a provider that are no object',
    { prompt: 'Hi', providerOptions: { one: 5 } },
    'providerOptions.one',
  ],
  ['a key without a model to pay for', { prompt: 'Hi', model: 'auto', apiKey: 'test-key-0001' }, 'apiKey'],
  // tools and formats
  ['a tool without a name', { prompt: 'Hi', tools: [fn(undefined)] }, 'tools[0].function.name'],
  ['a tool with an empty name', { prompt: 'Hi', tools: [fn(' ')] }, 'tools[0].function.name'],
  ['a tool of no kind', { prompt: 'Hi', tools: [{ function: { name: 'x' } }] }, 'tools[0].type'],
  ['two tools of one name', { prompt: 'Hi', tools: [fn('x'), fn('x')] }, 'tools[1].function.name', /"x"/],
  ['tools that are no list', { prompt: 'Hi', tools: { x: fn('x') } }, 'tools'],
  ['a schema that is a list', { prompt: 'Hi', tools: [fn('x', [])] }, 'tools[0].function.parameters'],
  ['a schema that is text', { prompt: 'Hi', tools: [fn('x', '{}')] }, 'tools[0].function.parameters'],
  ['a schema that is null', { prompt: 'Hi', tools: [fn('x', null)] }, 'tools[0].function.parameters'],
  [
    'a choice of a tool that is not there',
    { prompt: 'Hi', tools: [fn('x')], toolChoice: fn('y') },
    'toolChoice.function.name',
    /"y"/,
  ],
  ['an unknown tool choice', { prompt: 'Hi', tools: [fn('x')], tool_choice: 'any' }, 'toolChoice'],
  ['an unknown response format', { prompt: 'Hi', responseFormat: { type: 'xml' } }, 'responseFormat.type'],
  [
    'a format whose schema is no object',
    { prompt: 'Hi', response_format: { type: 'json_schema', json_schema: { name: 'x', schema: 5 } } },
    'responseFormat.json_schema.schema',
  ],
  // headers
  [
    'a header with a line break in its value',
    { prompt: 'Hi', headers: { 'x-a': 'a\r\nx-b: b' } },
    'headers["x-a"]',
  ],
  ['a header with a NUL', { prompt: 'Hi', headers: { 'x-a': 'a\0' } }, 'headers["x-a"]'],
  ['a header with an emoji', { prompt: 'Hi', headers: { 'x-a': '👍' } }, 'headers["x-a"]'],
  ['a header that is a number', { prompt: 'Hi', headers: { 'x-a': 5 } }, 'headers["x-a"]'],
  ['a header with a space in its name', { prompt: 'Hi', headers: { 'x a': 'a' } }, 'headers["x a"]'],
  [
    'a header with a line break in its name',
    { prompt: 'Hi', headers: { 'x-a: b\r\nx-c': 'a' } },
    'headers["x-a: b\\r\\nx-c"]',
  ],
  ['a header without a name', { prompt: 'Hi', headers: { '': 'a' } }, 'headers[""]'],
  ['a header called __proto__', { prompt: 'Hi', headers: hostile('a') }, 'headers["__proto__"]'],
  [
    'a header that authenticates',
    { prompt: 'Hi', headers: { Authorization: 'Bearer x' } },
    'headers["Authorization"]',
  ],
  [
    "another vendor's header that authenticates",
    { prompt: 'Hi', headers: { 'X-Api-Key': 'x' } },
    'headers["X-Api-Key"]',
  ],
  [
    'a header that frames the body',
    { prompt: 'Hi', headers: { 'content-length': '0' } },
    'headers["content-length"]',
  ],
  ['a header that names the host', { prompt: 'Hi', headers: { HOST: 'example.com' } }, 'headers["HOST"]'],
]

type Ask = (handler: BYOKHandler, request: CompletionRequest) => Promise<unknown>

const methods: Record<string, Ask> = {
  generateResponse: (handler, request) => handler.generateResponse(request),
  streamCompletion: (handler, request) => handler.streamCompletion(request).next(),
}

describe.each(Object.entries(methods))('%s refuses before anything is sent', (_, ask) => {
  it.each(refused)('%s', async (_what, fields, field, hint = /./) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const request = { model: 'one/m', ...fields } as CompletionRequest // wrong on purpose
    const error = await failureOf(ask(handler, request))
    expect(error).toMatchObject({ code: 'invalid-request', isRetryable: false })
    if (field !== '') expect(error.field).toBe(field)
    expect(error.message).toMatch(hint)
    expect(upstream.hits()).toBe(0)
    expect('polluted' in {}).toBe(false)
  })

  it('a request whose fields throw, or that is a revoked proxy', async () => {
    const { handler } = stageOf({ one: 'http://127.0.0.1:9' })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const field = {
      get prompt(): string {
        throw new TypeError('not now')
      },
    }
    for (const odd of [throwing, proxy, field]) {
      const error = await failureOf(ask(handler, odd as CompletionRequest)) // wrong on purpose
      expect(error).toMatchObject({ code: 'invalid-request', field: 'request' })
      expect(error.cause).toBeInstanceOf(Error)
    }
  })

  it.each([null, undefined, 5, 'Hi', [], () => 1, Promise.resolve({ prompt: 'Hi' })])(
    'a request that is %j',
    async (odd) => {
      const { handler } = stageOf({ one: 'http://127.0.0.1:9' })
      const request = odd as unknown as CompletionRequest // wrong on purpose
      const error = await failureOf(ask(handler, request))
      expect(error).toMatchObject({ code: 'invalid-request', field: 'request' })
    },
  )
})

describe('RQ6', () => {
  it('looks up no key for a request that cannot be right', async () => {
    const key = vi.fn(() => 'test-key-one-0001')
    const handler = new BYOKHandler({ keys: { openai: key } })
    for (const request of [{}, { messages: [] }, { prompt: 'Hi', maxTokens: -1 }]) {
      expect(await failureOf(handler.generateResponse(request))).toMatchObject({ code: 'invalid-request' })
    }
    expect(key).not.toHaveBeenCalled()
  })
})

describe('hostile names that mean no harm', () => {
  it('a tenant, a user or a tag of any name is a name', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    for (const name of ['__proto__', 'constructor', '../x', 'a:b', 'x'.repeat(10_000)]) {
      const short = name.slice(0, 1_024)
      const labels = { tenant: name, user: short, session: short, tags: [short] }
      const request = { model: 'one/m', prompt: 'Hi', ...labels }
      expect((await handler.generateResponse(request)).text).not.toBe('')
    }
  })
})
