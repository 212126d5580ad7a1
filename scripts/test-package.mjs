// Packs the built package, installs it as an app would, and checks that it works there; the last line counts.
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFaults, readClosure } from './check-closure.mjs'
import { eagerDependencies, listEntries, manifest } from './entries.mjs'
import { findRequiredSdks, loadWithoutNode, weighEntry } from './package/browser.mjs'
import { findNode, install, npm, root, run } from './package/commands.mjs'

/** What it weighs now, with a little room. The aim is 25: docs/decisions/loaded-on-first-use.md. */
const maxEagerKilobytes = 105
const entries = listEntries().map((entry) => entry.name)
const dependencies = Object.keys(manifest.dependencies)
const lazyDependencies = dependencies.filter((name) => !eagerDependencies.includes(name))
/** Node versions to run on, and the newest `openai` that each can use. */
const platforms = [
  { node: 20, openai: 6 },
  { node: 22, openai: 7 },
  { node: 24, openai: 7 },
]
const typescripts = ['typescript', 'typescript7']
const resolutions = [
  { module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'], lib: ['ES2023'] },
  // An app for the browser or the edge: no types of Node are at hand.
  { module: 'ESNext', moduleResolution: 'Bundler', types: [], lib: ['ESNext', 'DOM', 'DOM.Iterable'] },
]

const counts = { passed: 0, failed: 0 }

/** Runs one check and prints how it went. What the check answers is printed beside its name. */
async function check(name, action) {
  try {
    const detail = await action()
    counts.passed += 1
    console.log(`ok   ${name}${detail ? `: ${detail}` : ''}`)
  } catch (error) {
    counts.failed += 1
    console.log(`FAIL ${name}\n${error.message.trim().replace(/^/gm, '     ')}`)
  }
}

function fail(lines) {
  if (lines.length > 0) throw new Error(lines.join('\n'))
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
const bin = (name) => join(root, 'node_modules', '.bin', name)

async function pack(folder) {
  const [packed] = JSON.parse(
    await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root),
  )
  return { ...packed, tarball: join(folder, packed.filename), files: packed.files.map((file) => file.path) }
}

function checkContents({ files, size, unpackedSize }) {
  const wanted = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']
  const allowed =
    /^(dist\/.+\.(c?js|d\.c?ts)|docs\/.+\.(md|svg)|examples\/.+\.ts|bench\/README\.md|(README|ARCHITECTURE|CHANGELOG|CONTRIBUTING)\.md|LICENSE|package\.json)$/
  fail([
    ...wanted.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((name) => !allowed.test(name)).map((name) => `${name} does not belong there`),
  ])
  return `${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`
}

async function checkTypes(folder, compiler, resolution) {
  const isNode = resolution.module === 'NodeNext'
  const config = {
    compilerOptions: {
      ...resolution,
      target: 'ES2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: isNode ? ['consumer.ts', 'consumer.cts'] : ['consumer.ts'],
  }
  const file = `tsconfig.${resolution.moduleResolution}.json`
  await writeFile(join(folder, file), JSON.stringify(config))
  await run(process.execPath, [join(root, 'node_modules', compiler, 'bin/tsc'), '-p', file], { cwd: folder })
}

async function checkBundle(folder) {
  const entry = join(folder, 'node_modules', manifest.name, manifest.exports['.'].import.default)
  await check('the main entry loads no SDK and no module of Node before the first call', async () => {
    const { eagerImports } = await weighEntry(entry, dependencies)
    fail(
      eagerImports
        .filter((name) => !eagerDependencies.includes(name))
        .map((name) => `${name} is loaded at once`),
    )
    return eagerImports.length > 0 ? `only ${eagerImports.join(', ')}` : 'nothing'
  })
  await check(`the main entry loads at most ${maxEagerKilobytes} KB before the first call`, async () => {
    const { bytes, eagerFiles, lazyFiles } = await weighEntry(entry, dependencies)
    const weight = `${kilobytes(bytes)} minified and compressed, ${eagerFiles} files at once, ${lazyFiles} later`
    if (bytes > maxEagerKilobytes * 1024) throw new Error(weight)
    return weight
  })
  await check('the main entry loads where there is nothing of Node', async () => {
    const names = await loadWithoutNode(entry, lazyDependencies)
    if (!names.includes('BYOKHandler')) throw new Error(`it exports ${names.join(', ')}`)
  })
}

/** The command by the link that npm has made; Windows has a script there instead, so that its target is taken. */
async function checkCommand(folder, node) {
  const program = await findNode(node)
  const target = join(manifest.name, manifest.bin.byok)
  const file = join(folder, 'node_modules', process.platform === 'win32' ? target : '.bin/byok')
  const byok = (...words) => run(program, [file, ...words], { cwd: folder })
  const version = (await byok('--version')).trim()
  if (version !== manifest.version) fail([`--version says "${version}"`])
  const store = `store-${node}`
  await run(program, ['journal.mjs', store], { cwd: folder })
  const report = await byok('report', store, '--out', `report-${node}.html`)
  const page = await readFile(join(folder, `report-${node}.html`), 'utf8')
  const expected = [/^Total +1 +0 /m, /^acme +1 +0 /m, /^tenant acme, per day /m]
  fail([
    ...expected
      .filter((line) => !line.test(report))
      .map((line) => `${line} is not in the report:\n${report}`),
    ...(page.startsWith('<!doctype html>') ? [] : ['the page is no page']),
  ])
}

async function checkInstalled(folder, { openai }) {
  for (const name of ['smoke.mjs', 'smoke.cjs', 'upstream.mjs', 'journal.mjs', 'consumer.ts']) {
    await copyFile(join(root, 'scripts/package', name), join(folder, name))
  }
  await copyFile(join(folder, 'consumer.ts'), join(folder, 'consumer.cts'))
  for (const { node } of platforms.filter((platform) => platform.openai === openai)) {
    for (const [system, file] of [
      ['ESM', 'smoke.mjs'],
      ['CommonJS', 'smoke.cjs'],
    ]) {
      await check(`every entry works as ${system} on Node ${node} with openai ${openai}`, async () => {
        const program = await findNode(node)
        return (await run(program, [file, ...entries], { cwd: folder })).trim()
      })
    }
    await check(`the command runs on Node ${node} with openai ${openai}`, () => checkCommand(folder, node))
  }
  for (const compiler of typescripts) {
    for (const resolution of resolutions) {
      const name = `an app type-checks with ${compiler}, ${resolution.moduleResolution}, openai ${openai}`
      await check(name, () => checkTypes(folder, compiler, resolution))
    }
  }
}

async function main(folder) {
  const built = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string'
      ? []
      : [target.import, target.require].flatMap((files) => Object.values(files)),
  )
  fail(
    built
      .filter((file) => !existsSync(join(root, file)))
      .map((file) => `${file} is not built: npm run build`),
  )

  const packed = await pack(folder)
  await check('the tarball holds what it should', () => checkContents(packed))
  await check('publint', async () => void (await run(bin('publint'), ['run', '--strict', packed.tarball])))
  await check('are the types wrong', async () => {
    await run(bin('attw'), [packed.tarball, '--profile', 'node16', '--no-emoji', '--no-color'])
  })

  const plain = join(folder, 'plain')
  await install(plain, [packed.tarball])
  await check('the closure is small, free and runs nothing when installed', () => {
    const packages = readClosure(plain)
    fail(findFaults(packages))
    const licences = [...new Set(packages.map((dependency) => dependency.license))].sort()
    return `${packages.length} packages, 0 install scripts, ${licences.join(', ')}`
  })
  await check('the CommonJS files keep their import() of the SDKs', async () => {
    // p-retry is an ES module without a CommonJS twin: every Node that this package runs on can require it.
    const sdks = lazyDependencies.filter((name) => name !== 'p-retry')
    fail(await findRequiredSdks(join(plain, 'node_modules', manifest.name), packed.files, sdks))
  })
  await checkBundle(plain)

  for (const openai of new Set(platforms.map((platform) => platform.openai))) {
    const app = join(folder, `openai-${openai}`)
    await install(app, [packed.tarball, `openai@${openai}`])
    await checkInstalled(app, { openai })
  }
}

const folder = await mkdtemp(join(tmpdir(), 'byok-package-'))
try {
  await main(folder)
} catch (error) {
  counts.failed += 1
  console.log(`FAIL ${error.message}`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(`package: ${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 ? 1 : 0
