// Fits a history to the model that will read it: foreign reasoning, torn tool pairs, ids that it would refuse.

import { ByokError } from '../core/errors.js'
import type { AssistantMessage, Message, MessageOrigin } from '../core/message.js'
import { type IdRule, legalIds, uniqueIds } from './call-ids.js'
import { mendPairs } from './tool-pairs.js'

/** Who will read a history. */
export interface HistoryTarget {
  readonly provider: string
  /** The provider's own name for the model. */
  readonly model: string
  /** Which ids of tool calls are accepted; absent where any is. */
  readonly toolCallIds?: IdRule
}

/** A history that its reader accepts, and what was mended, a sentence each. */
export interface FittedHistory {
  readonly messages: readonly Message[]
  readonly repairs: string[]
}

/**
 * Fits a history to a model. System text and user turns stay as they are; nothing is mutated; a history that fits is
 * given back itself, and fitting twice is fitting once. Broken arguments of calls (`invalid`) are history like any
 * other text: only a dialect whose wire format parses them (Anthropic's) wraps them in an object. Throws
 * `invalid-request` where nothing is left that says anything.
 */
export function fitHistory(messages: readonly Message[], target: HistoryTarget): FittedHistory {
  const repairs: string[] = []
  const own = withoutForeignState(messages, target, repairs)
  const paired = mendPairs(own, repairs)
  if (!paired.some(saysSomething)) throw nothingToSend()
  const unique = uniqueIds(paired, repairs)
  const fitted = target.toolCallIds === undefined ? unique : legalIds(unique, target.toolCallIds, repairs)
  return { messages: fitted, repairs }
}

/** The error of a request whose history says nothing to this model; a dialect may leave out more than others do. */
export function nothingToSend(): ByokError {
  const why = 'system text, empty messages and what only another model can read make no conversation'
  return new ByokError('invalid-request', `There is nothing to send: ${why}. Add a user message.`, {
    field: 'messages',
  })
}

/** An earlier answer may be empty, or have held only reasoning that its reader cannot read. */
function saysSomething(message: Message): boolean {
  if (message.role !== 'assistant') return true
  const { content, refusal, tool_calls: calls, reasoning_content: reasoning, byok } = message
  return Boolean(content?.length || refusal || calls?.length || reasoning || byok?.reasoning.length)
}

function withoutForeignState(
  messages: readonly Message[],
  target: HistoryTarget,
  repairs: string[],
): readonly Message[] {
  let fitted: Message[] | undefined
  const sources = new Set<string>()
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant' || message.byok === undefined) continue
    const readable = readableBy(target, message, message.byok)
    if (readable === message) continue
    fitted ??= [...messages]
    fitted[index] = readable
    sources.add(`${message.byok.provider}/${message.byok.model}`)
  }
  for (const source of sources) {
    repairs.push(`The reasoning of ${source} was left out: only that model can read it.`)
  }
  return fitted ?? messages
}

/**
 * The message as this model may see it. Opaque state belongs to the model that made it, and not just to its provider:
 * Anthropic refuses a thinking signature of another of its models ("Invalid `signature` in `thinking` block"), Azure
 * encrypted reasoning of another deployment (`invalid_encrypted_content`), and Google documents a placeholder for
 * thought signatures of another model. Reasoning in the open may go from model to model within a provider.
 */
function readableBy(
  target: HistoryTarget,
  message: AssistantMessage,
  origin: MessageOrigin,
): AssistantMessage {
  if (origin.provider !== target.provider) {
    const { byok: _byok, reasoning_content: _reasoning, ...rest } = message
    return rest
  }
  if (origin.model === target.model) return message
  const open = origin.reasoning.filter((block) => !block.signature && !block.redacted)
  if (open.length === origin.reasoning.length) return message
  const { byok: _byok, ...rest } = message
  return open.length === 0 ? rest : { ...rest, byok: { ...origin, reasoning: open } }
}
