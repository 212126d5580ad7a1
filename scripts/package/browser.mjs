// What the main entry is to an edge bundler: what it loads at once, how big that is, whether it runs there.
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Modules of Node cannot be bundled; the result is searched for them instead. */
const externalBuiltins = {
  name: 'external-builtins',
  setup(plugin) {
    plugin.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      isBuiltin(path) ? { path, external: true } : undefined,
    )
  },
}

const shared = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  minify: true,
  write: false,
  logLevel: 'silent',
  plugins: [externalBuiltins],
}

/** The files of a bundle that load with its first one, without any `import()`. */
function eagerOutputs(outputs, first) {
  const eager = new Set([first])
  for (const path of eager) {
    for (const { path: target, kind, external } of outputs[path].imports) {
      if (!external && kind !== 'dynamic-import') eager.add(target)
    }
  }
  return [...eager]
}

/**
 * Bundles an entry with its dependencies left outside, and weighs what loads before the first call.
 * @param {string} entry
 * @param {string[]} dependencies
 */
export async function weighEntry(entry, dependencies) {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: [entry],
    format: 'esm',
    splitting: true,
    outdir: 'bundle',
    absWorkingDir: '/',
    metafile: true,
    external: dependencies.flatMap((name) => [name, `${name}/*`]),
  })
  // What is imported on first use counts as an entry point too.
  const first = Object.keys(metafile.outputs).find((path) => {
    const { entryPoint } = metafile.outputs[path]
    return entryPoint !== undefined && `/${entryPoint}` === entry
  })
  const eager = eagerOutputs(metafile.outputs, first)
  const bytes = eager
    .map((path) => outputFiles.find((file) => file.path.endsWith(path)).contents)
    .reduce((sum, contents) => sum + gzipSync(contents).length, 0)
  const loaded = eager.flatMap((path) => metafile.outputs[path].imports).filter((target) => target.external)
  return {
    bytes,
    eagerFiles: eager.length,
    lazyFiles: outputFiles.length - eager.length,
    eagerImports: [
      ...new Set(loaded.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path)),
    ],
  }
}

/**
 * Loads an entry where there is no `process`, no `Buffer` and nothing else of Node's own; answers its exports.
 * @param {string} entry
 * @param {string[]} lazyDependencies
 */
export async function loadWithoutNode(entry, lazyDependencies) {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: [entry],
    format: 'iife',
    globalName: 'loaded',
    external: lazyDependencies,
  })
  const names = [
    'AbortController',
    'AbortSignal',
    'ReadableStream',
    'Response',
    'TextDecoder',
    'TextEncoder',
    'URL',
  ]
  const webGlobals = Object.fromEntries(names.map((name) => [name, globalThis[name]]))
  const context = createContext({
    ...webGlobals,
    console,
    crypto,
    fetch,
    performance,
    setTimeout,
    clearTimeout,
  })
  runInContext(`${outputFiles[0].text}\nglobalThis.exported = Object.keys(loaded)`, context)
  return [...context.exported]
}

/**
 * The files in which an import on first use has become a `require()`.
 * @param {string} folder
 * @param {string[]} files
 * @param {string[]} lazyDependencies
 */
export async function findRequiredSdks(folder, files, lazyDependencies) {
  const found = []
  for (const file of files.filter((name) => name.endsWith('.cjs'))) {
    const text = await readFile(join(folder, file), 'utf8')
    for (const name of lazyDependencies) {
      if (text.includes(`require('${name}`) || text.includes(`require("${name}`))
        found.push(`${file} requires ${name}`)
    }
  }
  return found
}
