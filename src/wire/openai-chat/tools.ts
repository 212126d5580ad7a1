// The tools of a request and how the model shall use them, as the vendor takes them.

import type { Tool, ToolChoice } from '../../core/message.js'
import type { ChatRequest } from '../../core/request.js'
import type { JsonObject } from '../json.js'
import type { ChatQuirks } from './quirks.js'

/** Notes an option that the vendor cannot honour. */
export type Warn = (option: string, reason: string) => void

/** Adds tools, tool choice and whether calls may come in parallel. */
export function addTools(body: JsonObject, request: ChatRequest, quirks: ChatQuirks, warn: Warn): void {
  const tools = encodeTools(request.tools ?? [], quirks, warn)
  // An empty list is refused, and so are the settings of tools that are not there.
  if (tools.length > 0) body.tools = tools
  const { toolChoice, parallelToolCalls } = request
  const means = tools.length > 0 || (toolChoice !== 'auto' && toolChoice !== 'none')
  if (toolChoice !== undefined && means) addToolChoice(body, toolChoice, tools.length, quirks, warn)
  if (parallelToolCalls === undefined || tools.length === 0) return
  if (quirks.parallelToolCalls) body.parallel_tool_calls = parallelToolCalls
  else warn('parallelToolCalls', 'whether calls may come in parallel cannot be set')
}

function encodeTools(tools: readonly Tool[], quirks: ChatQuirks, warn: Warn): JsonObject[] {
  const encoded: JsonObject[] = []
  for (const tool of tools) {
    if (tool.type === 'custom') {
      if (quirks.customTools) encoded.push({ type: 'custom', custom: tool.custom })
      else warn('tools', `the custom tool "${tool.custom.name}" was left out: only function tools are taken`)
      continue
    }
    const { strict, ...definition } = tool.function
    const called: JsonObject = { ...definition }
    if (strict !== undefined && quirks.strictTools) called.strict = strict
    else if (strict) warn('tools', `\`strict\` on the tool "${definition.name}" is not taken`)
    const hasMark = quirks.cacheMarks && tool.cache_control !== undefined
    encoded.push({
      type: 'function',
      function: called,
      ...(hasMark ? { cache_control: tool.cache_control } : {}),
    })
  }
  return encoded
}

function addToolChoice(
  body: JsonObject,
  choice: ToolChoice,
  toolCount: number,
  quirks: ChatQuirks,
  warn: Warn,
): void {
  const word = quirks.toolChoiceRequired
  if (choice === 'none') {
    body.tool_choice = choice
  } else if (choice === 'auto') {
    // The default everywhere, so a vendor that takes no choice at all need not be asked.
    if (word !== null || quirks.toolChoiceNamed) body.tool_choice = choice
  } else if (choice === 'required') {
    if (word === null) warn('toolChoice', 'a tool call cannot be demanded')
    else body.tool_choice = word
  } else if (quirks.toolChoiceNamed) {
    body.tool_choice =
      choice.type === 'function'
        ? { type: 'function', function: { name: choice.function.name } }
        : { type: 'custom', custom: { name: choice.custom.name } }
  } else if (word === null) {
    warn('toolChoice', 'a call of one tool cannot be demanded')
  } else {
    body.tool_choice = word
    if (toolCount > 1) warn('toolChoice', 'a call of one tool cannot be demanded; any call was')
  }
}
