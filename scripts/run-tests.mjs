// Runs the tests and ends with one plain line: `N passed, N failed`, and `, N skipped` where some were.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripKeys, summarise } from './test-summary.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const folder = mkdtempSync(join(tmpdir(), 'byok-tests-'))
const reportFile = join(folder, 'report.json')

const exitCode = await new Promise((resolve, reject) => {
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...process.argv.slice(2),
    ],
    { cwd: root, env: stripKeys(process.env), stdio: 'inherit' },
  )
  child.once('error', reject)
  child.once('close', (code) => resolve(code ?? 1))
})

const { line, hasFailed } = summarise(readReport(), exitCode)
rmSync(folder, { recursive: true, force: true })
console.log(line)
process.exitCode = hasFailed ? exitCode || 1 : 0

/** The report of the run, or nothing where the run ended before it could write one. */
function readReport() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'))
  } catch {
    return undefined
  }
}
