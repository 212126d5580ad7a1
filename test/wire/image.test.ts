// Image parts: what is taken, what is refused, and that size does not matter.

import { describe, expect, it } from 'vitest'
import { ByokError } from '../../src/core/errors.js'
import { dataUriOf, readImage } from '../../src/wire/image.js'

const read = (url: string) => readImage({ type: 'image_url', image_url: { url } })
const base64 = (bytes: string) => btoa(bytes.padEnd(24, '\0'))

const png = base64('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')
const jpeg = base64('\xff\xd8\xff\xe0\0\x10JFIF')
const gif87 = base64('GIF87a\x01\0\x01\0')
const gif89 = base64('GIF89a\x01\0\x01\0')
const webp = base64('RIFF\x24\0\0\0WEBPVP8 ')
const bmp = base64('BM\x36\0\0\0\0\0\0\0')
const wave = base64('RIFF\x24\0\0\0WAVEfmt ')

function refusal(url: unknown): ByokError {
  try {
    readImage({ type: 'image_url', image_url: { url: url as string } }) // what callers without types may send
  } catch (error) {
    if (error instanceof ByokError) return error
    throw error
  }
  throw new Error('the image was taken')
}

describe('an image part', () => {
  it.each([
    ['image/png', png],
    ['image/jpeg', jpeg],
    ['image/gif', gif87],
    ['image/gif', gif89],
    ['image/webp', webp],
  ] as const)('in bare base64 is known as %s by its first bytes', (mediaType, data) => {
    expect(read(data)).toEqual({ kind: 'base64', mediaType, data })
  })

  it('in a data URI is what its bytes are, not what the URI declares', () => {
    expect(read(`data:image/jpeg;base64,${png}`)).toEqual({
      kind: 'base64',
      mediaType: 'image/png',
      data: png,
    })
    expect(read(`data:;base64,${gif89}`)).toMatchObject({ mediaType: 'image/gif' })
    expect(read(`DATA:image/png;name=a;BASE64,${webp}`)).toMatchObject({ mediaType: 'image/webp' })
  })

  it('is left at its https address', () => {
    const url = 'https://example.com/a%20b.png?size=1#top'
    expect(read(url)).toEqual({ kind: 'url', url })
  })

  it('loses the line breaks and spaces that a command-line tool put into its base64', () => {
    expect(read(`\n${png.slice(0, 10)}\r\n${png.slice(10)}\n`)).toEqual({
      kind: 'base64',
      mediaType: 'image/png',
      data: png,
    })
  })

  it.each([
    ['an http: address', 'http://example.com/a.png', 'http:'],
    ['a file: address', 'file:///a.png', 'file:'],
    ['an https: address without a host', 'https://', 'parsed'],
    ['a data URI without a comma', 'data:image/png;base64', 'comma'],
    ['a data URI in percent-encoding', 'data:image/svg+xml,%3Csvg/%3E', 'base64'],
    ['a type that is not taken', bmp, 'first bytes'],
    ['a RIFF file that is no WebP', `data:image/webp;base64,${wave}`, 'first bytes'],
    ['words', 'a picture of a cat', 'neither'],
    ['data that ends in rubbish', `${png}<script>`, 'neither'],
    ['too few bytes to tell', '/9j/', 'first bytes'],
    ['an empty string', '', 'image_url.url'],
    ['no string', undefined, 'image_url.url'],
  ])('is refused when it is %s, and the error says why', (_case, url, word) => {
    const error = refusal(url)
    expect(error).toMatchObject({ code: 'invalid-request', isRetryable: false, field: 'messages[…].content' })
    expect(error.message).toContain(word)
    expect(error.message.length).toBeLessThan(250)
  })

  it('names the field that the caller of the reader gives', () => {
    expect(() => readImage({ type: 'image_url', image_url: { url: 'x' } }, 'messages[3].content[1]')).toThrow(
      expect.objectContaining({ field: 'messages[3].content[1]' }),
    )
  })

  it('of 20 MB is read without looking at its middle', () => {
    const data = jpeg + 'A'.repeat(20 * 1024 * 1024)
    read(`data:image/jpeg;base64,${data}`)
    const startedAt = performance.now()
    for (let round = 0; round < 5; round += 1) read(`data:image/jpeg;base64,${data}`)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })

  it('becomes what stands in an OpenAI image part', () => {
    expect(dataUriOf(read(jpeg))).toBe(`data:image/jpeg;base64,${jpeg}`)
    expect(dataUriOf(read('https://example.com/a.png'))).toBe('https://example.com/a.png')
  })
})
