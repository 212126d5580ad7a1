// Tools and how they shall be used, as each vendor takes them.
import { describe, expect, it } from 'vitest'
import type { Tool, ToolChoice } from '../../../src/core/message.js'
import { encode, fieldsOf, refusedBy } from './encoding.js'

const weather: Tool = {
  type: 'function',
  function: { name: 'weather', description: 'd', parameters: { type: 'object' } },
}
const strict: Tool = { type: 'function', function: { name: 'strict', strict: true } }
const shell: Tool = { type: 'custom', custom: { name: 'shell', format: { type: 'text' } } }
const byName: ToolChoice = { type: 'function', function: { name: 'weather' } }

describe('tools', () => {
  it('go out as they are', () => {
    expect(fieldsOf({ tools: [weather, strict] })).toEqual({ tools: [weather, strict] })
  })

  it('are not sent as an empty list, nor is what is said about them', () => {
    expect(fieldsOf({ tools: [], toolChoice: 'auto', parallelToolCalls: false })).toEqual({})
    expect(fieldsOf({ toolChoice: 'none' })).toEqual({})
  })

  it('lose `strict` where the vendor does not take it, with a warning where it was asked for', () => {
    const lax: Tool = { type: 'function', function: { name: 'lax', strict: false } }
    expect(fieldsOf({ tools: [strict, lax] }, { strictTools: false })).toEqual({
      tools: [
        { type: 'function', function: { name: 'strict' } },
        { type: 'function', function: { name: 'lax' } },
      ],
    })
    expect(refusedBy({ tools: [strict, lax] }, { strictTools: false })).toEqual(['tools'])
  })

  it('of free text go only to vendors that know them', () => {
    expect(fieldsOf({ tools: [shell, weather] }, { customTools: true })).toEqual({ tools: [shell, weather] })
    expect(fieldsOf({ tools: [shell, weather] })).toEqual({ tools: [weather] })
    expect(refusedBy({ tools: [shell, weather] })).toEqual(['tools'])
  })

  it('keep their cache mark only where the vendor takes it', () => {
    const marked: Tool = { ...weather, cache_control: { type: 'ephemeral', ttl: '1h' } }
    expect(fieldsOf({ tools: [marked] }, { cacheMarks: true })).toEqual({ tools: [marked] })
    expect(fieldsOf({ tools: [marked] })).toEqual({ tools: [weather] })
  })

  it('may be kept from being called in parallel where the vendor lets one', () => {
    expect(fieldsOf({ tools: [weather], parallelToolCalls: false })).toMatchObject({
      parallel_tool_calls: false,
    })
    const refused = { tools: [weather], parallelToolCalls: false }
    expect(fieldsOf(refused, { parallelToolCalls: false })).toEqual({ tools: [weather] })
    expect(refusedBy(refused, { parallelToolCalls: false })).toEqual(['parallelToolCalls'])
  })
})

describe('the tool choice', () => {
  const tools = [weather, strict]
  const choiceOf = (toolChoice: ToolChoice, quirks = {}, offered: readonly Tool[] = tools): unknown =>
    encode({ tools: offered, toolChoice }, quirks).body.tool_choice
  const nothing = { toolChoiceRequired: null, toolChoiceNamed: false }

  it.each<ToolChoice>(['auto', 'none', 'required', byName, { type: 'custom', custom: { name: 'shell' } }])(
    'goes out as it is: %j',
    (choice) => {
      expect(choiceOf(choice)).toEqual(choice)
    },
  )

  it('says "any" where that is the word', () => {
    expect(choiceOf('required', { toolChoiceRequired: 'any' })).toBe('any')
  })

  it('is left out with a warning where a call cannot be demanded', () => {
    for (const toolChoice of ['required', byName] as const) {
      expect(choiceOf(toolChoice, nothing)).toBeUndefined()
      expect(refusedBy({ tools, toolChoice }, nothing)).toContain('toolChoice')
    }
  })

  it('leaves "auto" to a vendor that takes no choice', () => {
    expect(choiceOf('auto', nothing)).toBeUndefined()
    expect(refusedBy({ tools, toolChoice: 'auto' }, nothing)).toEqual([])
  })

  it('demands any call where one cannot be named: the same thing if there is only one tool', () => {
    expect(choiceOf(byName, { toolChoiceNamed: false })).toBe('required')
    expect(refusedBy({ tools, toolChoice: byName }, { toolChoiceNamed: false })).toEqual(['toolChoice'])
    expect(choiceOf(byName, { toolChoiceNamed: false }, [weather])).toBe('required')
    expect(refusedBy({ tools: [weather], toolChoice: byName }, { toolChoiceNamed: false })).toEqual([])
  })
})
