// How long a provider asks us to wait.

/**
 * The wait that the headers name, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date.
 * Anything that is no sensible number (negative, not finite, garbage, several values) counts as unsaid.
 * Source: RFC 9110 §10.2.3; `retry-after-ms` is OpenAI's and Azure's.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const exact = sensible(Number(headers.get('retry-after-ms') || Number.NaN))
  if (exact !== undefined) return exact
  const header = headers.get('retry-after')?.trim()
  if (!header) return undefined
  if (/^\d+(\.\d+)?$/.test(header)) return sensible(Number(header) * 1000)
  if (!/^[A-Za-z]{3}/.test(header)) return undefined
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : sensible(Math.max(0, date - nowMs))
}

function sensible(waitMs: number): number | undefined {
  return Number.isFinite(waitMs) && waitMs >= 0 && waitMs <= Number.MAX_SAFE_INTEGER
    ? Math.round(waitMs)
    : undefined
}
