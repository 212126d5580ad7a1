// How the reasoning of a streamed response is understood.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { added, completed, created, decode, done, fold } from './events.js'

const _emptyMessage = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
const reasoningItem = { id: 'rs_1', type: 'reasoning', summary: [] }

function _textsOf(deltas: readonly Delta[]): string[] {
  return deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []))
}

describe('the reasoning of a streamed response', () => {
  const summaryDelta = (delta: string) => ({
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    delta,
  })
  const contentDelta = (delta: string) => ({
    type: 'response.reasoning_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    content_index: 0,
    delta,
  })

  it('keeps encrypted reasoning whole, with the id that came with it', () => {
    const item = {
      ...reasoningItem,
      summary: [{ type: 'summary_text', text: 'I add.' }],
      encrypted_content: 'opaque-1',
    }
    const deltas = decode(
      created,
      added(reasoningItem),
      summaryDelta('I add.'),
      done(item),
      completed([item]),
    )
    expect(fold(deltas).reasoningBlocks).toEqual([
      { text: 'I add.', redacted: 'opaque-1', id: 'rs_1', format: 'summary_text' },
    ])
  })

  it('keeps no state of an item that was never finished', () => {
    const response = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] }
    const begun = { ...reasoningItem, encrypted_content: 'half' }
    expect(
      fold(decode(created, added(begun), { type: 'response.incomplete', response })).reasoningBlocks,
    ).toEqual([])
  })

  it('opens a block for each item, in order', () => {
    const first = { ...reasoningItem, encrypted_content: 'opaque-1' }
    const second = { ...reasoningItem, id: 'rs_2', encrypted_content: 'opaque-2' }
    const blocks = fold(
      decode(created, done(first), done(second, 1), completed([first, second])),
    ).reasoningBlocks
    expect(blocks.map((block) => [block.id, block.redacted])).toEqual([
      ['rs_1', 'opaque-1'],
      ['rs_2', 'opaque-2'],
    ])
  })

  it('takes the content, and the summary only where there is none', () => {
    const item = {
      ...reasoningItem,
      content: [{ type: 'reasoning_text', text: 'open thoughts' }],
      summary: [{ type: 'summary_text', text: 'short' }],
    }
    expect(fold(decode(created, completed([item]))).reasoning).toBe('open thoughts')
    expect(
      fold(decode(created, contentDelta('open'), summaryDelta('short'), completed([item]))).reasoning,
    ).toBe('open thoughts')
    expect(fold(decode(created, summaryDelta('short'), completed([item]))).reasoning).toBe('short')
  })

  it('is not led astray by a summary in the middle of the content', () => {
    const deltas = decode(created, contentDelta('a'), summaryDelta('short'), contentDelta('b'), completed([]))
    expect(fold(deltas).reasoning).toBe('ab')
  })

  it('remembers open reasoning as something to send back, and a bare summary not', () => {
    const open = { ...reasoningItem, content: [{ type: 'reasoning_text', text: 'hm' }] }
    expect(fold(decode(created, completed([open]))).reasoningBlocks).toEqual([
      { text: 'hm', id: 'rs_1', format: 'reasoning_text' },
    ])
    const summed = { ...reasoningItem, summary: [{ type: 'summary_text', text: 'hm' }] }
    expect(fold(decode(created, completed([summed]))).reasoningBlocks).toEqual([{ text: 'hm' }])
  })

  it('joins its parts with nothing in between', () => {
    const item = { ...reasoningItem, summary: [{ text: 'a' }, 'b', { text: 'c' }, null, { type: 'other' }] }
    expect(fold(decode(created, completed([item]))).reasoning).toBe('abc')
  })
})
