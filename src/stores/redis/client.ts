// Runs scripts through the app's own client, whichever of the two libraries it comes from, and never waits for ever.

import { createHash } from 'node:crypto'
import { systemClock } from '../../core/clock.js'
import { ByokError } from '../../core/errors.js'
import { sharedLua } from './shared-lua.js'

/** An `ioredis` client or cluster, as far as the store uses it. */
export interface IoredisClient {
  evalsha(digest: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
}

/** A client, pool or cluster of `redis` (node-redis), as far as the store uses it. */
export interface NodeRedisClient {
  evalSha(digest: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** Runs a script, named by its digest or given whole, on the beginning of its keys and with its arguments. */
export type RunScript = (
  how: 'by digest' | 'by source',
  script: string,
  key: string,
  values: string[],
) => Promise<unknown>

/** Tells the two libraries apart by what a client can do; `undefined` where it is neither. */
export function runnerOf(client: unknown): RunScript | undefined {
  if (isNodeRedis(client)) {
    return (how, script, key, values) => {
      const options = { keys: [key], arguments: values }
      return how === 'by digest' ? client.evalSha(script, options) : client.eval(script, options)
    }
  }
  if (isIoredis(client)) {
    return (how, script, key, values) =>
      how === 'by digest' ? client.evalsha(script, 1, key, ...values) : client.eval(script, 1, key, ...values)
  }
  return undefined
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  return hasMethod(client, 'evalSha') && hasMethod(client, 'eval')
}

function isIoredis(client: unknown): client is IoredisClient {
  return hasMethod(client, 'evalsha') && hasMethod(client, 'eval')
}

function hasMethod(value: unknown, name: string): boolean {
  const fields = value as Readonly<Record<string, unknown>> | null // only looked into where it has fields
  return (typeof value === 'object' || typeof value === 'function') && typeof fields?.[name] === 'function'
}

/** Sends scripts: by their digest, and whole where the server does not know them (any more). */
export class Scripts {
  readonly #run: RunScript
  readonly #timeoutMs: number
  readonly #known = new Map<string, { readonly source: string; readonly digest: string }>()

  constructor(run: RunScript, timeoutMs: number) {
    this.#run = run
    this.#timeoutMs = timeoutMs
  }

  /**
   * Runs a script (behind what all of them begin with) once, and reads its answer, which is JSON. Rejects with
   * `store-unavailable` where the server cannot be reached, refuses, or has not answered in time; the script may then
   * still have run, or run later. A verb of several scripts gives the moment at which it began, so that it is no slower.
   */
  async run(script: string, key: string, values: string[], startedOn = systemClock.now()): Promise<unknown> {
    const leftMs = this.#timeoutMs - (systemClock.now() - startedOn)
    const answer = await this.#inTime(this.#send(script, key, values), leftMs)
    // Whatever type a client has been told to use for text, this is its text.
    return JSON.parse(String(answer))
  }

  async #send(script: string, key: string, values: string[]): Promise<unknown> {
    const { source, digest } = this.#whole(script)
    try {
      return await this.#run('by digest', digest, key, values)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return await this.#run('by source', source, key, values)
    }
  }

  #whole(script: string): { readonly source: string; readonly digest: string } {
    const known = this.#known.get(script)
    if (known !== undefined) return known
    const source = sharedLua + script
    const whole = { source, digest: createHash('sha1').update(source).digest('hex') }
    this.#known.set(script, whole)
    return whole
  }

  #inTime(answer: Promise<unknown>, leftMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancel = systemClock.timer(leftMs, () =>
        reject(unavailable(`Redis has not answered within ${this.#timeoutMs} ms`)),
      )
      answer
        .finally(cancel)
        .then(resolve, (cause) => reject(unavailable('Redis could not be asked, or refused', cause)))
    })
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** Says no more of the cause than the server's own word for it: the rest may hold addresses and arguments. */
function unavailable(what: string, cause?: unknown): ByokError {
  const word = cause instanceof Error ? /^[A-Z]{3,20}\b/.exec(cause.message)?.[0] : undefined
  const message = `${what}${word === undefined ? '' : ` (${word})`}: the store cannot be used for now.`
  return new ByokError('store-unavailable', message, { cause })
}
