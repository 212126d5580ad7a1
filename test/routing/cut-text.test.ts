// A text without its middle.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutMiddle, leastKept } from '../../src/routing/cut-text.js'

const marker = /\n\[… (\d+) characters left out …\]\n/

/** What stands before and behind the marker, and the number in it. */
function takenApart(text: string) {
  const found = marker.exec(text)
  if (found === null) throw new Error('There is no marker.')
  const [whole, count] = found
  return {
    head: text.slice(0, found.index),
    tail: text.slice(found.index + whole.length),
    leftOut: Number(count),
  }
}

const isLowHalf = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff
const isHighHalf = (unit: number) => unit >= 0xd800 && unit <= 0xdbff

/** Half a character where there was a whole one. */
function isTorn(head: string, tail: string): boolean {
  return isHighHalf(head.charCodeAt(head.length - 1)) || isLowHalf(tail.charCodeAt(0))
}

const anyText = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 2_000 })

describe('a text that is too long', () => {
  it('keeps 40 % of its beginning and 60 % of its end, with a marker that names the characters left out (CW2)', () => {
    const text = 'abcdefghij'.repeat(1_000)
    const { text: cut, leftOut } = cutMiddle(text, 1_000)
    const { head, tail, leftOut: named } = takenApart(cut)
    expect([head.length, tail.length, named]).toEqual([400, 600, 9_000])
    expect(leftOut).toBe(9_000)
    expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
  })

  it('keeps at least 100 characters, whatever it is cut to (CW2)', () => {
    for (const keep of [-5, 0, 1, 99, 100, 101, 124, 125, 126]) {
      const { head, tail } = takenApart(cutMiddle('word. '.repeat(500), keep).text)
      expect(head.length + tail.length).toBeGreaterThanOrEqual(leastKept)
    }
    expect(leastKept).toBe(100)
  })

  it('is cut behind a sentence where one ends in the last fifth, and begins again behind another (CW4)', () => {
    const text = `${'a'.repeat(350)}. ${'b'.repeat(2_000)}. ${'c'.repeat(550)}`
    const { head, tail } = takenApart(cutMiddle(text, 1_000).text)
    expect(head).toBe(`${'a'.repeat(350)}.`)
    expect(tail).toBe(` ${'c'.repeat(550)}`)
  })

  it('is cut at a space where no sentence ends, and only in the last tenth (CW4)', () => {
    const near = `${'a'.repeat(370)} ${'b'.repeat(3_000)} ${'c'.repeat(560)}`
    expect(takenApart(cutMiddle(near, 1_000).text)).toMatchObject({
      head: `${'a'.repeat(370)} `,
      tail: 'c'.repeat(560),
    })
    const far = `${'a'.repeat(350)} ${'b'.repeat(3_000)} ${'c'.repeat(530)}`
    const { head, tail } = takenApart(cutMiddle(far, 1_000).text)
    expect([head.length, tail.length]).toEqual([400, 600])
  })

  it('is not cut behind the point of a number, and is cut behind a Chinese full stop (CW4)', () => {
    const number = takenApart(cutMiddle(`${'a'.repeat(390)}3.14${'b'.repeat(4_000)}`, 1_000).text)
    expect(number.head).toHaveLength(400)
    const chinese = takenApart(cutMiddle(`${'字'.repeat(390)}。${'字'.repeat(4_000)}`, 1_000).text)
    expect(chinese.head).toHaveLength(391)
  })

  it('never loses half of an emoji (CW4)', () => {
    for (let keep = 100; keep < 140; keep += 1) {
      const { head, tail } = takenApart(cutMiddle('😀'.repeat(500), keep).text)
      expect(isTorn(head, tail)).toBe(false)
    }
  })

  it('is its beginning and its end, whole characters, and the marker tells the truth (CW2, CW4)', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: -10, max: 2_500 }), (text, keep) => {
        const { text: cut, leftOut } = cutMiddle(text, keep)
        if (leftOut === 0) return cut === text
        const { head, tail, leftOut: named } = takenApart(cut)
        expect(named).toBe(leftOut)
        expect(head.length + leftOut + tail.length).toBe(text.length)
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
        expect(head.length + tail.length).toBeGreaterThanOrEqual(100)
        expect(isTorn(head, tail)).toBe(false)
        expect(cut.length).toBeLessThan(text.length)
        return true
      }),
    )
  })

  it('is left alone where nothing would be won (CW2)', () => {
    const text = 'x'.repeat(110)
    expect(cutMiddle(text, 0)).toEqual({ text, leftOut: 0 })
    expect(cutMiddle('short', 5_000)).toEqual({ text: 'short', leftOut: 0 })
  })
})
