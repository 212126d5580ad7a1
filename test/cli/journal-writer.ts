// A process that writes to a file store until it is told to stop, and says how many attempts it has settled.

import { admitted, claim, holdOf, recordOf } from '../../src/stores/conformance/world.js'
import { fileStore } from '../../src/stores/file.js'

const [directory = ''] = process.argv.slice(2)
const store = fileStore({ directory, sync: 'os', segmentBytes: 8_192 })
let isStopping = false
process.once('message', () => {
  isStopping = true
})
let settled = 0
while (!isStopping) {
  settled += 1
  const id = `attempt-${settled}`
  const claims = [claim(10 ** 12, 1, 0, 'calls/app//total/total')]
  await admitted(store, holdOf(id, { claims, record: { at: Date.now() } }))
  await store.commit(id, { claims: [1], rates: [] }, recordOf(id, { at: Date.now(), cost: 1_000_000 }))
  if (settled === 1) process.send?.('begun')
  // Lets the message come in.
  if (settled % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
}
await store.close()
process.send?.(settled)
process.disconnect()
