// A request in a vendor's words: exactly what the caller set, under the names of the vendor's row.
import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/request.js'
import { encode, fieldsOf, hello, refusedBy } from './encoding.js'

describe('a request', () => {
  it('holds nothing that the caller did not set', () => {
    expect(encode({})).toEqual({
      path: '/chat/completions',
      body: { model: 'm-1', messages: [{ role: 'user', content: 'Hello' }] },
      headers: {},
      warnings: [],
      repairs: [],
    })
  })

  it('sends 0 and empty strings as they are', () => {
    const request: Partial<ChatRequest> = { temperature: 0, topP: 0, seed: 0, user: '', maxTokens: 1 }
    expect(fieldsOf(request, { userField: 'user' })).toEqual({
      temperature: 0,
      top_p: 0,
      seed: 0,
      user: '',
      max_tokens: 1,
    })
  })

  it('uses the names of the row', () => {
    const quirks = {
      maxTokensField: 'max_completion_tokens',
      seedField: 'random_seed',
      userField: 'safety_identifier',
    } as const
    expect(fieldsOf({ maxTokens: 5, seed: 7, user: 'u' }, quirks)).toEqual({
      max_completion_tokens: 5,
      random_seed: 7,
      safety_identifier: 'u',
    })
  })

  it('leaves out the user where the vendor takes none, without a word about it', () => {
    expect(fieldsOf({ user: 'u' })).toEqual({})
    expect(refusedBy({ user: 'u' })).toEqual([])
  })

  it('warns of a seed that the vendor does not take', () => {
    expect(fieldsOf({ seed: 1 }, { seedField: null })).toEqual({})
    expect(refusedBy({ seed: 1 }, { seedField: null })).toEqual(['seed'])
  })

  it('sends as many stop sequences as the vendor takes', () => {
    const stop = ['a', 'b', 'c']
    expect(fieldsOf({ stop })).toEqual({ stop })
    expect(fieldsOf({ stop }, { stopLimit: 2 })).toEqual({ stop: ['a', 'b'] })
    expect(refusedBy({ stop }, { stopLimit: 2 })).toEqual(['stop'])
    expect(fieldsOf({ stop }, { stopLimit: 0 })).toEqual({})
    expect(refusedBy({ stop }, { stopLimit: 0 })).toEqual(['stop'])
    expect(fieldsOf({ stop: [] })).toEqual({})
  })

  it('is not changed by being encoded', () => {
    const request: ChatRequest = deepFreeze({
      messages: [
        {
          role: 'system',
          content: [{ type: 'text', text: 'Be brief', cache_control: { type: 'ephemeral' } }],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' }, strict: true } }],
      responseFormat: { type: 'json_schema', json_schema: { name: 's', schema: {} } },
      stop: ['x'],
      providerOptions: { acme: { stream_options: { a: 1 } } },
    })
    expect(() =>
      encode(
        request,
        { jsonSchema: 'json_object', strictTools: false, stopLimit: 1, cacheMarks: true },
        true,
      ),
    ).not.toThrow()
  })
})

describe('a streamed request', () => {
  it('asks for the usage, unless the vendor refuses that', () => {
    expect(fieldsOf({}, {}, true)).toEqual({ stream: true, stream_options: { include_usage: true } })
    expect(fieldsOf({}, { streamOptions: false }, true)).toEqual({ stream: true })
  })

  it('leaves the padding of a stream on unless the row turns it off', () => {
    expect(fieldsOf({}, { obfuscation: false }, true)).toEqual({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    })
  })

  it('carries the fields of a stream with tools only with tools', () => {
    const quirks = { streamOptions: false, toolStreamFields: { tool_stream: true } }
    const tools = [{ type: 'function', function: { name: 'f' } }] as const
    expect(fieldsOf({}, quirks, true)).toEqual({ stream: true })
    expect(fieldsOf({ tools }, quirks, true)).toEqual({ stream: true, tool_stream: true, tools })
    expect(fieldsOf({ tools }, quirks)).toEqual({ tools })
  })
})

describe('provider options', () => {
  it('of this provider go over everything else', () => {
    const providerOptions = { acme: { temperature: 1, top_k: 5, off: null }, other: { top_k: 9 } }
    expect(fieldsOf({ temperature: 0, providerOptions }, { fixedFields: { off: 'x', on: 1 } })).toEqual({
      temperature: 1,
      top_k: 5,
      off: null,
      on: 1,
    })
  })

  it.each(['model', 'messages', 'stream'])('do not touch `%s`, with a warning', (field) => {
    const request = { providerOptions: { acme: { [field]: 'mine' } } }
    expect(encode(request).body).toEqual(encode({}).body)
    expect(refusedBy(request)).toEqual(['providerOptions'])
  })

  it('do not lose the usage of a stream by another of its options', () => {
    const providerOptions = { acme: { stream_options: { include_obfuscation: false } } }
    expect(fieldsOf({ providerOptions }, {}, true)).toEqual({
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    })
  })

  it('pollute nothing', () => {
    const acme = JSON.parse('{"__proto__":{"polluted":true},"a":1}')
    const { body } = encode({ providerOptions: { acme } })
    expect(body).toEqual({ ...encode({}).body, a: 1 })
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect('polluted' in body).toBe(false)
    const inherited: ChatRequest = { ...hello, providerOptions: Object.create({ acme: { a: 1 } }) }
    expect(encode(inherited).body).toEqual(encode({}).body)
  })
})

describe('the form of the answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } }
  const json_schema = { name: 'thing', schema, strict: true }
  const bySchema: Partial<ChatRequest> = { responseFormat: { type: 'json_schema', json_schema } }

  it('is passed on as OpenAI takes it', () => {
    expect(fieldsOf(bySchema)).toEqual({ response_format: { type: 'json_schema', json_schema } })
    expect(fieldsOf({ responseFormat: { type: 'json_object' } })).toEqual({
      response_format: { type: 'json_object' },
    })
    expect(fieldsOf({ responseFormat: { type: 'text' } })).toEqual({ response_format: { type: 'text' } })
    expect(refusedBy(bySchema)).toEqual([])
  })

  it('is JSON mode with the schema in words where that is all the vendor has, with a warning', () => {
    const { body, warnings } = encode(bySchema, { jsonSchema: 'json_object' })
    expect(body.response_format).toEqual({ type: 'json_object' })
    expect(body.messages).toEqual([
      { role: 'system', content: expect.stringContaining(JSON.stringify(schema)) },
      { role: 'user', content: 'Hello' },
    ])
    expect(warnings).toMatchObject([{ code: 'unsupported-option', option: 'responseFormat' }])
  })

  it('is words alone where the vendor has no JSON mode', () => {
    const { body } = encode(bySchema, { jsonSchema: 'none' })
    expect(body).not.toHaveProperty('response_format')
    expect(JSON.stringify(body.messages)).toContain('JSON Schema')
    const json = encode({ responseFormat: { type: 'json_object' } }, { jsonSchema: 'none' })
    expect(json.body.messages).toHaveLength(2)
    expect(json.warnings).toHaveLength(1)
  })

  it('joins the words to the system message that is there', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'developer', content: 'Be brief' },
      { role: 'user', content: 'Hello' },
    ]
    const { body } = encode({ ...bySchema, messages }, { jsonSchema: 'json_object' })
    expect(body.messages).toEqual([
      { role: 'system', content: expect.stringMatching(/^Be brief\n\nAnswer with JSON/) },
      { role: 'user', content: 'Hello' },
    ])
    const parts = encode(
      { ...bySchema, messages: [{ role: 'system', content: [{ type: 'text', text: 'a' }] }] },
      { jsonSchema: 'none' },
    )
    expect(parts.body.messages).toMatchObject([{ content: [{ text: 'a' }, { type: 'text' }] }])
  })
})

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
