// A port on which connecting hangs: it listens, its queue is full, and nobody ever accepts.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A port that takes no connection, and refuses none. */
export interface HangingListener {
  readonly url: string
  close(): void
}

/** Listens and then stands still, for a minute at most: a parent that dies leaves no one behind. */
const listener = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
    process.exit()
  })`

/** Only Linux drops what would overflow the queue; elsewhere it is refused, or let in. */
export const canHang = process.platform === 'linux'

/** Starts one. */
export async function startHangingListener(): Promise<HangingListener> {
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data')
  const queue: Socket[] = []
  // A queue of 1 holds two; more would mean that somebody accepts.
  while (await connects(Number(port), queue)) if (queue.length > 16) throw new Error('The queue never fills.')
  return { url: `http://127.0.0.1:${port}`, close: () => end(child, queue) }
}

async function connects(port: number, queue: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  queue.push(socket)
  return Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<false>((resolve) => setTimeout(resolve, 250, false)),
  ])
}

function end(child: ChildProcess, queue: readonly Socket[]): void {
  for (const socket of queue) socket.destroy()
  child.kill('SIGKILL')
}
