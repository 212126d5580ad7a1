// Cutting the text out of a chunk that differs from a known one in its text alone.
import { describe, expect, it } from 'vitest'
import { TextTemplate } from '../../src/wire/text-template.js'

const chunk = (text: string): string => JSON.stringify({ a: [1], content: text, end: null })

function learned(text = 'Hello', padding?: string): TextTemplate {
  const template = new TextTemplate('"content":"', padding)
  template.learn(chunk(text), text)
  return template
}

describe('a template', () => {
  it.each(['Hi', '', ' ', '"', '\\', '\n', '\u0000', '\u2028', '𝄞', '","end":"', '\\"'])(
    'reads the text %j',
    (text) => {
      expect(learned().match(chunk(text))).toBe(text)
      expect(learned(text).match(chunk('Hello'))).toBe('Hello')
    },
  )

  it('matches nothing before it has learned, and nothing that it could not learn', () => {
    expect(new TextTemplate('"content":"').match(chunk('a'))).toBeUndefined()
    const template = learned()
    template.learn('{"content":"a","x":{"content":"a"}}', 'a')
    expect(template.match('{"content":"b","x":{"content":"a"}}')).toBeUndefined()
    template.learn('{"content":"\\u0061"}', 'a')
    expect(template.match('{"content":"b"}')).toBeUndefined()
    template.learn('{"other":"a"}', 'a')
    expect(template.match('{"other":"b"}')).toBeUndefined()
  })

  it.each([
    '{"a":[1],"content":"a","x":1,"end":null}',
    '{"a":[1],"content":"a\\","end":null}',
    '{"a":[1],"content":"a\nb","end":null}',
    '{"a":[1],"content":"a\\x","end":null}',
    '{"a":[1],"content":","end":null}',
    '{"a":[1],"content":"a","end":null} ',
    '{"a":[2],"content":"a","end":null}',
  ])('leaves to the parser what is no text between its ends: %s', (other) => {
    expect(learned().match(other)).toBeUndefined()
  })
})

describe('a template with padding', () => {
  const padded = (text: string, padding: string): string => `${chunk(text).slice(0, -1)},"p":"${padding}"}`

  it('does not mind how long the padding is', () => {
    const template = new TextTemplate('"content":"', '"p":"')
    template.learn(padded('Hello', 'abc'), 'Hello')
    for (const padding of ['', 'x', 'abcdefgh']) expect(template.match(padded('Hi', padding))).toBe('Hi')
    for (const padding of ['a","q":"b', 'a\\', 'a\n'])
      expect(template.match(padded('Hi', padding))).toBeUndefined()
    expect(template.match(padded('Hi', '').replace('""}', '"}'))).toBeUndefined()
    expect(template.match(padded('","end":null,"p":"', 'x'))).toBe('","end":null,"p":"')
  })

  it('matches a chunk without padding where it learned from one', () => {
    expect(learned('Hello', '"p":"').match(chunk('Hi'))).toBe('Hi')
  })
})
