// The fetch under every provider call: no redirects, no cookies, and error bodies of bounded size.

import { readText } from './body.js'

/** The most of an error body that is read. */
const longestErrorBody = 64 * 1024

/**
 * Wraps a `fetch` for provider calls. Redirects are refused: no LLM API needs them, and a followed one would carry the
 * prompt, and with `x-api-key` also the key, to a stranger (fetch drops only `Authorization` and `Cookie` there).
 */
export function guardedFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => fetch(input, { ...init, redirect: 'error', credentials: 'omit' })
}

/** The body of an error answer, up to a cap; empty where it broke off. */
export function readErrorBody(response: Response): Promise<string> {
  return readText(response, longestErrorBody, 'cut').catch(() => '')
}

/** An error answer with its body read, up to a cap, so that its connection is free and it can be read again. */
export async function bufferedError(response: Response): Promise<Response> {
  const text = await readErrorBody(response)
  const headers = new Headers(response.headers)
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'set-cookie'])
    headers.delete(name)
  const hasBody = response.status >= 200 && ![204, 205, 304].includes(response.status)
  return new Response(hasBody ? text : null, { status: response.status, headers })
}
