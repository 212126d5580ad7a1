// How hard the model shall think, in the words of each generation of models.

import { describe, expect, it } from 'vitest'
import type { Message, ReasoningSetting } from '../../../src/core/message.js'
import { defaultMessagesQuirks } from '../../../src/wire/anthropic-messages/quirks.js'
import { encode, warned } from './encoding.js'

const summarized = { type: 'adaptive', display: 'summarized' }
const tools = [{ type: 'function', function: { name: 'f' } }] as const
const left = ['unsupported-option: reasoning']

function asked(model: string, reasoning: ReasoningSetting, maxTokens = 64_000) {
  const encoded = encode({ reasoning, maxTokens }, { model })
  return { thinking: encoded.body.thinking, effort: encoded.body.output_config, warnings: warned(encoded) }
}

describe('reasoning', () => {
  it.each([
    ['minimal', 1024],
    ['low', 2048],
    ['medium', 8192],
    ['high', 16_384],
    [5000, 5000],
  ] as const)('of %j is a budget of %i tokens for a model that takes budgets', (reasoning, budget_tokens) => {
    const expected = { thinking: { type: 'enabled', budget_tokens }, effort: undefined, warnings: [] }
    expect(asked('claude-haiku-4-5-20251001', reasoning)).toEqual(expected)
  })

  it.each([
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
  ] as const)(
    'of %j is the effort %j for a newer model, which is asked to show its thinking',
    (reasoning, effort) => {
      expect(asked('claude-opus-4-8', reasoning)).toEqual({
        thinking: summarized,
        effort: { effort },
        warnings: [],
      })
    },
  )

  it('shows itself unasked on the models between', () => {
    expect(asked('claude-sonnet-4-6', 'high')).toEqual({
      thinking: { type: 'adaptive' },
      effort: { effort: 'high' },
      warnings: [],
    })
  })

  it('in tokens is a budget where one is still taken, else the nearest effort with a warning', () => {
    expect(asked('claude-opus-4-6', 5000).thinking).toEqual({ type: 'enabled', budget_tokens: 5000 })
    expect(asked('claude-opus-4-7', 500)).toEqual({
      thinking: summarized,
      effort: { effort: 'low' },
      warnings: left,
    })
    expect(asked('claude-opus-4-7', 5000).effort).toEqual({ effort: 'medium' })
    expect(asked('claude-opus-4-7', 50_000).effort).toEqual({ effort: 'high' })
  })

  it('is not asked for when the caller did not', () => {
    for (const model of Object.keys(defaultMessagesQuirks.models)) {
      expect(encode({}, { model }).body).not.toHaveProperty('thinking')
      expect(encode({}, { model }).body).not.toHaveProperty('output_config')
    }
  })

  it.each([
    ['claude-haiku-4-5', { type: 'disabled' }, []],
    ['claude-opus-5', { type: 'disabled' }, []],
    ['claude-sonnet-5-5', { type: 'between_tools' }, []],
    ['claude-opus-5-5', undefined, left],
    ['claude-3-5-haiku-20241022', undefined, []],
  ])('is switched off for %s by %j', (model, thinking, warnings) => {
    expect(asked(model, 'none')).toEqual({ thinking, effort: undefined, warnings })
    expect(asked(model, 0)).toEqual(asked(model, 'none'))
  })

  it('is left out for a model that cannot think, with a warning', () => {
    expect(asked('claude-3-5-haiku-20241022', 'high')).toEqual({
      thinking: undefined,
      effort: undefined,
      warnings: left,
    })
  })

  it('is a budget for a vendor of whom nothing is known', () => {
    const { body } = encode({ reasoning: 'low' }, { model: 'm' })
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 2048 })
  })
})

describe('a budget', () => {
  it.each([
    ['high', 4096, 3072, []],
    ['high', 2048, 1024, []],
    ['high', 1025, 1024, []],
    [1024, 1025, 1024, []],
    [3000, 3500, 3000, []],
    [4000, 4000, 2976, left],
    [64_000, 32_000, 30_976, left],
  ] as const)('of %j in an answer of %i tokens is %i', (reasoning, maxTokens, budget_tokens, warnings) => {
    const { thinking, warnings: given } = asked('claude-haiku-4-5', reasoning, maxTokens)
    expect(thinking).toEqual({ type: 'enabled', budget_tokens })
    expect(given).toEqual(warnings)
  })

  it.each([
    [1023, 64_000],
    ['high', 1024],
    ['minimal', 100],
  ] as const)(
    'of %j in an answer of %i tokens is impossible, and thinking is left out',
    (reasoning, maxTokens) => {
      const expected = { thinking: undefined, effort: undefined, warnings: left }
      expect(asked('claude-haiku-4-5', reasoning, maxTokens)).toEqual(expected)
    },
  )

  it('is left out when a tool call is demanded; an effort stays', () => {
    const demanded = { tools, toolChoice: 'required', reasoning: 'high' } as const
    const old = encode(demanded, { model: 'claude-haiku-4-5' })
    expect(old.body).not.toHaveProperty('thinking')
    expect(warned(old)).toEqual(left)
    const newer = encode(demanded, { model: 'claude-opus-4-8' })
    expect(newer.body).toMatchObject({ tool_choice: { type: 'any' }, output_config: { effort: 'high' } })
    expect(newer.body).not.toHaveProperty('thinking')
    expect(warned(newer)).toEqual(left)
  })

  it('is left out between a call that was made without thinking and what follows its result', () => {
    const call = { id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{}' } } as const
    const origin = {
      provider: 'anthropic',
      model: 'claude-haiku-4-5',
      reasoning: [{ text: 'Hm', signature: 's' }],
    }
    const turn = (byok?: typeof origin): Message[] => [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', tool_calls: [call], ...(byok === undefined ? {} : { byok }) },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'r' },
    ]
    const plain = encode({ messages: turn(), tools, reasoning: 'low' }, { model: 'claude-haiku-4-5' })
    expect(plain.body).not.toHaveProperty('thinking')
    expect(warned(plain)).toEqual(left)
    const thought = encode({ messages: turn(origin), tools, reasoning: 'low' }, { model: 'claude-haiku-4-5' })
    expect(thought.body.thinking).toEqual({ type: 'enabled', budget_tokens: 2048 })
    const next: Message[] = [
      ...turn(),
      { role: 'assistant', content: 'ok' },
      { role: 'user', content: 'go on' },
    ]
    expect(
      encode({ messages: next, tools, reasoning: 'low' }, { model: 'claude-haiku-4-5' }).body,
    ).toHaveProperty('thinking')
    expect(
      encode({ messages: turn(), tools, reasoning: 'low' }, { model: 'claude-opus-4-8' }).body,
    ).toHaveProperty('thinking')
  })
})
