// The lock that lets one process at a time write to a directory, and that does not outlast its holder.

import { open, readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CancelTimer, systemClock } from '../../core/clock.js'
import { ByokError } from '../../core/errors.js'
import { beatMs, describeSelf, type Holder, isAlive, readHolder } from './holder.js'

/** A lock that is held. */
export interface Lock {
  /** Somebody has taken it away, as can happen to a process that stood still for seconds on a shared disk. */
  isLost(): boolean
  release(): Promise<void>
}

const maxTries = 50

/**
 * Takes the lock of a directory. Throws `store-unavailable`, and says by whom, where a living process holds it. The lock of
 * a dead one is taken over; of several that try so at once, one succeeds.
 *
 * A lock is a file `lock-<number>` that only one can create. Whoever wants it takes the number behind the last, and looks
 * at the others once more after that: of two under different numbers, at least one sees the other, and steps back.
 */
export async function takeLock(directory: string): Promise<Lock> {
  const self = await describeSelf()
  for (let tries = 0; tries < maxTries; tries++) {
    const before = await listLocks(directory)
    await throwIfHeld(directory, before, self)
    const number = Math.max(0, ...before) + 1
    const path = pathOf(directory, number)
    if (await create(path, self)) {
      const others = (await listLocks(directory)).filter((other) => other !== number)
      const living = await Promise.all(others.map((other) => holds(directory, other, self)))
      if (!living.includes(true)) {
        await Promise.all(others.map((other) => rm(pathOf(directory, other), { force: true })))
        return new HeldLock(path, self)
      }
      await rm(path, { force: true })
    }
    await sleep(2 + systemClock.random() * 30)
  }
  throw new ByokError('store-unavailable', `Too many processes want to open the store in "${directory}".`)
}

class HeldLock implements Lock {
  readonly #path: string
  readonly #self: Holder
  #cancelBeat: CancelTimer
  #isReleased = false
  #isLost = false

  constructor(path: string, self: Holder) {
    this.#path = path
    this.#self = self
    this.#cancelBeat = this.#beatLater()
  }

  isLost(): boolean {
    return this.#isLost
  }

  async release(): Promise<void> {
    this.#isReleased = true
    this.#cancelBeat()
    if ((await readHolder(this.#path))?.token === this.#self.token) await rm(this.#path, { force: true })
  }

  #beatLater(): CancelTimer {
    return systemClock.timer(beatMs, () => void this.#beat())
  }

  async #beat(): Promise<void> {
    const now = new Date(systemClock.date())
    await utimes(this.#path, now, now).catch(() => {})
    const holder = await readHolder(this.#path)
    if (this.#isReleased) return
    // A disk that cannot be read for a moment has not given the lock to somebody else.
    if (holder !== undefined && holder.token !== this.#self.token) this.#isLost = true
    else this.#cancelBeat = this.#beatLater()
  }
}

async function throwIfHeld(directory: string, numbers: readonly number[], self: Holder): Promise<void> {
  for (const number of numbers) {
    const path = pathOf(directory, number)
    const holder = await readHolder(path)
    if (!(await isAlive(path, holder, self))) continue
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
    throw new ByokError(
      'store-unavailable',
      `The store in "${directory}" is in use by ${who}. A file store serves one process; close the other first.`,
    )
  }
}

async function holds(directory: string, number: number, self: Holder): Promise<boolean> {
  const path = pathOf(directory, number)
  return isAlive(path, await readHolder(path), self)
}

async function listLocks(directory: string): Promise<number[]> {
  return (await readdir(directory)).flatMap((name) => {
    const number = /^lock-(\d{1,15})$/.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })
}

/** False where the number is taken. */
async function create(path: string, self: Holder): Promise<boolean> {
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined
    throw error
  })
  if (handle === undefined) return false
  try {
    await handle.writeFile(JSON.stringify(self))
  } catch (error) {
    await rm(path, { force: true }).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
  return true
}

function pathOf(directory: string, number: number): string {
  return join(directory, `lock-${number}`)
}
