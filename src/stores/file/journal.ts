// The writer of a journal: lines go out in batches, and whoever waits for one is answered once it is kept.

import { type FileHandle, open } from 'node:fs/promises'
import type { StatePart } from '../change.js'
import { createSegment, encodeState, NamedSegmentError, segmentPath, writeAll } from './segments.js'

/**
 * When a change counts as kept. `always`: once the disk has it. `batch`: the same, but the disk is asked every five
 * milliseconds at most. `os`: once the operating system has it, so that it survives the process, but not a power cut.
 */
export type SyncMode = 'always' | 'batch' | 'os'

const batchMs = 5

/** What is written to see whether the disk takes anything again: more than the rest of a block, in blank lines. */
const probe = Buffer.alloc(8_192, '\n')

/** Where a journal is written. */
export interface JournalOptions {
  readonly directory: string
  readonly sync: SyncMode
  /** From how many bytes of changes on a new segment is begun. */
  readonly segmentBytes: number
  /** Throws where this process must not write any more. */
  readonly check: () => void
  /** The books as they are now. */
  readonly state: () => Iterable<StatePart>
}

/** The lines that go out together, and those who wait for them. */
class Batch {
  readonly lines: string[] = []
  readonly kept: Promise<void>
  resolve: () => void = () => {}
  reject: (failure: Error) => void = () => {}

  constructor() {
    this.kept = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // Nobody may wait for it; then its failure is told to whoever comes next.
    this.kept.catch(() => {})
  }
}

/**
 * Writes to the newest segment. After a failure it writes nothing any more: all who wait are told, what was written of
 * their lines is cut off, and the books must be read from the disk again.
 */
export class Journal {
  readonly #options: JournalOptions
  #handle: FileHandle
  #segment: number
  #length: number
  /** Beyond this length a new segment is begun. */
  #longest: number
  #waiting: Batch | undefined
  #writing: Batch | undefined
  #failure: Error | undefined
  #lastWrite = Number.NEGATIVE_INFINITY
  /** A write is about to begin. */
  #isDue = false
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(options: JournalOptions, handle: FileHandle, segment: number, length: number) {
    this.#options = options
    this.#handle = handle
    this.#segment = segment
    this.#length = length
    this.#longest = length + options.segmentBytes
  }

  /** Goes on with a segment. `length` is how much of it counts. */
  static async resume(options: JournalOptions, segment: number, length: number): Promise<Journal> {
    const handle = await open(segmentPath(options.directory, segment), 'r+')
    return new Journal(options, handle, segment, length)
  }

  /** Begins a segment with the books as they are. */
  static async begin(options: JournalOptions, segment: number): Promise<Journal> {
    const { handle, length } = await createSegment(
      options.directory,
      segment,
      encodeState(options.state()),
      options.sync !== 'os',
    )
    return new Journal(options, handle, segment, length)
  }

  /** Where what was kept ends. */
  get position(): { readonly segment: number; readonly length: number } {
    return { segment: this.#segment, length: this.#length }
  }

  /** Why nothing can be written any more. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Throws unless the disk takes data; cuts off what a failed write has left. Only before anything was appended. */
  async probe(): Promise<void> {
    await this.cut()
    try {
      await writeAll(this.#handle, probe, this.#length)
      await this.#handle.datasync()
    } finally {
      await this.cut()
    }
  }

  /** Cuts off what stands behind the end. */
  async cut(): Promise<void> {
    await this.#handle.truncate(this.#length)
  }

  /** Puts a line into the next batch. `kept` tells when it is kept. */
  append(line: string): void {
    this.#waiting ??= new Batch()
    this.#waiting.lines.push(line)
  }

  /** Resolves once all lines appended so far are kept; rejects where they cannot be. */
  kept(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#waiting !== undefined) {
      if (this.#writing === undefined && !this.#isDue) this.#writeSoon()
      return this.#waiting.kept
    }
    return this.#writing?.kept ?? Promise.resolve()
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    await this.kept().catch(() => {})
    // Behind the last answer, a new segment may be on its way, or the end of a failed write is being cut off.
    await this.#work
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#handle.close().catch(() => {})
  }

  #writeSoon(): void {
    this.#isDue = true
    const start = (): void => {
      this.#work = this.#writeAll()
    }
    const delayMs = this.#options.sync === 'batch' ? this.#lastWrite + batchMs - performance.now() : 0
    // Not the timer of a clock: that one lets the process end, and here somebody waits for an answer.
    if (delayMs > 0) setTimeout(start, Math.ceil(delayMs))
    else queueMicrotask(start)
  }

  async #writeAll(): Promise<void> {
    this.#isDue = false
    this.#lastWrite = performance.now()
    try {
      while (this.#waiting !== undefined) {
        const batch = this.#waiting
        this.#waiting = undefined
        this.#writing = batch
        const bytes = Buffer.from(batch.lines.join(''))
        // The books hold exactly what is kept after this batch; soon they will hold more.
        const state =
          this.#length + bytes.length > this.#longest ? encodeState(this.#options.state()) : undefined
        this.#options.check()
        await writeAll(this.#handle, bytes, this.#length)
        if (this.#options.sync !== 'os') await this.#handle.datasync()
        this.#length += bytes.length
        batch.resolve()
        if (state !== undefined) await this.#beginSegment(state)
        this.#writing = undefined
        if (this.#options.sync === 'batch' && this.#waiting !== undefined) {
          this.#writeSoon()
          return
        }
      }
    } catch (error) {
      await this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #beginSegment(state: readonly string[]): Promise<void> {
    try {
      const { handle, length } = await createSegment(
        this.#options.directory,
        this.#segment + 1,
        state,
        this.#options.sync !== 'os',
      )
      const old = this.#handle
      this.#handle = handle
      this.#segment += 1
      this.#length = length
      // Where the books are large, they are not written again for every few changes.
      this.#longest = length + Math.max(this.#options.segmentBytes, 4 * length)
      await old.close().catch(() => {})
    } catch (error) {
      if (error instanceof NamedSegmentError) throw error
      // The old segment holds all there is and can be gone on with: another try when it has grown.
      this.#longest = this.#length + this.#options.segmentBytes
    }
  }

  async #fail(failure: Error): Promise<void> {
    this.#failure = failure
    await this.cut().catch(() => {})
    this.#isClosed = true
    await this.#handle.close().catch(() => {})
    this.#writing?.reject(failure)
    this.#waiting?.reject(failure)
    this.#writing = undefined
    this.#waiting = undefined
  }
}
