// The fetch under every provider call: no redirects, and no cookies.

/**
 * Wraps a `fetch` for provider calls. Redirects are refused: no LLM API needs them, and a followed one would carry the
 * prompt, and with `x-api-key` also the key, to a stranger (fetch drops only `Authorization` and `Cookie` there).
 */
export function guardedFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) => fetch(input, { ...init, redirect: 'error', credentials: 'omit' })
}
