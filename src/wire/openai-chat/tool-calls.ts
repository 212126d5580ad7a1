// Tool calls of a chat completion, whole or in fragments, as deltas.

import type { Delta, ToolCallDelta } from '../../core/delta.js'
import { asId, asIndex, asObject, asText, type JsonObject } from '../json.js'

/**
 * Adds the calls, or fragments of calls, that stand in a delta or message. In a whole message every entry is a call of
 * its own, whatever its index says.
 */
export function pushToolCalls(sent: unknown, isWhole: boolean, deltas: Delta[]): void {
  if (sent === undefined || sent === null) return
  const calls: readonly unknown[] = Array.isArray(sent) ? sent : [sent]
  let position = 0
  for (const entry of calls) {
    const call = asObject(entry)
    if (call === undefined) continue
    const fragment = readCall(call, isWhole ? position : asIndex(call.index, 'a tool call'))
    position += 1
    if (fragment !== undefined) deltas.push(fragment)
  }
}

/** Adds the one call of the old form, which has neither index nor id. */
export function pushFunctionCall(sent: unknown, deltas: Delta[]): void {
  const call = asObject(sent)
  if (call === undefined) return
  const fragment = readCall({ function: call }, undefined)
  if (fragment !== undefined) deltas.push(fragment)
}

/** The fragment; `undefined` where the entry says nothing. */
function readCall(call: JsonObject, index: number | undefined): ToolCallDelta | undefined {
  const custom = asObject(call.custom)
  const body = custom ?? asObject(call.function) ?? call
  const id = asId(call.id)
  const name = asText(body.name)
  const text = argumentsOf(custom === undefined ? body.arguments : custom.input)
  const signature = signatureOf(call)
  if (!id && !name && !text && !signature) return undefined
  return {
    type: 'tool-call-delta',
    ...(index === undefined ? {} : { index }),
    ...(id ? { id } : {}),
    ...(name ? { name } : {}),
    ...(text === undefined ? {} : { arguments: text }),
    ...(custom !== undefined || call.type === 'custom' ? { kind: 'custom' as const } : {}),
    ...(signature ? { signature } : {}),
  }
}

/** The arguments as text; some servers send them parsed. */
function argumentsOf(sent: unknown): string | undefined {
  if (typeof sent === 'string') return sent
  return sent === undefined || sent === null ? undefined : JSON.stringify(sent)
}

/** Gemini's thought signature. Source: ai.google.dev/gemini-api/docs/thought-signatures; Vertex says `vertex`. */
function signatureOf(call: JsonObject): string | undefined {
  const extra = asObject(call.extra_content)
  if (extra === undefined) return undefined
  return (
    asText(asObject(extra.google)?.thought_signature) ?? asText(asObject(extra.vertex)?.thought_signature)
  )
}
