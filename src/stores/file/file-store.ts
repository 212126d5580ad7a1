// The store that keeps everything in a directory: the books in memory, and a journal from which they can be read again.

import { mkdir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../core/clock.js'
import { ByokError, isByokError } from '../../core/errors.js'
import type {
  Admission,
  Charge,
  CounterState,
  Hold,
  Settlement,
  Store,
  StoredText,
} from '../../core/store.js'
import { isMeant, type RecordFilter, type UsageRecord } from '../../core/usage-record.js'
import { Books } from '../books.js'
import type { Change } from '../change.js'
import { type SteadyTime, steadyTime } from '../steady-time.js'
import { Journal, type JournalOptions, type SyncMode } from './journal.js'
import { encodeLine } from './line.js'
import { type Lock, takeLock } from './lock.js'
import { readRecords } from './read-records.js'
import { loadJournal, removeDrafts } from './segments.js'

/** What was found when a store was opened that was not closed properly, or whose files are damaged. */
export interface Recovery {
  /** Bytes of a write that was cut short; nobody had been told that it was kept. */
  readonly tornBytes: number
  /** Lines that are damaged although whole ones follow, and their bytes: what stood in them is lost. */
  readonly damagedLines: number
  readonly damagedBytes: number
  /** Holds that were open, and are charged at their bound now. */
  readonly cameHome: number
}

/** A store in a directory. */
export interface FileStore extends Store {
  /** Opens the store, where no operation has done so, and tells what was found then. */
  recovery(): Promise<Recovery>
}

/** The options of a file store, with nothing left out. */
export interface FileStoreParts {
  readonly directory: string
  readonly sync: SyncMode
  readonly segmentBytes: number
  readonly clock: Clock
  readonly onRecovery: (recovery: Recovery) => void
}

/** The books as they were read from the disk, and the journal that goes on from there. */
interface Session {
  readonly books: Books
  readonly journal: Journal
}

/** The file store. It opens with its first operation, and again after a failure, once the disk takes data. */
export class JournaledStore implements FileStore {
  readonly #parts: FileStoreParts
  #lock: Lock | undefined
  #time: SteadyTime | undefined
  #recovery: Recovery | undefined
  #session: Session | undefined
  #opening: Promise<Session> | undefined
  #probing: Promise<void> | undefined
  /** A write has failed, and none has succeeded since. */
  #isSuspect = false
  #closing: Promise<void> | undefined

  constructor(parts: FileStoreParts) {
    this.#parts = parts
  }

  admit(hold: Hold): Promise<Admission> {
    return this.#change((books, now) => books.admit(hold, now))
  }

  renew(id: string, ttlMs: number): Promise<boolean> {
    return this.#change((books, now) => books.renew(id, ttlMs, now))
  }

  commit(id: string, charge: Charge, record: UsageRecord): Promise<Settlement> {
    return this.#change((books, now) => books.commit(id, charge, record, now))
  }

  release(id: string, record?: UsageRecord): Promise<Settlement> {
    return this.#change((books, now) => books.release(id, record, now))
  }

  readCounters(counters: readonly string[]): Promise<readonly CounterState[]> {
    return this.#change((books, now) => books.readCounters(counters, now))
  }

  async *records(filter: RecordFilter): AsyncIterable<UsageRecord> {
    // A bill can be read although the disk is full.
    if (this.#isSuspect) await this.#read(() => undefined)
    else await this.#change((books, now) => books.expireDue(now))
    const { journal } = await this.#open()
    for await (const record of readRecords(this.#parts.directory, journal.position)) {
      if (isMeant(record, filter)) yield record
    }
  }

  get(collection: string, key: string): Promise<StoredText | undefined> {
    return this.#read((books) => books.texts.get(collection, key))
  }

  set(collection: string, key: string, value: string, ifVersion?: number): Promise<number | undefined> {
    return this.#change((books) => books.set(collection, key, value, ifVersion))
  }

  delete(collection: string, key: string): Promise<boolean> {
    return this.#change((books) => books.delete(collection, key))
  }

  list(collection: string): Promise<readonly (StoredText & { readonly key: string })[]> {
    return this.#read((books) => books.texts.list(collection))
  }

  async recovery(): Promise<Recovery> {
    await this.#open()
    return this.#recovery ?? { tornBytes: 0, damagedLines: 0, damagedBytes: 0, cameHome: 0 }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** One step of the books, answered once what it has changed is kept. */
  async #change<Answer>(step: (books: Books, now: number) => Answer): Promise<Answer> {
    const session = this.#current() ?? (await this.#open())
    if (this.#isSuspect) await this.#probe(session)
    // Another write may have failed while this one waited for the disk.
    if (session.journal.failure !== undefined) throw this.#unavailable(session.journal.failure)
    const time = this.#time
    if (time === undefined) throw new ByokError('internal', 'The store has no time.')
    const answer = step(session.books, time.now())
    session.books.tidy(time.pastDate())
    await this.#kept(session)
    return answer
  }

  /** Reads the books, and answers once what was read is kept. */
  async #read<Answer>(step: (books: Books) => Answer): Promise<Answer> {
    const session = this.#current() ?? (await this.#open())
    const answer = step(session.books)
    await this.#kept(session)
    return answer
  }

  async #kept({ journal }: Session): Promise<void> {
    try {
      await journal.kept()
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** The session, where there is one that works. */
  #current(): Session | undefined {
    if (this.#closing !== undefined) {
      throw new ByokError('store-unavailable', 'The store was closed.', { isRetryable: false })
    }
    return this.#session?.journal.failure === undefined ? this.#session : undefined
  }

  async #open(): Promise<Session> {
    const current = this.#current()
    if (current !== undefined) return current
    this.#opening ??= this.#load().finally(() => {
      this.#opening = undefined
    })
    try {
      return await this.#opening
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** Whether the disk takes data again; asked before the books change, so that they need not be read again if not. */
  async #probe({ journal }: Session): Promise<void> {
    this.#probing ??= journal.probe().finally(() => {
      this.#probing = undefined
    })
    try {
      await this.#probing
      this.#isSuspect = false
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  async #load(): Promise<Session> {
    const broken = this.#session
    // It may still be cutting off what a failed write has left.
    await broken?.journal.close()
    if (this.#lock === undefined) {
      await mkdir(this.#parts.directory, { recursive: true, mode: 0o700 })
      this.#lock = await takeLock(this.#parts.directory)
    }
    try {
      this.#checkLock()
      this.#session = await this.#readDisk(broken)
      this.#isSuspect = broken !== undefined
      return this.#session
    } catch (error) {
      if (broken === undefined) await this.#unlock()
      throw error
    }
  }

  async #readDisk(broken: Session | undefined): Promise<Session> {
    const { directory, sync, segmentBytes, clock, onRecovery } = this.#parts
    let journal: Journal | undefined
    const onChange = (change: Change): void => journal?.append(encodeLine({ change }))
    await removeDrafts(directory)
    const loaded = await loadJournal(directory, onChange, broken?.journal.position)
    const books = loaded?.books ?? new Books(onChange)
    const options: JournalOptions = {
      directory,
      sync,
      segmentBytes,
      check: () => this.#checkLock(),
      state: () => books.state(),
    }
    if (loaded === undefined || loaded.needsNew) {
      journal = await Journal.begin(options, (loaded?.segment ?? 0) + 1)
    } else {
      journal = await Journal.resume(options, loaded.segment, loaded.end)
      if (loaded.lacksNewline) journal.append('\n')
    }
    this.#time ??= steadyTime(clock, books.at)
    if (broken !== undefined) {
      books.prolongAs(broken.books)
      return { books, journal }
    }
    const { end = 0, fileLength = 0, damagedLines = 0, damagedBytes = 0 } = loaded ?? {}
    if (fileLength > end) await journal.cut()
    // Whoever made these holds is gone, since only one process at a time has this directory.
    const cameHome = books.expireAll(this.#time.now())
    await journal.kept()
    this.#recovery = { tornBytes: fileLength - end, damagedLines, damagedBytes, cameHome }
    onRecovery(this.#recovery)
    return { books, journal }
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => {})
    // Those who have waited for the opening come first.
    await setImmediate()
    await this.#session?.journal.close()
    await this.#unlock()
  }

  async #unlock(): Promise<void> {
    const lock = this.#lock
    this.#lock = undefined
    await lock?.release().catch(() => {})
  }

  #checkLock(): void {
    if (this.#lock?.isLost() !== true) return
    throw new ByokError(
      'store-unavailable',
      `Another process has taken over the store in "${this.#parts.directory}".`,
    )
  }

  #unavailable(error: unknown): ByokError {
    if (isByokError(error)) return error
    const reason = error instanceof Error ? error.message : String(error)
    return new ByokError('store-unavailable', `The store in "${this.#parts.directory}" failed: ${reason}.`, {
      cause: error,
    })
  }
}
