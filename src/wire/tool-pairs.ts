// Mends a history in which tool calls and their results have come apart: providers refuse it otherwise.

import type { AssistantMessage, Message, ToolCall, ToolMessage } from '../core/message.js'

/** What stands where a result is missing. */
const noResult = 'No result of this tool call was recorded.'

/** The name of a call of which only the result is left. */
const unknownTool = 'unknown_tool'

/** More of an id than this tells a reader of `repairs` nothing. */
const longestShownId = 64

/**
 * The messages with every call followed at once by its results, and every result behind its call; the very same where
 * that holds already. A result that stands further down moves to its call; a missing one gets a stub, and so does a
 * missing call; a last message that only calls goes, since nothing was done with it.
 */
export function mendPairs(messages: readonly Message[], repairs: string[]): readonly Message[] {
  const end = endOfHistory(messages, repairs)
  const turns = turnsOf(messages, end)
  const strays = straysOf(turns)
  const isWhole = turns.every((turn) => turn.strays.length === 0 && turn.missing.length === 0)
  if (isWhole) return end === messages.length ? messages : messages.slice(0, end)
  const mended: Message[] = []
  const moved = new Set<ToolMessage>()
  for (const turn of turns) {
    if (turn.message !== undefined) mended.push(turn.message)
    mended.push(...turn.results)
    for (const id of turn.missing) mended.push(resultFor(id, turn.start, strays, moved, repairs))
    pushWithStubCalls(
      turn.strays.filter((result) => !moved.has(result)),
      mended,
      repairs,
    )
  }
  return mended
}

/** A message that is no result, and the results that follow it. Only a history that begins with results lacks the former. */
interface Turn {
  readonly start: number
  readonly message: Message | undefined
  /** The results of its own calls. */
  readonly results: readonly ToolMessage[]
  /** Results that it did not call for, or has already. */
  readonly strays: readonly ToolMessage[]
  /** The ids of its calls that have no result here. */
  readonly missing: readonly string[]
}

function turnsOf(messages: readonly Message[], end: number): Turn[] {
  const turns: Turn[] = []
  let start = 0
  while (start < end) {
    const first = messages[start]
    const message = first?.role === 'tool' ? undefined : first
    const missing = message?.role === 'assistant' ? (message.tool_calls ?? []).map((call) => call.id) : []
    const results: ToolMessage[] = []
    const strays: ToolMessage[] = []
    let next = message === undefined ? start : start + 1
    for (let result = messages[next]; next < end && result?.role === 'tool'; result = messages[next]) {
      const called = missing.indexOf(result.tool_call_id)
      if (called !== -1) missing.splice(called, 1)
      const list = called === -1 ? strays : results
      list.push(result)
      next += 1
    }
    turns.push({ start, message, results, strays, missing })
    start = next
  }
  return turns
}

/** A stray result and where it stands. */
interface Stray {
  readonly at: number
  readonly result: ToolMessage
}

/** The stray results under each id, in order. (A map: ids are the model's, and `__proto__` is one like any other.) */
function straysOf(turns: readonly Turn[]): Map<string, Stray[]> {
  const strays = new Map<string, Stray[]>()
  for (const turn of turns) {
    for (const result of turn.strays) {
      const list = strays.get(result.tool_call_id) ?? []
      list.push({ at: turn.start, result })
      strays.set(result.tool_call_id, list)
    }
  }
  return strays
}

/** The first stray result further down that names the call, else a stub. */
function resultFor(
  id: string,
  start: number,
  strays: ReadonlyMap<string, Stray[]>,
  moved: Set<ToolMessage>,
  repairs: string[],
): ToolMessage {
  const stray = strays.get(id)?.find(({ at, result }) => at > start && !moved.has(result))
  if (stray !== undefined) {
    moved.add(stray.result)
    repairs.push(`The result of tool call ${shown(id)} was moved up to its call.`)
    return stray.result
  }
  repairs.push(`Tool call ${shown(id)} had no result; a note that says so was put in its place.`)
  return { role: 'tool', tool_call_id: id, content: noResult }
}

/** Results of one batch share a stub message; an id that comes again needs another. */
function pushWithStubCalls(strays: readonly ToolMessage[], mended: Message[], repairs: string[]): void {
  let batch = new Map<string, ToolMessage>()
  const flush = () => {
    if (batch.size === 0) return
    mended.push(
      { role: 'assistant', content: null, tool_calls: [...batch.keys()].map(stubCall) },
      ...batch.values(),
    )
    batch = new Map()
  }
  for (const result of strays) {
    const id = result.tool_call_id
    if (batch.has(id)) flush()
    batch.set(id, result)
    repairs.push(`The result of tool call ${shown(id)} had no call before it; a stand-in was put there.`)
  }
  flush()
}

function stubCall(id: string): ToolCall {
  return { id, type: 'function', function: { name: unknownTool, arguments: '{}' } }
}

/** Where the history ends, without closing messages that call tools, say nothing, and have no results. */
function endOfHistory(messages: readonly Message[], repairs: string[]): number {
  let end = messages.length
  for (let last = messages[end - 1]; last !== undefined && isOnlyCalls(last); last = messages[end - 1]) {
    end -= 1
    const ids = last.tool_calls?.map((call) => shown(call.id)).join(', ')
    repairs.push(`The last message was left out: it only called tools, and has no results (${ids}).`)
  }
  return end
}

function isOnlyCalls(message: Message): message is AssistantMessage {
  if (message.role !== 'assistant' || !message.tool_calls?.length || message.refusal) return false
  return !message.content?.length
}

function shown(id: string): string {
  return JSON.stringify(id.length > longestShownId ? `${id.slice(0, longestShownId)}…` : id)
}
