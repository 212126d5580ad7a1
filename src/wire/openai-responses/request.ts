// Says a request as the body of `POST /responses`: exactly what the caller set, and nothing besides `store: false`.

import type { ReasoningSetting } from '../../core/message.js'
import type { ChatRequest } from '../../core/request.js'
import type { Warning } from '../../core/warning.js'
import type { EncodedRequest, EncodeTarget } from '../dialect.js'
import { addProviderOptions } from '../provider-options.js'
import { levelOf } from '../reasoning-level.js'
import { nothingToSend } from '../replay.js'
import { encodeInput } from './input.js'
import type { ResponsesQuirks } from './quirks.js'
import { encodeFormat, encodeTool, encodeToolChoice } from './tools.js'

type Body = Record<string, unknown>

/** Says a request in Responses. Throws `invalid-request` for content that cannot be said. */
export function encodeRequest(request: ChatRequest, target: EncodeTarget<ResponsesQuirks>): EncodedRequest {
  const { quirks } = target
  const { input, warnings } = encodeInput(request.messages, quirks)
  if (input.length === 0) throw nothingToSend()
  const body: Body = { model: target.model, input }
  if (target.stream) body.stream = true
  if (quirks.storeNothing) body.store = false
  if (request.tools?.length) body.tools = request.tools.map(encodeTool)
  if (request.toolChoice !== undefined) body.tool_choice = encodeToolChoice(request.toolChoice)
  if (request.parallelToolCalls !== undefined) body.parallel_tool_calls = request.parallelToolCalls
  if (request.responseFormat !== undefined) body.text = { format: encodeFormat(request.responseFormat) }
  if (request.maxTokens !== undefined) body.max_output_tokens = request.maxTokens
  if (request.temperature !== undefined) body.temperature = request.temperature
  if (request.topP !== undefined) body.top_p = request.topP
  if (request.reasoning !== undefined) setReasoning(request.reasoning, quirks, body, warnings)
  if (request.user !== undefined && quirks.userField !== null) body[quirks.userField] = request.user
  if (request.stop?.length) unsupported('stop', warnings)
  if (request.seed !== undefined) unsupported('seed', warnings)
  addProviderOptions(body, request, target.provider, warnings)
  return { path: '/responses', body, headers: {}, warnings, repairs: [] }
}

function setReasoning(
  setting: ReasoningSetting,
  quirks: ResponsesQuirks,
  body: Body,
  warnings: Warning[],
): void {
  const level = levelOf(setting)
  const effort = quirks.reasoningWords[level]
  if (effort === undefined) {
    unsupported('reasoning', warnings, `This provider knows no reasoning effort "${level}"; it was left out.`)
    return
  }
  if (typeof setting === 'number' && setting > 0) {
    const note = `This provider takes no number of reasoning tokens; ${setting} was sent as the effort "${effort}".`
    unsupported('reasoning', warnings, note)
  }
  body.reasoning = { effort }
  if (quirks.encryptedReasoning && level !== 'none') body.include = ['reasoning.encrypted_content']
}

function unsupported(option: string, warnings: Warning[], message?: string): void {
  const text = message ?? `The Responses API has no \`${option}\`; it was left out.`
  warnings.push({ code: 'unsupported-option', message: text, option })
}
