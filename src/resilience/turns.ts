// Lets only so many in at once; the rest wait in line, and the line has an end.

import { ByokError } from '../core/errors.js'
import { visibleName } from '../core/visible-text.js'

/** A place in line, and then inside. */
export interface Turn {
  /** Resolves when it is our turn. */
  readonly come: Promise<void>
  /** Gives the place up, in line or inside. Calling it again does nothing. */
  leave(): void
}

interface Room {
  inside: number
  readonly line: Set<() => void>
}

const atOnce: Turn = { come: Promise.resolve(), leave: () => undefined }

/** Rooms by name, each with its own line: first come, first served. */
export class Turns {
  readonly #maxWaiting: number
  readonly #rooms = new Map<string, Room>()

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  /** A place where `limit` may be inside at once. Throws `overloaded` where the line is full; without a limit nobody waits. */
  take(name: string, limit: number | undefined): Turn {
    if (limit === undefined) return atOnce
    const room = this.#roomOf(name)
    if (room.inside < limit) {
      room.inside += 1
      return { come: atOnce.come, leave: once(() => this.#left(name, room)) }
    }
    if (room.line.size >= this.#maxWaiting) {
      throw new ByokError(
        'overloaded',
        `${limit} calls of ${visibleName(name, 200)} are under way, and ${room.line.size} wait already.`,
        {
          isRetryable: true,
        },
      )
    }
    return this.#wait(name, room)
  }

  /** How many are inside and in line. */
  countsOf(name: string): { readonly inside: number; readonly waiting: number } {
    const room = this.#rooms.get(name)
    return { inside: room?.inside ?? 0, waiting: room?.line.size ?? 0 }
  }

  #roomOf(name: string): Room {
    const known = this.#rooms.get(name)
    if (known !== undefined) return known
    const room = { inside: 0, line: new Set<() => void>() }
    this.#rooms.set(name, room)
    return room
  }

  #wait(name: string, room: Room): Turn {
    let letIn = (): void => undefined
    let isInside = false
    const come = new Promise<void>((resolve) => {
      letIn = () => {
        isInside = true
        resolve()
      }
    })
    room.line.add(letIn)
    const leave = once(() => {
      if (isInside) this.#left(name, room)
      else room.line.delete(letIn)
    })
    return { come, leave }
  }

  /** The place goes to the first in line; an empty room is forgotten. */
  #left(name: string, room: Room): void {
    const first = room.line.values().next()
    if (!first.done) {
      room.line.delete(first.value)
      first.value()
      return
    }
    room.inside -= 1
    if (room.inside === 0) this.#rooms.delete(name)
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
