// The parts of a conversation that can only be left out together.

import type { Message } from '../core/message.js'

/** Messages, by their place, that stay or go together. */
export type Part = readonly number[]

/** A conversation, taken apart. */
export interface Parts {
  /** From the oldest: a user message with what follows it, joined with others where a tool call stands in one and its result in another. */
  readonly old: readonly Part[]
  /** System text, wherever it stands, and the last turn with all that hangs on it. */
  readonly kept: ReadonlySet<number>
}

/** True for what the app tells the model: it never goes. */
export function isSystemText({ role }: Pick<Message, 'role'>): boolean {
  return role === 'system' || role === 'developer'
}

/**
 * Takes a conversation apart. A turn is a user message and what follows it, up to the next one; what stands before the
 * first one is a turn too.
 */
export function partsOf(messages: readonly Message[]): Parts {
  const turns: number[][] = [[]]
  const turnOf: number[] = []
  const kept = new Set<number>()
  for (const [at, message] of messages.entries()) {
    if (isSystemText(message)) kept.add(at)
    if (message.role === 'user') turns.push([])
    turnOf[at] = turns.length - 1
    if (!kept.has(at)) turns.at(-1)?.push(at)
  }
  const groupOf = joined(turns.length, crossings(messages, turnOf))
  const last = groupOf(turns.length - 1)
  const groups = new Map<number, number[]>()
  for (const [turn, places] of turns.entries()) {
    const group = groupOf(turn)
    if (group === last) for (const at of places) kept.add(at)
    else if (places.length > 0) push(groups, group, places)
  }
  return { old: [...groups.values()], kept }
}

/** Which message calls for the result at each place of one. A result answers the nearest call of its id that is still open. */
export function callsOf(messages: readonly Message[]): ReadonlyMap<number, number> {
  const open = new Map<string, number[]>()
  const calls = new Map<number, number>()
  for (const [at, message] of messages.entries()) {
    if (message.role === 'assistant') for (const { id } of message.tool_calls ?? []) push(open, id, [at])
    if (message.role !== 'tool') continue
    const call = open.get(message.tool_call_id)?.pop()
    if (call !== undefined) calls.set(at, call)
  }
  return calls
}

/** The turns that a call and its result lie in, where those are two. */
function crossings(messages: readonly Message[], turnOf: readonly number[]): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (const [result, call] of callsOf(messages)) {
    const [later = 0, earlier = 0] = [turnOf[result], turnOf[call]]
    if (later !== earlier) pairs.push([earlier, later])
  }
  return pairs
}

/** Says for each of so many which group it belongs to, once the pairs are joined. */
function joined(count: number, pairs: readonly (readonly [number, number])[]): (one: number) => number {
  const parents = Array.from({ length: count }, (_, at) => at)
  const rootOf = (one: number): number => {
    let root = one
    for (let next = parents[root] ?? root; next !== root; next = parents[root] ?? root) {
      parents[root] = parents[next] ?? next // halves the way for whoever comes next
      root = next
    }
    return root
  }
  for (const [one, other] of pairs) parents[rootOf(one)] = rootOf(other)
  return rootOf
}

function push<Key>(lists: Map<Key, number[]>, key: Key, places: readonly number[]): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [...places])
  else list.push(...places)
}
