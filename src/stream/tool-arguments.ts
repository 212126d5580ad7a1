// What a tool call's argument text amounts to once no more of it will come.

/** The arguments of a call that has ended. */
export interface ReadArguments {
  /** As sent, or mended where that was asked for; `{}` where a finished call sent none. */
  readonly text: string
  /** The parsed value. Absent where the text is no whole JSON. */
  readonly input?: unknown
  readonly invalid?: true
  readonly mended?: true
}

/** How the answer ended, as far as arguments care. */
export interface ArgumentsEnd {
  /** The output limit cut the answer off: a call may be incomplete although its text looks whole. */
  readonly cutOff: boolean
  /** Mends a trailing comma, raw control characters and missing closing brackets. */
  readonly repair: boolean
}

/** Reads the arguments once, at the end. A call that was cut off is never completed. */
export function readArguments(sent: string, end: ArgumentsEnd): ReadArguments {
  if (sent.trim() === '') return end.cutOff ? { text: sent, invalid: true } : { text: '{}', input: {} }
  const input = parse(sent)
  if (input !== undefined && !(end.cutOff && typeof input.value !== 'object'))
    return { text: sent, input: input.value }
  if (end.repair && !end.cutOff) {
    const text = mend(sent)
    const mended = parse(text)
    if (mended !== undefined) return { text, input: mended.value, mended: true }
  }
  return { text: sent, invalid: true }
}

/** True for text that is whole JSON already, so that nothing can follow it. */
export function isWholeJson(text: string): boolean {
  return parse(text) !== undefined
}

function parse(text: string): { value: unknown } | undefined {
  try {
    // A key that reaches a prototype can be spelled with escapes, so those get the careful way too.
    return {
      value: /__proto__|constructor|\\u/.test(text) ? JSON.parse(text, withoutPrototypes) : JSON.parse(text),
    }
  } catch {
    return undefined
  }
}

/** Drops the keys by which merging an object would pollute every other one. */
function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') return undefined
  if (key === 'constructor' && typeof value === 'object' && value !== null && 'prototype' in value)
    return undefined
  return value
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

/** One pass: escapes control characters inside strings, drops a comma before a closing bracket, closes what is open. */
function mend(text: string): string {
  let out = ''
  let comma = -1
  let inString = false
  const open: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (inString) {
      if (character === '\\') {
        out += character + text.charAt(at + 1)
        at += 1
      } else {
        inString = character !== '"'
        out +=
          character < ' '
            ? (escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
            : character
      }
      continue
    }
    if (character === '}' || character === ']') {
      if (comma !== -1) out = out.slice(0, comma) + out.slice(comma + 1)
      open.pop()
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']')
    }
    inString = character === '"'
    if (character === ',') comma = out.length
    else if (character.trim() !== '') comma = -1
    out += character
  }
  if (inString) return text // a string cut in the middle would come out as something nobody said
  if (comma !== -1) out = out.slice(0, comma)
  return out + open.reverse().join('')
}
