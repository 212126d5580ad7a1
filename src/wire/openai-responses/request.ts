// Says a request as the body of `POST /responses`: exactly what the caller set, and nothing besides `store: false`.

import type { ReasoningSetting } from '../../core/message.js'
import type { ChatRequest } from '../../core/request.js'
import type { Warning } from '../../core/warning.js'
import type { EncodedRequest, EncodeTarget } from '../dialect.js'
import { asObject } from '../json.js'
import { encodeInput } from './input.js'
import type { ResponsesQuirks } from './quirks.js'
import { encodeFormat, encodeTool, encodeToolChoice } from './tools.js'

type Body = Record<string, unknown>

const reserved: ReadonlySet<string> = new Set(['model', 'input', 'messages', 'stream'])

/** Lists that the caller's own entries join, so that a provider's tool does not push out the app's. */
const joinedLists: ReadonlySet<string> = new Set(['tools', 'include'])

/** Says a request in Responses. Throws `invalid-request` for content that cannot be said. */
export function encodeRequest(request: ChatRequest, target: EncodeTarget<ResponsesQuirks>): EncodedRequest {
  const { quirks } = target
  const { input, warnings } = encodeInput(request.messages, quirks)
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
  addOwnOptions(request, target.provider, body, warnings)
  return { path: '/responses', body, headers: {}, warnings, repairs: [] }
}

function setReasoning(
  setting: ReasoningSetting,
  quirks: ResponsesQuirks,
  body: Body,
  warnings: Warning[],
): void {
  const level = typeof setting === 'number' ? levelOf(setting) : setting
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

/** The level that a number of tokens stands for. */
function levelOf(tokens: number): Exclude<ReasoningSetting, number> {
  if (tokens === 0) return 'none'
  if (tokens <= 1024) return 'low'
  return tokens <= 8192 ? 'medium' : 'high'
}

/** The caller's fields for this provider come last and win; inside an object, field by field. */
function addOwnOptions(request: ChatRequest, provider: string, body: Body, warnings: Warning[]): void {
  const all = request.providerOptions ?? {}
  const own = Object.hasOwn(all, provider) ? all[provider] : undefined
  for (const [name, value] of Object.entries(own ?? {})) {
    if (name === '__proto__' || value === undefined) continue
    if (reserved.has(name)) {
      const note = `\`providerOptions\` cannot set \`${name}\`: the library writes it itself. It was ignored.`
      unsupported('providerOptions', warnings, note)
      continue
    }
    const held = Object.hasOwn(body, name) ? body[name] : undefined
    body[name] = joined(name, held, value)
  }
}

function joined(name: string, held: unknown, given: unknown): unknown {
  if (joinedLists.has(name) && Array.isArray(held) && Array.isArray(given)) {
    return [...held, ...given.filter((entry) => !held.includes(entry))]
  }
  const fields = asObject(held)
  const ownFields = asObject(given)
  if (fields === undefined || ownFields === undefined) return given
  return Object.fromEntries([...Object.entries(fields), ...Object.entries(ownFields)])
}

function unsupported(option: string, warnings: Warning[], message?: string): void {
  const text = message ?? `The Responses API has no \`${option}\`; it was left out.`
  warnings.push({ code: 'unsupported-option', message: text, option })
}
