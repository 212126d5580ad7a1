// Hands events from the pipeline to one consumer, one network read at a time.

import type { StreamEvent } from '../core/stream-event.js'

/**
 * Something that gives events batch by batch: told what to do with a batch (`undefined` at the end) and with an error, it
 * gives the function that reads once.
 */
export type BatchSource = <Result>(
  onBatch: (events: StreamEvent[] | undefined) => Result | Promise<Result>,
  onError: (error: unknown) => Result,
) => () => Promise<Result>

/** A source that is being read, and who waits for its end. */
interface Drawing {
  readonly read: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A queue with a gate: nothing is read from the provider before the consumer has taken what there is and asks for more,
 * so that a slow consumer slows the provider down, and nothing piles up. While an answer comes, the consumer's own
 * `more()` does the reading: a coroutine that wakes up in between would double what a chunk costs.
 */
export class EventQueue {
  #events: StreamEvent[] = []
  #at = 0
  #isOpen = true
  #isGateOpen = false
  /** Lets the producer go on. */
  #goOn: (() => void) | undefined
  /** Wakes whoever waits for events. */
  #wake: (() => void) | undefined
  #waiting: Promise<void> | undefined
  #drawing: Drawing | undefined
  #isReading = false

  /** Hands a batch over. The promise resolves when the consumer asks for more. */
  put(events: StreamEvent[]): Promise<void> {
    this.#add(events)
    if (this.#isGateOpen) return Promise.resolve()
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  /** Lets the consumer read batches from a source. Resolves at the end of the source, rejects with its error. */
  draw(source: BatchSource): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#drawing = { read: source<void>(this.#onBatch, this.#onError), resolve, reject }
      if (this.#waiting !== undefined || this.#isGateOpen) void this.#read(this.#drawing).then(this.#wakeUp)
    })
  }

  /** The next event, if one is there. */
  take(): StreamEvent | undefined {
    const event = this.#events[this.#at]
    if (event !== undefined) this.#at += 1
    return event
  }

  /** Asks for more. The promise resolves when there is something new, or nothing more to come. */
  more(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve()
    if (this.#waiting !== undefined) return this.#waiting
    const waiting = this.#drawing === undefined || this.#isReading ? this.#woken() : this.#read(this.#drawing)
    // A read that ended at once (the answer is over, or was interrupted) leaves nothing to wait for.
    if (this.#wake !== undefined || this.#isReading) this.#waiting = waiting
    this.#release()
    return waiting
  }

  /** Opens the gate for good: nobody waits for the consumer any more. For a request that was ended from outside. */
  letGo(): void {
    this.#isGateOpen = true
    this.#release()
    if (this.#drawing !== undefined && !this.#isReading) void this.#read(this.#drawing).then(this.#wakeUp)
  }

  /** No more will come. */
  close(): void {
    this.#isOpen = false
    this.#wakeUp()
  }

  /** Lets go of what nobody will take any more. */
  clear(): void {
    this.#events = []
    this.#at = 0
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #release(): void {
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
  }

  /** Never rejects: an error is told to whoever waits for the end of the source. */
  #read(drawing: Drawing): Promise<void> {
    this.#isReading = true
    return drawing.read()
  }

  readonly #onBatch = (events: StreamEvent[] | undefined): void => {
    const drawing = this.#readingEnded()
    if (events === undefined) {
      this.#endDrawing(() => drawing?.resolve())
      return
    }
    if (events.length > 0) this.#add(events)
    if (this.#isGateOpen && drawing !== undefined) void this.#read(drawing)
  }

  readonly #onError = (error: unknown): void => {
    const drawing = this.#readingEnded()
    this.#endDrawing(() => drawing?.reject(error))
  }

  /** Whoever waits to be woken goes on waiting; whoever waited for this read has what it asked for. */
  #readingEnded(): Drawing | undefined {
    this.#isReading = false
    if (this.#wake === undefined) this.#waiting = undefined
    return this.#drawing
  }

  #endDrawing(settle: () => void): void {
    this.#drawing = undefined
    settle()
  }

  #add(events: StreamEvent[]): void {
    if (this.#at === this.#events.length) {
      this.#events = events
      this.#at = 0
    } else {
      for (const event of events) this.#events.push(event)
    }
    this.#wakeUp()
  }

  readonly #wakeUp = (): void => {
    const wake = this.#wake
    if (wake === undefined) return
    this.#wake = undefined
    this.#waiting = undefined
    wake()
  }
}
