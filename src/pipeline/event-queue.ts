// Hands events from the pipeline to one consumer, one network read at a time.

import type { StreamEvent } from '../core/stream-event.js'

/** Hears what a read brought: exactly one of the two, once a read, perhaps before the read's call has returned. */
export interface BatchSink {
  /** Events, maybe none; `undefined` at the end of the source. */
  onBatch(events: StreamEvent[] | undefined): void
  onError(error: unknown): void
}

/** Something that gives events batch by batch: told who hears of them, it gives the function that reads once. */
export type BatchSource = (sink: BatchSink) => () => void

/** A source that is being read, and who waits for its end. */
interface Drawing {
  readonly read: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A queue with a gate: nothing is read from the provider before the consumer has taken what there is and asks for more,
 * so that a slow consumer slows the provider down, and nothing piles up. While an answer comes, the consumer's own
 * `more()` does the reading, by callbacks: a promise or a coroutine in between would cost as much as the chunk itself.
 */
export class EventQueue {
  #events: StreamEvent[] = []
  #at = 0
  #isOpen = true
  #isGateOpen = false
  /** Lets the producer go on. */
  #goOn: (() => void) | undefined
  /** The consumer has asked for more, and waits for it. */
  #isWanted = false
  #drawing: Drawing | undefined
  #isReading = false
  readonly #onNews: () => void

  /** `onNews` is called, once for each `more()`, when there is something new, or nothing more to come. */
  constructor(onNews: () => void) {
    this.#onNews = onNews
  }

  /** Hands a batch over. The promise resolves when the consumer asks for more. */
  put(events: StreamEvent[]): Promise<void> {
    this.#add(events)
    if (this.#isGateOpen || this.#isWanted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  /** Lets the consumer read batches from a source. Resolves at the end of the source, rejects with its error. */
  draw(source: BatchSource): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#drawing = { read: source(this.#sink), resolve, reject }
      if (this.#isWanted || this.#isGateOpen) this.#read()
    })
  }

  /** The next event, if one is there. */
  take(): StreamEvent | undefined {
    const event = this.#events[this.#at]
    if (event !== undefined) this.#at += 1
    return event
  }

  /** Asks for more. */
  more(): void {
    this.#isWanted = true
    if (!this.#isOpen) {
      this.#wake()
      return
    }
    this.#read()
    this.#release()
  }

  /** Opens the gate for good: nobody waits for the consumer any more. For a request that was ended from outside. */
  letGo(): void {
    this.#isGateOpen = true
    this.#release()
    this.#read()
  }

  /** No more will come. */
  close(): void {
    this.#isOpen = false
    this.#wake()
  }

  /** Lets go of what nobody will take any more. */
  clear(): void {
    this.#events = []
    this.#at = 0
  }

  #release(): void {
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
  }

  #read(): void {
    if (this.#drawing === undefined || this.#isReading) return
    this.#isReading = true
    this.#drawing.read()
  }

  readonly #sink: BatchSink = {
    onBatch: (events) => {
      this.#isReading = false
      if (events === undefined) {
        this.#endDrawing()?.resolve()
        return
      }
      if (events.length > 0) this.#add(events)
      if (this.#isWanted || this.#isGateOpen) this.#read()
    },
    onError: (error) => {
      this.#isReading = false
      this.#endDrawing()?.reject(error)
    },
  }

  #endDrawing(): Drawing | undefined {
    const drawing = this.#drawing
    this.#drawing = undefined
    return drawing
  }

  #add(events: StreamEvent[]): void {
    if (this.#at === this.#events.length) {
      this.#events = events
      this.#at = 0
    } else {
      for (const event of events) this.#events.push(event)
    }
    this.#wake()
  }

  #wake(): void {
    if (!this.#isWanted) return
    this.#isWanted = false
    this.#onNews()
  }
}
