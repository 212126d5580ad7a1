// How a byte stream is cut into server-sent events, and how events are written.

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSseEvent, SseReader } from '../../src/wire/sse.js'

interface Seen {
  readonly event: string
  readonly data: string
}

const noLimits = { maxEventBytes: 2 ** 40, maxResponseBytes: 2 ** 40 }
const encoder = new TextEncoder()

function read(pieces: readonly Uint8Array[], { isEnded = true, limits = noLimits } = {}): Seen[] {
  const events: Seen[] = []
  const reader = new SseReader((data, event) => events.push({ event, data }), limits)
  for (const piece of pieces) reader.push(piece)
  if (isEnded) reader.end()
  return events
}

function readText(...pieces: string[]): Seen[] {
  return read(pieces.map((piece) => encoder.encode(piece)))
}

/** The same bytes in pieces that end at the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function singleBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte))
}

/** The standard's algorithm, written for clarity: all text at once, a line at a time. */
function readSlowly(bytes: Uint8Array): Seen[] {
  const events: Seen[] = []
  let open: { event: string; data: string[]; error: string[] } = { event: '', data: [], error: [] }
  const finish = () => {
    if (open.data.length > 0) events.push({ event: open.event, data: open.data.join('\n') })
    if (open.error.length > 0) events.push({ event: 'error', data: open.error.join('\n') })
    open = { event: '', data: [], error: [] }
  }
  for (const line of new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (line === '') finish()
    else if (name === 'data') open.data.push(value)
    else if (name === 'event') open.event = value
    else if (name === 'error' && value !== '') open.error.push(value)
  }
  finish()
  return events
}

const lineText = fc.oneof(
  fc.constantFrom('', ' ', 'data', 'data: {"a":1}', 'data:{"b":2}', 'data:  two spaces', 'data: [DONE]'),
  fc.constantFrom('event: ping', 'event:', 'event', 'error: {"message":"no"}', 'error', 'id: 7', 'retry: 10'),
  fc.constantFrom(': keep-alive', ':', 'datum: x', 'Data: x', ' data: x', 'data : x', '\ufeffdata: x', 'x'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replace(/[\r\n]/g, '')),
)
const lineEnd = fc.constantFrom('\n', '\n', '\n\n', '\n\n', '\r\n', '\r\n\r\n', '\r', '\r\r', '\n\r', '')
const anyStream = fc
  .tuple(
    fc.constantFrom('', '', '\ufeff', '\ufeff\ufeff'),
    fc.array(fc.tuple(lineText, lineEnd), { maxLength: 30 }),
  )
  .map(([mark, lines]) => encoder.encode(mark + lines.map((line) => line.join('')).join('')))

