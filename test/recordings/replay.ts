// The replay server beside the recordings, as this suite uses it.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DialectId } from './cases.js'

/** One request that reached the server. */
export interface LoggedRequest {
  readonly at: number
  readonly body: Readonly<Record<string, unknown>> | null
  readonly options: Readonly<Record<string, string>>
  readonly outcome: string
  readonly clientClosed: boolean
  readonly clientClosedAfterMs: number | null
}

/** Options of the server, by their names there; `afterwards` is its `then`, by which an object would look like a promise. */
export type ReplayOptions = Readonly<Record<string, string | number>>

interface Server {
  base(id: string, options: ReplayOptions, suffix: string): string
  log(): readonly LoggedRequest[]
  close(): Promise<void>
}

interface ServerModule {
  startReplay(options: { recordings: string }): Promise<Server>
  splitEvents(body: Buffer): Buffer[]
}

const paths: Readonly<Record<DialectId, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
}

/** A running replay server that tells its requests apart by run. */
export class Replay {
  readonly #server: Server
  readonly #split: (body: Buffer) => Buffer[]
  #runs = 0

  private constructor(server: Server, split: (body: Buffer) => Buffer[]) {
    this.#server = server
    this.#split = split
  }

  /** Starts the server that stands beside the recordings; `undefined` where there is none. */
  static async start(recordings: string): Promise<Replay | undefined> {
    const file = join(recordings, '..', 'replay', 'server.mjs')
    if (!existsSync(file)) return undefined
    const server = (await import(pathToFileURL(file).href)) as ServerModule // plain JavaScript, in the form its README gives
    return new Replay(await server.startReplay({ recordings }), server.splitEvents)
  }

  /** A name under which the requests of one call are logged. */
  newRun(): string {
    this.#runs += 1
    return `run-${this.#runs}`
  }

  /** The base URL that makes a handler's provider answer with this case. */
  baseURL(dialect: DialectId, caseId: string, options: ReplayOptions): string {
    const named = Object.entries(options).map(
      ([name, value]) => [name === 'afterwards' ? 'then' : name, value] as const,
    )
    return this.#server.base(caseId, Object.fromEntries(named), dialect === 'anthropic-messages' ? '' : '/v1')
  }

  /** The requests of one run, in order. */
  requestsOf(run: string): readonly LoggedRequest[] {
    return this.#server.log().filter((request) => request.options.run === run)
  }

  /** The body of a case as the server sends it. */
  async bodyOf(dialect: DialectId, caseId: string): Promise<Buffer> {
    const response = await fetch(this.#server.base(caseId, { chunk: 'whole' }, paths[dialect]), {
      method: 'POST',
      body: '{}',
    })
    return Buffer.from(await response.arrayBuffer())
  }

  /** The pieces that the server counts as events. */
  split(body: Buffer): Buffer[] {
    return this.#split(body)
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
