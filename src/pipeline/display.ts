// Shows an answer's events to callbacks and listeners, in the provider's order.

import type { RequestLabels } from '../core/handler-events.js'
import { reportFailure } from '../core/report-failure.js'
import type { OutputEvent, StreamEvent } from '../core/stream-event.js'
import type { SafeEmitter } from '../events/emitter.js'
import type { DeltaCallbacks } from './prepared-request.js'

/** Shows events to those who do not iterate. A callback that throws or rejects is reported, and changes nothing. */
export class Display {
  readonly #callbacks: readonly DeltaCallbacks[]
  readonly #emitter: SafeEmitter
  readonly #labels: RequestLabels
  readonly #onFailure: (name: string, failure: unknown) => void
  #hasShown = false
  #calls = new Set<number>()

  constructor(
    callbacks: readonly DeltaCallbacks[],
    emitter: SafeEmitter,
    labels: RequestLabels,
    onFailure: (name: string, failure: unknown) => void,
  ) {
    this.#callbacks = callbacks
    this.#emitter = emitter
    this.#labels = labels
    this.#onFailure = onFailure
  }

  /** Another attempt begins, and with it another answer. */
  restart(): void {
    this.#calls = new Set()
  }

  show(events: readonly OutputEvent[], attemptId: string): void {
    const isHeard = this.#emitter.hears('delta')
    if (this.#callbacks.length === 0 && !isHeard) return
    for (const event of events) {
      if (isHeard) this.#emitter.emit('delta', { ...this.#labels, attemptId, event })
      if (this.#callbacks.length > 0) this.#call(event)
    }
  }

  #call(event: StreamEvent): void {
    switch (event.type) {
      case 'text':
        this.#first()
        if (!event.afterToolCall)
          this.#each('onTextDelta', (callbacks) => callbacks.onTextDelta?.(event.text))
        return
      case 'reasoning':
        this.#first()
        this.#each('onReasoningDelta', (callbacks) => callbacks.onReasoningDelta?.(event.text))
        return
      case 'refusal':
        this.#first()
        return
      case 'tool-call-delta': {
        this.#first()
        const { index, id, name } = event
        if (id === undefined || name === undefined || this.#calls.has(index)) return
        this.#calls.add(index)
        this.#each('onToolCallStart', (callbacks) => callbacks.onToolCallStart?.({ index, id, name }))
        return
      }
      default:
        return
    }
  }

  #first(): void {
    if (this.#hasShown) return
    this.#hasShown = true
    this.#each('onFirstDelta', (callbacks) => callbacks.onFirstDelta?.())
  }

  #each(name: string, call: (callbacks: DeltaCallbacks) => unknown): void {
    for (const callbacks of this.#callbacks) {
      try {
        const result = call(callbacks)
        reportFailure(result, (failure) => this.#onFailure(name, failure))
      } catch (failure) {
        this.#onFailure(name, failure)
      }
    }
  }
}
