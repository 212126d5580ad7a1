// Tools, and whether they may or must be called, in Anthropic's words.

import type { Tool, ToolChoice } from '../../core/message.js'
import type { ChatRequest } from '../../core/request.js'
import type { EncodingNotes } from './notes.js'
import type { MessagesModelTraits } from './quirks.js'

type Fields = Readonly<Record<string, unknown>>

/** The one argument of a function that stands for a custom tool. */
export const customInput = 'input'

/** The request's tools; `undefined` where it has none. */
export function encodeTools(
  tools: readonly Tool[] | undefined,
  traits: MessagesModelTraits,
  notes: EncodingNotes,
): Fields[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined
  if (tools.some((tool) => tool.type === 'custom')) {
    const message = `Custom tools are sent as functions with one string argument "${customInput}", and called as such.`
    notes.unsupported('tools', message)
  }
  if (!traits.structuredOutput && tools.some(isStrict)) {
    notes.unsupported('tools', '`strict` was left out of the tools: this model does not take it.')
  }
  return tools.map((tool) => encodeTool(tool, traits))
}

/** True where the choice, as it will be sent, demands a tool call. */
export function forcesTool(request: ChatRequest, traits: MessagesModelTraits): boolean {
  const { tools, toolChoice } = request
  if (tools === undefined || tools.length === 0 || !traits.forcedTools) return false
  return toolChoice === 'required' || typeof toolChoice === 'object'
}

/** The `tool_choice` field. Without tools it is not taken. */
export function encodeToolChoice(
  request: ChatRequest,
  traits: MessagesModelTraits,
  notes: EncodingNotes,
): Fields | undefined {
  const { tools, toolChoice, parallelToolCalls } = request
  if (tools === undefined || tools.length === 0) return undefined
  const choice = allowedChoice(toolChoice, traits, notes)
  if (parallelToolCalls !== false || choice === 'none')
    return choice === undefined ? undefined : choiceFields(choice)
  return { ...choiceFields(choice ?? 'auto'), disable_parallel_tool_use: true }
}

function allowedChoice(
  choice: ToolChoice | undefined,
  traits: MessagesModelTraits,
  notes: EncodingNotes,
): ToolChoice | undefined {
  if (choice === undefined || choice === 'auto' || choice === 'none' || traits.forcedTools) return choice
  notes.unsupported('toolChoice', 'This model cannot be made to call a tool; it decides by itself.')
  return undefined
}

function choiceFields(choice: ToolChoice): Fields {
  if (choice === 'auto' || choice === 'none') return { type: choice }
  if (choice === 'required') return { type: 'any' }
  return { type: 'tool', name: choice.type === 'custom' ? choice.custom.name : choice.function.name }
}

function encodeTool(tool: Tool, traits: MessagesModelTraits): Fields {
  if (tool.type === 'custom') {
    const { name, description } = tool.custom
    const schema = {
      type: 'object',
      properties: { [customInput]: { type: 'string' } },
      required: [customInput],
    }
    return { name, ...(description === undefined ? {} : { description }), input_schema: schema }
  }
  const { name, description, parameters } = tool.function
  return {
    name,
    ...(description === undefined ? {} : { description }),
    // The type is required here, unlike with OpenAI, where a function without parameters may have no schema at all.
    input_schema:
      parameters === undefined ? { type: 'object', properties: {} } : { type: 'object', ...parameters },
    ...(traits.structuredOutput && isStrict(tool) ? { strict: true } : {}),
    ...(tool.cache_control === undefined ? {} : { cache_control: tool.cache_control }),
  }
}

function isStrict(tool: Tool): boolean {
  return tool.type === 'function' && tool.function.strict === true
}
