// The one rule by which the caller's own fields go into a provider's body.

import { describe, expect, it } from 'vitest'
import type { Warning } from '../../src/core/warning.js'
import { anthropicMessages } from '../../src/wire/anthropic-messages/dialect.js'
import { defaultMessagesQuirks } from '../../src/wire/anthropic-messages/quirks.js'
import type { JsonObject } from '../../src/wire/json.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { defaultChatQuirks } from '../../src/wire/openai-chat/quirks.js'
import { openaiResponses } from '../../src/wire/openai-responses/dialect.js'
import { defaultResponsesQuirks } from '../../src/wire/openai-responses/quirks.js'
import { addProviderOptions } from '../../src/wire/provider-options.js'

/** The body with these fields put over it, and what was said about them. */
function merged(body: JsonObject, own: JsonObject): { body: JsonObject; warnings: Warning[] } {
  const warnings: Warning[] = []
  addProviderOptions(
    body,
    { messages: [], providerOptions: { acme: own, other: { x: 1 } } },
    'acme',
    warnings,
  )
  return { body, warnings }
}

describe('fields of the caller', () => {
  it('win over what stands there, whatever they are, unless they are undefined', () => {
    const body = { a: 1, b: { c: 1 }, d: 'x', e: 5 }
    expect(merged(body, { a: 0, b: null, d: ['y'], e: undefined }).body).toEqual({
      a: 0,
      b: null,
      d: ['y'],
      e: 5,
    })
  })

  it('join an object field by field', () => {
    const body = { stream_options: { include_usage: true, a: 1 } }
    expect(merged(body, { stream_options: { a: 2, b: 3 } }).body).toEqual({
      stream_options: { include_usage: true, a: 2, b: 3 },
    })
  })

  it('replace an object by one of another type as a whole', () => {
    const body = { thinking: { type: 'enabled', budget_tokens: 2048 } }
    expect(merged(body, { thinking: { type: 'disabled' } }).body).toEqual({ thinking: { type: 'disabled' } })
  })

  it('join the lists of tools and of what is included, and no other', () => {
    const search = { type: 'web_search' }
    const body = { tools: [{ name: 'f' }], include: ['a'], stop: ['x'] }
    expect(merged(body, { tools: [search], include: ['a', 'b'], stop: ['y'] }).body).toEqual({
      tools: [{ name: 'f' }, search],
      include: ['a', 'b'],
      stop: ['y'],
    })
  })

  it('do not change the objects that they join', () => {
    const held = { a: 1 }
    const own = { b: 2 }
    merged({ x: held }, { x: own })
    expect([held, own]).toEqual([{ a: 1 }, { b: 2 }])
  })

  it('cannot reach a prototype, at the top or inside', () => {
    const own = JSON.parse('{"__proto__":{"p":1},"constructor":{"p":1},"x":{"__proto__":{"p":1}}}')
    const { body } = merged({ x: { a: 1 } }, own)
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(body.x)).toBe(Object.prototype)
    expect('p' in body).toBe(false)
    expect('p' in {}).toBe(false)
    expect(body.constructor).toEqual({ p: 1 })
  })
})

describe('fields that the library writes itself', () => {
  const request = {
    messages: [{ role: 'user' as const, content: 'Hi' }],
    maxTokens: 9,
  }
  const own = { acme: { model: 'x', messages: [], input: [], stream: false } }
  const target = { provider: 'acme', model: 'm', stream: true }
  const encoders = [
    ['openai-chat', (asked: object) => encodeChat({ ...request, ...asked })],
    ['openai-responses', (asked: object) => encodeResponses({ ...request, ...asked })],
    ['anthropic-messages', (asked: object) => encodeMessages({ ...request, ...asked })],
  ] as const

  const encodeChat = (asked: typeof request) =>
    openaiChat.encode(asked, { ...target, quirks: defaultChatQuirks })
  const encodeResponses = (asked: typeof request) =>
    openaiResponses.encode(asked, { ...target, quirks: defaultResponsesQuirks })
  const encodeMessages = (asked: typeof request) =>
    anthropicMessages.encode(asked, { ...target, quirks: defaultMessagesQuirks })

  it.each(encoders)('stay as they are in %s, with the same warnings', (_, encode) => {
    const plain = encode({})
    const { body, warnings } = encode({ providerOptions: own })
    expect(body).toEqual(plain.body)
    expect(warnings).toEqual(
      Object.keys(own.acme).map((field) => ({
        code: 'unsupported-option',
        message: expect.stringContaining(`\`${field}\``),
        option: 'providerOptions',
      })),
    )
  })
})
