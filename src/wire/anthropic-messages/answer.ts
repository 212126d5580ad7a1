// What streamed and whole answers have in common: content blocks, and how an answer says that it has ended.

import type { Delta, StartDelta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { finishReasonOf, isFailureWord } from '../../core/finish-reason.js'
import { asId, asObject, asText, type JsonObject } from '../json.js'
import { startDelta } from '../start.js'

/** A block that is no call, or a call that the caller has to run. */
export type BlockKind = 'content' | 'call' | 'foreign'

/**
 * Adds what a content block holds, but for what counts only when it has ended (`addBlockEnd`). `foreign` is what the
 * provider runs itself, or what chat cannot express (`server_tool_use`, `mcp_tool_use`, every `*_result`, `compaction`,
 * `fallback`, and whatever comes next).
 */
export function addBlock(block: JsonObject, index: number | undefined, deltas: Delta[]): BlockKind {
  switch (block.type) {
    case 'text':
      addText(block.text, deltas)
      return 'content'
    case 'thinking':
      addThinking(block.thinking, index, deltas)
      return 'content'
    case 'redacted_thinking': {
      const redacted = asText(block.data)
      if (redacted !== undefined) deltas.push({ type: 'reasoning', redacted, ...blockNumber(index) })
      return 'content'
    }
    case 'tool_use':
      deltas.push({ type: 'tool-call-delta', ...callIndex(index), ...identity(block) })
      return 'call'
    default:
      return 'foreign'
  }
}

/** Adds a piece of text. */
export function addText(value: unknown, deltas: Delta[]): void {
  const text = asText(value)
  if (text !== undefined) deltas.push({ type: 'text', text })
}

/** Adds a piece of readable thinking. */
export function addThinking(value: unknown, index: number | undefined, deltas: Delta[]): void {
  const text = asText(value)
  if (text !== undefined) deltas.push({ type: 'reasoning', text, ...blockNumber(index) })
}

/** What a block says of itself as a whole: a call's input, the signature that proves a block of thinking. */
export interface BlockEnd {
  input: string
  signature: string
}

/** What stands at a block's start for its end. */
export function blockEndOf(block: JsonObject, kind: BlockKind): BlockEnd {
  return {
    input: kind === 'call' ? inputText(block.input) : '',
    signature: kind === 'content' ? (asText(block.signature) ?? '') : '',
  }
}

/** Adds what counts at the end of a block. */
export function addBlockEnd(
  { input, signature }: BlockEnd,
  index: number | undefined,
  deltas: Delta[],
): void {
  addArguments(input, index, deltas)
  if (signature !== '') deltas.push({ type: 'reasoning', signature, ...blockNumber(index) })
}

/** Adds a piece of a call's arguments. */
export function addArguments(text: string, index: number | undefined, deltas: Delta[]): void {
  if (text !== '') deltas.push({ type: 'tool-call-delta', ...callIndex(index), arguments: text })
}

/** A call's whole input as JSON text; `''` where there is none. */
export function inputText(input: unknown): string {
  if (typeof input === 'string') return input
  if (input === null || input === undefined) return ''
  const isEmpty = asObject(input) !== undefined && Object.keys(input).length === 0
  return isEmpty ? '' : jsonOf(input)
}

/** `JSON.stringify` gives up on nesting that `JSON.parse` still takes. */
function jsonOf(input: unknown): string {
  try {
    return JSON.stringify(input)
  } catch (cause) {
    throw new ProviderError('invalid-response', 'The provider sent a tool input that is nested too deeply.', {
      cause,
    })
  }
}

/** Adds the end of the answer, and what is odd about it. Throws where the word says that the answer failed. */
export function addFinish(raw: string, details: unknown, deltas: Delta[]): void {
  if (isFailureWord(raw)) {
    throw new ProviderError('provider', `The provider ended the answer with the stop reason "${raw}".`)
  }
  const reason = finishReasonOf(raw)
  deltas.push({ type: 'finish', reason: reason ?? 'stop', raw })
  if (reason === undefined) {
    const message = `The provider ended the answer with the unknown stop reason ${JSON.stringify(raw)}.`
    deltas.push({ type: 'warning', warning: { code: 'unknown-finish-reason', message } })
  }
  // The explanation is the provider's about the model's refusal, not a part of the answer.
  const explanation = asText(asObject(details)?.explanation)
  if (explanation !== undefined)
    deltas.push({ type: 'warning', warning: { code: 'other', message: explanation } })
}

/** Adds the end of an answer that never said how it ended. */
export function addUnsaidFinish(deltas: Delta[]): void {
  deltas.push({ type: 'finish', reason: 'stop' })
  const message = 'The provider ended the answer without a stop reason.'
  deltas.push({ type: 'warning', warning: { code: 'missing-finish-reason', message } })
}

/** What a message calls itself, as far as it says. */
export function startOf(message: JsonObject): StartDelta {
  // `provider` is OpenRouter's: the upstream that it used.
  return startDelta(asId(message.id), asText(message.model), asText(message.provider))
}

function identity(block: JsonObject): { id?: string; name?: string } {
  const id = asId(block.id)
  const name = asText(block.name)
  return { ...(id ? { id } : {}), ...(name ? { name } : {}) }
}

function callIndex(index: number | undefined): { index?: number } {
  return index === undefined ? {} : { index }
}

function blockNumber(index: number | undefined): { block?: number } {
  return index === undefined ? {} : { block: index }
}
