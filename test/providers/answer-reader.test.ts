// How an answer is read: its own first character decides its form, and every way out closes its connection.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/core/delta.js'
import { isByokError } from '../../src/core/errors.js'
import { AnswerReader, type ReadingParts } from '../../src/providers/answer-reader.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { bodyOf, type TestBody } from '../net/bodies.js'

const limits = { maxEventBytes: 1024, maxResponseBytes: 4096 }

function readerOf({ stream }: TestBody, type: string | undefined, parts: Partial<ReadingParts> = {}) {
  const headers = type === undefined ? {} : { 'content-type': type }
  return new AnswerReader(new Response(stream, { headers }), {
    dialect: openaiChat,
    limits,
    clock: new FakeClock(),
    redact: (text) => text,
    ...parts,
  })
}

/** What a reader gives: the text, or the code and the words of its error. */
async function readAll(reader: AnswerReader): Promise<string> {
  const deltas: Delta[] = []
  try {
    for (let read = await reader.next(); !read.done; read = await reader.next()) deltas.push(...read.value)
  } catch (error) {
    if (!isByokError(error)) throw error
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    return `${error.code}: ${error.message}`
  }
  return deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')
}

const bytesOf = (text: string) => Array.from(new TextEncoder().encode(text), (byte) => Uint8Array.of(byte))
const chunk = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'a', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`
const events = `${chunk('Grü')}${chunk('ße', 'stop')}data: [DONE]\n\n`
const whole = JSON.stringify({
  id: 'a',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße' }, finish_reason: 'stop' }],
})
const page = '<html><body>Bad gateway</body></html>'
const types = [
  'text/event-stream',
  'application/json; charset=utf-8',
  'application/x-ndjson',
  'text/html',
  'text/plain',
  undefined,
]
const openings = ['', '\n\r\t ', '\ufeff', '\ufeff \n']

describe.each(types)('an answer under the content type %s', (type) => {
  it.each(openings)('is read for what it is, behind %j, whole and byte by byte', async (opening) => {
    for (const cut of [(text: string) => [text], bytesOf]) {
      const read = (text: string) => readAll(readerOf(bodyOf(cut(opening + text)), type))
      expect(await read(whole)).toBe('Grüße')
      expect(await read(page)).toBe(`invalid-response: The answer is a page: ${page}`)
      expect(await read('{"id":')).toBe('invalid-response: The answer is no JSON: {"id":')
      // Space before its first field is no white space in a stream of events, but a part of that line.
      if (!opening.includes(' ')) expect(await read(events)).toBe('Grüße')
    }
  })

  it('that is nothing at all is empty', async () => {
    expect(await readAll(readerOf(bodyOf([]), type))).toBe('invalid-response: The answer is empty.')
  })

  it('that is neither is quoted, however it was cut, unless it calls itself a stream', async () => {
    const expected =
      type === 'text/event-stream'
        ? /^stream-interrupted: /
        : /^invalid-response: The answer is neither JSON nor a stream of events: no thanks$/
    for (const pieces of [['no thanks'], bytesOf('no thanks')])
      expect(await readAll(readerOf(bodyOf(pieces), type))).toMatch(expected)
  })

  it('that is white space alone is empty too', async () => {
    const expected = type === 'text/event-stream' ? /^stream-interrupted: / : /The answer is empty\.$/
    expect(await readAll(readerOf(bodyOf(['\n', ' \n']), type))).toMatch(expected)
  })
})

describe('an answer that breaks', () => {
  it.each([
    ['a stream', chunk('Grü')],
    ['a whole answer', '{"id":'],
    ['an answer that has not begun', ' '],
  ])('as %s is interrupted, and what the network said is its cause', async (_, text) => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    const reader = readerOf(bodyOf([text], { breaksWith: reset }), 'application/json')
    expect(await readAll(reader)).toBe(
      'stream-interrupted: The connection broke while the answer was coming (ECONNRESET).',
    )
  })

  it('with nothing for a reason is interrupted all the same', async () => {
    for (const text of [chunk('Grü'), '{"id":']) {
      const reader = readerOf(bodyOf([text], { breaksWith: undefined }), undefined)
      expect(await readAll(reader)).toMatch(/^stream-interrupted: /)
    }
  })

  it('the dialect in an unforeseen way is not understood, and no fault of the connection', async () => {
    const oops = () => {
      throw new TypeError('oops')
    }
    const dialect = {
      decoder: () => ({ event: oops, end: oops, isFinished: false, hasEnded: false }),
      decodeWhole: oops,
    }
    for (const text of [events, whole]) {
      expect(await readAll(readerOf(bodyOf([text]), undefined, { dialect }))).toBe(
        'invalid-response: The answer could not be understood.',
      )
    }
  })
})

describe('an answer that is too long', () => {
  it.each([
    ['a whole answer', `{"id":"${'x'.repeat(999)}`],
    ['a stream', chunk('x'.repeat(500))],
    ['white space', '\n'.repeat(999)],
  ])('is given up at the limit, and closed: %s', async (_, piece) => {
    const body = bodyOf(Array(100).fill(piece))
    expect(await readAll(readerOf(body, 'application/json'))).toMatch(/^event-too-large: /)
    expect(body.isClosed()).toBe(true)
    expect(body.taken()).toBeLessThan(10)
  })

  it('as a page is quoted in 200 characters, and waited for 2 seconds', async () => {
    const clock = new FakeClock()
    const body = bodyOf([`<p>${'word '.repeat(99)}`], 'silence')
    const reading = readAll(readerOf(body, 'text/html', { clock }))
    await clock.advance(2_000)
    expect(await reading).toMatch(/^invalid-response: The answer is a page: <p>word .{192}$/)
    expect(body.isClosed()).toBe(true)
  })
})

describe('an answer that is left', () => {
  it('before its first read is closed', async () => {
    const body = bodyOf([events])
    const reader = readerOf(body, 'text/event-stream')
    await reader.return()
    expect(body.isClosed()).toBe(true)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it.each([
    ['a stream', chunk('Grü'), 1],
    ['an answer that has not begun', ' ', 1],
    ['a whole answer', '{"id":', 0],
    ['a page', '<html>', 0],
  ])('while a read is under way is closed, and has ended: %s', async (_, text, readsBefore) => {
    const body = bodyOf([text], 'silence')
    const reader = readerOf(body, 'text/event-stream')
    for (let read = 0; read < readsBefore; read += 1) await reader.next()
    const waiting = reader.next()
    await new Promise(setImmediate)
    await reader.return()
    expect(body.isClosed()).toBe(true)
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('with an error still to come is closed, and the error is nobody’s any more', async () => {
    const body = bodyOf([`${chunk('Grü')}data: {broken\n\n`], 'silence')
    const reader = readerOf(body, 'text/event-stream')
    await reader.next()
    await reader.return()
    expect(body.isClosed()).toBe(true)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('after its end mark may still end by itself for 100 ms', async () => {
    const clock = new FakeClock()
    const body = bodyOf([events], 'silence')
    const reader = readerOf(body, 'text/event-stream', { clock })
    await reader.next()
    await reader.return()
    await clock.advance(99)
    expect(body.isClosed()).toBe(false)
    await clock.advance(1)
    expect(body.isClosed()).toBe(true)
  })
})
