// The command as people have it: built, and run as a process of its own.

import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../house/repository.js'

/** How a run ended, and what it said. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built command. */
export interface Command {
  run(...words: readonly string[]): Promise<Run>
  /** Closes its output after the first bytes, as `head` does. */
  runToHead(...words: readonly string[]): Promise<Run>
  remove(): void
}

/** Builds the command into a folder like that of the package. */
export async function buildCommand(): Promise<Command> {
  const folder = mkdtempSync(join(tmpdir(), 'byok-command-'))
  const file = join(folder, 'dist/cli/main.js')
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  const entryPoints = [join(root, 'src/cli/main.ts')]
  await build({ entryPoints, outfile: file, bundle: true, platform: 'node', format: 'esm', target: 'node20' })
  const start = (words: readonly string[], isCut: boolean): Promise<Run> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [file, ...words], {
        cwd: folder,
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 30_000,
      })
      const said = { stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said.stdout += text
        if (isCut) child.stdout.destroy()
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said.stderr += text
      })
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, ...said }))
    })
  return {
    run: (...words) => start(words, false),
    runToHead: (...words) => start(words, true),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
