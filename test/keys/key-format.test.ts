// What a key may look like.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { isPlaceholder, secretOf } from '../../src/keys/key-format.js'

const keyCharacter = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
const key = fc
  .string({ unit: keyCharacter, minLength: 1, maxLength: 60 })
  .filter((text) => !isPlaceholder(text))

function refusal(value: unknown): string | undefined {
  try {
    secretOf(value, 'somebody')
  } catch (error) {
    return isByokError(error) ? `${error.code} ${error.field} ${error.message}` : String(error)
  }
  return undefined
}

describe('KY4: an explicit key', () => {
  it('may be any printable ASCII of 1 to 8,192 characters', () => {
    fc.assert(fc.property(key, (text) => secretOf(text, 'somebody').reveal() === text))
    for (const length of [1, 8192]) expect(refusal('k'.repeat(length))).toBeUndefined()
    expect(refusal('k'.repeat(8193))).toMatch(/^invalid-key-format keys\.somebody/)
  })

  it('is trimmed at its ends', () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t', '\ufeff', '\u00a0') })
    fc.assert(
      fc.property(space, key, space, (before, text, after) => {
        expect(secretOf(before + text + after, 'somebody').reveal()).toBe(text)
      }),
    )
  })

  it('may hold no other character inside, and the error does not show it', () => {
    const odd = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 1 })
      .filter((one) => !/^[!-~]$/.test(one))
    fc.assert(
      fc.property(odd, (character) => {
        const message = refusal(`test-key${character}0001`)
        expect(message).toMatch(/^invalid-key-format keys\.somebody/)
        expect(message).not.toContain('test-key')
      }),
    )
  })

  it.each([undefined, null, 5, true, {}, [], () => 'k', Symbol('k')])('may not be %s', (value) => {
    expect(refusal(value)).toMatch(/^invalid-key-format/)
  })

  it.each([
    'your-api-key',
    'YOUR_API_KEY',
    ' <key> ',
    `\${OPENAI_API_KEY}`,
    'xxx',
    'xxxxxxxx',
    '********',
    'changeme',
    'sk-...',
  ])('may not be the placeholder %j', (value) => {
    expect(refusal(value)).toMatch(/placeholder/)
  })

  it.each(['x', 'k', 'ollama', 'EMPTY', 'lm-studio', 'not-needed', 'xx-1'])(
    'may be %j, as local servers take it',
    (value) => {
      expect(refusal(value)).toBeUndefined()
    },
  )
})
