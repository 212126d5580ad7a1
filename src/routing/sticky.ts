// Which model last answered each session, and how hard that turn was.

import type { Clock } from '../core/clock.js'
import type { Level, TaskType } from '../core/level.js'
import type { ModelReference } from './model-reference.js'

/** The last answer of a session. */
export interface SessionTurn extends ModelReference {
  /** Of the turn that it belongs to; absent where nothing was classified. */
  readonly level?: Level | undefined
  readonly taskType?: TaskType | undefined
}

/** How much is remembered. */
export interface SessionsOptions {
  readonly clock: Clock
  /** Sessions; the one that was answered longest ago is forgotten first. @default 10,000 */
  readonly sessions?: number
  /** How long after its last answer a session is remembered, in milliseconds. @default an hour */
  readonly forgetAfterMs?: number
}

interface Remembered {
  readonly turn: SessionTurn
  readonly at: number
}

/** Remembers sessions by tenant: no tenant meets another's. No text of theirs is kept. */
export class Sessions {
  readonly #options: SessionsOptions
  /** The one that was answered last stands last. */
  readonly #turns = new Map<string, Remembered>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Who last answered this session, and how hard the turn was; `undefined` where nobody knows. Changes nothing. */
  last(tenant: string | undefined, session: string): SessionTurn | undefined {
    const remembered = this.#turns.get(nameOf(tenant, session))
    return remembered === undefined || this.#isOver(remembered) ? undefined : remembered.turn
  }

  /**
   * A model has answered. Inside a tool loop the level and the task type of the turn stay as they were when it began,
   * where that is known.
   */
  note(tenant: string | undefined, session: string, turn: SessionTurn, isInToolLoop: boolean): void {
    const name = nameOf(tenant, session)
    const before = isInToolLoop ? this.last(tenant, session) : undefined
    const { level = turn.level, taskType = turn.taskType } = before ?? {}
    const { provider, model } = turn
    this.#turns.delete(name)
    this.#turns.set(name, { turn: { provider, model, level, taskType }, at: this.#options.clock.now() })
    this.#forget()
  }

  /** From the front: those that are over stand there. */
  #forget(): void {
    const { sessions = 10_000 } = this.#options
    for (const [name, remembered] of this.#turns) {
      if (this.#turns.size <= sessions && !this.#isOver(remembered)) return
      this.#turns.delete(name)
    }
  }

  #isOver({ at }: Remembered): boolean {
    const { clock, forgetAfterMs = 3_600_000 } = this.#options
    return clock.now() - at >= forgetAfterMs
  }
}

function nameOf(tenant: string | undefined, session: string): string {
  return JSON.stringify([tenant ?? null, session])
}
