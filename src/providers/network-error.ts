// A connection that failed, as a typed error: what the network called it, and nothing of the request.

import { ProviderError } from '../core/errors.js'
import { withoutStack } from './without-stack.js'

/** Codes that say that nobody answered at all: asking again in another way is no use. */
const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** The typed error for a request that got no response. */
export function errorOfConnection(failure: unknown): ProviderError {
  const links = causes(failure)
  const code = codeOf(links)
  if (links.some((link) => messageOf(link) === 'unexpected redirect')) {
    return new ProviderError(
      'invalid-response',
      'The provider answered with a redirect, which is never followed.',
    )
  }
  if (links.some((link) => /content-encodings/.test(messageOf(link)))) {
    return new ProviderError(
      'invalid-response',
      'The answer is compressed more often than any answer should be.',
    )
  }
  if (code !== undefined && /TIMEOUT|TIMEDOUT/.test(code)) {
    const phase =
      code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' ? 'first-token' : 'connect'
    return new ProviderError('timeout', `The provider could not be reached in time (${code}).`, {
      phase,
      upstream: { code },
    })
  }
  const why = code ?? 'the connection failed'
  return new ProviderError('network', `The provider could not be reached: ${why}.`, {
    cause: plainCause(links.at(-1)),
    ...(code === undefined ? {} : { upstream: { code } }),
  })
}

/** The typed error for an answer whose connection broke while it was being read. */
export function errorOfBrokenBody(failure: unknown): ProviderError {
  const links = causes(failure)
  const code = codeOf(links)
  if (
    links.some((link) =>
      /decompress|incorrect header|Z_DATA|Z_BUF|brotli/i.test(`${codeOf([link]) ?? ''} ${messageOf(link)}`),
    )
  ) {
    return new ProviderError('invalid-response', 'The answer could not be decompressed.')
  }
  return new ProviderError(
    'stream-interrupted',
    `The connection broke while the answer was coming${code ? ` (${code})` : ''}.`,
    {
      cause: plainCause(links.at(-1)),
      ...(code === undefined ? {} : { upstream: { code } }),
    },
  )
}

/** True where nobody answered: connection refused, or no such host. */
export function isUnreachable(code: string | undefined): boolean {
  return code !== undefined && unreachable.has(code)
}

/** The error, its cause, the cause of that …; SDKs and undici wrap the one that matters. */
function causes(failure: unknown): unknown[] {
  const links: unknown[] = []
  for (let link = failure; link !== undefined && link !== null && links.length < 8; ) {
    links.push(link)
    const errors: unknown = typeof link === 'object' && 'errors' in link ? link.errors : undefined
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined
    link = first ?? (typeof link === 'object' && 'cause' in link ? link.cause : undefined)
  }
  return links
}

function codeOf(links: readonly unknown[]): string | undefined {
  for (const link of links) {
    if (typeof link === 'object' && link !== null && 'code' in link && typeof link.code === 'string')
      return link.code
  }
  return undefined
}

function messageOf(link: unknown): string {
  return link instanceof Error ? link.message : ''
}

/** The network's error without whatever the SDK hung on it. */
function plainCause(link: unknown): Error {
  return withoutStack(new Error(messageOf(link) || 'unknown'))
}
