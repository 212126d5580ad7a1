// Puts the fragments of tool calls together, whatever indexes, ids and names the provider sent or left out.

import type { ToolCallDelta } from '../core/delta.js'
import { ProviderError } from '../core/errors.js'
import type { ToolCall } from '../core/message.js'
import type { StreamEvent, ToolCallEvent } from '../core/stream-event.js'
import { JsonEnd } from './json-end.js'
import { type ArgumentsEnd, readArguments } from './tool-arguments.js'

/** More calls than any model makes; a stream that opens more is broken or hostile. */
const mostCalls = 128

/** A call while it is being put together. */
interface Slot {
  readonly index: number
  readonly kind: 'function' | 'custom'
  /** The provider's index. */
  readonly sentIndex: number | undefined
  /** The provider's id; `''` until one came. */
  sentId: string
  /** The id that callers see; `''` until the call is announced. */
  id: string
  name: string
  arguments: string
  /** The end of `arguments` that has not been shown yet. (Cutting it off the whole would copy the whole each time.) */
  unshown: string
  /** Follows `arguments` from the first time that their end is asked for. */
  argumentsEnd: JsonEnd | undefined
  signature: string
}

/** A whole call and the opaque state that stood on it. */
export interface FinishedCalls {
  readonly calls: readonly ToolCall[]
  readonly events: readonly ToolCallEvent[]
  readonly signatures: readonly { readonly toolCallId: string; readonly signature: string }[]
  readonly repairs: readonly string[]
}

/**
 * A fold of fragments into calls. A call is told apart by its index; a fragment without one goes to the newest call,
 * unless its id is new. A call is announced (id and name, once) when its first argument is shown.
 */
export class ToolCallAssembler {
  readonly #slots: Slot[] = []
  /** The newest call at each index the provider used. */
  readonly #newest = new Map<number, Slot>()
  readonly #ids = new Set<string>()
  readonly #fallbackId: (slot: number) => string

  /** `fallbackId` names a call that the provider gave no id. */
  constructor(fallbackId: (slot: number) => string) {
    this.#fallbackId = fallbackId
  }

  get count(): number {
    return this.#slots.length
  }

  /** Takes one fragment and adds to `events` what a caller may see of it. */
  push(delta: ToolCallDelta, events: StreamEvent[]): void {
    const slot = this.#slotFor(delta)
    if (delta.id && slot.sentId === '') slot.sentId = delta.id
    if (delta.name) takeName(slot, delta.name)
    if (delta.signature) slot.signature += delta.signature
    if (delta.arguments) {
      slot.arguments += delta.arguments
      slot.unshown += delta.arguments
      slot.argumentsEnd?.push(delta.arguments)
    }
    if (slot.id === '' && slot.arguments !== '' && slot.sentId !== '' && slot.name !== '')
      this.#announce(slot, events)
    if (slot.id !== '') show(slot, events)
  }

  /** No more fragments will come: shows what was held back, and reads each call's arguments. */
  finish(end: ArgumentsEnd, events: StreamEvent[]): FinishedCalls {
    this.#announceAll(events)
    const calls: ToolCall[] = []
    const wholeCalls: ToolCallEvent[] = []
    const repairs: string[] = []
    for (const slot of this.#slots) {
      const { id, name, index } = slot
      if (slot.kind === 'custom') {
        // Free text does not show where it ends, so any of these calls may be the one that was cut off.
        const mark = end.cutOff || name === '' ? { invalid: true as const } : {}
        calls.push({ id, type: 'custom', custom: { name, input: slot.arguments }, ...mark })
        wholeCalls.push({ type: 'tool-call', index, id, name, arguments: slot.arguments, ...mark })
        continue
      }
      const read = readArguments(slot.arguments, end)
      // A call that came without arguments has `{}`: shown too, so that the fragments add up to the call.
      if (slot.arguments === '' && read.text !== '')
        events.push({ type: 'tool-call-delta', index, arguments: read.text })
      if (read.mended)
        repairs.push(`The arguments of tool call "${id}" were no whole JSON object and were mended.`)
      // Nothing can be run under no name, whatever its arguments.
      const isInvalid = read.invalid || name === ''
      const mark = isInvalid ? { invalid: true as const } : {}
      calls.push({ id, type: 'function', function: { name, arguments: read.text }, ...mark })
      const input = !isInvalid && 'input' in read ? { input: read.input } : {}
      wholeCalls.push({ type: 'tool-call', index, id, name, arguments: read.text, ...input, ...mark })
    }
    const signatures = this.#slots
      .filter((slot) => slot.signature !== '')
      .map((slot) => ({ toolCallId: slot.id, signature: slot.signature }))
    return { calls, events: wholeCalls, signatures, repairs }
  }

