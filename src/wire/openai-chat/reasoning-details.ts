// `reasoning_details` (OpenRouter and its like) both ways: pieces of reasoning with what must go back with them.

import type { Delta } from '../../core/delta.js'
import type { ReasoningBlock } from '../../core/message.js'
import { asObject, asText, type JsonObject } from '../json.js'

/** Marks a block that came as a summary, in front of its format: it must go back as one. */
const summaryMark = 'summary:'

/** Numbers the blocks of one answer's reasoning, in the order in which they come. */
export class ReasoningBlocks {
  #block = -1
  #index: unknown
  #isClosed = false

  /** The block of a piece. Pieces of one index belong together; an encrypted piece is whole and ends its block. */
  blockOf(index: unknown, isEncrypted: boolean): number {
    const isNew = this.#block === -1 || this.#isClosed || (typeof index === 'number' && index !== this.#index)
    if (isNew) this.#block += 1
    if (typeof index === 'number') this.#index = index
    this.#isClosed = isEncrypted
    return this.#block
  }

  /** Ends the block: the next piece opens another, whatever its index. */
  close(): void {
    this.#isClosed = true
  }
}

/**
 * Adds the pieces of reasoning in `details`. `plain` is the same text as it stands beside them, if it does; it counts.
 * Returns whether there was any text.
 */
export function pushReasoningDetails(
  details: readonly unknown[],
  plain: string | undefined,
  isWhole: boolean,
  blocks: ReasoningBlocks,
  deltas: Delta[],
): boolean {
  let joined = ''
  for (const detail of details) joined += textOf(asObject(detail))
  // Where the two differ, the readable text is the one beside, and stands in the first block that has any.
  const differs = plain !== undefined && plain !== joined
  let unplaced = differs ? plain : ''
  if (differs && joined === '') {
    deltas.push({ type: 'reasoning', text: plain })
    unplaced = ''
  }
  for (const entry of details) {
    const detail = asObject(entry)
    if (detail === undefined) continue
    let text = textOf(detail)
    if (differs && text !== '') {
      text = unplaced
      unplaced = ''
    }
    pushDetail(detail, text, blocks, deltas)
    if (isWhole) blocks.close()
  }
  return plain !== undefined || joined !== ''
}

function pushDetail(detail: JsonObject, text: string, blocks: ReasoningBlocks, deltas: Delta[]): void {
  const signature = asText(detail.signature)
  const redacted = asText(detail.data)
  if (text === '' && !signature && !redacted) return
  const id = asText(detail.id)
  const format = formatOf(detail)
  deltas.push({
    type: 'reasoning',
    ...(text === '' ? {} : { text }),
    ...(signature ? { signature } : {}),
    ...(redacted ? { redacted } : {}),
    ...(id ? { id } : {}),
    ...(format ? { format } : {}),
    block: blocks.blockOf(detail.index, redacted !== undefined),
  })
}

function textOf(detail: JsonObject | undefined): string {
  return asText(detail?.text) ?? asText(detail?.summary) ?? ''
}

function formatOf(detail: JsonObject): string | undefined {
  const format = asText(detail.format)
  return typeof detail.summary === 'string' ? summaryMark + (format ?? '') : format
}

/** The blocks of an earlier answer as the provider sent them, numbered in order. */
export function reasoningDetailsOf(blocks: readonly ReasoningBlock[]): JsonObject[] {
  const details: JsonObject[] = []
  for (const block of blocks) {
    if (block.toolCallId !== undefined) continue
    if (block.text !== undefined || block.signature !== undefined) {
      details.push({ ...readableDetail(block), index: details.length })
    }
    if (block.redacted !== undefined) details.push({ ...encryptedDetail(block), index: details.length })
  }
  return details
}

function readableDetail(block: ReasoningBlock): JsonObject {
  const isSummary = block.format?.startsWith(summaryMark) ?? false
  const text = block.text ?? ''
  return {
    ...(isSummary ? { type: 'reasoning.summary', summary: text } : { type: 'reasoning.text', text }),
    ...(block.signature === undefined ? {} : { signature: block.signature }),
    ...(block.id === undefined || block.redacted !== undefined ? {} : { id: block.id }),
    ...formatField(block),
  }
}

function encryptedDetail(block: ReasoningBlock): JsonObject {
  const id = block.id === undefined ? {} : { id: block.id }
  return { type: 'reasoning.encrypted', data: block.redacted, ...id, ...formatField(block) }
}

function formatField(block: ReasoningBlock): JsonObject {
  const format = block.format?.startsWith(summaryMark) ? block.format.slice(summaryMark.length) : block.format
  return format ? { format } : {}
}
