// Run where the package is installed: requires every entry given by name, then calls both dialects.
const assert = require('node:assert/strict')

async function main() {
  const entries = process.argv.slice(2)
  for (const name of entries) {
    const required = Object.keys(require(name)).sort()
    // The names must also be visible to `import` of the CommonJS file, or a mixed app sees two packages.
    const imported = Object.keys(await import(require.resolve(name))).filter(
      (key) => key !== 'default' && key !== 'module.exports' && key !== '__esModule',
    )
    assert.ok(required.length > 0, `${name} exports nothing`)
    assert.ok(require.resolve(name).endsWith('.cjs'), `${name} does not resolve to CommonJS`)
    assert.deepEqual(imported.sort(), required, `${name}: what import sees of the CommonJS file`)
  }
  const { callBothDialects } = await import('./upstream.mjs')
  await callBothDialects(require('byok-handler').BYOKHandler)
  console.log(`${entries.length} entries`)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
