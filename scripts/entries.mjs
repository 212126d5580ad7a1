// The package's entries and commands, read from package.json, so that adding one is a change in one place.
import { readFileSync } from 'node:fs'

const manifestUrl = new URL('../package.json', import.meta.url)

/** The parsed package.json of this repository. */
export const manifest = JSON.parse(readFileSync(manifestUrl, 'utf8'))

/** Dependencies that may load together with the main entry; every other one waits for its first use. */
export const eagerDependencies = ['eventemitter3']

/** `./dist/testing/index.js` is built from `src/testing/index.ts`. */
const sourceOf = (built) => built.replace(/^(\.\/)?dist\//, 'src/').replace(/\.c?js$/, '.ts')

/**
 * Every public entry: the name an app imports, and the file it is built from.
 * @returns {{ name: string, source: string }[]}
 */
export function listEntries(packageManifest = manifest) {
  return Object.entries(packageManifest.exports ?? {})
    .filter(([subpath]) => subpath !== './package.json')
    .map(([subpath, target]) => ({
      name: packageManifest.name + subpath.slice(1),
      source: sourceOf(target.import.default),
    }))
}

/**
 * The source files of the commands under `bin`.
 * @returns {string[]}
 */
export function listCommands(packageManifest = manifest) {
  return Object.values(packageManifest.bin ?? {}).map(sourceOf)
}
