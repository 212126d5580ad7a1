// Run where the package is installed: imports every entry given by name, then calls both dialects.
import assert from 'node:assert/strict'
import { callBothDialects } from './upstream.mjs'

const entries = process.argv.slice(2)
for (const name of entries) {
  const names = Object.keys(await import(name))
  assert.ok(names.length > 0, `${name} exports nothing`)
  assert.ok(!names.includes('default'), `${name} has a default export`)
}

const { BYOKHandler } = await import('byok-handler')
await callBothDialects(BYOKHandler)
console.log(`${entries.length} entries`)
