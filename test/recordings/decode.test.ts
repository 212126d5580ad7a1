// Recorded answers of providers, decoded without a socket, must be what the recordings say they are.

import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { anthropicMessages } from '../../src/wire/anthropic-messages/dialect.js'
import { errorInAnswer, errorOfAnswer } from '../../src/wire/error-body.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { openaiResponses } from '../../src/wire/openai-responses/dialect.js'
import { absenceNotice, dialectIds, type RecordedCase, type Recordings, readRecordings } from './cases.js'
import { cuttings, type Decoded, decodeStream, decodeWhole } from './decode.js'
import { differencesOfEvents } from './events.js'
import { differences, differencesOfError, expectationOf } from './expectation.js'
import { expectedError } from './expected-error.js'

const dialects = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
}

/** Enough for the slowest machine that runs these: millions of one-byte reads. */
const timeoutMs = 60_000

const recordings = readRecordings()

if (recordings === undefined) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe.each(dialectIds)('recorded answers of %s', (id) => {
    const ofDialect = recordings.cases.filter((recorded) => recorded.dialect === id)
    const streams = ofDialect.filter(({ kind }) => kind === 'stream')
    const wholes = ofDialect.filter(({ kind }) => kind === 'whole')
    const dialect = dialects[id]

    it.each(Object.entries(cuttings))(
      'are right when every stream arrives %s',
      (_, cut) => {
        expect(streams.length).toBeGreaterThan(0)
        expect(faultsOf(streams, ({ body }) => decodeStream(dialect, cut(body)))).toEqual([])
      },
      timeoutMs,
    )

    it('are right when they come as one JSON body', () => {
      expect(wholes.length).toBeGreaterThan(0)
      expect(faultsOf(wholes, ({ body }) => decodeWhole(dialect, body))).toEqual([])
    })
  })

  it('turns every recorded error body into the error it means', () => {
    const errors = recordings.cases.filter(({ kind }) => kind === 'error')
    expect(errors.length).toBeGreaterThan(0)
    const faults = errors.flatMap(({ id, status, headers, body }) =>
      faultsOfError(id, { status, headers, body: body.toString('utf8') }),
    )
    expect(faults).toEqual([])
  })

  it('turns every documented error body into the error it means', () => {
    expect(recordings.documentedErrors.length).toBeGreaterThan(0)
    expect(documentedFaults(recordings)).toEqual([])
  })
}

function faultsOf(cases: readonly RecordedCase[], decode: (recorded: RecordedCase) => Decoded): string[] {
  return cases.flatMap((recorded) => {
    const expectation = expectationOf(recorded)
    const { events, outcome } = decode(recorded)
    const faults = differences(outcome, expectation)
    if (!isByokError(outcome)) faults.push(...differencesOfEvents(events, outcome, expectation.piecesDiffer))
    return faults.map((fault) => `${recorded.id}: ${fault}`)
  })
}

function documentedFaults({ documentedErrors }: Recordings): string[] {
  return documentedErrors.flatMap(({ provider, status, headers, body }) =>
    faultsOfError(`${provider} ${status}`, {
      status,
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
}

function faultsOfError(
  name: string,
  answer: { status: number; headers: Readonly<Record<string, string>>; body: string },
) {
  const { status, headers, body } = answer
  const error =
    status < 400
      ? errorInAnswer(JSON.parse(body))
      : errorOfAnswer({ status, headers: new Headers({ ...headers }), nowMs: 0 }, body)
  return differencesOfError(error, expectedError(answer)).map(
    (fault) => `${name}: ${fault} in ${body.slice(0, 200)}`,
  )
}
