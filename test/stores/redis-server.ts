// A real Redis server for tests: on a port of its own, with nothing kept on disk, stopped when the tests are over.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const binary = process.env.REDIS_SERVER ?? 'redis-server'

/** Whether a server can be started on this machine. */
export const hasRedisServer = spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0

/** What to say where it cannot. */
export const absenceNotice = `SKIPPED: redis-server is not installed (looked for "${binary}"); on Debian: apt-get install redis-server`

/** A server that runs, and what can happen to it. */
export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #options: readonly string[]
  #child: ChildProcess

  private constructor(port: number, folder: string, options: readonly string[], child: ChildProcess) {
    this.port = port
    this.#folder = folder
    this.#options = options
    this.#child = child
  }

  static async start(...options: readonly string[]): Promise<RedisServer> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'byok-redis-'))
    return new RedisServer(port, folder, options, await launch(port, folder, options))
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** It takes connections and commands, and answers none of them. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  /** It goes on, and does first what it has been sent meanwhile. */
  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** It is gone, and with it everything that it held. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  /** It comes back empty, on the same port. */
  async restart(): Promise<void> {
    await this.kill()
    this.#child = await launch(this.port, this.#folder, this.#options)
  }

  async end(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function launch(port: number, folder: string, options: readonly string[]): Promise<ChildProcess> {
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const child = spawn(binary, [...settings, ...options], { stdio: 'ignore' })
  // A test process that is cut off leaves no server behind.
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
    if (await answersPing(port)) return child
    await delay(25)
  }
  child.kill('SIGKILL')
  throw new Error('redis-server did not answer')
}

/** Asks without any client library: a server that still loads answers with an error. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (isThere: boolean): void => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('error', () => finish(false))
    socket.once('data', (data) => finish(data.toString().startsWith('+PONG')))
    socket.write('PING\r\n')
  })
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
