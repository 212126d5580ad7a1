// Starts the mock upstream and the contestants, each in a process of its own.

import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CONTESTANT_TIMEOUT_MS = 180_000

/** Starts the mock upstream; gives its address and a way to end it. */
export function startUpstream(node, folder) {
  const child = spawn(node, [join(folder, 'bench', 'upstream.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: childEnvironment(),
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the upstream ended with code ${code}`)))
    child.once('message', ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => child.kill() }),
    )
  })
}

/**
 * Measures one contestant once, in a fresh process.
 * @returns {Promise<{ value: number, check?: number, detail?: object } | { error: string }>}
 */
export async function runContestant({ node, folder, upstream, metric, contestant }) {
  const task = JSON.stringify({ ...metric, ...contestant, upstream })
  const script = join(folder, 'bench', 'contestant-process.mjs')
  try {
    const { stdout, stderr } = await run(node, ['--expose-gc', script, task], {
      cwd: folder,
      env: childEnvironment(),
      timeout: CONTESTANT_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    // Writing costs time, and a user would see it: it must not go unnoticed.
    if (stderr !== '') console.error(`${contestant.id} wrote to stderr: ${stderr.split('\n')[0]}`)
    return JSON.parse(stdout.trim().split('\n').at(-1))
  } catch (error) {
    if (error.killed) return { error: `no result within ${CONTESTANT_TIMEOUT_MS / 1_000} s` }
    return { error: `${error.stderr?.trim().split('\n').slice(-3).join(' ') || error.message}` }
  }
}

// Nothing of the surroundings, least of all proxies or real keys, may reach a contestant.
function childEnvironment() {
  const { PATH, HOME, SystemRoot } = process.env
  return { PATH, HOME, ...(SystemRoot && { SystemRoot }), NODE_ENV: 'production' }
}
