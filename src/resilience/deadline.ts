// The limits on how long one attempt may keep us waiting.

import type { CancelTimer, Clock } from '../core/clock.js'

/** Limits on an attempt, in milliseconds. */
export interface AttemptLimits {
  /** Until its connection is established. Kept by whoever connects. */
  readonly connectMs: number
  /** From the start to the first output. */
  readonly firstTokenMs: number
  /** Between real chunks, after the first output. */
  readonly idleMs: number
  /** After the answer said how it ended, for what may still follow (usage). */
  readonly tailMs: number
}

/** What a read brought. */
export type Arrival = 'nothing' | 'sign-of-life' | 'output' | 'end'

/** What an attempt is held to, and by. */
export interface DeadlineParts {
  readonly clock: Clock
  readonly limits: AttemptLimits
  /** What the whole request has left, in milliseconds. */
  readonly remainingMs: () => number
  readonly onExpire: (phase: 'first-token' | 'idle', limitMs: number) => void
}

/**
 * Counts only the time spent waiting for the provider: a slow consumer uses up nothing. Before the first output nothing
 * but output stops the clock; after it every real chunk does, while pings and comments never do. Behind the end of the
 * answer nothing does.
 */
export class AttemptDeadline {
  readonly #clock: Clock
  readonly #parts: DeadlineParts
  #phase: 'first-token' | 'idle' | 'tail' = 'first-token'
  #limitMs: number
  /** Waited before the current wait, since the last arrival that counts. */
  #waitedMs = 0
  #waitingSince: number | undefined
  #cancelTimer: CancelTimer | undefined

  constructor(parts: DeadlineParts) {
    this.#clock = parts.clock
    this.#parts = parts
    this.#limitMs = parts.limits.firstTokenMs
  }

  /** Before the first read: the first output must come within this, where that is less. */
  shorten(firstTokenMs: number): void {
    this.#limitMs = Math.min(this.#limitMs, firstTokenMs)
  }

  /** A read begins. */
  wait(): void {
    this.#waitingSince = this.#clock.now()
    if (this.#cancelTimer === undefined) this.#arm(this.#limitMs - this.#waitedMs)
  }

  /** The read has ended. One timer runs on through many reads; it is set again only when it fires. */
  arrived(arrival: Arrival): void {
    const since = this.#waitingSince
    this.#waitingSince = undefined
    if (this.#phase === 'idle' && (arrival === 'output' || arrival === 'sign-of-life')) {
      this.#waitedMs = 0
      return
    }
    if (since !== undefined) this.#waitedMs += this.#clock.now() - since
    const { tailMs, idleMs } = this.#parts.limits
    if (arrival === 'end' && this.#phase !== 'tail') {
      // An answer that is whole must not be lost to the request's own limit while it is waited for what may follow.
      this.#enter('tail', Math.min(tailMs, idleMs, this.#parts.remainingMs() / 2))
    } else if (arrival === 'output' && this.#phase === 'first-token') {
      this.#enter('idle', idleMs)
    }
  }

  /** The attempt is over. */
  stop(): void {
    this.#waitingSince = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  #enter(phase: 'idle' | 'tail', limitMs: number): void {
    this.#phase = phase
    this.#limitMs = limitMs
    this.#waitedMs = 0
    this.stop()
  }

  #arm(delayMs: number): void {
    this.#cancelTimer = this.#clock.timer(Math.max(0, delayMs), () => this.#fired())
  }

  #fired(): void {
    this.#cancelTimer = undefined
    if (this.#waitingSince === undefined) return
    const left = this.#limitMs - this.#waitedMs - (this.#clock.now() - this.#waitingSince)
    if (left > 0) this.#arm(left)
    else this.#parts.onExpire(this.#phase === 'first-token' ? 'first-token' : 'idle', this.#limitMs)
  }
}
