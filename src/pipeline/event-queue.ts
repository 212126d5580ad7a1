// Hands events from the pipeline to one consumer, one network read at a time.

import type { StreamEvent } from '../core/stream-event.js'

/**
 * A queue with a gate: what puts events in waits until the consumer has taken them and asks for more, so that a slow
 * consumer slows the provider down, and nothing piles up.
 */
export class EventQueue {
  #events: StreamEvent[] = []
  #at = 0
  #isOpen = true
  /** Lets the producer go on. */
  #release: (() => void) | undefined
  /** Wakes whoever waits for events. */
  #wake: (() => void) | undefined
  #waiting: Promise<void> | undefined

  /** Hands a batch over. The promise resolves when the consumer asks for more. */
  put(events: StreamEvent[]): Promise<void> {
    if (this.#at === this.#events.length) {
      this.#events = events
      this.#at = 0
    } else {
      this.#events.push(...events)
    }
    this.#wakeUp()
    return new Promise((resolve) => {
      this.#release = resolve
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
    this.#waiting ??= new Promise((resolve) => {
      this.#wake = resolve
    })
    this.release()
    return this.#waiting
  }

  /** Lets the producer go on without anybody having asked: it has something else to notice. */
  release(): void {
    const release = this.#release
    this.#release = undefined
    release?.()
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

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    this.#waiting = undefined
    wake?.()
  }
}
