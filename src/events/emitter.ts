// A typed emitter whose listeners can harm nobody.

import { EventEmitter } from 'eventemitter3'
import type { HandlerEvents } from '../core/handler-events.js'
import { reportFailure } from '../core/report-failure.js'

/** The name of an event. */
export type HandlerEventName = keyof HandlerEvents

/** Hears one kind of event. */
export type HandlerListener<Name extends HandlerEventName> = (payload: HandlerEvents[Name]) => void

/**
 * Calls listeners in the order they were added. One that throws, or whose promise rejects, stops neither the others nor
 * the request; it is told to `onListenerFailure`.
 */
export class SafeEmitter {
  readonly #emitter = new EventEmitter<string>()
  /** What stands in the emitter for a listener that was added by `once`, and that listener. */
  readonly #once = new WeakMap<object, unknown>()
  readonly #onListenerFailure: (name: HandlerEventName, failure: unknown) => void

  constructor(onListenerFailure: (name: HandlerEventName, failure: unknown) => void) {
    this.#onListenerFailure = onListenerFailure
  }

  on<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): void {
    this.#emitter.on(name, listener)
  }

  once<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): void {
    const first: HandlerListener<Name> = (payload) => {
      this.off(name, first)
      return listener(payload)
    }
    this.#once.set(first, listener)
    this.on(name, first)
  }

  off<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): void {
    for (const held of this.#emitter.listeners(name)) {
      if (held === listener || this.#once.get(held) === listener) this.#emitter.off(name, held)
    }
  }

  /** True when somebody listens, so that a payload is worth making. */
  hears(name: HandlerEventName): boolean {
    return this.#emitter.listenerCount(name) > 0
  }

  emit<Name extends HandlerEventName>(name: Name, payload: HandlerEvents[Name]): void {
    if (!this.hears(name)) return
    // eventemitter3 lets a throwing listener hide the rest, so each is called by itself.
    for (const listener of this.#emitter.listeners(name)) {
      try {
        const result: unknown = (listener as (payload: unknown) => unknown)(payload) // added by `on`, which types it
        reportFailure(result, (failure) => this.#onListenerFailure(name, failure))
      } catch (failure) {
        this.#onListenerFailure(name, failure)
      }
    }
  }

  clear(): void {
    this.#emitter.removeAllListeners()
  }
}
