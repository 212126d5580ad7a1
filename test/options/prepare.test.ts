// A request at the door: what counts as not given, and what the door changes.

import { describe, expect, it } from 'vitest'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'

const prepare = (request: CompletionRequest, options: HandlerOptions = {}) =>
  prepareRequest({ prompt: 'Hi', ...request }, 'generateResponse', checkHandlerOptions(options), 'req_1')

describe('a request', () => {
  it('may say undefined for what it does not give, in nested options too', () => {
    const loose = prepare({
      model: undefined,
      messages: undefined,
      temperature: undefined,
      max_tokens: undefined,
      tools: undefined,
      toolChoice: undefined,
      responseFormat: undefined,
      tenant: undefined,
      tags: undefined,
      apiKey: undefined,
      keys: undefined,
      signal: undefined,
      strict: undefined,
      timeout: { totalMs: undefined, idleMs: 5 },
      headers: { 'x-a': undefined, 'x-b': 'b' },
      providerOptions: { one: undefined, two: { top_k: undefined, top_a: null } },
      callbacks: { onTextDelta: undefined },
    })
    const strict = prepare({
      timeout: { idleMs: 5 },
      headers: { 'x-b': 'b' },
      providerOptions: { two: { top_a: null } },
    })
    expect(loose).toEqual(strict)
    expect(Object.keys(loose.chat)).toEqual(Object.keys(strict.chat))
    expect(Object.keys(loose.chat.headers ?? {})).toEqual(['x-b'])
    expect(Object.keys(loose.chat.providerOptions?.two ?? {})).toEqual(['top_a'])
  })

  it.each(['tenant', 'user', 'agent', 'session', 'run'] as const)(
    'may have a %s with a long name, and not one without end',
    (name) => {
      const most = name === 'tenant' ? 16_384 : 1_024
      expect(prepare({ [name]: 'x'.repeat(most) }).labels[name]).toHaveLength(most)
      expect(() => prepare({ [name]: 'x'.repeat(most + 1) })).toThrow(
        expect.objectContaining({ code: 'invalid-request', field: name }),
      )
    },
  )

  it('may have 64 tags with long names, and no more and no longer ones', () => {
    const tags = Array.from({ length: 64 }, (_, at) => `${at}`.padEnd(1_024, 'x'))
    expect(prepare({ tags }).labels.tags).toEqual(tags)
    expect(() => prepare({ tags: [...tags, 'y'] })).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'tags' }),
    )
    expect(() => prepare({ tags: ['a', 'x'.repeat(1_025)] })).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'tags[1]' }),
    )
  })

  it('leaves a default of the handler as it is where it says undefined', () => {
    const { chat } = prepare({ temperature: undefined }, { defaults: { temperature: 0 } })
    expect(chat.temperature).toBe(0)
  })

  it('is refused with a key that is undefined, so that nobody else pays for it', () => {
    const keys = { openai: undefined } as unknown as Record<string, string> // the type refuses it too
    expect(() => prepare({ keys })).toThrow(expect.objectContaining({ code: 'invalid-key-format' }))
  })

  it.each([
    ['5', 'a string'],
    [null, 'null'],
    [[5], 'a list'],
  ])('is told how a ceiling is written where it gives %j', (budget, kind) => {
    const request = { budget } as unknown as CompletionRequest // what a program without types may send
    expect(() => prepare(request)).toThrow(`budget: must be dollars as a number, or { usd }, and is ${kind}.`)
  })

  it('asks each model once, where it stood first', () => {
    const options = { models: { twice: ['a/x', 'b/y', 'a/x'], same: 'a/x' } }
    const named = (model: string | string[]) => {
      const { models } = prepare({ model }, options)
      return models === 'auto' ? [] : models.map((reference) => `${reference.provider}/${reference.model}`)
    }
    expect(named('twice')).toEqual(['a/x', 'b/y'])
    expect(named(['a/x', 'a/x'])).toEqual(['a/x'])
    expect(named(['b/y', 'same', 'twice'])).toEqual(['b/y', 'a/x'])
  })

  it('is not changed by what happens to its lists later', () => {
    const request = {
      messages: [{ role: 'user' as const, content: 'Hi' }],
      tools: [{ type: 'function' as const, function: { name: 'look' } }],
      model: ['a/x'],
      stop: ['END'],
      tags: ['one'],
      keys: { a: 'test-key-a-0001' },
      providerOptions: { a: { top_k: 1 } },
      headers: { 'x-a': 'a' },
    }
    const prepared = prepareRequest(request, 'generateResponse', checkHandlerOptions({}), 'req_1')
    const before = structuredClone({ chat: prepared.chat, models: prepared.models, labels: prepared.labels })
    for (const list of [request.messages, request.tools, request.model, request.stop, request.tags])
      list.splice(0)
    request.providerOptions.a.top_k = 2
    request.headers['x-a'] = 'b'
    request.keys.a = 'test-key-a-0002'
    const { chat, models, labels, keys } = prepared
    expect({ chat, models, labels }).toEqual(before)
    expect(keys.get('a')?.reveal()).toBe('test-key-a-0001')
  })

  it.each(['xhigh', 'max'] as const)('asks for high where a stored body says %s, and says so', (effort) => {
    const { chat, warnings } = prepare({ reasoning_effort: effort })
    expect(chat.reasoning).toBe('high')
    expect(warnings).toEqual([
      {
        code: 'unsupported-option',
        message: `The effort "${effort}" is not taken; the model is asked for "high".`,
        option: 'reasoning',
      },
    ])
    expect(prepare({ reasoning_effort: 'high' }).warnings).toEqual([])
  })
})
