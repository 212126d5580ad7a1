// What usage records keep of prompts and answers.

import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.js'
import { promptText, recordedText } from '../../src/cost/recorded-text.js'

const asIs = (text: string) => text

describe('US4: a recorded text', () => {
  it('US4: is cut at 64 KB, and never within a character', () => {
    expect(recordedText('a'.repeat(65_536), asIs, undefined)).toHaveLength(65_536)
    expect(recordedText('a'.repeat(65_537), asIs, undefined)).toHaveLength(65_536)
    const kept = recordedText(`a${'é'.repeat(40_000)}`, asIs, undefined) ?? ''
    expect(kept).toBe(`a${'é'.repeat(32_767)}`)
    expect(recordedText(`abc${'👍'.repeat(20_000)}`, asIs, undefined)).toBe(`abc${'👍'.repeat(16_383)}`)
  })

  it('US4: holds no key, also where the redaction lets it stand, and none that was cut in half', () => {
    const secret = new Secret('test-key-canary-0001')
    expect(recordedText('my key is test-key-canary-0001.', asIs, secret)).toBe('my key is [secret].')
    const half = `${'a'.repeat(65_530)}test-key-canary-0001`
    expect(recordedText(half, asIs, secret)).not.toContain('test')
  })

  it.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['gives no text', () => undefined],
    ['gives a promise', async () => 'text'],
  ])('US4: is dropped where the redaction %s', (_, redact) => {
    expect(recordedText('text', redact as () => string, undefined)).toBeUndefined()
  })

  it('US4: tells who said what, and of pictures only that they were there', () => {
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } } as const
    const text = promptText({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture] },
        { role: 'assistant', content: null },
      ],
    })
    expect(text).toBe('system: Be brief.\n\nuser: What is this?[image_url]\n\nassistant: ')
  })
})
