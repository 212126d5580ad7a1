// Names that want to be more than names are shown, and do nothing.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visibleJson, visibleName, visibleText } from '../../src/core/visible-text.js'
import { hostileNames } from '../cli/sample.js'

const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostileNames))

describe('a name', () => {
  it.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\nb\rc\u0007', 'a\\x0ab\\x0dc\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['safe\u202etxt.exe', 'safe\\u{202e}txt.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['half \ud800', 'half \\u{d800}'],
    ['two\u2028lines', 'two\\u{2028}lines'],
    ['Zoë 東京 שלום', 'Zoë 東京 שלום'],
  ])('F16: %j is shown as %s', (name, shown) => {
    expect(visibleText(name)).toBe(shown)
  })

  it('F16: holds nothing that acts, whatever it is, and is cut where it has no end', () => {
    fc.assert(
      fc.property(anything, (name) => {
        expect(visibleName(name)).not.toMatch(acting)
        expect(visibleText(visibleText(name))).toBe(visibleText(name))
      }),
    )
    expect(visibleName('x'.repeat(10_000)).length).toBe(501)
    expect(visibleName('x'.repeat(65), 64)).toBe(`${'x'.repeat(64)}…`)
  })

  it('F16: keeps its accents, and no heap of them', () => {
    for (const name of ['Zoë', 'Zoe\u0308', 'Việt', 'שָׁלוֹם', 'น้ำ']) expect(visibleName(name)).toBe(name)
    const heap = visibleName(`a${'\u0301'.repeat(50)}b${'\u0301'.repeat(50)}`)
    expect(heap).toBe(`a${'\u0301'.repeat(4)}…b${'\u0301'.repeat(4)}…`)
  })

  it('F16: in JSON is safe to print, and still the same name', () => {
    fc.assert(
      fc.property(anything, (name) => {
        const text = visibleJson({ name })
        expect(text.replaceAll('\n', '')).not.toMatch(acting)
        expect(JSON.parse(text)).toEqual({ name })
      }),
    )
  })
})
