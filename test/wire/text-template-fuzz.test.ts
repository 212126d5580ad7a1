// Whatever a template reads out of a chunk, a JSON parser reads too: tried with chunks that were made and then damaged.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextTemplate } from '../../src/wire/text-template.js'

interface Chunk {
  readonly content: string
  readonly padding: string
}

const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '"', '\\', '\\"', '","p":"', '"content":"', '\\u0041', 'plain', '\u2028', '\ud800'),
)
const piece: fc.Arbitrary<Chunk> = fc.record({ content: string, padding: string })

/** A chunk as compact JSON, or as Python writes it. */
function written({ content, padding }: Chunk, hasPadding: boolean, isWide: boolean): string {
  const fields: [string, unknown][] = [
    ['id', 'x'],
    ['content', content],
    ['end', null],
    ...(hasPadding ? [['p', padding] satisfies [string, string]] : []),
    ['n', [1, 2]],
  ]
  const gap = isWide ? ' ' : ''
  const body = fields.map(([name, value]) => `${JSON.stringify(name)}:${gap}${JSON.stringify(value)}`)
  return `{${body.join(`,${gap}`)}}`
}

/** Characters taken out, put in, or exchanged. */
const damage = fc.array(
  fc.record({
    at: fc.nat(),
    out: fc.nat({ max: 2 }),
    add: fc.oneof(fc.constantFrom('"', '\\', ',', '}', '\n', '{'), string),
  }),
  { maxLength: 2 },
)

function damaged(text: string, wounds: readonly { at: number; out: number; add: string }[]): string {
  return wounds.reduce((sound, { at, out, add }) => {
    const from = at % (sound.length + 1)
    return sound.slice(0, from) + add + sound.slice(from + out)
  }, text)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown> // every chunk is an object
  } catch {
    return undefined
  }
}

describe('a template', () => {
  it('reads out of any chunk what a parser reads, or leaves it to the parser', () => {
    let read = 0
    fc.assert(
      fc.property(
        piece,
        fc.array(fc.tuple(piece, damage), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (first, others, hasPadding, isWide) => {
          const gap = isWide ? ' ' : ''
          const template = new TextTemplate(`"content":${gap}"`, hasPadding ? `"p":${gap}"` : undefined)
          const learned = written(first, hasPadding, isWide)
          template.learn(learned, first.content)
          for (const [other, wounds] of others) {
            const text = damaged(written(other, hasPadding, isWide), wounds)
            const match = template.match(text)
            if (match === undefined) continue
            read += 1
            const { content, p, ...rest } = parsed(text) ?? {}
            const { content: _content, p: _padding, ...known } = parsed(learned) ?? {}
            expect(content).toBe(match)
            expect(rest).toEqual(known)
            expect(typeof p).toBe(hasPadding ? 'string' : 'undefined')
          }
        },
      ),
      { numRuns: 3_000 },
    )
    expect(read).toBeGreaterThan(1_000)
  })

  it('reads every undamaged chunk like the one it learned from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (first, second) => {
        const template = new TextTemplate('"content":"')
        template.learn(written({ content: first, padding: '' }, false, false), first)
        expect(template.match(written({ content: second, padding: '' }, false, false))).toBe(second)
      }),
    )
  })
})
