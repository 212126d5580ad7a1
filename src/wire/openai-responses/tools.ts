// Says tools, the choice among them, and the form of the answer, in the flat shapes that Responses have for them.

import type { ResponseFormat, Tool, ToolChoice } from '../../core/message.js'
import { asObject } from '../json.js'

type Fields = Record<string, unknown>

/**
 * A tool. Responses make a function strict unless told otherwise, which turns its optional parameters into required
 * ones; Chat Completions do not. The same tool must mean the same in both, so what was left open is said as `false`.
 */
export function encodeTool(tool: Tool): Fields {
  if (tool.type === 'custom') {
    const { name, description, format } = tool.custom
    return {
      type: 'custom',
      name,
      ...(description === undefined ? {} : { description }),
      ...(format === undefined ? {} : { format: flat(format) }),
    }
  }
  const { name, description, parameters, strict } = tool.function
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    strict: strict ?? false,
  }
}

/** Chat puts a grammar into an object of its own. */
function flat(format: Fields): Fields {
  const { grammar, ...rest } = format
  return { ...rest, ...asObject(grammar) }
}

/** Which tool may or must be called. */
export function encodeToolChoice(choice: ToolChoice): unknown {
  if (typeof choice === 'string') return choice
  return choice.type === 'custom'
    ? { type: 'custom', name: choice.custom.name }
    : { type: 'function', name: choice.function.name }
}

/** The form of the answer, for `text.format`. */
export function encodeFormat(format: ResponseFormat): Fields {
  return format.type === 'json_schema'
    ? { type: 'json_schema', ...format.json_schema }
    : { type: format.type }
}
