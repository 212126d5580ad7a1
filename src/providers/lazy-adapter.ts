// An adapter that is loaded with its first request.

import type { ProviderAdapter, ProviderCall } from '../core/contracts.js'
import type { Delta } from '../core/delta.js'

type Batch = Delta | readonly Delta[]

const done: IteratorResult<Batch> = { done: true, value: undefined }

/** An adapter that `load` makes when it is first asked. A load that fails is tried again with the next request. */
export function lazyAdapter(id: string, load: () => Promise<ProviderAdapter>): ProviderAdapter {
  let adapter: Promise<ProviderAdapter> | undefined
  const loaded = (): Promise<ProviderAdapter> => {
    adapter ??= load().catch((error: unknown) => {
      adapter = undefined
      throw error
    })
    return adapter
  }
  return {
    id,
    stream: (call) => ({ [Symbol.asyncIterator]: () => new LazyIterator(loaded, call) }),
    async complete(call) {
      return (await (await loaded()).complete?.(call)) ?? []
    },
  }
}

/** Passes reads on without a promise of its own, once there is somebody to pass them to. */
class LazyIterator implements AsyncIterator<Batch> {
  readonly #load: () => Promise<ProviderAdapter>
  readonly #call: ProviderCall
  #source: AsyncIterator<Batch> | undefined
  #isLeft = false

  constructor(load: () => Promise<ProviderAdapter>, call: ProviderCall) {
    this.#load = load
    this.#call = call
  }

  next(): Promise<IteratorResult<Batch>> {
    return this.#source === undefined ? this.#first() : this.#source.next()
  }

  async return(): Promise<IteratorResult<Batch>> {
    this.#isLeft = true
    return (await this.#source?.return?.()) ?? done
  }

  async #first(): Promise<IteratorResult<Batch>> {
    const adapter = await this.#load()
    if (this.#isLeft) return done
    this.#source = adapter.stream(this.#call)[Symbol.asyncIterator]()
    return this.#source.next()
  }
}
