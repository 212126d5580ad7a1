// Reasoning in its four places, with the opaque parts that must go back.
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { decodeWhole } from '../../../src/wire/openai-chat/whole.js'
import { chunk, contentOf, finish } from './chunks.js'

const reasoningOf = (deltas: readonly Delta[]): Delta[] => deltas.filter(({ type }) => type === 'reasoning')
const readable = (deltas: readonly Delta[]): string =>
  deltas.map((delta) => (delta.type === 'reasoning' ? (delta.text ?? '') : '')).join('')

describe('readable reasoning', () => {
  it.each([
    ['reasoning_content', { reasoning_content: 'Hm' }],
    ['reasoning', { reasoning: 'Hm' }],
    ['both, with the same text', { reasoning: 'Hm', reasoning_content: 'Hm' }],
    ['the first of two that has text', { reasoning: 'Hm', reasoning_content: '' }],
    ['reasoning_content before reasoning', { reasoning: 'no', reasoning_content: 'Hm' }],
    ['details of text', { reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }],
    ['details of summary', { reasoning_details: [{ type: 'reasoning.summary', summary: 'Hm' }] }],
    [
      'details beside the text',
      { reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] },
    ],
    ['details that say otherwise', { reasoning: 'Hm', reasoning_details: [{ text: 'no' }, { text: 'no' }] }],
    [
      'details without text',
      { reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] },
    ],
    ['thinking parts', { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }] }],
    ['a thinking part of plain text', { content: [{ type: 'thinking', thinking: 'Hm' }] }],
    ['a field before thinking parts', { reasoning: 'Hm', content: [{ type: 'thinking', thinking: 'no' }] }],
  ])('is read from %s', (_, delta) => {
    expect(readable(contentOf(chunk(delta), finish('stop')))).toBe('Hm')
    expect(readable(decodeWhole({ choices: [{ message: delta, finish_reason: 'stop' }] }))).toBe('Hm')
  })

  it('may change its place from chunk to chunk, and come after text', () => {
    const deltas = contentOf(
      chunk({ reasoning: 'a' }),
      chunk({ content: 'x' }),
      chunk({ reasoning_content: 'b', content: 'y' }),
      finish('stop'),
    )
    expect(deltas.map(({ type }) => type)).toEqual(['reasoning', 'text', 'reasoning', 'text', 'finish'])
    expect(readable(deltas)).toBe('ab')
  })

  it('leaves tags of thinking in the text where they came', () => {
    const deltas = contentOf(chunk({ content: '<think>Hm</think>Yes' }), finish('stop'))
    expect(deltas[0]).toEqual({ type: 'text', text: '<think>Hm</think>Yes' })
  })
})

describe('details', () => {
  it('put a signature on the block whose text came before', () => {
    const of = (detail: object) =>
      chunk({ reasoning_details: [{ type: 'reasoning.text', format: 'claude', index: 0, ...detail }] })
    expect(
      reasoningOf(contentOf(of({ text: 'Hm' }), of({ text: '' }), of({ signature: 'sig' }), finish('stop'))),
    ).toEqual([
      { type: 'reasoning', text: 'Hm', format: 'claude', block: 0 },
      { type: 'reasoning', signature: 'sig', format: 'claude', block: 0 },
    ])
  })

  it('keep encrypted pieces apart, each in a block of its own', () => {
    const of = (data: string, index: number) => ({
      type: 'reasoning.encrypted',
      data,
      id: `rs_${data}`,
      format: 'o',
      index,
    })
    const deltas = contentOf(
      chunk({ reasoning_details: [of('A', 0), of('B', 0)] }),
      chunk({ reasoning_details: [of('C', 1)] }),
      finish('stop'),
    )
    expect(reasoningOf(deltas)).toEqual([
      { type: 'reasoning', redacted: 'A', id: 'rs_A', format: 'o', block: 0 },
      { type: 'reasoning', redacted: 'B', id: 'rs_B', format: 'o', block: 1 },
      { type: 'reasoning', redacted: 'C', id: 'rs_C', format: 'o', block: 2 },
    ])
    expect(readable(deltas)).toBe('')
  })

  it('are a block each in a whole answer', () => {
    const reasoning_details = [
      { text: 'a', signature: 's1' },
      { text: 'b', signature: 's2' },
    ]
    const deltas = decodeWhole({
      choices: [{ message: { reasoning: 'ab', reasoning_details }, finish_reason: 'stop' }],
    })
    expect(reasoningOf(deltas)).toEqual([
      { type: 'reasoning', text: 'a', signature: 's1', block: 0 },
      { type: 'reasoning', text: 'b', signature: 's2', block: 1 },
    ])
  })

  it.each([[], null, 'x', [null], [7], [{}]])('may be %j', (reasoning_details) => {
    expect(reasoningOf(contentOf(chunk({ reasoning: 'Hm', reasoning_details }), finish('stop')))).toEqual([
      { type: 'reasoning', text: 'Hm' },
    ])
  })
})
