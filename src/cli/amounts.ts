// How amounts are written: dollars, counts, shares and durations, each with its unit.

/** Dollars with as many digits as say something: `$1,234.50`, `$0.0421`, `$0.00075`. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0'
  if (usd >= 1) return usdFixed(usd, 2)
  return `$${Number(usd.toPrecision(3)).toFixed(9).replace(/0+$/, '').padEnd(4, '0')}`
}

/** What a number of attempts cost, as far as that is known: `$1.20`, `≥ $1.20`, `unknown`. */
export function spendText(known: { readonly knownUsd: number; readonly unknownPriceCalls: number }): string {
  if (known.unknownPriceCalls === 0) return usdText(known.knownUsd)
  return known.knownUsd === 0 ? 'unknown' : `≥ ${usdText(known.knownUsd)}`
}

/** Writes dollars so that a column of them is aligned: as many digits as its largest amount asks for. */
export function usdColumn(amounts: readonly number[]): (usd: number) => string {
  const largest = amounts.reduce((most, amount) => Math.max(most, amount), 0)
  const digits = largest >= 100 || largest === 0 ? 2 : largest >= 1 ? 4 : 6
  const least = 10 ** -digits
  return (usd) => (usd > 0 && usd < least ? `<${usdFixed(least, digits)}` : usdFixed(usd, digits))
}

/** A whole number with its thousands apart. */
export function countText(count: number): string {
  return grouped(count.toFixed(0))
}

/** `1 attempt`, `2 attempts`. */
export function attemptsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'attempt' : 'attempts'}`
}

/** A number in few characters: `950`, `12.3K`, `4.56M`. */
export function shortCount(count: number): string {
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).format(count)
}

/** A share as `12.5 %`, `<0.1 %` where it is not nothing, `>99 %` where it is not all. */
export function shareText(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  if (percent >= 99.5 && percent < 100) return '>99 %'
  return `${Number(percent.toFixed(percent < 10 ? 1 : 0))} %`
}

/** A duration as `210 ms`, `1.24 s` or `2 min 5 s`. */
export function durationText(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`
  if (durationMs < 59_950) return `${Number((durationMs / 1_000).toPrecision(3))} s`
  const seconds = Math.round(durationMs / 1_000)
  return `${countText(Math.floor(seconds / 60))} min ${seconds % 60} s`
}

function usdFixed(usd: number, digits: number): string {
  const [whole = '', fraction] = usd.toFixed(digits).split('.')
  return `$${grouped(whole)}${fraction === undefined ? '' : `.${fraction}`}`
}

/** By hand: making a formatter takes longer than a thousand of these. */
function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
