// The fast path of a stream: cuts the text out of a content delta that differs from an earlier one only there.

import type { Delta } from '../../core/delta.js'
import { TextTemplate } from '../text-template.js'
import { addArguments } from './answer.js'

const progress: Delta = { type: 'progress' }

/** The pieces of text that content deltas bring. */
export type PieceKind = 'text' | 'thinking' | 'arguments'

/** One template a kind of piece, of which only the last that was learned is tried. */
export class DeltaTemplates {
  readonly #templates: Readonly<Record<PieceKind, TextTemplate>> = {
    text: new TextTemplate('"text":"'),
    thinking: new TextTemplate('"thinking":"'),
    arguments: new TextTemplate('"partial_json":"'),
  }
  #kind: PieceKind | undefined
  #index: number | undefined

  /** Forgets what was learned: another block may use the same index for something else. */
  reset(): void {
    this.#kind = undefined
  }

  /** Remembers an event that was parsed and whose one piece of text, in the block `index`, is all that counts in it. */
  learn(data: string, kind: PieceKind, index: number | undefined, text: string): void {
    this.#templates[kind].learn(withoutPadding(data), text)
    this.#kind = kind
    this.#index = index
  }

  /** Adds what an event means that fits the template; `false` leaves it to the parser. */
  take(data: string, deltas: Delta[]): boolean {
    const kind = this.#kind
    if (kind === undefined) return false
    const text = this.#templates[kind].match(withoutPadding(data))
    if (text === undefined) return false
    const index = this.#index
    if (text === '') deltas.push(progress)
    else if (kind === 'text') deltas.push({ type: 'text', text })
    else if (kind === 'arguments') addArguments(text, index, deltas)
    else
      deltas.push(
        index === undefined ? { type: 'reasoning', text } : { type: 'reasoning', text, block: index },
      )
    return true
  }
}

/**
 * Anthropic hides the length of its text behind spaces at the end of the object: `"text":"Hi"}    }`. Where an event
 * ends in a string, two brackets and spaces, the end behind the string is cut off, since it says nothing.
 */
function withoutPadding(data: string): string {
  const outer = lastVisible(data, data.length - 1)
  if (data[outer] !== '}') return data
  const inner = lastVisible(data, outer - 1)
  if (data[inner] !== '}') return data
  const quote = lastVisible(data, inner - 1)
  return data[quote] === '"' ? data.slice(0, quote + 1) : data
}

function lastVisible(data: string, from: number): number {
  let at = from
  while (data.charCodeAt(at) === 32) at -= 1
  return at
}
