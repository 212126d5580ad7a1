// Runs other programs for the package test: npm, the tools it installed, and several versions of Node.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stripKeys } from '../test-summary.mjs'

const execute = promisify(execFile)

/** The folder that holds package.json. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a program and answers its output; a bad exit throws an error whose message is that output.
 * @param {string} command
 * @param {string[]} parameters
 * @param {{ cwd?: string }} [options]
 * @returns {Promise<string>}
 */
export async function run(command, parameters, { cwd = root } = {}) {
  // What `npm run` says about this repository would mislead an npm that works in another folder.
  const inherited = Object.entries(stripKeys(process.env)).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name),
  )
  try {
    const { stdout, stderr } = await execute(command, parameters, {
      cwd,
      env: Object.fromEntries(inherited),
      maxBuffer: 64 * 1024 * 1024,
      timeout: 180_000,
      shell: process.platform === 'win32',
    })
    return stdout || stderr
  } catch (error) {
    const output = [error.stdout, error.stderr].filter(Boolean).join('\n').trim()
    throw new Error(output || error.message, { cause: error })
  }
}

/**
 * Runs npm in a folder.
 * @param {string[]} parameters
 * @param {string} cwd
 */
export function npm(parameters, cwd) {
  return run('npm', parameters, { cwd })
}

/**
 * Installs packages into an otherwise empty folder, as an app would.
 * @param {string} folder
 * @param {string[]} packages
 */
export async function install(folder, packages) {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await npm(
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...packages],
    folder,
  )
}

/**
 * The program of a Node version: this very process where it fits, otherwise fetched once and kept among
 * the temporary files. The package `node` fetches its program in an install script, which npm does not
 * run unasked, so the package of the platform is installed itself.
 * @param {number} major
 * @returns {Promise<string>}
 */
export async function findNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const isWindows = process.platform === 'win32'
  const needsOtherName = process.platform === 'darwin' && process.arch === 'arm64'
  const name = `node-${needsOtherName ? 'bin-' : ''}${isWindows ? 'win' : process.platform}-${process.arch}`
  const folder = join(tmpdir(), 'byok-handler-nodes', String(major))
  const program = join(folder, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node')
  if (!existsSync(program)) await install(folder, [`${name}@${major}`])
  return program
}
