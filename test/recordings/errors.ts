// Every recorded and documented error body, as an answer to a call of the public handler.

import { isByokError } from '../../src/core/errors.js'
import { type Asked, ask, oneRequest, ways } from './asking.js'
import type { DialectId, Recordings } from './cases.js'
import { differencesOfError } from './expectation.js'
import { type ExpectedError, expectedError, type FailedAnswer } from './expected-error.js'
import type { Replay, ReplayOptions } from './replay.js'
import type { Check } from './report.js'

interface Failing {
  readonly source: 'recorded' | 'documented'
  readonly name: string
  readonly dialect: DialectId
  readonly caseId: string
  readonly options: ReplayOptions
  readonly answer: FailedAnswer
}

const builtin: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'builtin/chat-text',
  'openai-responses': 'builtin/responses-text',
  'anthropic-messages': 'builtin/messages-text',
}

/** One check for each error body and method. */
export function errorChecks(replay: Replay, recordings: Recordings): Check[] {
  return [...recorded(recordings), ...documented(recordings)].flatMap((failing) =>
    ways.map((way) => ({
      group: failing.dialect,
      way: `${failing.source} errors, ${way}`,
      name: `${failing.name}: ${failing.answer.body.slice(0, 160)}`,
      run: async () => {
        const { dialect, caseId, options } = failing
        return faultsOf(
          await ask(replay, { dialect, caseId, options, settings: oneRequest }, way),
          failing.answer,
        )
      },
    })),
  )
}

function recorded({ cases }: Recordings): Failing[] {
  return cases
    .filter(({ kind }) => kind === 'error')
    .map(({ id, dialect, status, headers, body }) => ({
      source: 'recorded',
      name: id,
      dialect,
      caseId: id,
      options: {},
      answer: { status, headers, body: body.toString('utf8') },
    }))
}

function documented({ documentedErrors }: Recordings): Failing[] {
  return documentedErrors.map(({ provider, api, status, headers, body }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return {
      source: 'documented',
      name: `${provider} ${status}`,
      dialect: api,
      caseId: builtin[api],
      options: {
        status,
        // The server reads an empty option as a switch, so that an empty body cannot be asked for.
        body: text || ' ',
        ct: headers['content-type'] ?? 'none',
        ...pick(headers, 'retry-after'),
        ...pick(headers, 'retry-after-ms'),
      },
      answer: { status, headers, body: text },
    }
  })
}

function pick(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const value = headers[name]
  return value === undefined ? {} : { [name]: value }
}

function faultsOf({ outcome, requests, events, faults }: Asked, answer: FailedAnswer): string[] {
  const expected: ExpectedError = expectedError(answer)
  if (!isByokError(outcome))
    return [...faults, `no error, though ${expected.codes.join(' or ')} was to be thrown`]
  const found = [...faults, ...differencesOfError(outcome, expected)]
  // A refused request may be mended once.
  const most = answer.status === 400 || answer.status === 422 ? 2 : 1
  if (requests.length < 1 || requests.length > most)
    found.push(`${requests.length} requests, not 1 to ${most}`)
  if (outcome.attempts?.length !== requests.length) {
    found.push(`${outcome.attempts?.length} attempts on the error, ${requests.length} requests`)
  }
  if (events.some(({ type }) => type === 'text' || type === 'tool-call'))
    found.push('an error came out as output')
  return found
}
