// Text that comes in pieces: it is the same text, and it does not keep alive what the pieces were cut from.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { PiecedText } from '../../src/stream/pieced-text.js'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

it('holds what was appended, in order', () => {
  const text = new PiecedText()
  let expected = ''
  for (let at = 0; at < 3_000; at += 1) {
    text.append(`${at};`)
    expected += `${at};`
    if (at % 500 === 0) expect(text.toString()).toBe(expected)
  }
  expect(text.toString()).toBe(expected)
})

it('lets go of the network reads that its pieces were cut from', () => {
  const readBytes = 65_536
  const reads = 400
  const text = new PiecedText()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let read = 0; read < reads; read += 1) {
    const bytes = Buffer.alloc(readBytes, 97 + (read % 26)).toString('latin1')
    for (let at = 0; at < readBytes; at += 4_096) text.append(bytes.slice(at, at + 40))
  }
  collect()
  const kept = process.memoryUsage().heapUsed - before
  expect(text.toString()).toHaveLength(reads * 16 * 40)
  expect(kept).toBeLessThan((readBytes * reads) / 4)
})
