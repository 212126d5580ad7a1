// Shows a stream as it comes, and afterwards who was asked and what became of it.

import type { Attempt, CompletionResponse, CompletionStream } from 'byok-handler'
import type { Terminal } from './terminal.js'

/** Where text stands on the screen. */
export const textIndent = 5

/** As long as `answered`. */
const failedLabel = 'failed  '

/** Writes everything that a stream says, and gives back its response. Throws what the stream throws. */
export async function showStream(terminal: Terminal, stream: CompletionStream): Promise<CompletionResponse> {
  let previous: string | undefined
  for await (const event of stream) {
    if (event.type !== previous && event.type !== 'tool-call') terminal.endLine()
    switch (event.type) {
      case 'reasoning':
        if (previous !== 'reasoning') terminal.line('thinking', textIndent, 'yellow')
        terminal.flow(event.text, textIndent, 'dim', 'italic')
        break
      case 'text':
        if (previous === 'reasoning') terminal.line('answer', textIndent, 'yellow')
        terminal.flow(event.text, textIndent)
        break
      case 'refusal':
        terminal.flow(event.text, textIndent, 'yellow')
        break
      case 'tool-call-delta':
        if (previous !== 'tool-call-delta') terminal.line('fragments', textIndent, 'yellow')
        terminal.flow(` ${event.index}:${event.name ?? event.arguments ?? ''}`, textIndent, 'dim')
        break
      case 'tool-call':
        if (previous !== 'tool-call') terminal.line('calls', textIndent, 'yellow')
        terminal.line(`${event.name}(${terminal.inspect(event.input)})`, textIndent, 'cyan')
        break
      case 'done':
        terminal.endLine()
        return event.response
      case 'attempt':
      case 'usage':
      case 'warning':
        continue // told elsewhere, and no break in the text
      default:
        event satisfies never
    }
    previous = event.type
  }
  throw new Error('The stream ended without a response.')
}

/** One attempt a line: who was asked, how, and what became of it. */
export function showAttempts(terminal: Terminal, attempts: readonly Attempt[]): void {
  terminal.blank()
  for (const attempt of attempts) showAttempt(terminal, attempt)
}

/** One attempt. The reason of a failure stands under it. */
export function showAttempt(terminal: Terminal, attempt: Attempt): void {
  const { provider, model, mode, outcome, error, usage, durationMs, firstDeltaMs } = attempt
  const asked = `${provider}/${model}`.padEnd(13) + mode.padEnd(8)
  if (error !== undefined) {
    terminal.entry(failedLabel, `${asked}${error.code}`, textIndent, 'red')
    terminal.line(error.message, textIndent + failedLabel.length + 2, 'dim')
    return
  }
  const isAnswer = outcome === 'success'
  const tokens = (usage?.input ?? 0) + (usage?.output ?? 0)
  const first = firstDeltaMs === undefined || mode === 'whole' ? '' : `, first after ${seconds(firstDeltaMs)}`
  const label = isAnswer ? 'answered' : outcome
  terminal.entry(
    label,
    `${asked}${tokens} tokens in ${seconds(durationMs)}${first}`,
    textIndent,
    isAnswer ? 'green' : 'yellow',
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)}s`
}
