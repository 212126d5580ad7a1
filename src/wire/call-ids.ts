// Replaces ids of tool calls that a provider would refuse: illegal ones, and those that one message uses twice.

import type { Message, ToolCall, ToolMessage } from '../core/message.js'

/** Which ids of tool calls a provider accepts. */
export interface IdRule {
  /** A regular expression that the whole id matches. */
  readonly pattern?: string
  readonly maxLength?: number
}

/**
 * The messages without an id that calls of one message share, which providers refuse; the very same where none do. The
 * results must follow their calls: the first under an id belongs to the first call of that id, and so on.
 */
export function uniqueIds(messages: readonly Message[], repairs: string[]): readonly Message[] {
  let unique: Message[] | undefined
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'assistant' || message.tool_calls === undefined) continue
    const taken = new Set(message.tool_calls.map((call) => call.id))
    if (taken.size === message.tool_calls.length) continue
    unique ??= [...messages]
    /** What became of an id, call by call. */
    const renamed = new Map<string, string[]>()
    const tool_calls = message.tool_calls.map((call): ToolCall => {
      const ids = renamed.get(call.id) ?? []
      renamed.set(call.id, ids)
      const id = ids.length === 0 ? call.id : copyOf(call.id, taken)
      taken.add(id)
      ids.push(id)
      return { ...call, id }
    })
    unique[at] = { ...message, tool_calls }
    for (let next = at + 1, result = messages[next]; result?.role === 'tool'; result = messages[++next])
      unique[next] = withId(result, renamed.get(result.tool_call_id)?.shift())
    repairs.push('Tool calls of one message shared an id; each got one of its own.')
  }
  return unique ?? messages
}

function copyOf(id: string, taken: ReadonlySet<string>): string {
  let copy = 2
  while (taken.has(`${id}_d${copy}`)) copy += 1
  return `${id}_d${copy}`
}

function withId(result: ToolMessage, id: string | undefined): ToolMessage {
  return id === undefined || id === result.tool_call_id ? result : { ...result, tool_call_id: id }
}

/** Lengths that are tried where a pattern wants an exact one that it does not tell (Mistral: nine). */
const commonLengths = [24, 9, 16, 32, 8, 12, 20, 36, 40, 64, 6, 4]

/** The messages with legal ids; the very same where all are. The same id is always replaced by the same. */
export function legalIds(messages: readonly Message[], rule: IdRule, repairs: string[]): readonly Message[] {
  const isLegal = legalityOf(rule)
  const taken = new Set<string>()
  const illegal = new Set<string>()
  for (const id of idsIn(messages)) (isLegal(id) ? taken : illegal).add(id)
  if (illegal.size === 0) return messages
  const replacements = new Map<string, string>()
  for (const id of illegal) {
    const replacement = replacementFor(id, rule, isLegal, taken)
    if (replacement === undefined) continue
    taken.add(replacement)
    replacements.set(id, replacement)
  }
  if (replacements.size === 0) return messages
  const count =
    replacements.size === 1 ? 'The id of a tool call was' : `The ids of ${replacements.size} tool calls were`
  repairs.push(`${count} replaced by one that this provider accepts.`)
  return messages.map((message) => replaced(message, replacements))
}

function legalityOf({ pattern, maxLength = Number.POSITIVE_INFINITY }: IdRule): (id: string) => boolean {
  const whole = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`)
  return (id) => id !== '' && id.length <= maxLength && (whole === undefined || whole.test(id))
}

function* idsIn(messages: readonly Message[]): Iterable<string> {
  for (const message of messages) {
    if (message.role === 'tool') yield message.tool_call_id
    else if (message.role === 'assistant') for (const call of message.tool_calls ?? []) yield call.id
  }
}

/** A legal id that nothing else has, made of a digest, so that it does not depend on the rest of the history. */
function replacementFor(
  id: string,
  rule: IdRule,
  isLegal: (id: string) => boolean,
  taken: ReadonlySet<string>,
): string | undefined {
  const longest = rule.maxLength ?? 64
  const lengths = [...commonLengths.filter((length) => length < longest), longest]
  for (let attempt = 0; attempt < 8; attempt += 1) {
    for (const length of lengths) {
      const digest = digestOf(`${attempt}:${id}`, length)
      const named = length >= 16 ? [`call_${digest}`.slice(0, length)] : []
      for (const candidate of [...named, digest, digest.replace(/\D/g, '7')]) {
        if (!taken.has(candidate) && isLegal(candidate)) return candidate
      }
    }
  }
  return undefined
}

/** Letters and digits that depend on every character of the text (FNV-1a, 32 bits at a time). */
function digestOf(text: string, length: number): string {
  let digest = ''
  for (let round = 0; digest.length < length; round += 1) {
    let hash = 0x811c9dc5 ^ round
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    digest += ((hash ^ (hash >>> 16)) >>> 0).toString(36).padStart(7, '0')
  }
  return digest.slice(0, length)
}

function replaced(message: Message, replacements: ReadonlyMap<string, string>): Message {
  if (message.role === 'tool') {
    return withId(message, replacements.get(message.tool_call_id))
  }
  if (message.role !== 'assistant' || !message.tool_calls?.some((call) => replacements.has(call.id)))
    return message
  const { byok } = message
  const tool_calls = message.tool_calls.map((call): ToolCall => {
    const id = replacements.get(call.id)
    return id === undefined ? call : { ...call, id }
  })
  if (byok === undefined) return { ...message, tool_calls }
  const reasoning = byok.reasoning.map((block) => {
    const id = block.toolCallId === undefined ? undefined : replacements.get(block.toolCallId)
    return id === undefined ? block : { ...block, toolCallId: id }
  })
  return { ...message, tool_calls, byok: { ...byok, reasoning } }
}
