// What a key may look like.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { isPlaceholder, keysOf, secretOf } from '../../src/keys/key-format.js'

const keyCharacter = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
const key = fc
  .string({ unit: keyCharacter, minLength: 1, maxLength: 60 })
  .filter((text) => !isPlaceholder(text))

function refusal(value: unknown, read: typeof secretOf | typeof keysOf = secretOf): string | undefined {
  try {
    read(value, 'somebody')
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

describe('KY8: several keys', () => {
  const shown = (value: unknown): unknown[] =>
    keysOf(value, 'somebody').map(({ id, weight, secret }) => [id, weight, secret?.reveal()])

  it('a single text is a list of one', () => {
    expect(shown(' key-1\n')).toEqual([['1', 1, 'key-1']])
  })

  it('texts and entries may stand together; what is not said is the place and a weight of 1', () => {
    expect(
      shown(['key-a', { value: ' key-b ' }, { id: 'eu.main_1-x', value: 'key-c', weight: 0.5 }]),
    ).toEqual([
      ['1', 1, 'key-a'],
      ['2', 1, 'key-b'],
      ['eu.main_1-x', 0.5, 'key-c'],
    ])
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '2', null])('a weight may not be %s', (weight) => {
    expect(refusal([{ value: 'key-a', weight }], keysOf)).toMatch(/^invalid-key-format .*weight/)
  })

  it.each(['', 'a b', 'a/b', 'é', 'x'.repeat(65), 5, null])('an id may not be %j', (id) => {
    expect(refusal([{ id, value: 'key-a' }], keysOf)).toMatch(/^invalid-key-format .*an id must be/)
  })

  it('an id, or a key, may not stand in the list twice', () => {
    expect(refusal([{ id: '2', value: 'key-a' }, 'key-b'], keysOf)).toMatch(/same id/)
    expect(refusal(['key-a', ' key-a '], keysOf)).toMatch(/same key stands in the list twice/)
  })

  it.each([
    [[]],
    [[null]],
    [[{}]],
    [[['key-a']]],
    [['key-a', 'changeme']],
    [[{ value: 'two words' }]],
    [{ value: 'key-a' }],
  ])('may not be %j', (value) => {
    expect(refusal(value, keysOf)).toMatch(/^invalid-key-format keys\.somebody/)
  })

  it.each([
    ['weigth', 'keys.somebody[1].weigth'],
    ['apiKey', 'keys.somebody[1].apiKey'],
    ['test-key-0001', 'keys.somebody[1]'],
  ])('an unknown field is refused: %s', (name, field) => {
    const said = refusal(['key-a', { value: 'key-b', [name]: 2 }], keysOf)
    expect(said).toMatch(/^config keys\.somebody\[1\].*Known are id, value, weight\.$/)
    expect(said).toContain(`${field}: `)
  })

  it('no refusal shows a key', () => {
    fc.assert(
      fc.property(key, (text) => {
        const long = `${text}-0123456789`
        for (const list of [
          [{ [long]: 'main' }],
          [long, long],
          [{ id: '2', value: long }, 'key-b'],
          [{ value: long, weight: 0 }],
          [{ value: `${long} ${long}` }],
        ])
          expect(refusal(list, keysOf)).not.toContain(long)
      }),
    )
  })
})