  /** The calls as far as they have come, for an answer that broke off. */
  incomplete(): (ToolCall & { readonly incomplete: true })[] {
    return this.#slots.map((slot) => {
      const id = slot.id || slot.sentId || this.#fallbackId(slot.index)
      return slot.kind === 'custom'
        ? { id, type: 'custom', custom: { name: slot.name, input: slot.arguments }, incomplete: true }
        : { id, type: 'function', function: { name: slot.name, arguments: slot.arguments }, incomplete: true }
    })
  }

  #slotFor(delta: ToolCallDelta): Slot {
    const held = delta.index === undefined ? this.#slots.at(-1) : this.#newest.get(delta.index)
    if (held === undefined) return this.#open(delta)
    if (delta.id) {
      if (held.sentId === delta.id || (held.sentId === '' && delta.index !== undefined)) return held
      const { id, index } = delta
      const named = this.#slots.find(
        (slot) => slot.sentId === id && (index === undefined || slot.sentIndex === index),
      )
      return named ?? this.#open(delta)
    }
    return startsAnother(held, delta) ? this.#open(delta) : held
  }

  #open(delta: ToolCallDelta): Slot {
    if (this.#slots.length === mostCalls) {
      throw new ProviderError('invalid-response', `The stream holds more than ${mostCalls} tool calls.`)
    }
    const slot: Slot = {
      index: this.#slots.length,
      kind: delta.kind ?? 'function',
      sentIndex: delta.index,
      sentId: '',
      id: '',
      name: '',
      arguments: '',
      unshown: '',
      argumentsEnd: undefined,
      signature: '',
    }
    this.#slots.push(slot)
    if (delta.index !== undefined) this.#newest.set(delta.index, slot)
    return slot
  }

  #announceAll(events: StreamEvent[]): void {
    for (const slot of this.#slots) {
      if (slot.id === '') this.#announce(slot, events)
      show(slot, events)
    }
  }

  #announce(slot: Slot, events: StreamEvent[]): void {
    const wanted = slot.sentId || this.#fallbackId(slot.index)
    let id = wanted
    for (let copy = 2; this.#ids.has(id); copy += 1) id = `${wanted}_d${copy}`
    this.#ids.add(id)
    slot.id = id
    events.push({ type: 'tool-call-delta', index: slot.index, id, name: slot.name })
  }
}

/** A name may come whole, again in every chunk, in growing form, or in pieces. */
function takeName(slot: Slot, piece: string): void {
  if (slot.arguments !== '' && slot.name !== '') return
  if (piece.startsWith(slot.name)) slot.name = piece
  else slot.name += piece
}

/** True where a fragment without an id cannot belong to the call it would go to. */
function startsAnother(held: Slot, delta: ToolCallDelta): boolean {
  if (!delta.name || held.name === '' || held.arguments === '') return false
  if (delta.name !== held.name) return true
  // The same function called again, by a provider that sends neither ids nor indexes worth the name.
  const beginsAnew = delta.arguments?.trimStart().startsWith('{') ?? false
  return beginsAnew && hasWholeArguments(held)
}

function hasWholeArguments(slot: Slot): boolean {
  if (slot.argumentsEnd === undefined) {
    slot.argumentsEnd = new JsonEnd()
    slot.argumentsEnd.push(slot.arguments)
  }
  return slot.argumentsEnd.hasClosed
}

function show(slot: Slot, events: StreamEvent[]): void {
  if (slot.unshown === '') return
  events.push({ type: 'tool-call-delta', index: slot.index, arguments: slot.unshown })
  slot.unshown = ''
}
