// Content parts as Anthropic's content blocks.

import { ByokError } from '../../core/errors.js'
import type { CacheMark, Content, ContentPart, FilePart, ImagePart } from '../../core/message.js'
import { readImage } from '../image.js'

/** A content block of a request. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string }

/** As many base64 characters as tell a PDF: `%PDF-`. */
const pdfSignature = 'JVBERi0'

/**
 * The blocks of a message's content, in order. Text without a visible character is left out, since the API refuses it.
 * `field` says where the content stands, for the error about a part that cannot be sent.
 */
export function contentBlocks(content: Content | null | undefined, field: string): Block[] {
  if (content === null || content === undefined) return []
  if (typeof content === 'string') return textBlocks(content, {})
  return content.flatMap((part, index) => partBlocks(part, `${field}[${index}]`))
}

/** A string where the blocks are no more than one plain text: the form that every vendor takes. */
export function compact(blocks: readonly Block[]): string | readonly Block[] {
  const [first] = blocks
  const isPlain = blocks.length === 1 && first?.type === 'text' && Object.keys(first).length === 2
  return isPlain ? String(first.text) : blocks
}

/** Text as a block, or none where there is nothing to see in it. */
export function textBlocks(text: string, mark: CacheMark): Block[] {
  return text.trim() === '' ? [] : [{ type: 'text', text, ...cacheMark(mark) }]
}

function partBlocks(part: ContentPart, field: string): Block[] {
  switch (part.type) {
    case 'text':
      return textBlocks(part.text, part)
    case 'refusal':
      return textBlocks(part.refusal, part)
    case 'image_url':
      return [{ ...imageBlock(part, field), ...cacheMark(part) }]
    case 'file':
      return [{ ...fileBlock(part, field), ...cacheMark(part) }]
    case 'input_audio':
      throw refused('Sound is not taken by this provider.', field)
    default:
      throw refused(
        `A part of type ${JSON.stringify((part satisfies never as ContentPart).type)} is not known.`,
        field,
      ) // callers without types
  }
}

function cacheMark({ cache_control }: CacheMark): CacheMark {
  return cache_control === undefined ? {} : { cache_control }
}

function imageBlock(part: ImagePart, field: string): Block {
  const image = readImage(part, field)
  if (image.kind === 'url') return { type: 'image', source: { type: 'url', url: image.url } }
  return { type: 'image', source: { type: 'base64', media_type: image.mediaType, data: image.data } }
}

function fileBlock({ file }: FilePart, field: string): Block {
  const { file_id, file_data, filename } = file
  if (file_data !== undefined && /^data:image\//i.test(file_data)) {
    return imageBlock({ type: 'image_url', image_url: { url: file_data } }, field)
  }
  const source = file_id === undefined ? documentSource(file_data ?? '', field) : { type: 'file', file_id }
  return { type: 'document', source, ...(filename === undefined ? {} : { title: filename }) }
}

/** A document by its bytes; PDF and plain text are what the API reads. */
function documentSource(given: string, field: string): Block {
  if (/^https:/i.test(given)) return { type: 'url', url: given }
  const declared = /^data:([^;,]*)[^,]*,/i.exec(given.slice(0, 1024))
  const data = declared === null ? given : given.slice(declared[0].length)
  if (data.startsWith(pdfSignature)) return { type: 'base64', media_type: 'application/pdf', data }
  if (declared?.[1]?.toLowerCase().startsWith('text/') && /;\s*base64\s*,$/i.test(declared[0])) {
    return { type: 'text', media_type: 'text/plain', data: decodedText(data, field) }
  }
  const taken =
    'a PDF in base64, a text in a base64 data URI, an `https:` address, or the id of a stored file'
  throw refused(`A file cannot be sent: it must be ${taken}.`, field)
}

function decodedText(data: string, field: string): string {
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refused('A text file is no base64 of UTF-8.', field)
  }
}

function refused(message: string, field: string): ByokError {
  return new ByokError('invalid-request', message, { field })
}
