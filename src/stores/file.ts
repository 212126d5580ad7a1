// The entry byok-handler/stores/file: a store in a directory, for one process at a time.

import { resolve } from 'node:path'
import { type Clock, systemClock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'
import { type FileStore, JournaledStore, type Recovery } from './file/file-store.js'
import type { SyncMode } from './file/journal.js'

export type { LedgerEntry } from '../core/store.js'
export type { FileStore, Recovery } from './file/file-store.js'
export type { SyncMode } from './file/journal.js'
export { readLedger } from './file/read-ledger.js'

/** Where a file store keeps its files, and how surely. */
export interface FileStoreOptions {
  /** Made where it is absent. Nothing else should stand in it. */
  readonly directory: string
  /**
   * When an operation is answered. `batch`: once the disk has it; the disk is asked every five milliseconds at
   * most, for all that came meanwhile. `always`: the same without that wait. `os`: once the operating system has it, so that a power cut may take
   * what was answered. @default 'batch'
   */
  readonly sync?: SyncMode
  /** How long the journal grows before a new segment is begun, in bytes. @default 8,388,608 */
  readonly segmentBytes?: number
  /** @default the real clock */
  readonly clock?: Clock
  /** Told what was found when the store was opened. It must not throw. */
  readonly onRecovery?: (recovery: Recovery) => void
}

const syncModes: readonly unknown[] = ['always', 'batch', 'os']

/**
 * A store in a directory, for one process at a time: what it has answered outlasts the process (and a power cut, unless
 * `sync` is `os`). It opens with its first operation. Throws `config` where an option cannot be. Its operations reject with
 * `store-unavailable` where the disk fails or another process has the directory, and work again when that has passed.
 */
export function fileStore(options: FileStoreOptions): FileStore {
  const { directory, sync = 'batch', segmentBytes = 8 * 1_024 * 1_024 } = options
  const { clock = systemClock, onRecovery = () => {} } = options
  if (typeof directory !== 'string' || directory === '' || directory.includes('\u0000')) {
    throw invalid('directory', 'the path of a directory')
  }
  if (!syncModes.includes(sync)) throw invalid('sync', "'always', 'batch' or 'os'")
  if (!Number.isSafeInteger(segmentBytes) || segmentBytes < 1_024) {
    throw invalid('segmentBytes', 'a whole number from 1,024')
  }
  return new JournaledStore({ directory: resolve(directory), sync, segmentBytes, clock, onRecovery })
}

function invalid(field: string, wanted: string): ByokError {
  return new ByokError('config', `${field} must be ${wanted}.`, { field })
}
