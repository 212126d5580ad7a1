// A whole answer of the Messages API, as the deltas it amounts to.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, asText } from '../json.js'
import { addBlock, addBlockEnd, addFinish, addText, addUnsaidFinish, blockEndOf, startOf } from './answer.js'
import { MessagesUsage } from './usage.js'

/** Decodes a whole answer, its blocks in their order. Throws a `ProviderError` for an error or anything else inside. */
export function decodeWholeMessage(body: unknown): Delta[] {
  const message = asObject(body)
  if (message === undefined) throw new ProviderError('invalid-response', 'The answer is no JSON object.')
  if (message.type === 'error' || (message.error !== undefined && message.error !== null))
    throw errorInAnswer(body)
  const raw = asText(message.stop_reason)
  const { content } = message
  if (!Array.isArray(content) && typeof content !== 'string' && raw === undefined) {
    throw new ProviderError('invalid-response', 'The answer holds neither content nor a stop reason.')
  }
  const deltas: Delta[] = [startOf(message)]
  if (Array.isArray(content)) addBlocks(content, deltas)
  else addText(content, deltas)
  const usage = new MessagesUsage().take(message.usage)
  if (usage !== undefined) deltas.push(usage)
  if (raw === undefined) addUnsaidFinish(deltas)
  else addFinish(raw, message.stop_details, deltas)
  return deltas
}

function addBlocks(content: readonly unknown[], deltas: Delta[]): void {
  for (const [index, entry] of content.entries()) {
    const block = asObject(entry)
    if (block === undefined) continue
    addBlockEnd(blockEndOf(block, addBlock(block, index, deltas)), index, deltas)
  }
}
