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

  it('leaves a default of the handler as it is where it says undefined', () => {
    const { chat } = prepare({ temperature: undefined }, { defaults: { temperature: 0 } })
    expect(chat.temperature).toBe(0)
  })

  it('is refused with a key that is undefined, so that nobody else pays for it', () => {
    const keys = { openai: undefined } as unknown as Record<string, string> // the type refuses it too
    expect(() => prepare({ keys })).toThrow(expect.objectContaining({ code: 'invalid-key-format' }))
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
