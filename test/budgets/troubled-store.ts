// A store whose single operations fail, hang, or lose their answer on request.

import type { Store } from '../../src/core/store.js'

/** What becomes of a call: it fails before or after it was done, it never ends, it throws at once. */
export type Trouble = 'fails' | 'loses-answer' | 'hangs' | 'throws'

/** The operations of a store that answer with a promise. */
type Operation = Exclude<keyof Store, 'records'>

/** A store, its troubles, and how often each operation was called. */
export interface TroubledStore {
  readonly store: Store
  /** From now on, until told otherwise. */
  trouble(operation: Operation, how: Trouble | undefined): void
  calls(operation: Operation): number
}

/** Puts troubles before a store. */
export function troubled(inner: Store): TroubledStore {
  const troubles = new Map<Operation, Trouble>()
  const counts = new Map<Operation, number>()
  const through = <Answer>(operation: Operation, call: () => Promise<Answer>): Promise<Answer> => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
    switch (troubles.get(operation)) {
      case undefined:
        return call()
      case 'fails':
        return Promise.reject(new Error('ECONNREFUSED'))
      case 'loses-answer':
        return call().then(() => Promise.reject(new Error('ECONNRESET')))
      case 'hangs':
        return new Promise<never>(() => undefined)
      case 'throws':
        throw new Error('no client')
    }
  }
  return {
    store: {
      admit: (hold) => through('admit', () => inner.admit(hold)),
      renew: (id, ttlMs) => through('renew', () => inner.renew(id, ttlMs)),
      commit: (id, charge, record) => through('commit', () => inner.commit(id, charge, record)),
      release: (id, record) => through('release', () => inner.release(id, record)),
      readCounters: (names, tenant) => through('readCounters', () => inner.readCounters(names, tenant)),
      records: (filter) => inner.records(filter),
      get: (collection, key) => through('get', () => inner.get(collection, key)),
      set: (collection, key, value, version) =>
        through('set', () => inner.set(collection, key, value, version)),
      delete: (collection, key) => through('delete', () => inner.delete(collection, key)),
      list: (collection) => through('list', () => inner.list(collection)),
      close: () => through('close', () => inner.close()),
    },
    trouble(operation, how) {
      if (how === undefined) troubles.delete(operation)
      else troubles.set(operation, how)
    },
    calls: (operation) => counts.get(operation) ?? 0,
  }
}
