// What stands beside a word: gaps inside phrases, signs that make a letter a variable.

/** A single letter beside a number or a sign of a formula: `2x`, `n = `, `y^2`. */
export function isVariable(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1)
  const after = text.charCodeAt(end)
  if ((before >= 48 && before <= 57) || after === 94 || after === 0xb2) return true
  return (
    isOperator(text.charCodeAt(after === 32 ? end + 1 : end)) ||
    (before === 32 && isOperator(text.charCodeAt(start - 2)))
  )
}

/** + - = * / < > × · − */
function isOperator(unit: number): boolean {
  return (
    unit === 43 ||
    unit === 45 ||
    unit === 61 ||
    unit === 42 ||
    unit === 47 ||
    unit === 60 ||
    unit === 62 ||
    unit === 0xd7 ||
    unit === 0xb7 ||
    unit === 0x2212
  )
}

/** A space, a hyphen or an apostrophe between the words of a phrase. */
export function isGap(unit: number): boolean {
  return unit === 32 || unit === 45 || unit === 39 || unit === 0x2019
}
