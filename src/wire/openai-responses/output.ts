// The items of a response's output in the order of first sight, and which of them an event is about.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { asArray, asId, asIndex, asObject, type JsonObject } from '../json.js'
import { callIdOf, type ItemKind, kindOf, OutputItem } from './item.js'

/** More items than any response has; a stream that opens more is broken or hostile. */
const mostItems = 4096

/**
 * Finds the item that an event means: by its id, else by its place in the output (some gateways send another id with
 * each event), else the newest of its kind.
 */
export class Output {
  readonly #items: OutputItem[] = []
  readonly #byId = new Map<string, OutputItem>()
  /** The newest item at each place. */
  readonly #byPlace = new Map<number, OutputItem>()
  #calls = 0
  #blocks = 0

  /** The item that a delta belongs to. One that was never announced begins here. */
  itemOf(event: JsonObject, kind: ItemKind): OutputItem {
    const id = asId(event.item_id)
    const place = asIndex(event.output_index, 'an item')
    const known = this.#find(id, place)
    if (known !== undefined && (known.kind === kind || isCall(kind))) return known
    if (id === undefined && place === undefined) {
      const newest = this.#items.findLast((item) => item.kind === kind)
      if (newest !== undefined) return newest
    }
    // Never announced, or of a type that we do not know, and yet it speaks.
    return this.#open(kind, id, place)
  }

  /** An item begins. */
  begin(sent: JsonObject, outputIndex: unknown, deltas: Delta[]): void {
    const kind = kindOf(sent)
    const id = asId(sent.id)
    const again = id === undefined ? undefined : this.#byId.get(id)
    const item = again?.kind === kind ? again : this.#open(kind, id, asIndex(outputIndex, 'an item'))
    item.latest = sent
    if (isCall(item.kind)) item.announce(sent, deltas)
  }

  /** An item is finished. */
  finish(sent: JsonObject, outputIndex: unknown, deltas: Delta[]): void {
    const kind = kindOf(sent)
    const id = asId(sent.id)
    const place = asIndex(outputIndex, 'an item')
    const item = this.#begun(id, place, kind, sent) ?? this.#open(kind, id, place)
    item.latest = sent
    item.isDone = true
    item.complete(sent, deltas)
  }

  /** The final response: its items are right, and those that came before it count where it has none. */
  settle(output: unknown, deltas: Delta[]): void {
    const sent = asArray(output)
      .map(asObject)
      .filter((item) => item !== undefined)
    if (sent.length === 0) {
      for (const item of this.#items) {
        // A reasoning item that only began may hold an unfinished state, which its provider would refuse.
        if (item.latest !== undefined && (item.isDone || item.kind !== 'reasoning'))
          item.complete(item.latest, deltas)
      }
      return
    }
    const items = sent.map((final) => this.#named(final))
    for (const [index, final] of sent.entries()) {
      const item =
        items[index] ?? this.#unclaimed(final, index) ?? this.#open(kindOf(final), undefined, undefined)
      item.isFinal = true
      item.complete(final, deltas)
    }
  }

  #find(id: string | undefined, place: number | undefined): OutputItem | undefined {
    const named = id === undefined ? undefined : this.#byId.get(id)
    if (named !== undefined || place === undefined) return named
    const here = this.#byPlace.get(place)
    return here?.isDone ? undefined : here
  }

  /** The item that carries the same id as one in the final response. */
  #named(final: JsonObject): OutputItem | undefined {
    const kind = kindOf(final)
    const id = asId(final.id)
    const known = id === undefined ? undefined : this.#byId.get(id)
    const named = known?.kind === kind ? known : undefined
    const item = named ?? (isCall(kind) ? this.#items.find((one) => isSameCall(one, kind, final)) : undefined)
    if (item === undefined || item.isFinal) return undefined
    item.isFinal = true
    return item
  }

  /** Where ids change from event to event: the item at the same place, else the first of its kind that is left. */
  #unclaimed(final: JsonObject, index: number): OutputItem | undefined {
    const kind = kindOf(final)
    const here = this.#byPlace.get(index)
    if (here !== undefined && !here.isFinal && fits(here, kind, final)) return here
    return this.#items.find((item) => !item.isFinal && fits(item, kind, final))
  }

  /** The item that is now finished. Its id decides alone; by place, or as the newest of its kind, it must also fit. */
  #begun(
    id: string | undefined,
    place: number | undefined,
    kind: ItemKind,
    sent: JsonObject,
  ): OutputItem | undefined {
    const named = id === undefined ? undefined : this.#byId.get(id)
    if (named?.kind === kind) return named
    const here =
      place === undefined
        ? this.#items.findLast((item) => !item.isDone && item.kind === kind)
        : this.#find(undefined, place)
    return fits(here, kind, sent) ? here : undefined
  }

  #open(kind: ItemKind, id: string | undefined, place: number | undefined): OutputItem {
    if (this.#items.length === mostItems) {
      throw new ProviderError('invalid-response', `The response holds more than ${mostItems} items.`)
    }
    const number = isCall(kind) ? this.#calls++ : this.#blocks++
    const item = new OutputItem(kind, number)
    this.#items.push(item)
    if (id !== undefined) this.#byId.set(id, item)
    if (place !== undefined) this.#byPlace.set(place, item)
    return item
  }
}

function isCall(kind: ItemKind): boolean {
  return kind === 'function' || kind === 'custom'
}

/** True where the item may be an earlier version of what was sent. */
function fits(item: OutputItem | undefined, kind: ItemKind, sent: JsonObject): boolean {
  if (item === undefined || item.kind !== kind) return false
  return !isCall(kind) || item.callId === undefined || item.callId === callIdOf(sent)
}

function isSameCall(item: OutputItem, kind: ItemKind, sent: JsonObject): boolean {
  return item.kind === kind && !item.isFinal && item.callId !== undefined && item.callId === callIdOf(sent)
}
