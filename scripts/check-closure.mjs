// Checks offline what installing the package brings along: how many others, their licences, no install scripts.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ownName = 'byok-handler'
const maxPackages = 15
const allowedLicences = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Unlicense',
  'BlueOak-1.0.0',
])
const installScripts = ['preinstall', 'install', 'postinstall']

/**
 * Whether an SPDX expression can be met with allowed licences only. AND binds closer than OR; an expression
 * with brackets inside is refused, for a person to read.
 * @param {unknown} expression
 */
export function isAllowedLicence(expression) {
  if (typeof expression !== 'string') return false
  const alternatives = expression.replace(/^\(([^()]*)\)$/, '$1').split(/\s+OR\s+/)
  return alternatives.some((all) =>
    all.split(/\s+AND\s+/).every((licence) => allowedLicences.has(licence.trim())),
  )
}

/**
 * What is wrong with a closure, in words; nothing where it is fine.
 * @param {{ path: string, name: string, version: string, license?: unknown, scripts?: Record<string, string>, buildsNatively?: boolean }[]} packages
 * @returns {string[]}
 */
export function findFaults(packages) {
  const faults = []
  if (packages.length > maxPackages)
    faults.push(`${packages.length} packages, at most ${maxPackages} allowed`)
  for (const { path, license, scripts = {}, buildsNatively } of packages) {
    const scriptNames = installScripts.filter((name) => scripts[name])
    if (buildsNatively) scriptNames.push('binding.gyp')
    if (scriptNames.length > 0) faults.push(`${path} runs code when installed: ${scriptNames.join(', ')}`)
    if (!isAllowedLicence(license)) faults.push(`${path} has the licence ${JSON.stringify(license ?? null)}`)
  }
  return faults
}

/**
 * The production packages of a folder: what its lockfile does not mark as for development or left out as optional.
 * @param {string} folder
 */
export function readClosure(folder) {
  const lockfile = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  return Object.entries(lockfile.packages)
    .filter(
      ([path, entry]) =>
        path !== '' && !path.endsWith(`node_modules/${ownName}`) && !entry.dev && !entry.devOptional,
    )
    .filter(([path, entry]) => !entry.optional || existsSync(join(folder, path)))
    .map(([path]) => {
      const manifest = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'))
      const { name, version, license, scripts } = manifest
      const buildsNatively = manifest.gypfile !== false && existsSync(join(folder, path, 'binding.gyp'))
      return { path, name, version, license, scripts, buildsNatively }
    })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = readClosure(resolve(process.argv[2] ?? '.'))
  for (const { name, version, license } of packages) console.log(`${name} ${version} ${license}`)
  const faults = findFaults(packages)
  for (const fault of faults) console.log(`FAIL ${fault}`)
  console.log(`${packages.length} packages, ${faults.length} faults`)
  process.exitCode = faults.length > 0 ? 1 : 0
}
