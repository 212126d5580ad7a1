// Requests in the words of the Messages API: options, limits, and what cannot be honoured.

import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/request.js'
import { anthropicMessages } from '../../../src/wire/anthropic-messages/dialect.js'
import { defaultMessagesQuirks } from '../../../src/wire/anthropic-messages/quirks.js'
import { encode, sonnet45, warned } from './encoding.js'

const weather = { type: 'function', function: { name: 'weather' } } as const
const schema = { type: 'object', properties: {}, additionalProperties: false }
const jsonSchema = { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } } as const

describe('a request', () => {
  it('holds nothing but what the caller set, and the limit that the API demands', () => {
    const { path, body, headers, warnings, repairs } = encode({})
    expect(path).toBe('/v1/messages')
    expect(body).toEqual({ model: sonnet45, max_tokens: 64_000, messages: [{ role: 'user', content: 'Hi' }] })
    expect([headers, warnings, repairs]).toEqual([{}, [], []])
  })

  it("asks for the caller's limit first, then the model's own, then 4,096 with a warning", () => {
    expect(encode({ maxTokens: 10 }).body.max_tokens).toBe(10)
    expect(encode({ maxTokens: 10 }, { outputLimit: 5 }).body.max_tokens).toBe(10)
    expect(encode({}, { outputLimit: 5 }).body.max_tokens).toBe(5)
    const messages = [{ role: 'user', content: 'Hi' }] as const
    const assumed = anthropicMessages.encode(
      { messages },
      { provider: 'p', model: 'm', stream: false, quirks: defaultMessagesQuirks },
    )
    expect(assumed.body.max_tokens).toBe(4096)
    expect(warned(assumed)).toEqual(['output-limit-assumed: maxTokens'])
  })

  it('asks for a stream only when one is wanted', () => {
    expect(encode({}, { stream: true }).body.stream).toBe(true)
    expect(encode({}).body).not.toHaveProperty('stream')
  })

  it("translates the options that have a name of Anthropic's", () => {
    const request = { stop: ['END', '\n'], user: 'u-1', temperature: 0, maxTokens: 1 } as const
    const { body } = encode(request)
    expect(body).toMatchObject({ stop_sequences: ['END'], metadata: { user_id: 'u-1' }, temperature: 0 })
  })

  it.each([
    ['seed', { seed: 0 }, ['unsupported-option: seed']],
    ['a temperature above 1', { temperature: 1.5 }, ['unsupported-option: temperature']],
    ['a stop sequence of white space', { stop: [' '] }, ['unsupported-option: stop']],
    ['JSON mode', { responseFormat: { type: 'json_object' } }, ['unsupported-option: responseFormat']],
    ['a demanded call without tools', { toolChoice: 'required' }, ['unsupported-option: toolChoice']],
  ] as const)(
    'leaves out %s, with a warning that names the option',
    (_case, request: Partial<ChatRequest>, expected) => {
      const encoded = encode(request)
      expect(encoded.body).toEqual(encode({}).body)
      expect(warned(encoded)).toEqual(expected)
    },
  )

  it('does not change what it was given', () => {
    const request = deepFreeze({
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
        { role: 'tool', tool_call_id: 'x.1', content: 'r' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: schema, strict: true } }],
      responseFormat: jsonSchema,
      providerOptions: { anthropic: { top_k: 3, metadata: { a: 1 } } },
      stop: ['x'],
      user: 'u',
    } as const)
    expect(() => encode(request)).not.toThrow()
  })
})

describe("fields for the provider's own body", () => {
  it('come last and win, but never decide what is asked of whom', () => {
    const own = { top_k: 5, max_tokens: 7, model: 'x', messages: [], stream: true, service_tier: null }
    const encoded = encode({ maxTokens: 1, providerOptions: { anthropic: own, openai: { seed: 1 } } })
    expect(encoded.body).toEqual({ ...encode({}).body, max_tokens: 7, top_k: 5, service_tier: null })
    expect(warned(encoded)).toEqual(Array(3).fill('unsupported-option: providerOptions'))
  })

  it('cannot reach a prototype', () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"top_k":1}') as Record<string, unknown> // as parsed
    const { body } = encode({ providerOptions: { anthropic: hostile } })
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect(body).not.toHaveProperty('polluted')
    expect(encode({ providerOptions: {} }, { provider: 'constructor' }).body).toEqual(encode({}).body)
  })
})

