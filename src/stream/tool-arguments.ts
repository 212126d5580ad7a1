// What a tool call's argument text amounts to once no more of it will come.

/** The arguments of a call that has ended. */
export interface ReadArguments {
  /** As sent, or mended where that was asked for; `{}` where a finished call sent none. */
  readonly text: string
  /** The parsed object. Absent where the text is no whole JSON object. */
  readonly input?: object
  readonly invalid?: true
  readonly mended?: true
}

/** How the answer ended, as far as arguments care. */
export interface ArgumentsEnd {
  /** The output limit or a content filter cut the answer off: a call may be incomplete although its text looks whole. */
  readonly cutOff: boolean
  /** Mends a trailing comma, raw control characters and missing closing brackets. */
  readonly repair: boolean
}

/** Reads the arguments once, at the end. A call that was cut off is never completed. */
export function readArguments(sent: string, end: ArgumentsEnd): ReadArguments {
  if (sent.trim() === '') return end.cutOff ? { text: sent, invalid: true } : { text: '{}', input: {} }
  const input = parse(sent)
  if (input !== undefined) return { text: sent, input }
  if (end.repair && !end.cutOff) {
    const text = mend(sent)
    const mended = parse(text)
    if (mended !== undefined) return { text, input: mended, mended: true }
  }
  return { text: sent, invalid: true }
}

/** The object that the text spells; `undefined` where it spells anything else. */
function parse(text: string): object | undefined {
  try {
    // A key that reaches a prototype can be spelled with escapes, so those get the careful way too.
    const isRisky = /__proto__|constructor|\\u/.test(text)
    const value: unknown = isRisky ? JSON.parse(text, withoutPrototypes) : JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
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
  const out: string[] = []
  /** Where in `out` a comma stands that nothing visible has followed yet. */
  let comma = -1
  let inString = false
  const open: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (inString) {
      if (character === '\\') {
        out.push(character, text.charAt(at + 1))
        at += 1
      } else {
        inString = character !== '"'
        out.push(
          character < ' '
            ? (escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
            : character,
        )
      }
      continue
    }
    if (character === '}' || character === ']') {
      if (comma !== -1) out[comma] = ''
      open.pop()
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']')
    }
    inString = character === '"'
    if (character === ',') comma = out.length
    else if (character.trim() !== '') comma = -1
    out.push(character)
  }
  if (inString) return text // a string cut in the middle would come out as something nobody said
  if (comma !== -1) out.length = comma
  return out.join('') + open.reverse().join('')
}
