// Checks tools, tool choice and response format before anything is sent.

import type { ResponseFormat, Tool, ToolChoice } from '../core/message.js'
import { booleanAt, type Fields, invalid, kindOf, listAt, nameAt, objectAt, textAt, wordAt } from './check.js'
import { jsonAt } from './check-json.js'

/** The tools, checked. Throws `invalid-request` naming the tool and field at fault. */
export function checkTools(value: unknown): Tool[] {
  const names = new Set<string>()
  return listAt(value, 'tools').map((entry, index) => {
    const field = `tools[${index}]`
    const tool = objectAt(entry, field)
    const kind = wordAt(tool.type, `${field}.type`, ['function', 'custom'])
    const described = objectAt(tool[kind], `${field}.${kind}`)
    const name = nameAt(described.name, `${field}.${kind}.name`)
    if (names.has(name))
      throw invalid(`${field}.${kind}.name`, `two tools are called ${JSON.stringify(name.slice(0, 64))}.`)
    names.add(name)
    if (described.description !== undefined) textAt(described.description, `${field}.${kind}.description`)
    if (kind === 'function') checkFunction(described, `${field}.function`)
    jsonAt(described, `${field}.${kind}`)
    jsonAt(tool.cache_control, `${field}.cache_control`)
    return tool as unknown as Tool // its fields have just been checked
  })
}

function checkFunction(described: Fields, field: string): void {
  if (described.parameters !== undefined) checkSchema(described.parameters, `${field}.parameters`)
  if (described.strict !== undefined && described.strict !== null)
    booleanAt(described.strict, `${field}.strict`)
}

/** The choice, checked: it must name a tool that is offered. */
export function checkToolChoice(value: unknown, tools: readonly Tool[] | undefined): ToolChoice {
  if (typeof value === 'string') return wordAt(value, 'toolChoice', ['auto', 'none', 'required'] as const)
  const choice = objectAt(value, 'toolChoice')
  const kind = wordAt(choice.type, 'toolChoice.type', ['function', 'custom'])
  const name = nameAt(objectAt(choice[kind], `toolChoice.${kind}`).name, `toolChoice.${kind}.name`)
  const isOffered = tools?.some(
    (tool) => (tool.type === 'function' ? tool.function.name : tool.custom.name) === name,
  )
  if (!isOffered)
    throw invalid(`toolChoice.${kind}.name`, `no tool is called ${JSON.stringify(name.slice(0, 64))}.`)
  return choice as unknown as ToolChoice // its fields have just been checked
}

/** The response format, checked. */
export function checkResponseFormat(value: unknown): ResponseFormat {
  const format = objectAt(value, 'responseFormat')
  const kind = wordAt(format.type, 'responseFormat.type', ['text', 'json_object', 'json_schema'])
  if (kind === 'json_schema') {
    const described = objectAt(format.json_schema, 'responseFormat.json_schema')
    nameAt(described.name, 'responseFormat.json_schema.name')
    if (described.schema !== undefined) checkSchema(described.schema, 'responseFormat.json_schema.schema')
    jsonAt(described, 'responseFormat.json_schema')
  }
  return format as unknown as ResponseFormat // its fields have just been checked
}

function checkSchema(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, `must be a JSON Schema object, and is ${kindOf(value)}.`)
  }
}
