// Fetches a table of prices, and believes nothing about it but its size.

import type { Clock } from '../core/clock.js'
import { ByokError, isByokError } from '../core/errors.js'

/** The real table is a tenth of it. */
const maxBytes = 8 * 1024 * 1024

/** For the whole of it. */
const timeLimitMs = 30_000

/** Where from, and by what means. */
export interface DownloadParts {
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
}

/**
 * The JSON at an address. Rejects with `timeout` after 30 s, `event-too-large` beyond 8 MiB (decompressed),
 * `aborted` with the signal, `invalid-response` for anything that is no JSON, else `network`. No redirect is followed,
 * and nothing that was read stays open.
 */
export async function downloadJson(parts: DownloadParts, signal: AbortSignal): Promise<unknown> {
  const control = new AbortController()
  const leave = (): void => control.abort(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  const cancelTimer = parts.clock.timer(timeLimitMs, () =>
    control.abort(
      new ByokError('timeout', `The prices did not come within ${timeLimitMs / 1_000} seconds.`, {
        phase: 'total',
      }),
    ),
  )
  try {
    return JSON.parse(await readText(parts, control.signal))
  } catch (cause) {
    throw failure(cause, control.signal, signal)
  } finally {
    cancelTimer()
    signal.removeEventListener('abort', leave)
    control.abort() // whatever was not read to its end is closed
  }
}

async function readText({ url, fetch }: DownloadParts, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    credentials: 'omit',
    signal,
  })
  if (!response.ok)
    throw new ByokError('network', `The prices could not be fetched: status ${response.status}.`, {
      status: response.status,
    })
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes)
      throw new ByokError('event-too-large', `The table of prices has more than ${maxBytes} bytes.`)
    text += decoder.decode(value, { stream: true })
  }
}

function failure(cause: unknown, control: AbortSignal, caller: AbortSignal): ByokError {
  if (caller.aborted) return new ByokError('aborted', 'Fetching the prices was aborted.', { cause })
  if (control.aborted && isByokError(control.reason)) return control.reason
  if (isByokError(cause)) return cause
  if (cause instanceof SyntaxError)
    return new ByokError('invalid-response', 'The table of prices is no JSON.', { cause })
  return new ByokError('network', 'The prices could not be fetched.', { cause })
}
