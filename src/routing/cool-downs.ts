// Remembers which conversations were escalated lately, so that not every answer of one is paid for twice.

import type { Clock } from '../core/clock.js'
import type { Escalation, EscalationCoolDown } from '../core/escalation.js'
import type { Level } from '../core/level.js'

/** Whose requests: of a tenant, in a conversation. */
export interface Conversation {
  readonly tenant?: string | undefined
  readonly session?: string | undefined
}

interface CoolDown extends Conversation {
  readonly level: Level
  readonly reason: Escalation['reason']
  readonly since: number
  /** On the clock that never jumps. */
  readonly until: number
}

/** So many are remembered; beyond them the oldest is forgotten, and its conversation may be escalated again. */
const mostCoolDowns = 10_000

/**
 * The cool-downs of one handler, by tenant, conversation and level. Requests without a session are one conversation of
 * their tenant; nothing that one tenant does holds back another.
 */
export class CoolDowns {
  readonly #clock: Clock
  readonly #coolDownMs: number
  /** In the order in which they end. */
  readonly #held = new Map<string, CoolDown>()

  constructor(clock: Clock, coolDownMs: number) {
    this.#clock = clock
    this.#coolDownMs = coolDownMs
  }

  /** Whether the conversation was escalated from the level lately. */
  includes(conversation: Conversation, level: Level): boolean {
    this.#forget()
    return this.#held.has(nameOf(conversation, level))
  }

  /** The conversation is being escalated. What a rate limit leads to costs nothing twice, and begins no cool-down. */
  begin({ tenant, session }: Conversation, { from, reason }: Escalation): void {
    if (reason === 'rate-limited' || this.#coolDownMs === 0) return
    this.#forget()
    const name = nameOf({ tenant, session }, from)
    this.#held.delete(name)
    this.#held.set(name, {
      tenant,
      session,
      level: from,
      reason,
      since: this.#clock.date(),
      until: this.#clock.now() + this.#coolDownMs,
    })
    if (this.#held.size <= mostCoolDowns) return
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest)
      break
    }
  }

  /** Those that stand, the oldest first. */
  list(): EscalationCoolDown[] {
    this.#forget()
    const now = this.#clock.now()
    return [...this.#held.values()].map(({ tenant, session, until, ...known }) => ({
      ...(tenant === undefined ? {} : { tenant }),
      ...(session === undefined ? {} : { session }),
      ...known,
      remainingMs: until - now,
    }))
  }

  /** Ends those of a tenant, of a conversation, or all. */
  reset({ tenant, session }: Conversation = {}): void {
    for (const [name, held] of this.#held) {
      if (tenant !== undefined && tenant !== held.tenant) continue
      if (session !== undefined && session !== held.session) continue
      this.#held.delete(name)
    }
  }

  #forget(): void {
    const now = this.#clock.now()
    for (const [name, { until }] of this.#held) {
      if (until > now) return
      this.#held.delete(name)
    }
  }
}

function nameOf({ tenant, session }: Conversation, level: Level): string {
  return JSON.stringify([tenant ?? null, session ?? null, level])
}
