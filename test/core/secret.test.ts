// A key can be used and never shown, in whichever spelling it comes back.

import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.js'

const value = 'test+key/with=odd&characters-0001'
const secret = new Secret(value)

describe('a secret', () => {
  it.each([
    ['text', () => String(secret)],
    ['a template', () => `${secret}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true })],
    ['a joined list', () => [secret].join()],
    ['its fields', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['a spread copy', () => JSON.stringify({ ...secret })],
  ])('does not show itself in %s', (_, show) => {
    expect(show()).not.toContain('test+key')
    expect(show()).not.toContain('0001')
  })

  it('can be used', () => {
    expect(secret.reveal()).toBe(value)
  })
})

describe('redactFrom', () => {
  const spellings = {
    raw: value,
    base64: Buffer.from(value).toString('base64'),
    'base64 without padding': Buffer.from(value).toString('base64').replace(/=+$/, ''),
    base64url: Buffer.from(value).toString('base64url'),
    'URL-encoded': encodeURIComponent(value),
  }

  it.each(Object.entries(spellings))('hides the key in %s, wherever it stands', (_, spelling) => {
    expect(secret.redactFrom(`Bad key ${spelling}.`)).toMatch(/^Bad key \[secret\]=*\.$/)
    expect(secret.redactFrom(`${spelling} ${spelling}`)).not.toContain(spelling.slice(-8))
  })

  it.each(Object.entries(spellings))('hides a tail of 8 and more of the key in %s', (_, spelling) => {
    const whole = spelling.replace(/=+$/, '')
    for (let length = 8; length <= whole.length; length += 1) {
      expect(secret.redactFrom(`Key sk-***${whole.slice(-length)}!`)).toBe('Key sk-***[secret]!')
    }
    expect(secret.redactFrom(`ends in ${whole.slice(-7)}`)).toBe(`ends in ${whole.slice(-7)}`)
  })

  it('hides a head of 8 and more that is cut off or starred out, and no other', () => {
    for (const mark of ['…', '...', '*', '****0001', '•••']) {
      for (let length = 8; length < value.length - 8; length += 1)
        expect(secret.redactFrom(`Key ${value.slice(0, length)}${mark}!`)).toBe(`Key [secret]${mark}!`)
      const short = `Key ${value.slice(0, 7)}${mark}!`
      expect(secret.redactFrom(short)).toBe(short)
    }
    const text = `Keys begin with ${value.slice(0, 8)}, as in ${value.slice(0, 12)}.`
    expect(secret.redactFrom(text)).toBe(text)
  })

  it.each([
    ['plainly', (key: string) => JSON.stringify(key)],
    ['with escaped slashes', (key: string) => JSON.stringify(key).replaceAll('/', '\\/')],
    [
      'with escaped signs of HTML',
      (key: string) =>
        JSON.stringify(key).replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'),
    ],
  ])('hides a key that JSON escapes %s, and leaves the JSON whole', (_, write) => {
    const key = 'test/"key"\\<a>&b"c'
    const text = `{"error":{"message":${write(key)},"length":1}}`
    expect(text).not.toContain(key)
    expect(JSON.parse(new Secret(key).redactFrom(text))).toEqual({
      error: { message: '[secret]', length: 1 },
    })
  })

  it('hides a key that is URL-encoded in small letters', () => {
    const spelled = encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase())
    expect(secret.redactFrom(`?key=${spelled}&x`)).toBe('?key=[secret]&x')
  })

  it('hides what its owner makes of it, when that changes', () => {
    let current = ''
    const changing = new Secret(() => current)
    expect(changing.redactFrom('test-key-0001 test-key-0002')).toBe('test-key-0001 test-key-0002')
    current = 'test-key-0001'
    expect(changing.redactFrom(`${current} x`)).toBe('[secret] x')
    current = 'test-key-0002'
    expect(changing.redactFrom(`${current} x`)).toBe('[secret] x')
    expect(changing.reveal()).toBe(current)
  })

  it('hides a short key whole, and an empty one not at all', () => {
    expect(new Secret('abc').redactFrom('abc xabcx ab')).toBe('[secret] x[secret]x ab')
    expect(new Secret('').redactFrom('abc')).toBe('abc')
  })

  it('leaves no tail of 8 of any key in any text, and every other text alone', () => {
    const text = fc.string({ maxLength: 30 })
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 40 }), text, text, (key, before, after) => {
        const safe = new Secret(key).redactFrom(`${before}${key}${after}`)
        expect(safe.includes(key.slice(-8)) && !before.concat(after).includes(key.slice(-8))).toBe(false)
        if (!before.includes(key.slice(-8)))
          expect(new Secret(key).redactFrom('nothing to see')).toBe('nothing to see')
      }),
    )
  })

  it('takes no more than linear time', () => {
    const key = 'a'.repeat(40)
    const start = performance.now()
    new Secret(key).redactFrom('a'.repeat(200_000))
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
