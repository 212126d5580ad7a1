// The small records of an embedded store: texts by collection and key, each with its version.

import type { StoredText } from '../core/store.js'
import type { TextChange } from './change.js'

interface Text {
  /** Absent where it was deleted: the version goes on. */
  readonly value?: string
  readonly version: number
}

/** The small records of a store. */
export class Texts {
  readonly #collections = new Map<string, Map<string, Text>>()

  get(collection: string, key: string): StoredText | undefined {
    const { value, version = 0 } = this.#find(collection, key) ?? {}
    return value === undefined ? undefined : { value, version }
  }

  /** The version that stands, 0 where there is none. */
  version(collection: string, key: string): number {
    return this.get(collection, key)?.version ?? 0
  }

  /** The change that writes the text, or `undefined` where another version stands. */
  write(collection: string, key: string, value: string, ifVersion?: number): TextChange | undefined {
    if (ifVersion !== undefined && ifVersion !== this.version(collection, key)) return undefined
    const version = (this.#find(collection, key)?.version ?? 0) + 1
    return { kind: 'text', collection, key, value, version }
  }

  /** The change that deletes the text, or `undefined` where there is none. */
  remove(collection: string, key: string): TextChange | undefined {
    const found = this.get(collection, key)
    return found === undefined ? undefined : { kind: 'text', collection, key, version: found.version }
  }

  list(collection: string): readonly (StoredText & { readonly key: string })[] {
    const texts = [...(this.#collections.get(collection) ?? [])]
    return texts
      .flatMap(([key, { value, version }]) => (value === undefined ? [] : [{ key, value, version }]))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  apply({ collection, key, value, version }: TextChange): void {
    const texts = this.#collections.get(collection) ?? new Map<string, Text>()
    texts.set(key, { version, ...(value !== undefined && { value }) })
    this.#collections.set(collection, texts)
  }

  *state(): Generator<TextChange> {
    for (const [collection, texts] of this.#collections) {
      for (const [key, text] of texts) yield { kind: 'text', collection, key, ...text }
    }
  }

  #find(collection: string, key: string): Text | undefined {
    return this.#collections.get(collection)?.get(key)
  }
}
