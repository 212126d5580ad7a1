// Chunks that are read without being parsed must give exactly what parsing them gives.
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import { chunk, decode, finish } from './chunks.js'

/** Text with everything that a JSON string must escape, and what looks like the end of one. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '}', ']', ',', ':', '\n', 'a', '"content":"', '","p":"', '\\u0041', '𝄞'),
  }),
  fc.constantFrom('', ' ', '"},"finish_reason":null}]}', '\\"', '\\'),
)

const padding = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '"', '\\') })

/** What a vendor says beside a chunk's text of how sure its tokens are, sound and odd. */
const anyLogprobs = fc.oneof(
  fc.constantFrom(null, {}, { content: null }, { content: [] }, { token_logprobs: [-0.5, null] }),
  fc
    .array(fc.constantFrom<unknown>(-0.25, 0, 1, -9999, '-1', null), { maxLength: 3 })
    .map((values) => ({ content: values.map((logprob) => ({ token: '"content":"', logprob })) })),
)

/** The kinds of chunks that streams are made of, those without a fast path among them. */
const anyChunk = fc.oneof(
  fc.tuple(fc.constant('text'), anyText).map(([, content]) => chunk({ content })),
  fc.tuple(anyText, padding).map(([content, obfuscation]) => chunk({ content }, {}, { obfuscation })),
  fc.tuple(anyText, padding).map(([content, p]) => chunk({ content }, {}, { p })),
  anyText.map((reasoning_content) => chunk({ content: null, reasoning_content })),
  anyText.map((reasoning) => chunk({ content: '', reasoning })),
  fc.tuple(anyText, anyText).map(([content, reasoning]) => chunk({ content, reasoning })),
  fc
    .tuple(anyText, fc.nat(2))
    .map(([text, index]) => chunk({ reasoning: text, reasoning_details: [{ text, index }] })),
  fc
    .tuple(anyText, fc.nat(2))
    .map(([text, index]) => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
  anyText.map((text) =>
    chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: text } }] }),
  ),
  anyText.map((input) => chunk({ tool_calls: [{ index: 0, custom: { input } }] })),
  anyText.map((text) => chunk({ content: [{ type: 'text', text }] }, { message: { content: text } })),
  fc.tuple(anyText, anyText).map(([a, b]) => chunk({ content: a }, { message: { content: b } })),
  anyText.map((content) => chunk({ content }, {}, { usage: { prompt_tokens: 1, completion_tokens: 1 } })),
  anyText.map((content) => chunk({ content }, { index: 1 })),
  fc.tuple(anyText, anyLogprobs).map(([content, logprobs]) => chunk({ content }, { logprobs })),
  fc.tuple(anyText, anyLogprobs).map(([content, logprobs]) => chunk({ content }, { logprobs, index: 1 })),
  anyText.map((content) => chunk({ content }, {}, { model: 'm-2' })),
  fc.constantFrom(finish('stop'), finish('tool_calls'), chunk({}), '{}'),
)

/** Runs of like chunks, which is where the fast path is taken. */
const anyStream = fc
  .array(fc.array(anyChunk, { maxLength: 4 }), { maxLength: 4 })
  .chain((runs) => fc.constantFrom(...spacings).map((write) => runs.flat().map((data) => write(data))))

const spacings = [
  (data: string) => data,
  // As Python's json.dumps writes it.
  (data: string) => JSON.stringify(JSON.parse(data), null, 1).replaceAll('\n', ' '),
]

