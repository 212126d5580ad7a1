// How hard the model shall think, in the words of each style.
import { describe, expect, it } from 'vitest'
import type { ReasoningSetting } from '../../../src/core/message.js'
import type { ChatQuirks } from '../../../src/wire/openai-chat/quirks.js'
import { encode, fieldsOf, refusedBy } from './encoding.js'

const words = { none: 'none', low: 'low', medium: 'medium', high: 'max' }
type Row = [string, Partial<ChatQuirks>, ReasoningSetting, object]

describe('a level of reasoning', () => {
  it.each<Row>([
    ['effort', { reasoning: 'effort' }, 'high', { reasoning_effort: 'max' }],
    ['effort', { reasoning: 'effort' }, 'none', { reasoning_effort: 'none' }],
    ['an object', { reasoning: 'reasoning-object' }, 'low', { reasoning: { effort: 'low' } }],
    ['a switch', { reasoning: 'reasoning-switch' }, 'none', { reasoning: { enabled: false } }],
    ['a switch', { reasoning: 'reasoning-switch' }, 'medium', { reasoning_effort: 'medium' }],
    ['a type', { reasoning: 'thinking-type' }, 'none', { thinking: { type: 'disabled' } }],
    [
      'a type',
      { reasoning: 'thinking-type' },
      'high',
      { thinking: { type: 'enabled' }, reasoning_effort: 'max' },
    ],
    [
      'a type',
      { reasoning: 'thinking-type', thinkingOn: 'adaptive' },
      'minimal',
      { thinking: { type: 'adaptive' } },
    ],
    ['a flag', { reasoning: 'enable-thinking' }, 'none', { enable_thinking: false }],
    ['a flag', { reasoning: 'enable-thinking' }, 'low', { enable_thinking: true }],
    [
      'the template',
      { reasoning: 'chat-template' },
      'none',
      { chat_template_kwargs: { enable_thinking: false } },
    ],
    [
      'the template',
      { reasoning: 'chat-template' },
      'high',
      { chat_template_kwargs: { enable_thinking: true } },
    ],
  ])('is asked for by %s: %j %s', (_, quirks, reasoning, fields) => {
    expect(fieldsOf({ reasoning }, { reasoningWords: words, ...quirks })).toEqual(fields)
    expect(refusedBy({ reasoning }, { reasoningWords: words, ...quirks })).toEqual([])
  })

  it.each(['effort', 'reasoning-object', 'reasoning-switch'] as const)(
    'without a word is a warning where there is nothing but the word: %s',
    (style) => {
      const quirks = { reasoning: style, reasoningWords: words }
      expect(fieldsOf({ reasoning: 'minimal' }, quirks)).toEqual({})
      expect(refusedBy({ reasoning: 'minimal' }, quirks)).toEqual(['reasoning'])
    },
  )

  it.each<ReasoningSetting>(['none', 'high', 2000])('is a warning where none can be set: %s', (reasoning) => {
    expect(fieldsOf({ reasoning }, { reasoning: 'none' })).toEqual({})
    expect(refusedBy({ reasoning }, { reasoning: 'none' })).toEqual(['reasoning'])
  })

  it('keeps what else the row says to the template', () => {
    const fixedFields = { chat_template_kwargs: { language: 'en' } }
    expect(fieldsOf({ reasoning: 'high' }, { reasoning: 'chat-template', fixedFields })).toEqual({
      chat_template_kwargs: { language: 'en', enable_thinking: true },
    })
    expect(fixedFields).toEqual({ chat_template_kwargs: { language: 'en' } })
  })
})

describe('a number of reasoning tokens', () => {
  it.each<[object, Partial<ChatQuirks>]>([
    [
      { reasoning: { max_tokens: 2000 } },
      { reasoning: 'reasoning-object', reasoningTokensField: 'reasoning.max_tokens' },
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { reasoning: 'effort', reasoningTokensField: 'thinking.budget_tokens' },
    ],
    [
      { enable_thinking: true, thinking_budget: 2000 },
      { reasoning: 'enable-thinking', reasoningTokensField: 'thinking_budget' },
    ],
  ])('is sent as %j', (fields, quirks) => {
    expect(fieldsOf({ reasoning: 2000 }, quirks)).toEqual(fields)
    expect(refusedBy({ reasoning: 2000 }, quirks)).toEqual([])
  })

  it.each([
    [1, 'low'],
    [1024, 'low'],
    [1025, 'medium'],
    [8192, 'medium'],
    [8193, 'high'],
  ])('becomes the nearest level where only levels are taken: %i is %s, with a warning', (tokens, word) => {
    expect(fieldsOf({ reasoning: tokens })).toEqual({ reasoning_effort: word })
    expect(encode({ reasoning: tokens }).warnings).toMatchObject([
      { option: 'reasoning', message: expect.stringContaining(String(tokens)) },
    ])
  })

  it('of 0 switches reasoning off, which is no loss', () => {
    expect(fieldsOf({ reasoning: 0 })).toEqual({ reasoning_effort: 'none' })
    expect(refusedBy({ reasoning: 0 })).toEqual([])
    const quirks = { reasoning: 'enable-thinking', reasoningTokensField: 'thinking_budget' } as const
    expect(fieldsOf({ reasoning: 0 }, quirks)).toEqual({ enable_thinking: false })
  })
})
