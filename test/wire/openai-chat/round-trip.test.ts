// What goes out and comes back, and what comes in and goes back, is the same.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { finishReasonOf } from '../../../src/core/finish-reason.js'
import type { ReasoningBlock } from '../../../src/core/message.js'
import { chunk, decode, finish } from './chunks.js'
import { encode } from './encoding.js'

const text = fc.string({ unit: 'binary', minLength: 1 })

/** Deltas as a decoder gives them, with the chunk that a server would send for each. */
const step = fc.oneof<fc.Arbitrary<readonly [string, Delta]>[]>(
  text.map((value) => [chunk({ content: value }), { type: 'text', text: value }] as const),
  text.map((value) => [chunk({ reasoning_content: value }), { type: 'reasoning', text: value }] as const),
  text.map((value) => [chunk({ refusal: value }), { type: 'refusal', text: value }] as const),
  fc
    .record({ index: fc.nat(5), id: text, name: text, arguments: text })
    .map(({ index, id, name, arguments: value }) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: value } }] }),
      { type: 'tool-call-delta', index, id, name, arguments: value },
    ]),
  fc
    .record({ input: fc.nat(), output: fc.nat(), cacheRead: fc.nat() })
    .map(({ input, output, cacheRead }) => [
      chunk(
        {},
        {},
        {
          usage: {
            prompt_tokens: input + cacheRead,
            completion_tokens: output,
            prompt_tokens_details: { cached_tokens: cacheRead },
          },
        },
      ),
      { type: 'usage', usage: { cacheRead, input, output } },
    ]),
)

describe('an answer', () => {
  it('is decoded to what a server encoded', () => {
    const end = fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter')
    fc.assert(
      fc.property(fc.array(step), end, (steps, word) => {
        const { deltas, error } = decode([...steps.map(([event]) => event), finish(word), '[DONE]'])
        const reason = finishReasonOf(word)
        expect(error).toBeUndefined()
        expect(deltas.filter(({ type }) => type !== 'start')).toEqual([
          ...steps.map(([, delta]) => delta),
          { type: 'finish', reason, raw: word },
        ])
      }),
    )
  })
})

describe('reasoning details', () => {
  const opaque = fc.string({ unit: 'grapheme-ascii', minLength: 1 })
  const format = fc.option(fc.constantFrom('unknown', 'anthropic-claude-v1', 'openai-responses-v1'), {
    nil: undefined,
  })
  const detail = fc.oneof(
    fc.record({ type: fc.constant('reasoning.text'), text: opaque, signature: opaque, format }),
    fc.record({ type: fc.constant('reasoning.text'), text: opaque, format }),
    fc.record({ type: fc.constant('reasoning.summary'), summary: opaque, format }),
    fc.record({ type: fc.constant('reasoning.encrypted'), data: opaque, id: opaque, format }),
  )

  it('go back exactly as they came, whole or in a stream', () => {
    fc.assert(
      fc.property(fc.array(detail, { minLength: 1 }), (list) => {
        const sent = list.map((entry, index) => ({ ...entry, index }))
        const { deltas } = decode([chunk({ reasoning_details: sent }), finish('stop')])
        const reasoning = deltas.flatMap((delta): ReasoningBlock[] => {
          if (delta.type !== 'reasoning') return []
          const { type: _, block: __, ...block } = delta
          return [block]
        })
        const byok = { provider: 'acme', model: 'm-1', reasoning }
        const messages = [{ role: 'assistant', content: 'x', byok }] as const
        const { body } = encode({ messages }, { reasoningBack: 'reasoning_details' })
        expect(JSON.parse(JSON.stringify(body.messages))).toEqual([
          { role: 'assistant', content: 'x', reasoning_details: JSON.parse(JSON.stringify(sent)) },
        ])
      }),
    )
  })
})