describe('a stream read by the fast path', () => {
  it('gives the deltas that parsing every chunk gives', () => {
    fc.assert(
      fc.property(anyStream, (events) => {
        expect(decode(events).deltas).toEqual(decode(events, false).deltas)
      }),
      { numRuns: 3_000 },
    )
  })

  it('gives the deltas that parsing gives where like chunks follow each other', () => {
    const kinds: ((text: string, other: string) => string)[] = [
      (content) => chunk({ content }),
      (content, obfuscation) => chunk({ content }, {}, { obfuscation: obfuscation.replace(/\W/g, '') }),
      (reasoning_content) => chunk({ content: null, reasoning_content }),
      (reasoning) => chunk({ content: '', reasoning }),
      (text) => chunk({ tool_calls: [{ index: 3, function: { arguments: text } }] }),
      (text) => chunk({ tool_calls: [{ function: { arguments: text } }] }),
      (content) => chunk({ content }, { logprobs: { content: [{ token: content, logprob: -0.5 }] } }),
      (content) => chunk({ content }, { logprobs: { content: [], refusal: null } }),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(fc.tuple(anyText, anyText)), (write, texts) => {
        const events = texts.map(([text, other]) => write(text, other))
        expect(decode(events).deltas).toEqual(decode(events, false).deltas)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a chunk that looks like the last one and is another', () => {
  const padded = (content: string, obfuscation: string): string =>
    `{"choices":[{"index":0,"delta":{"content":"${content}"}}],"obfuscation":"${obfuscation}"}`

  it.each([
    ['another field behind the text', padded('a","refusal":"no', 'x')],
    ['a text that is repeated', padded('a","content":"b', 'x')],
    ['the end of the choice inside the text', padded('a"}},{"index":1,"delta":{"content":"b', 'x')],
    ['a backslash that swallows the end of the text', padded('a\\', 'x')],
    ['a backslash that is the text', padded('\\\\', 'x')],
    ['a raw line end in the text', padded('\n', 'x')],
    ['other choices behind the padding', padded('a', 'x","choices":[],"z":"')],
    ['an error behind the padding', padded('a', 'x","error":{"message":"no"},"z":"')],
    ['a backslash that swallows the end of the padding', padded('a', 'x\\')],
    ['two paddings', padded('a"}}],"obfuscation":"', '"}}],"obfuscation":"x')],
    ['a padding whose two quotes are one', padded('a', '').replace('""}', '"}')],
    ['a text whose two quotes are one', padded('', 'x').replace('""}', '"}')],
  ])('is parsed: %s', (_, event) => {
    const before = [padded('one', 'x'), padded('two', 'yz'), padded('three', '')]
    const { deltas, error } = decode([...before, event])
    const parsed = decode([...before, event], false)
    expect(deltas).toEqual(parsed.deltas)
    expect(String(error)).toBe(String(parsed.error))
  })
})

describe('like chunks', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  function parsedIn(events: readonly string[]): { readonly parsed: number; readonly deltas: Delta[] } {
    const parse = vi.spyOn(JSON, 'parse')
    const { deltas } = decode(events)
    return { parsed: parse.mock.calls.filter(([text]) => text.startsWith('{')).length, deltas }
  }

  it.each<[string, (text: string) => string]>([
    ['text', (content) => chunk({ content })],
    ['text behind a space', (content) => chunk({ content }).replaceAll('":', '": ')],
    [
      "text with OpenAI's padding",
      (content) => chunk({ content }, {}, { obfuscation: 'x'.repeat(content.length) }),
    ],
    [
      "text with Mistral's padding",
      (content) => chunk({ content }, {}, { p: 'abc'.slice(content.length % 3) }),
    ],
    ['reasoning', (reasoning_content) => chunk({ reasoning_content, content: null })],
    ['arguments', (text) => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] })],
  ])('of %s are parsed once', (_, write) => {
    const { parsed, deltas } = parsedIn(['one', ' two', ' "three"', ' \\', '\n', 'six'].map(write))
    expect(parsed).toBe(2)
    expect(deltas).toHaveLength(7)
  })

  it('whose ids differ are all parsed, and soon nothing more is tried', () => {
    const { parsed } = parsedIn(
      Array.from({ length: 40 }, (_, n) => chunk({ content: 'a' }, {}, { id: `id-${n}` })),
    )
    expect(parsed).toBe(40)
  })
})
