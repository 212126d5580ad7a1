// Tells whether a provider's error says that it does not stream, in a parameter's name or in words.

import type { ByokError } from '../core/errors.js'

/** What is refused. Part of another word it is another thing, and the documentation of streaming refuses nothing. */
const subject = /(?<![\w-])(?<!\bend of )stream(ing|_options)?(?![\w-])(?! (docs|documentation|guide)\b)/i

const refusal =
  /not (supported|available|allowed|enabled|permitted|accepted)|unsupported|unknown|unrecognized|unexpected|extra inputs|does(n't| not) support/i

/** The provider said that it does not stream, or not with `stream_options`. */
export function refusesStreaming(error: ByokError): boolean {
  if (error.code !== 'invalid-request') return false
  const param = error.upstream?.param
  if (param === 'stream' || param === 'stream_options' || param?.startsWith('stream_options.')) return true
  // Vendors that name no parameter say it in words. An address is none, and what another sentence says is another matter.
  const text = error.message.replace(/\bhttps?:\/\/\S+/gi, '')
  return text.split(/[.;!?]\s|\n/).some((sentence) => subject.test(sentence) && refusal.test(sentence))
}
