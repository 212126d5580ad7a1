// Hands events from the pipeline to one consumer, one network read at a time.

import type { StreamEvent } from '../core/stream-event.js'

/** Gives the next batch of events, `undefined` at the end. */
type BatchSource = () => Promise<StreamEvent[] | undefined>

/** A source that is being read, and who waits for its end. */
interface Drawing {
  readonly next: BatchSource
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
  draw(next: BatchSource): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#drawing = { next, resolve, reject }
      if (this.#waiting !== undefined || this.#isGateOpen) this.#read(this.#drawing)
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
    const waiting = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#waiting = waiting
    this.#release()
    return waiting
  }

  /** Opens the gate for good: nobody waits for the consumer any more. For a request that was ended from outside. */
  letGo(): void {
    this.#isGateOpen = true
    this.#release()
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

  #release(): void {
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
    if (this.#drawing !== undefined) this.#read(this.#drawing)
  }

  #read(drawing: Drawing): void {
    if (this.#isReading) return
    this.#isReading = true
    drawing.next().then(
      (events) => {
        this.#isReading = false
        if (events === undefined) this.#endDrawing(drawing.resolve)
        else {
          if (events.length > 0) this.#add(events)
          if (events.length === 0 || this.#isGateOpen) this.#read(drawing)
        }
      },
      (error: unknown) => {
        this.#isReading = false
        this.#endDrawing(() => drawing.reject(error))
      },
    )
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
      this.#events.push(...events)
    }
    this.#wakeUp()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    this.#waiting = undefined
    wake?.()
  }
}
