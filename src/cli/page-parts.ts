// The pieces that a page is put together from: cards, and tables behind their plots.

import { type Markup, type MarkupValue, markup } from './markup.js'

/** A page with more rows is no longer read, and JSON has them all. */
const mostTableRows = 500

/** A titled part of the page. Without a plot, it says that there is nothing to show. */
export function card(title: string, says: string, plot: Markup | undefined, table: Markup): Markup {
  return markup`<section class="card"><h2>${title}</h2><p>${says}</p>
${plot === undefined ? markup`<p class="empty">None in this period.</p>` : markup`${plot}\n${table}`}
</section>`
}

/** The data of a plot as a table that opens on demand. `words`: how many columns from the left are no numbers. */
export function dataTable(
  head: readonly string[],
  rows: readonly (readonly MarkupValue[])[],
  words = 1,
): Markup {
  const cell = (value: MarkupValue, at: number): Markup =>
    at < words ? markup`<td class="words">${value}</td>` : markup`<td>${value}</td>`
  const rest = rows.length - mostTableRows
  const more =
    rest > 0 ? [markup`<tr><td class="words" colspan="${head.length}">and ${rest} more</td></tr>`] : []
  return markup`<details><summary>Table</summary><table><thead><tr>${head.map((name, at) =>
    at < words ? markup`<th scope="col" class="words">${name}</th>` : markup`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>
${rows.slice(0, mostTableRows).map((row) => markup`<tr>${row.map(cell)}</tr>\n`)}${more}</tbody></table></details>`
}

/** What each colour of a plot stands for. */
export function legend(names: readonly { readonly colour: number; readonly name: Markup }[]): Markup {
  return markup`<ul class="legend">${names.map(
    ({ colour, name }) =>
      markup`<li><svg width="10" height="10" aria-hidden="true"><rect class="c${colour}" width="10" height="10" rx="2"/></svg>${name}</li>`,
  )}</ul>`
}
