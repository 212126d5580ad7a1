// Reads the chunks that differ from the one before in a single string without parsing them: most of any stream.

import type { Delta } from '../../core/delta.js'
import { asObject, type JsonObject } from '../json.js'
import { TextTemplate } from '../text-template.js'

/** Templates made in a row that no chunk fitted, after which making more costs more than it can save. */
const mostWasted = 6

/** What a template's string is: the field it stands in, and how a delta is made of it. */
type Kind = 'content' | 'reasoning_content' | 'reasoning' | 'arguments'

/**
 * Holds one template, learnt from the last parsed chunk: it is valid only while chunks keep fitting it, so nothing that
 * the decoder remembers can have changed in between.
 */
export class FastPath {
  #template: TextTemplate | undefined
  #templateKey = ''
  #isReady = false
  #kind: Kind | undefined
  /** The type of the last delta that was looked at: what does not repeat in text may well repeat in arguments. */
  #type: Delta['type'] | undefined
  /** The call that a template of arguments belongs to. */
  #index: number | undefined
  #wasted = 0

  /** Adds the delta of a chunk that fits the template. False where it must be parsed. */
  take(data: string, deltas: Delta[]): boolean {
    if (!this.#isReady) return false
    const text = this.#template?.match(data)
    if (text === undefined || text === '') return false
    this.#wasted = 0
    switch (this.#kind) {
      case 'content':
        deltas.push({ type: 'text', text })
        return true
      case 'reasoning':
      case 'reasoning_content':
        deltas.push({ type: 'reasoning', text })
        return true
      case 'arguments':
        deltas.push(
          this.#index === undefined
            ? { type: 'tool-call-delta', arguments: text }
            : { type: 'tool-call-delta', index: this.#index, arguments: text },
        )
        return true
      default:
        return false
    }
  }

  /** Looks at a chunk that was parsed, and at all that it gave: a single delta with a single string can be a template. */
  learn(data: string, chunk: JsonObject, delta: Delta | undefined): void {
    this.#isReady = false
    if (delta === undefined) return
    if (delta.type !== this.#type) {
      this.#type = delta.type
      this.#wasted = 0
    }
    if (this.#wasted >= mostWasted) return
    const kind = kindOf(delta, chunk)
    if (kind === undefined) return
    this.#wasted += 1
    this.#isReady = true
    this.#kind = kind
    this.#templateFor(kind, data, chunk).learn(data, stringOf(delta))
    if (delta.type === 'tool-call-delta') this.#index = delta.index
  }

  #templateFor(kind: Kind, data: string, chunk: JsonObject): TextTemplate {
    const tight = `"${kind}":"`
    // Python's json.dumps puts a space behind the colon.
    const marker = data.includes(tight) ? tight : `"${kind}": "`
    const padding = paddingOf(chunk)
    const key = padding === undefined ? marker : marker + padding
    if (this.#template === undefined || this.#templateKey !== key) {
      this.#template = new TextTemplate(marker, padding)
      this.#templateKey = key
    }
    return this.#template
  }
}

/** The field whose string is all that the chunk gave, where that string is the only thing that a next chunk may change. */
function kindOf(delta: Delta, chunk: JsonObject): Kind | undefined {
  const choices = chunk.choices
  if (!Array.isArray(choices) || choices.length !== 1) return undefined
  const sent = asObject(asObject(choices[0])?.delta)
  if (sent === undefined) return undefined
  switch (delta.type) {
    case 'text':
      return sent.content === delta.text ? 'content' : undefined
    case 'reasoning':
      // Details repeat the text beside it, or carry what must be kept.
      if (Array.isArray(sent.reasoning_details) && sent.reasoning_details.length > 0) return undefined
      if (sent.reasoning_content === delta.text) return sent.reasoning ? undefined : 'reasoning_content'
      return sent.reasoning === delta.text ? 'reasoning' : undefined
    case 'tool-call-delta': {
      const isFragment = delta.id === undefined && delta.name === undefined && delta.signature === undefined
      return isFragment && delta.kind === undefined && delta.arguments ? 'arguments' : undefined
    }
    default:
      return undefined
  }
}

function stringOf(delta: Delta): string {
  switch (delta.type) {
    case 'text':
      return delta.text
    case 'reasoning':
      return delta.text ?? ''
    case 'tool-call-delta':
      return delta.arguments ?? ''
    default:
      return ''
  }
}

/** The marker of a field of random length that hides the length of the text: OpenAI's `obfuscation`, Mistral's `p`. */
function paddingOf(chunk: JsonObject): string | undefined {
  if (typeof chunk.obfuscation === 'string') return '"obfuscation":"'
  return typeof chunk.p === 'string' ? '"p":"' : undefined
}
