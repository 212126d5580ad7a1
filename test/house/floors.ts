// The floors of the house as data, and the rules about who may import whom.
import { eagerDependencies } from '../../scripts/entries.mjs'
import { isNodeModule, type SourceFile } from './source.js'

/** What stands on each floor: folders of src by name, files of its root with their ending. */
export const floors: readonly (readonly string[])[] = [
  ['core'],
  ['wire', 'catalogue', 'stream', 'events', 'governance', 'resilience', 'stores', 'net'],
  ['providers', 'routing', 'cost', 'keys', 'accumulate.ts'],
  ['pipeline', 'lazy-accumulate.ts'],
  ['options', 'agents', 'testing'],
  ['assemble.ts'],
  ['handler.ts'],
  ['index.ts', 'server', 'ai-sdk', 'otel', 'cli', 'claude-cli'],
]

/** The folder, or the file of the root, that a path belongs to. */
function placeOf(path: string): string {
  return path.split('/', 1)[0] ?? path
}

function floorOf(path: string): number {
  return floors.findIndex((places) => places.includes(placeOf(path)))
}

/** Files in folders, or at the root, that no floor knows. */
export function findUnknownPlaces(files: readonly SourceFile[]): string[] {
  const unknown = new Set(
    files
      .map((file) => file.path)
      .filter((path) => floorOf(path) === -1)
      .map(placeOf),
  )
  return [...unknown].map((place) => `src/${place} has no floor: give it one in test/house/floors.ts`)
}

/** Imports that run up, sideways, out of src, or to a file that does not exist. */
export function findForbiddenImports(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map((file) => file.path))
  const faults: string[] = []
  for (const file of files) {
    for (const { specifier, target, line } of file.imports) {
      const at = `src/${file.path}:${line}`
      if (target === undefined) {
        if (/^byok-handler(\/|$)/.test(specifier)) faults.push(`${at} imports the package itself`)
        continue
      }
      if (target.startsWith('..')) faults.push(`${at} imports ${specifier}, which is outside src`)
      else if (!paths.has(target))
        faults.push(`${at} imports ${specifier}, which does not exist (the suffix is .js)`)
      else if (floorOf(target) > floorOf(file.path)) faults.push(`${at} imports up: ${target}`)
      else if (floorOf(target) === floorOf(file.path) && placeOf(target) !== placeOf(file.path)) {
        faults.push(`${at} imports sideways: ${target}`)
      }
    }
  }
  return faults
}

/** Chains of imports that come back to where they began, each named once. Types and dynamic imports count. */
export function findLoops(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, targetsOf(file)]))
  const finished = new Set<string>()
  const loops: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      loops.push([...trail.slice(start), path].join(' -> '))
      return
    }
    if (finished.has(path)) return
    for (const target of imports.get(path) ?? []) walk(target, [...trail, path])
    finished.add(path)
  }
  for (const path of imports.keys()) walk(path, [])
  return loops
}

/** What loads together with an entry although it must wait: modules of Node, and all but the eager dependencies. */
export function findEagerImports(files: readonly SourceFile[], entry: string): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const queue = [entry]
  const seen = new Set(queue)
  const faults: string[] = []
  for (const path of queue) {
    for (const { specifier, kind, target, line } of byPath.get(path)?.imports ?? []) {
      if (kind !== 'static') continue
      if (target !== undefined) {
        if (!seen.has(target)) queue.push(target)
        seen.add(target)
      } else if (isNodeModule(specifier) || !eagerDependencies.includes(specifier)) {
        faults.push(`src/${path}:${line} loads ${specifier} together with src/${entry}`)
      }
    }
  }
  return faults
}

function targetsOf(file: SourceFile): string[] {
  return file.imports.flatMap(({ target }) => (target === undefined ? [] : [target]))
}
