// One item of a response's output: what of it has been passed on, and what a fuller version of it still adds.

import type { Delta } from '../../core/delta.js'
import { asArray, asId, asObject, asText, type JsonObject } from '../json.js'

/** What an item is to us. `other` is what the provider runs itself, or what a chat cannot express. */
export type ItemKind = 'message' | 'reasoning' | 'function' | 'custom' | 'other'

/** The two places in which a reasoning item holds readable text, under the names that their parts have. */
export type ReasoningPlace = 'reasoning_text' | 'summary_text'

const kinds: ReadonlyMap<unknown, ItemKind> = new Map([
  ['message', 'message'],
  ['reasoning', 'reasoning'],
  ['function_call', 'function'],
  ['custom_tool_call', 'custom'],
])

/** The kind of an item as it was sent. */
export function kindOf(sent: JsonObject): ItemKind {
  return kinds.get(sent.type) ?? 'other'
}

/** The id under which a call's result is sent back. */
export function callIdOf(sent: JsonObject): string | undefined {
  return asId(sent.call_id) ?? asId(sent.id)
}

/**
 * An item while it comes. Deltas are passed on at once and cannot be taken back, so a fuller version (the finished
 * item, or the one in the final response) adds only what it has beyond them, and nothing where it says otherwise.
 */
export class OutputItem {
  kind: ItemKind
  /** The place of a call among the calls. Anything else has a number that it shares with no other item. */
  readonly number: number
  callId: string | undefined
  /** The fullest version that was sent. */
  latest: JsonObject | undefined
  isDone = false
  /** The final response has this item. */
  isFinal = false
  #text = ''
  #refusal = ''
  #arguments = ''
  #reasoning = ''
  #place: ReasoningPlace | undefined
  #isOpened = false
  #hasId = false
  #hasName = false
  #hasState = false

  constructor(kind: ItemKind, number: number) {
    this.kind = kind
    this.number = number
  }

  addText(text: string, deltas: Delta[]): void {
    this.#text += text
    deltas.push({ type: 'text', text })
  }

  addRefusal(text: string, deltas: Delta[]): void {
    this.#refusal += text
    deltas.push({ type: 'refusal', text })
  }

  /** Readable reasoning. A second place repeats the first in other words, and is left out. */
  addReasoning(text: string, place: ReasoningPlace, deltas: Delta[]): void {
    this.#place ??= place
    if (this.#place !== place) return
    this.#reasoning += text
    deltas.push({ type: 'reasoning', text, block: this.number })
  }

  addArguments(text: string, deltas: Delta[]): void {
    this.#arguments += text
    deltas.push({ ...this.#fragment(), arguments: text })
  }

  /** The whole of a part that came without deltas. With deltas, only the finished item tells what is missing. */
  addWhole(field: 'text' | 'refusal' | ReasoningPlace, text: string, deltas: Delta[]): void {
    if (field === 'text') {
      if (this.#text === '') this.addText(text, deltas)
    } else if (field === 'refusal') {
      if (this.#refusal === '') this.addRefusal(text, deltas)
    } else if (this.#reasoning === '') {
      this.addReasoning(text, field, deltas)
    }
  }

  /** The arguments as they are in the end. */
  completeArguments(whole: unknown, deltas: Delta[]): void {
    const text = asObject(whole) ? JSON.stringify(whole) : asText(whole)
    const rest = restOf(text, this.#arguments)
    if (rest !== '') this.addArguments(rest, deltas)
  }

  /** A call's id and name, each once. */
  announce(sent: JsonObject, deltas: Delta[]): void {
    const id = this.#hasId ? undefined : callIdOf(sent)
    const name = this.#hasName ? undefined : asText(sent.name)
    if (id === undefined && name === undefined && this.#isOpened) return
    if (id !== undefined) {
      this.#hasId = true
      this.callId = id
    }
    if (name !== undefined) this.#hasName = true
    deltas.push({
      ...this.#fragment(),
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
    })
  }

  /** Adds what a fuller version of the item has beyond what was passed on. */
  complete(sent: JsonObject, deltas: Delta[]): void {
    switch (this.kind) {
      case 'message':
        this.#completeMessage(sent, deltas)
        return
      case 'reasoning':
        this.#completeReasoning(sent, deltas)
        return
      case 'function':
        this.announce(sent, deltas)
        this.completeArguments(sent.arguments, deltas)
        return
      case 'custom':
        this.announce(sent, deltas)
        this.completeArguments(sent.input, deltas)
        return
      case 'other':
        return
      default:
        this.kind satisfies never
    }
  }

  #completeMessage(sent: JsonObject, deltas: Delta[]): void {
    let text = asText(sent.content) ?? ''
    let refusal = ''
    for (const value of asArray(sent.content)) {
      const part = asObject(value)
      text += asText(part?.text) ?? ''
      refusal += asText(part?.refusal) ?? ''
    }
    const restOfText = restOf(text, this.#text)
    if (restOfText !== '') this.addText(restOfText, deltas)
    const restOfRefusal = restOf(refusal, this.#refusal)
    if (restOfRefusal !== '') this.addRefusal(restOfRefusal, deltas)
  }

  #completeReasoning(sent: JsonObject, deltas: Delta[]): void {
    const content = joined(sent.content)
    const place = this.#place ?? (content === '' ? 'summary_text' : 'reasoning_text')
    const rest = restOf(place === 'reasoning_text' ? content : joined(sent.summary), this.#reasoning)
    if (rest !== '') this.addReasoning(rest, place, deltas)
    if (!this.#hasState) this.#addState(sent, place, deltas)
  }

  /**
   * What the provider wants to see again: encrypted reasoning, a signature, or its own words in the open. A summary
   * alone is no state; sent back without the rest, it is refused.
   */
  #addState(sent: JsonObject, place: ReasoningPlace, deltas: Delta[]): void {
    const redacted = asText(sent.encrypted_content)
    const signature = asText(sent.signature)
    const isReadable = place === 'reasoning_text' && this.#reasoning !== ''
    if (redacted === undefined && signature === undefined && !isReadable) return
    this.#hasState = true
    const id = asId(sent.id)
    const vendorFormat = asText(sent.format)
    deltas.push({
      type: 'reasoning',
      block: this.number,
      ...(redacted === undefined ? {} : { redacted }),
      ...(signature === undefined ? {} : { signature }),
      ...(id === undefined ? {} : { id }),
      format: vendorFormat === undefined ? place : `${place}:${vendorFormat}`,
    })
  }

  #fragment(): { type: 'tool-call-delta'; index: number; kind?: 'custom' } {
    const isFirst = !this.#isOpened
    this.#isOpened = true
    const index = this.number
    return isFirst && this.kind === 'custom'
      ? { type: 'tool-call-delta', index, kind: 'custom' }
      : { type: 'tool-call-delta', index }
  }
}

/** What `whole` has beyond `passedOn`; nothing where it does not continue it. */
function restOf(whole: string | undefined, passedOn: string): string {
  return whole?.startsWith(passedOn) ? whole.slice(passedOn.length) : ''
}

/** The text of a list of parts; OpenRouter has sent bare strings among them. */
function joined(parts: unknown): string {
  let text = asText(parts) ?? ''
  for (const part of asArray(parts)) text += asText(part) ?? asText(asObject(part)?.text) ?? ''
  return text
}
