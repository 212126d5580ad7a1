// Text for HTML and SVG that escapes whatever is put into it, so that no name can become part of a page.

import { visibleName, visibleText } from '../core/visible-text.js'

/** Text that stands in a page as it is: made by `markup`, and by hand for nothing but our own style sheet. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may be put into a page: text and numbers are escaped, markup is not. */
export type MarkupValue = string | number | Markup | readonly Markup[]

/** A piece of a page. Attributes must stand in double quotes. */
export function markup(pieces: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let text = pieces[0] ?? ''
  values.forEach((value, at) => {
    text += textOf(value) + (pieces[at + 1] ?? '')
  })
  return new Markup(text)
}

/** A name in a page: its direction stays its own, and where there is none, that is said. */
export function nameMarkup(name: string | null): Markup {
  if (name === null) return markup`<i>none</i>`
  return name === '' ? markup`<i>empty</i>` : markup`<bdi>${visibleName(name)}</bdi>`
}

function textOf(value: MarkupValue): string {
  if (value instanceof Markup) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeText(value)
  return value.map((piece) => piece.text).join('')
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

function escapeText(text: string): string {
  return visibleText(text).replaceAll(/[&<>"']/g, (character) => entities.get(character) ?? '')
}
