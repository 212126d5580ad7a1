// Who holds a lock: how a process describes itself, and whether the process that is described still lives.

import { readFile, readlink, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process as a lock file describes it. */
export interface Holder {
  readonly pid: number
  readonly host: string
  /** What process ids mean something within: one boot of one system, and one container of it. */
  readonly space: string
  /** When the process began, in a measure of its system's own; tells it from a later one of the same id. */
  readonly began: string
  /** Unique to this lock. */
  readonly token: string
}

/** How often the holder of a lock shows that it lives. */
export const beatMs = 1_000

/** How long a lock without a beat is watched before its holder counts as dead. */
const defaultWatchMs = 5 * beatMs

/** This process. */
export async function describeSelf(): Promise<Holder> {
  const host = hostname()
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const container = await readlink('/proc/self/ns/pid').catch(() => '')
  const space = `${boot.trim()} ${container}`.trim() || host
  return { pid: process.pid, host, space, began: await beginningOf(process.pid), token: crypto.randomUUID() }
}

/** What a lock file says, or `undefined` where that is nothing whole. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const said: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isHolder(said) ? said : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a lock is held by a living process. A process that ids say nothing about (of another host or container, or one
 * that has not written its lock yet) is watched for five seconds: it lives if it touches its lock.
 */
export async function isAlive(
  path: string,
  holder: Holder | undefined,
  self: Holder,
  watchMs = defaultWatchMs,
): Promise<boolean> {
  if (holder?.space === self.space) return isRunning(holder)
  const before = await touchedAt(path)
  for (let waited = 0; waited < watchMs; waited += beatMs / 4) {
    await sleep(beatMs / 4)
    const now = await touchedAt(path)
    if (now === undefined) return false
    if (now !== before) return true
    const written = holder === undefined ? await readHolder(path) : undefined
    if (written?.space === self.space) return isRunning(written)
  }
  return false
}

async function isRunning({ pid, began }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  const now = await beginningOf(pid)
  return began === '' || now === '' || now === began
}

/** When a process began; empty where the system does not tell. A process that has ended and is only not buried yet began never. */
async function beginningOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name in brackets may hold anything, brackets and spaces too.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended'
  return fields[19] ?? ''
}

async function touchedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

function isHolder(said: unknown): said is Holder {
  if (typeof said !== 'object' || said === null) return false
  const { pid, host, space, began, token } = said as Readonly<Record<string, unknown>> // looked at field by field
  return Number.isSafeInteger(pid) && Number(pid) > 0 && [host, space, began, token].every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
