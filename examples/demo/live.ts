// The demo with a real key: one question, answered as it comes.

import { BYOKHandler, type HandlerOptions, isByokError } from 'byok-handler'
import { showAttempts, showStream, textIndent } from './show.js'
import type { Terminal } from './terminal.js'

const usualQuestion = 'In two sentences: why do cats purr?'

/** Asks the providers that have a key, in order, until one answers. False where none did. */
export async function askProvider(
  terminal: Terminal,
  options: HandlerOptions,
  question: string,
): Promise<boolean> {
  const prompt = question === '' ? usualQuestion : question
  terminal.blank()
  terminal.line('byok-handler', 2, 'bold')
  terminal.line(`There is a key for ${Object.keys(options.keys ?? {}).join(', ')}.`, 2, 'dim')
  terminal.blank()
  terminal.line(prompt, 2, 'cyan')
  terminal.blank()
  try {
    await using byok = new BYOKHandler(options)
    const { byok: told } = await showStream(terminal, byok.streamCompletion({ prompt }))
    showAttempts(terminal, told.attempts)
    terminal.entry('usd', terminal.inspect(told.cost.usd), textIndent, 'yellow')
    if (told.cost.usd === null) terminal.line('The price of this model is not known.', textIndent, 'dim')
    return true
  } catch (error) {
    if (!isByokError(error)) throw error
    terminal.entry('threw   ', `${error.code}: ${error.message}`, textIndent, 'red')
    showAttempts(terminal, error.attempts ?? [])
    return false
  } finally {
    terminal.blank()
  }
}