describe('reading server-sent events', () => {
  it('hands on the events of a plain stream in order', () => {
    expect(readText('data: {"a":1}\n\ndata: {"a":2}\n\ndata: [DONE]\n\n')).toEqual([
      { event: '', data: '{"a":1}' },
      { event: '', data: '{"a":2}' },
      { event: '', data: '[DONE]' },
    ])
  })

  it('hands on an event as soon as its blank line is there, not with the next read', () => {
    expect(read([encoder.encode('event: a\r\ndata: 1\r\n\r')], { isEnded: false })).toEqual([
      { event: 'a', data: '1' },
    ])
  })

  it('knows an event by its name, and forgets the name with the event', () => {
    expect(readText('event: message_stop\ndata: 1\n\ndata: 2\n\n')).toEqual([
      { event: 'message_stop', data: '1' },
      { event: '', data: '2' },
    ])
  })

  it('takes a field named error for an event named error', () => {
    expect(readText('error: {"message":"overloaded"}\n\n')).toEqual([
      { event: 'error', data: '{"message":"overloaded"}' },
    ])
    expect(readText('data: 1\nerror: 2\n\ndata: 3\n\n')).toEqual([
      { event: '', data: '1' },
      { event: 'error', data: '2' },
      { event: '', data: '3' },
    ])
  })

  it('hands on a last event without its blank line, and without any line end', () => {
    expect(readText('data: a\n\ndata: b\n')).toHaveLength(2)
    expect(readText('data: a\n\ndata: [DONE]')).toEqual([
      { event: '', data: 'a' },
      { event: '', data: '[DONE]' },
    ])
  })

  it('joins a CRLF that two reads cut in two', () => {
    expect(readText('data: a\r', '\n\r', '\ndata: b\r', '\n\r', '\n')).toHaveLength(2)
  })

  it('joins a character whose bytes came in four reads', () => {
    expect(read(singleBytes(encoder.encode('data: 😀é\n\n')))).toEqual([{ event: '', data: '😀é' }])
  })

  it('replaces half a character at the end of the body', () => {
    expect(read([encoder.encode('data: a'), Uint8Array.of(0xf0, 0x9f)])).toEqual([
      { event: '', data: 'a\ufffd' },
    ])
  })

  it('reads the same events however the bytes are cut', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat(600), { maxLength: 12 }), (bytes, places) => {
        const expected = readSlowly(bytes)
        expect(read([bytes])).toEqual(expected)
        expect(read(cutAt(bytes, places))).toEqual(expected)
        expect(read(singleBytes(bytes))).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('decodes bytes that are no UTF-8 the same however they are cut', () => {
    const byte = fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xe2, 0xf0, 0xf4, 0xf8, 0xff)
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 20 }),
        fc.array(fc.nat(30), { maxLength: 6 }),
        (junk, places) => {
          const bytes = Uint8Array.from([...encoder.encode('data: '), ...junk, 10, 10])
          expect(read(cutAt(bytes, places))).toEqual(readSlowly(bytes))
        },
      ),
    )
  })
})

describe('the limits of a stream', () => {
  const limits = { maxEventBytes: 100, maxResponseBytes: 1_000 }
  const eventOf = (bytes: number) => `data: ${'x'.repeat(bytes - 8)}\n\n`
  const failure = (pieces: Uint8Array[], events: Seen[] = []) => {
    try {
      const reader = new SseReader((data, event) => events.push({ event, data }), limits)
      for (const piece of pieces) reader.push(piece)
    } catch (error) {
      return error
    }
    return undefined
  }

  it('takes an event of exactly the limit and refuses one byte more, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 8 }), (places) => {
        const fits = encoder.encode(`: ping\n\n${eventOf(100)}: ping\n${eventOf(50)}${eventOf(100)}`)
        expect(read(cutAt(fits, places), { limits })).toHaveLength(3)
        const events: Seen[] = []
        const bytes = encoder.encode(`${eventOf(60)}${eventOf(101)}${eventOf(60)}`)
        expect(failure(cutAt(bytes, places), events)).toMatchObject({ code: 'event-too-large' })
        expect(events).toHaveLength(1)
      }),
    )
  })

  it('counts bytes, not characters', () => {
    expect(failure([encoder.encode(`data: ${'é'.repeat(47)}\n\n`)])).toMatchObject({
      code: 'event-too-large',
    })
    expect(failure([encoder.encode(`data: ${'é'.repeat(46)}\n\n`)])).toBeUndefined()
    expect(failure([encoder.encode(`data: 1\n\ndata: ${'😀'.repeat(24)}`)])).toMatchObject({
      code: 'event-too-large',
    })
  })

  it('refuses a line without end before it has come whole', () => {
    const pieces = Array.from({ length: 11 }, () => encoder.encode('data: xxxx'))
    expect(failure(pieces.slice(0, 10))).toBeUndefined()
    expect(failure(pieces)).toMatchObject({ code: 'event-too-large', isRetryable: false })
  })

  it('refuses an event of many short lines', () => {
    expect(failure(Array.from({ length: 20 }, () => encoder.encode('data: x\n')))).toMatchObject({
      code: 'event-too-large',
    })
  })

  it('does not count keep-alive comments as part of an event', () => {
    expect(failure(Array.from({ length: 100 }, () => encoder.encode(': ping\n')))).toBeUndefined()
  })

  it('refuses a body that is too long in all', () => {
    const pieces = Array.from({ length: 21 }, () => encoder.encode(eventOf(50)))
    expect(failure(pieces.slice(0, 20))).toBeUndefined()
    expect(failure(pieces)).toMatchObject({ code: 'event-too-large' })
  })

  it('reads a long line in single bytes without joining it again and again', () => {
    const joins: number[] = []
    const join = Array.prototype.join
    Array.prototype.join = function (separator) {
      joins.push(this.length)
      return join.call(this, separator)
    }
    try {
      expect(read(singleBytes(encoder.encode(`data: ${'x'.repeat(20_000)}\n\n`)))).toHaveLength(1)
    } finally {
      Array.prototype.join = join
    }
    expect(joins).toEqual([20_007])
  })
})

