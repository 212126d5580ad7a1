// Finds the turns that say how hard a request is: the user's last one, and what it answers.

import type { ClassifierQuestion } from '../../core/classification.js'
import type { Content, Message } from '../../core/message.js'

/** Earlier turns of the user that are looked at. */
const mostEarlierTurns = 3

/** The turns of a request that are read. */
export interface Turns {
  /** The user's last turn. */
  readonly last: string
  /** The user's turns before it, the latest first. */
  readonly earlier: readonly string[]
  /** What the assistant said between the last two turns of the user ends with a question, or offers something. */
  readonly isAskedBack: boolean
  /** Pictures and sounds in the last turn. */
  readonly hasPictures: boolean
  /** Documents in the last turn. */
  readonly hasFiles: boolean
  /** Tools have been used since the user's last turn. */
  readonly isInToolLoop: boolean
}

/** Picks the turns out of the messages. */
export function readTurns({ messages }: ClassifierQuestion): Turns {
  const place = lastUserPlace(messages, messages.length)
  if (place === -1)
    return {
      last: '',
      earlier: [],
      isAskedBack: false,
      hasPictures: false,
      hasFiles: false,
      isInToolLoop: false,
    }
  const earlier: string[] = []
  let before = lastUserPlace(messages, place)
  const isAskedBack = asksBack(messages.slice(before + 1, place))
  for (; before !== -1 && earlier.length < mostEarlierTurns; before = lastUserPlace(messages, before))
    earlier.push(textOf(messages[before]?.content))
  const content = messages[place]?.content
  return {
    last: textOf(content),
    earlier,
    isAskedBack,
    hasPictures: hasPart(content, 'image_url') || hasPart(content, 'input_audio'),
    hasFiles: hasPart(content, 'file'),
    isInToolLoop: messages.slice(place + 1).some((message) => message.role === 'tool'),
  }
}

function lastUserPlace(messages: readonly Message[], before: number): number {
  for (let at = before - 1; at >= 0; at -= 1) if (messages[at]?.role === 'user') return at
  return -1
}

/** Whether an assistant's turn among these ends with a question. */
function asksBack(between: readonly Message[]): boolean {
  const message = between.findLast((each) => each.role === 'assistant')
  if (message === undefined) return false
  const end = textOf(message.content).slice(-200).trimEnd()
  return /[?？؟]/.test(end) || end.endsWith(';')
}

/** The text of a message; its parts on lines of their own. */
function textOf(content: Content | null | undefined): string {
  if (content === null || content === undefined) return ''
  if (typeof content === 'string') return content
  const texts: string[] = []
  for (const part of content) if (part.type === 'text') texts.push(part.text)
  return texts.join('\n')
}

function hasPart(content: Content | null | undefined, type: string): boolean {
  return Array.isArray(content) && content.some((part) => part.type === type)
}
