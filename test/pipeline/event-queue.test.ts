// The queue between the pipeline and one consumer, where no handler brings it to its limits.

import { expect, it } from 'vitest'
import type { StreamEvent } from '../../src/core/stream-event.js'
import { EventQueue } from '../../src/pipeline/event-queue.js'

const text = (word: string): StreamEvent => ({ type: 'text', text: word })

it('takes a read of more events than a call can have arguments', () => {
  const queue = new EventQueue(() => undefined)
  void queue.put([text('first')])
  void queue.put(Array.from({ length: 300_000 }, () => text('x')))
  let count = 0
  while (queue.take() !== undefined) count += 1
  expect(count).toBe(300_001)
})

it('gives nothing more once it is cleared', () => {
  const queue = new EventQueue(() => undefined)
  void queue.put([text('a'), text('b')])
  expect(queue.take()).toEqual(text('a'))
  queue.clear()
  expect(queue.take()).toBeUndefined()
})
