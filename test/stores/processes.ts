// Starts processes that use a file store, ends them, and reads what they said.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll } from 'vitest'

/** What a process said, one line after another. */
export type Said = Readonly<Record<string, unknown>>

/** A process that uses a store. */
export interface StoreProcess {
  readonly process: ChildProcess
  readonly said: readonly Said[]
  /** Resolves once it has said so much, or has ended. */
  saidAtLeast(count: number): Promise<void>
  /** Ends it as a crash does, or lets it end by itself; resolves once nothing of it is left, and all it said is read. */
  ended(signal?: 'SIGKILL'): Promise<void>
}

/** Prepares to start such processes; their code is bundled once, since they are many. */
export function storeProcesses(): (what: string, directory: string, seed?: number) => StoreProcess {
  const folder = mkdtempSync(join(tmpdir(), 'byok-process-'))
  const outfile = join(folder, 'store-process.mjs')
  buildSync({
    entryPoints: [fileURLToPath(new URL('store-process.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  const running = new Set<ChildProcess>()
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return (what, directory, seed = 1) => {
    const child = spawn(process.execPath, [outfile, what, directory, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.add(child)
    const said: Said[] = []
    const waiting: { readonly count: number; readonly resolve: () => void }[] = []
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      // A process that is killed may leave half a line.
      if (line.endsWith('}')) said.push(JSON.parse(line) as Said) // what `say` wrote
      for (const { count, resolve } of waiting) if (said.length >= count) resolve()
    })
    const allRead = once(lines, 'close')
    const gone = once(child, 'exit')
    return {
      process: child,
      said,
      saidAtLeast: (count) => {
        const enough = new Promise<void>((resolve) => {
          waiting.push({ count, resolve })
          if (said.length >= count) resolve()
        })
        return Promise.race([enough, allRead.then(() => {})])
      },
      ended: async (signal) => {
        if (signal !== undefined) child.kill(signal)
        await Promise.all([gone, allRead])
        running.delete(child)
      },
    }
  }
}
