// How a request is said in Responses.

import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/core/message.js'
import type { ChatRequest } from '../../../src/core/request.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import { defaultResponsesQuirks, type ResponsesQuirks } from '../../../src/wire/openai-responses/quirks.js'

const _png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

function encode(request: Partial<ChatRequest>, quirks: Partial<ResponsesQuirks> = {}, stream = false) {
  return openaiResponses.encode(
    { messages: [{ role: 'user', content: 'Hi' }], ...request },
    { provider: 'openai', model: 'gpt-test', stream, quirks: { ...defaultResponsesQuirks, ...quirks } },
  )
}

function _inputOf(messages: readonly Message[], quirks: Partial<ResponsesQuirks> = {}): unknown {
  return encode({ messages }, quirks).body.input
}

describe('a request', () => {
  it('holds what the caller set, and asks that nothing be kept', () => {
    expect(encode({})).toEqual({
      path: '/responses',
      body: { model: 'gpt-test', input: [{ role: 'user', content: 'Hi' }], store: false },
      headers: {},
      warnings: [],
      repairs: [],
    })
    expect(encode({}, { storeNothing: false }, true).body).toEqual({
      model: 'gpt-test',
      input: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
  })

  it('sends 0 and false as what they are', () => {
    const { body, warnings } = encode({
      maxTokens: 64,
      temperature: 0,
      topP: 0,
      parallelToolCalls: false,
      user: 'user-7',
      toolChoice: 'required',
    })
    expect(body).toMatchObject({
      max_output_tokens: 64,
      temperature: 0,
      top_p: 0,
      parallel_tool_calls: false,
      safety_identifier: 'user-7',
      tool_choice: 'required',
    })
    expect(warnings).toEqual([])
  })

  it('warns of what Responses do not have, and leaves it out', () => {
    const { body, warnings } = encode({ stop: ['END'], seed: 0 })
    expect(body).not.toHaveProperty('stop')
    expect(body).not.toHaveProperty('seed')
    expect(warnings.map(({ code, option }) => [code, option])).toEqual([
      ['unsupported-option', 'stop'],
      ['unsupported-option', 'seed'],
    ])
    expect(encode({ stop: [] }).warnings).toEqual([])
  })

  it('names the end user as the vendor does, or not at all', () => {
    expect(encode({ user: 'u' }, { userField: 'user' }).body).toMatchObject({ user: 'u' })
    expect(Object.values(encode({ user: 'u' }, { userField: null }).body)).not.toContain('u')
  })

  it('changes nothing that it was given', () => {
    const request: ChatRequest = {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      reasoning: 'low',
      providerOptions: { openai: { reasoning: { summary: 'auto' }, include: ['web_search_call.results'] } },
    }
    const before = structuredClone(request)
    encode(request)
    expect(request).toEqual(before)
  })
})

describe('reasoning in a request', () => {
  it('is an effort, with the encrypted content that a stateless conversation needs', () => {
    expect(encode({ reasoning: 'high' }).body).toMatchObject({
      reasoning: { effort: 'high' },
      include: ['reasoning.encrypted_content'],
      store: false,
    })
  })

  it('asks for no encrypted content where no reasoning is asked for: other models would refuse that', () => {
    expect(encode({}).body).not.toHaveProperty('include')
    expect(encode({ reasoning: 'none' }).body).toMatchObject({ reasoning: { effort: 'none' } })
    expect(encode({ reasoning: 'none' }).body).not.toHaveProperty('include')
    expect(encode({ reasoning: 'low' }, { encryptedReasoning: false }).body).not.toHaveProperty('include')
  })

  it.each([
    [0, 'none', 0],
    [1024, 'low', 1],
    [8192, 'medium', 1],
    [8193, 'high', 1],
  ])('turns %d tokens into the effort %s', (tokens, effort, warnings) => {
    const encoded = encode({ reasoning: tokens })
    expect(encoded.body.reasoning).toEqual({ effort })
    expect(encoded.warnings.filter((warning) => warning.option === 'reasoning')).toHaveLength(warnings)
  })

  it('is left out with a warning where the vendor has no word for the level', () => {
    const { body, warnings } = encode({ reasoning: 'minimal' }, { reasoningWords: { low: 'low' } })
    expect(body).not.toHaveProperty('reasoning')
    expect(warnings).toMatchObject([{ code: 'unsupported-option', option: 'reasoning' }])
  })
})

describe('tools in a request', () => {
  it('are flat, and strict only where the caller said so', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const { body } = encode({
      tools: [
        { type: 'function', function: { name: 'weather', description: 'The weather.', parameters } },
        { type: 'function', function: { name: 'ping', strict: true }, cache_control: { type: 'ephemeral' } },
        {
          type: 'custom',
          custom: {
            name: 'sql',
            format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } },
          },
        },
      ],
      toolChoice: { type: 'function', function: { name: 'weather' } },
    })
    expect(body.tools).toEqual([
      { type: 'function', name: 'weather', description: 'The weather.', parameters, strict: false },
      { type: 'function', name: 'ping', parameters: { type: 'object', properties: {} }, strict: true },
      { type: 'custom', name: 'sql', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
    ])
    expect(body.tool_choice).toEqual({ type: 'function', name: 'weather' })
    expect(encode({ toolChoice: { type: 'custom', custom: { name: 'sql' } } }).body.tool_choice).toEqual({
      type: 'custom',
      name: 'sql',
    })
  })

  it('stand beside the form of the answer', () => {
    const schema = { type: 'object', properties: {} }
    expect(
      encode({
        responseFormat: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
      }).body.text,
    ).toEqual({ format: { type: 'json_schema', name: 'answer', schema, strict: true } })
    expect(encode({ responseFormat: { type: 'json_object' } }).body.text).toEqual({
      format: { type: 'json_object' },
    })
  })
})

describe('the caller’s own fields for a provider', () => {
  it('come last, inside an object field by field', () => {
    const { body } = encode({
      reasoning: 'low',
      responseFormat: { type: 'json_object' },
      temperature: 1,
      providerOptions: {
        openai: { reasoning: { summary: 'auto' }, text: { verbosity: 'low' }, temperature: 0, store: true },
        other: { top_k: 1 },
      },
    })
    expect(body).toMatchObject({
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      temperature: 0,
      store: true,
    })
    expect(body).not.toHaveProperty('top_k')
  })

  it('join the tools and what is included', () => {
    const { body } = encode({
      reasoning: 'low',
      tools: [{ type: 'function', function: { name: 'f' } }],
      providerOptions: {
        openai: {
          tools: [{ type: 'web_search' }],
          include: ['reasoning.encrypted_content', 'web_search_call.results'],
        },
      },
    })
    expect(body.tools).toMatchObject([{ type: 'function', name: 'f' }, { type: 'web_search' }])
    expect(body.include).toEqual(['reasoning.encrypted_content', 'web_search_call.results'])
  })

  it('cannot set what the library writes, nor reach a prototype', () => {
    const own = JSON.parse('{"model":"x","input":[],"messages":[],"stream":false,"__proto__":{"polluted":1}}')
    const { body, warnings } = encode({ providerOptions: { openai: own } }, {}, true)
    expect(body).toMatchObject({ model: 'gpt-test', input: [{ role: 'user' }], stream: true })
    expect(body).not.toHaveProperty('messages')
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect(warnings.map((warning) => warning.option)).toEqual(Array(4).fill('providerOptions'))
    expect(encode({ providerOptions: Object.create({ openai: { top_k: 1 } }) }).body).not.toHaveProperty(
      'top_k',
    )
  })
})
