// Whether a model sees what a request shows.

import { expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import type { Modality } from '../../src/core/model-info.js'
import { sightOf } from '../../src/routing/vision.js'

const shown: Message = {
  role: 'user',
  content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
}
const said: Message = { role: 'user', content: [{ type: 'text', text: 'x' }] }
const info = (input?: Modality[]) => ({
  provider: 'one',
  model: 'm',
  ...(input === undefined ? {} : { input }),
})

it('asks for vision where an image stands in any message, an old one too (IM2)', () => {
  for (const messages of [[shown], [shown, said], [said, shown]]) {
    expect(sightOf({ messages }, info(['text']))).toBe('blind')
    expect(sightOf({ messages }, info(['text', 'image']))).toBe('sees')
    expect(sightOf({ messages }, info())).toBe('unknown')
    expect(sightOf({ messages }, undefined)).toBe('unknown')
  }
  expect(sightOf({ messages: [said, { role: 'user', content: 'x' }] }, info(['text']))).toBe('not-needed')
})
