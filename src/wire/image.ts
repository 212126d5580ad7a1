// What an image part holds: an address, or bytes in base64 whose type is read from the bytes themselves.

import { ByokError } from '../core/errors.js'
import type { ImagePart } from '../core/message.js'

/** The image types that every provider with vision takes. */
export type ImageMediaType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'

/** An image in base64, without line breaks. */
export interface Base64Image {
  readonly kind: 'base64'
  readonly mediaType: ImageMediaType
  readonly data: string
}

/** An image that the provider fetches itself. */
export interface UrlImage {
  readonly kind: 'url'
  readonly url: string
}

export type Image = UrlImage | Base64Image

/** As many base64 characters as the longest signature (12 bytes, of WebP) needs. */
const signatureLength = 16

const scheme = /^[a-z][a-z0-9+.-]*:/i
const base64Only = /^[A-Za-z0-9+/]*$/
const base64End = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Reads an image part: an `https:` URL, a `data:` URI in base64, or bare base64. The type comes from the first bytes,
 * whatever a data URI declares. Only the two ends of the data are looked at, so that a large image costs nothing; the
 * provider sees the rest. Throws `invalid-request`, with `field`, for anything else.
 */
export function readImage(part: ImagePart, field = 'messages[…].content'): Image {
  const url: unknown = part.image_url?.url
  if (typeof url !== 'string' || url.trim() === '') throw refused('It has no `image_url.url`.', field)
  const source = url.trim()
  const name = scheme.exec(source.slice(0, 64))?.[0].toLowerCase()
  switch (name) {
    case undefined:
      return base64Image(source, field)
    case 'data:':
      return base64Image(dataOf(source, field), field)
    case 'https:':
      if (!URL.canParse(source)) throw refused('Its `https:` URL cannot be parsed.', field)
      return { kind: 'url', url: source }
    case 'http:':
      throw refused(
        'An `http:` URL is not sent to providers, since anyone on the way could change the image; use `https:`.',
        field,
      )
    default:
      throw refused(`A \`${name}\` URL is not understood; use \`https:\`, a data URI, or base64.`, field)
  }
}

/** What stands in the `url` of an OpenAI image part: the address, or a data URI. */
export function dataUriOf(image: Image): string {
  return image.kind === 'url' ? image.url : `data:${image.mediaType};base64,${image.data}`
}

/** The data behind the comma of a data URI (RFC 2397), which must be base64. */
function dataOf(uri: string, field: string): string {
  const comma = uri.slice(0, 1024).indexOf(',')
  if (comma === -1) throw refused('Its data URI has no comma before the data.', field)
  if (!/;\s*base64\s*$/i.test(uri.slice(0, comma))) throw refused('Its data URI is not in base64.', field)
  return uri.slice(comma + 1)
}

function base64Image(text: string, field: string): Base64Image {
  // Command-line tools wrap base64 at 64 or 76 characters; providers refuse the line breaks.
  const data = text.includes('\n') ? text.replace(/\s+/g, '') : text
  if (!base64Only.test(data.slice(0, signatureLength)) || !base64End.test(data.slice(-64))) {
    throw refused('It is neither a URL nor base64.', field)
  }
  const mediaType =
    data.length < signatureLength ? undefined : mediaTypeOf(atob(data.slice(0, signatureLength)))
  if (mediaType === undefined) {
    throw refused('Its first bytes are those of no PNG, JPEG, GIF or WebP image.', field)
  }
  return { kind: 'base64', mediaType, data }
}

/** Reads the file signature. Source: the WHATWG MIME Sniffing Standard, §6.1. */
function mediaTypeOf(bytes: string): ImageMediaType | undefined {
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (bytes.startsWith('GIF87a') || bytes.startsWith('GIF89a')) return 'image/gif'
  if (bytes.startsWith('RIFF') && bytes.startsWith('WEBP', 8)) return 'image/webp'
  return undefined
}

function refused(reason: string, field: string): ByokError {
  return new ByokError('invalid-request', `An image of the request cannot be used. ${reason}`, { field })
}
