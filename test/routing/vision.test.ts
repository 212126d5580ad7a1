// Whether a request shows images, and a model is known not to see them.

import { expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import { isBlind, showsImages } from '../../src/routing/vision.js'

const shown: Message = {
  role: 'user',
  content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
}
const said: Message = { role: 'user', content: [{ type: 'text', text: 'x' }] }

it('finds an image in any message, an old one too (IM2)', () => {
  for (const messages of [[shown], [shown, said], [said, shown]]) expect(showsImages({ messages })).toBe(true)
  expect(showsImages({ messages: [said, { role: 'user', content: 'x' }] })).toBe(false)
})

it('holds a model for blind only where its row says what it reads, and names no images (IM2)', () => {
  const row = { provider: 'one', model: 'm' }
  expect(isBlind({ ...row, input: ['text'] })).toBe(true)
  expect(isBlind({ ...row, input: ['text', 'image'] })).toBe(false)
  expect(isBlind(row)).toBe(false)
  expect(isBlind(undefined)).toBe(false)
})
