// A conversation as Anthropic's turns: system text apart, user and assistant in turn.

import type { AssistantMessage, Message, ToolCall, ToolMessage } from '../../core/message.js'
import { asObject, parseJson } from '../json.js'
import { type Block, compact, contentBlocks, textBlocks } from './content.js'
import type { EncodingNotes } from './notes.js'
import { customInput } from './tools.js'

/** A turn, as it is sent. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly Block[]
}

/** A conversation in Anthropic's shape. */
export interface Conversation {
  /** Absent where there is no system text. */
  readonly system?: string | readonly Block[]
  readonly messages: readonly Turn[]
  /** The history ends in results of calls that the model made without thinking first. */
  readonly continuesPlainTurn: boolean
}

interface OpenTurn {
  readonly role: 'user' | 'assistant'
  /** Results of tools: they stand before everything else in their turn. */
  readonly results: Block[]
  readonly blocks: Block[]
}

/**
 * Puts messages into turns. All system and developer messages go to the front, in their order: few models take them in
 * the middle. Neighbours of one role become one turn, and tool results stand first in theirs, or the API refuses them.
 */
export function encodeTurns(messages: readonly Message[], notes: EncodingNotes): Conversation {
  const system: Block[] = []
  const turns: OpenTurn[] = []
  for (const [index, message] of messages.entries()) {
    const field = `messages[${index}].content`
    switch (message.role) {
      case 'system':
      case 'developer':
        if (turns.length > 0)
          notes.adapted('A system message from the middle of the conversation stands at its front.')
        system.push(...contentBlocks(message.content, field))
        break
      case 'user':
        turnOf('user', turns).blocks.push(...contentBlocks(message.content, field))
        break
      case 'tool':
        turnOf('user', turns).results.push(resultBlock(message, field))
        break
      case 'assistant':
        turnOf('assistant', turns).blocks.push(...assistantBlocks(message, notes, field))
        break
      default:
        message satisfies never
    }
  }
  const filled = turns.filter((turn) => turn.results.length + turn.blocks.length > 0)
  return {
    ...(system.length > 0 ? { system: compact(system) } : {}),
    messages: filled.map(({ role, results, blocks }) => ({
      role,
      content: compact([...results, ...blocks]),
    })),
    continuesPlainTurn: continuesPlainTurn(filled),
  }
}

function turnOf(role: OpenTurn['role'], turns: OpenTurn[]): OpenTurn {
  const last = turns.at(-1)
  if (last?.role === role) return last
  const turn: OpenTurn = { role, results: [], blocks: [] }
  turns.push(turn)
  return turn
}

/**
 * With a thinking budget, the turn that a tool result continues must begin with thinking.
 * Source: Anthropic, "Extended thinking", turn structure in manual mode.
 */
function continuesPlainTurn(turns: readonly OpenTurn[]): boolean {
  const last = turns.at(-1)
  if (last === undefined || last.role !== 'user' || last.results.length === 0) return false
  return turns.at(-2)?.blocks[0]?.type.endsWith('thinking') !== true
}

function resultBlock(message: ToolMessage, field: string): Block {
  const content = contentBlocks(message.content, field)
  return {
    type: 'tool_result',
    tool_use_id: message.tool_call_id,
    ...(content.length > 0 ? { content: compact(content) } : {}),
  }
}

function assistantBlocks(message: AssistantMessage, notes: EncodingNotes, field: string): Block[] {
  return [
    ...thinkingBlocks(message),
    ...contentBlocks(message.content, field).filter((block) => isSayable(block, notes)),
    ...textBlocks(message.refusal ?? '', {}),
    ...(message.tool_calls ?? []).map((call) => callBlock(call, notes)),
  ]
}

/** An earlier answer's thinking, whole and in order. Text without its signature would be refused. */
function thinkingBlocks({ byok }: AssistantMessage): Block[] {
  return (byok?.reasoning ?? []).flatMap(({ text, signature, redacted }) => [
    ...(signature ? [{ type: 'thinking', thinking: text ?? '', signature }] : []),
    ...(redacted ? [{ type: 'redacted_thinking', data: redacted }] : []),
  ])
}

/** An assistant can say text; an image in its history has no place in the dialect. */
function isSayable(block: Block, notes: EncodingNotes): boolean {
  if (block.type === 'text') return true
  notes.adapted('Images and files in assistant messages were left out: the provider takes only text there.')
  return false
}

function callBlock(call: ToolCall, notes: EncodingNotes): Block {
  const { id } = call
  if (call.type === 'custom') {
    return { type: 'tool_use', id, name: call.custom.name, input: { [customInput]: call.custom.input } }
  }
  const { name, arguments: text } = call.function
  if (text.trim() === '') return { type: 'tool_use', id, name, input: {} }
  const input = asObject(parseJson(text))
  if (input !== undefined) return { type: 'tool_use', id, name, input }
  notes.adapted(
    'Tool arguments that are no JSON object were wrapped in one, so that the model sees what it wrote.',
  )
  // The name that Anthropic's own documentation of fine-grained tool streaming gives to this case.
  return { type: 'tool_use', id, name, input: { INVALID_JSON: text } }
}