describe('writing server-sent events', () => {
  it('writes one data line, and the name when there is one', () => {
    expect(encodeSseEvent('{"a":1}')).toBe('data: {"a":1}\n\n')
    expect(encodeSseEvent('{}', 'message_stop')).toBe('event: message_stop\ndata: {}\n\n')
  })

  it('lets no line end of data or name start a field or an event of its own', () => {
    expect(encodeSseEvent('a\n\nevent: x\rdata: b', 'n\r\ndata: c')).toBe(
      'event: n data: c\ndata: a\ndata: \ndata: event: x\ndata: data: b\n\n',
    )
  })

  it('writes what the reader reads', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('\n', '\r', ' ', 'a', ':') }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 5 }), (events) => {
        const text = events.map(([data, event]) => encodeSseEvent(data, event)).join('')
        expect(readText(text)).toEqual(
          events.map(([data, event]) => ({
            event: event.replace(/[\r\n]+/g, ' '),
            data: data.replace(/\r\n|\r/g, '\n'),
          })),
        )
      }),
    )
  })
})

interface FormatCase {
  readonly name: string
  readonly base64: string
  readonly events: readonly Seen[]
  readonly lenient?: readonly Seen[]
}

const recordings = resolve(process.env.RECORDINGS_DIR ?? '../shared/recordings')
const casesFile = resolve(recordings, 'sse-format/cases.json')
const cases: FormatCase[] = existsSync(casesFile) ? JSON.parse(readFileSync(casesFile, 'utf8')) : []
const isAbsent = cases.length === 0
const skipNote = isAbsent ? `, SKIPPED: recordings folder absent (${recordings}); set RECORDINGS_DIR` : ''
if (isAbsent) console.warn(`the cases of the HTML standard${skipNote}`)

describe.skipIf(isAbsent)(`the cases of the HTML standard${skipNote}`, () => {
  const named = (events: readonly Seen[]) =>
    events.map(({ event, data }) => ({ event: event === 'message' ? '' : event, data }))

  it.each(cases)(
    '$name: reads what the standard says, until the body is said to have ended',
    ({ base64, events }) => {
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
      expect(read([bytes], { isEnded: false })).toEqual(named(events))
      expect(read(singleBytes(bytes), { isEnded: false })).toEqual(named(events))
    },
  )

  it.each(cases)(
    '$name: adds only an unclosed last event at the end',
    ({ name, base64, events, lenient }) => {
      const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
      // The only other case with an unclosed event; the standard drops it, and no lenient reading is given.
      const unclosed = name === 'data-before-final-empty-line' ? [{ event: 'message', data: 'test2' }] : []
      const expected = named(lenient ?? [...events, ...unclosed])
      expect(read([bytes])).toEqual(expected)
      expect(read(singleBytes(bytes))).toEqual(expected)
    },
  )
})
