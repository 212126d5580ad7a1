// Runs npm: to build, to pack, and to install a folder of its own.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Installs what a manifest names into a new folder: aside and renamed, so that a broken install is never taken for a whole one. */
export function install(node, folder, manifest) {
  const aside = `${folder}.${process.pid}`
  mkdirSync(aside, { recursive: true })
  try {
    writeFileSync(join(aside, 'package.json'), JSON.stringify({ private: true, ...manifest }, null, 2))
    runNpm(node, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], aside)
    if (!existsSync(folder)) renameSync(aside, folder)
  } catch (error) {
    throw new Error(`npm install failed: ${lastLines(error)}`, { cause: error })
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Runs an npm command with a given Node; throws with its output. */
export function runNpm(node, args, cwd) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  return execFileSync(node, [npmScript(), ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function npmScript() {
  const here = dirname(process.execPath)
  const places = [
    process.env.npm_execpath,
    join(here, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(here, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const found = places.find((place) => place?.endsWith('npm-cli.js') && existsSync(place))
  if (found === undefined) throw new Error('npm was not found: start this with `npm run bench`')
  return found
}

/** The end of what a failed command said. */
export function lastLines(error) {
  const text = `${error.stderr ?? ''}`.trim() || `${error.stdout ?? ''}`.trim() || error.message
  return text.split('\n').slice(-8).join('\n')
}
