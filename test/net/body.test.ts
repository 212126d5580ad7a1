// How a body is read to its end or a limit, and how its connection is let go.

import { describe, expect, it } from 'vitest'
import { BodyReader, readErrorText, readText } from '../../src/net/body.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { bodyOf, type TestBody } from './bodies.js'

const readerOf = ({ stream }: TestBody) => new BodyReader(new Response(stream))
const piecesOf = (count: number, bytes: number) => Array.from({ length: count }, () => new Uint8Array(bytes))

describe('the body of a finished answer', () => {
  it('is read to its end, so that its connection can be used again', async () => {
    const clock = new FakeClock()
    const body = bodyOf(piecesOf(3, 1024))
    readerOf(body).finish(clock)
    await clock.advance(0)
    expect(body.taken()).toBe(3)
    expect(body.isClosed()).toBe(false)
    expect(clock.pending()).toBe(0)
  })

  it('is closed after 100 ms of silence', async () => {
    const clock = new FakeClock()
    const body = bodyOf(['x'], 'silence')
    readerOf(body).finish(clock)
    await clock.advance(99)
    expect(body.isClosed()).toBe(false)
    await clock.advance(1)
    expect(body.isClosed()).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  it('is closed when 64 KiB more have come', async () => {
    const clock = new FakeClock()
    const body = bodyOf(piecesOf(100, 16 * 1024))
    readerOf(body).finish(clock)
    await clock.advance(0)
    expect(body.isClosed()).toBe(true)
    expect(body.taken()).toBe(4)
    expect(clock.pending()).toBe(0)
  })

  it('may break without harm', async () => {
    const clock = new FakeClock()
    readerOf(bodyOf(['x'], { breaksWith: new Error('reset') })).finish(clock)
    await clock.advance(0)
    expect(clock.pending()).toBe(0)
  })
})

describe('a body that was closed', () => {
  it('ends the read under way and gives nothing more', async () => {
    const body = bodyOf(['x'], 'silence')
    const reader = readerOf(body)
    await reader.read()
    const waiting = reader.read()
    reader.cancel()
    reader.cancel()
    expect((await waiting).value).toBeUndefined()
    expect((await reader.read()).value).toBeUndefined()
    expect(body.isClosed()).toBe(true)
  })

  it('is as good as none where the transport has read it already', async () => {
    const response = new Response('x')
    await response.text()
    expect((await new BodyReader(response).read()).value).toBeUndefined()
  })
})

describe('a body as text', () => {
  it('is whole with its characters cut anywhere, and with a piece that was read before', async () => {
    const bytes = new TextEncoder().encode('Grüße 🙂')
    const body = readerOf(bodyOf(Array.from(bytes.subarray(1), (byte) => Uint8Array.of(byte))))
    expect(await readText(body, bytes.length, bytes.subarray(0, 1))).toEqual({
      isWhole: true,
      text: 'Grüße 🙂',
    })
  })

  it('is cut at the limit, and closed', async () => {
    const body = bodyOf(['abc', 'def', 'ghi'])
    expect(await readText(readerOf(body), 5)).toMatchObject({
      isWhole: false,
      text: 'abcde',
      failure: { code: 'event-too-large' },
    })
    expect(body.isClosed()).toBe(true)
    expect(body.taken()).toBe(2)
  })

  it('tells what it broke with, even where that is nothing, and what had come', async () => {
    for (const failure of [new Error('reset'), undefined]) {
      const read = await readText(readerOf(bodyOf(['abc'], { breaksWith: failure })), 9)
      expect(read).toEqual({ isWhole: false, text: 'abc', failure })
    }
  })
})

describe('the body of an error', () => {
  it('is waited for 2 seconds; what had come counts, and the connection is closed', async () => {
    const clock = new FakeClock()
    const body = bodyOf(['{"error":{"message":', '"Slow down."}}'], 'silence')
    let text: string | undefined
    const reading = readErrorText(readerOf(body), clock).then((read) => {
      text = read
    })
    await clock.advance(1_999)
    expect(text).toBeUndefined()
    await clock.advance(1)
    await reading
    expect(text).toBe('{"error":{"message":"Slow down."}}')
    expect(body.isClosed()).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  it('that ends leaves no timer behind', async () => {
    const clock = new FakeClock()
    expect(await readErrorText(readerOf(bodyOf(['Slow', ' down'])), clock)).toBe('Slow down')
    expect(clock.pending()).toBe(0)
  })

  it('is read up to 64 KiB', async () => {
    const body = bodyOf(piecesOf(100, 16 * 1024).map((piece) => piece.fill(0x20)))
    expect(await readErrorText(readerOf(body), new FakeClock())).toHaveLength(64 * 1024)
    expect(body.isClosed()).toBe(true)
    expect(body.taken()).toBe(5)
  })

  it('loses its last word where it was cut: half a key could not be hidden any more', async () => {
    const said = 'The key test-key-can'
    const clock = new FakeClock()
    const broken = readerOf(bodyOf([said], { breaksWith: new Error('reset') }))
    expect(await readErrorText(broken, clock)).toBe('The key ')
    const late = readErrorText(readerOf(bodyOf([said], 'silence')), clock)
    await clock.advance(2_000)
    expect(await late).toBe('The key ')
    expect(await readErrorText(readerOf(bodyOf([said])), clock)).toBe(said)
  })
})