describe('sampling', () => {
  it.each([
    ['claude-sonnet-4-20250514', { temperature: 0.5, topP: 0.5 }, { temperature: 0.5, top_p: 0.5 }, []],
    ['claude-sonnet-4-5', { temperature: 0.5, topP: 0.5 }, { temperature: 0.5 }, ['topP']],
    ['claude-sonnet-4-5', { topP: 0.5 }, { top_p: 0.5 }, []],
    ['claude-opus-4-8', { temperature: 0, topP: 0.5 }, {}, ['temperature', 'topP']],
    ['claude-opus-4-8', { temperature: 1, topP: 1 }, {}, []],
    ['claude-one-that-is-newer', { temperature: 0 }, {}, ['temperature']],
  ] as const)('for %s of %j becomes %j', (model, request, sent, left) => {
    const encoded = encode(request, { model })
    const { model: _model, max_tokens: _limit, messages: _messages, ...rest } = encoded.body
    expect(rest).toEqual(sent)
    expect(warned(encoded)).toEqual(left.map((option) => `unsupported-option: ${option}`))
  })

  it('goes with thinking only where the API takes both', () => {
    const left = encode({ reasoning: 'low', temperature: 0.2, topP: 0.5 }, { model: 'claude-sonnet-4' })
    expect(left.body).not.toHaveProperty('temperature')
    expect(left.body).not.toHaveProperty('top_p')
    expect(warned(left)).toEqual(['unsupported-option: temperature', 'unsupported-option: topP'])
    const kept = encode({ reasoning: 'low', temperature: 1, topP: 0.95 }, { model: 'claude-sonnet-4' })
    expect(kept.body).toMatchObject({ temperature: 1, top_p: 0.95 })
    expect(encode({ reasoning: 'none', temperature: 0.2 }).body).toMatchObject({ temperature: 0.2 })
  })

  it('is sent as it is to a vendor of whom nothing is known', () => {
    const { body } = encode({ temperature: 1.5, topP: 0.5 }, { model: 'm' })
    expect(body).toMatchObject({ temperature: 1.5, top_p: 0.5 })
  })
})

describe('tools', () => {
  it('carry their schema, and the marks that the API takes', () => {
    const parameters = { properties: { city: { type: 'string' } } }
    const cache_control = { type: 'ephemeral', ttl: '1h' } as const
    const described = { name: 'a', description: 'A', parameters, strict: true } as const
    const { body } = encode({ tools: [{ type: 'function', function: described, cache_control }, weather] })
    expect(body.tools).toEqual([
      {
        name: 'a',
        description: 'A',
        input_schema: { type: 'object', ...parameters },
        strict: true,
        cache_control,
      },
      { name: 'weather', input_schema: { type: 'object', properties: {} } },
    ])
    expect(body).not.toHaveProperty('tool_choice')
  })

  it('of a custom kind become functions with one string argument, with a warning', () => {
    const encoded = encode({ tools: [{ type: 'custom', custom: { name: 'shell', description: 'Runs' } }] })
    const input_schema = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
    expect(encoded.body.tools).toEqual([{ name: 'shell', description: 'Runs', input_schema }])
    expect(warned(encoded)).toEqual(['unsupported-option: tools'])
  })

  it('are left out of the body when there are none', () => {
    const { body } = encode({ tools: [], toolChoice: 'auto', parallelToolCalls: false })
    expect(body).toEqual(encode({}).body)
  })

  it('lose `strict` for a model that does not take it, with a warning', () => {
    const tools = [{ type: 'function', function: { name: 'f', strict: true } }] as const
    const encoded = encode({ tools }, { model: 'claude-sonnet-4-0' })
    expect(encoded.body.tools).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }])
    expect(warned(encoded)).toEqual(['unsupported-option: tools'])
  })

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [weather, { type: 'tool', name: 'weather' }],
    [
      { type: 'custom', custom: { name: 'weather' } },
      { type: 'tool', name: 'weather' },
    ],
  ] as const)('are chosen by %j as %j', (toolChoice, sent) => {
    expect(encode({ tools: [weather], toolChoice }).body.tool_choice).toEqual(sent)
    const single = encode({ tools: [weather], toolChoice, parallelToolCalls: false }).body.tool_choice
    expect(single).toEqual(toolChoice === 'none' ? sent : { ...sent, disable_parallel_tool_use: true })
  })

  it('are called one at a time without any choice too', () => {
    const { body } = encode({ tools: [weather], parallelToolCalls: false })
    expect(body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true })
    expect(encode({ tools: [weather], parallelToolCalls: true }).body).not.toHaveProperty('tool_choice')
  })

  it('cannot be demanded of a model that refuses it', () => {
    const encoded = encode({ tools: [weather], toolChoice: 'required' }, { model: 'claude-opus-5-5' })
    expect(encoded.body).not.toHaveProperty('tool_choice')
    expect(warned(encoded)).toEqual(['unsupported-option: toolChoice'])
  })
})

describe('a JSON Schema for the answer', () => {
  it('is sent where the model can be held to it, beside the effort', () => {
    const format = { type: 'json_schema', schema }
    expect(encode({ responseFormat: jsonSchema }).body.output_config).toEqual({ format })
    const { body } = encode({ responseFormat: jsonSchema, reasoning: 'low' }, { model: 'claude-opus-4-8' })
    expect(body.output_config).toEqual({ effort: 'low', format })
  })

  it.each([
    ['an older model', { model: 'claude-sonnet-4-20250514' }],
    ['a vendor of whom nothing is known', { model: 'm' }],
  ])('is left out for %s, with a warning', (_case, target) => {
    const encoded = encode({ responseFormat: jsonSchema }, target)
    expect(encoded.body).not.toHaveProperty('output_config')
    expect(warned(encoded)).toEqual(['unsupported-option: responseFormat'])
  })
})

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(Object.freeze(value))) deepFreeze(inner)
  return value
}
