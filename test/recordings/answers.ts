// Every recorded answer, over real HTTP through the public handler, by both methods and in several cuttings.

import { isByokError } from '../../src/core/errors.js'
import { type Asked, ask, oneRequest, type Way, ways } from './asking.js'
import type { RecordedCase } from './cases.js'
import { differencesOfEvents } from './events.js'
import { differences, type Expectation, expectationOf } from './expectation.js'
import type { Replay } from './replay.js'
import type { Check } from './report.js'

/** How the server cuts the bodies. */
const cuttings = ['whole', 'event', 'random'] as const

/** One check for each recorded answer, method and cutting. */
export function answerChecks(replay: Replay, cases: readonly RecordedCase[]): Check[] {
  return cases
    .filter(({ kind }) => kind !== 'error')
    .flatMap((recorded) => {
      const expectation = expectationOf(recorded)
      return ways.flatMap((way) =>
        cuttings.map((cutting) => ({
          group: recorded.dialect,
          way: `${recorded.kind}, ${way}, chunk=${cutting}`,
          name: recorded.id,
          exceptions: expectation.exceptions,
          run: async () => {
            const options = { chunk: cutting === 'random' ? randomCut(recorded) : cutting }
            const settings = expectation.responses.length > 0 ? {} : oneRequest
            const { dialect, id: caseId } = recorded
            return faultsOf(await ask(replay, { dialect, caseId, options, settings }, way), expectation, way)
          },
        })),
      )
    })
}

/** Seeded, so that a failure comes again; larger pieces for larger bodies, which would take minutes otherwise. */
function randomCut({ body }: RecordedCase): string {
  return `random:${body.length}:${body.length > 20_000 ? 400 : 40}`
}

/** Every way in which a call did not give what the recording must become. */
export function faultsOf(asked: Asked, expectation: Expectation, way: Way): string[] {
  const { outcome, events, requests } = asked
  if (outcome === undefined) return [...asked.faults, 'no outcome']
  const faults = [...asked.faults, ...differences(outcome, expectation)]
  if (requests.length !== 1) faults.push(`${requests.length} requests, not 1`)
  if (isByokError(outcome)) return [...faults, ...faultsOfPartial(asked, expectation)]
  if (way === 'streamCompletion')
    faults.push(...differencesOfEvents(events, outcome, expectation.piecesDiffer))
  const [attempt, ...others] = outcome.byok.attempts
  if (attempt?.outcome !== 'success' || others.length > 0) {
    faults.push(
      `attempts ${outcome.byok.attempts.map(({ mode, outcome: end }) => `${mode}:${end}`).join(', ')}`,
    )
  }
  return faults
}

/** An error keeps what had come before it. */
function faultsOfPartial({ outcome }: Asked, { partial, responses }: Expectation): string[] {
  // Where an answer passes too, what the error keeps depends on which of the two it is about.
  if (!isByokError(outcome) || responses.length > 0 || (partial.text === '' && partial.reasoning === ''))
    return []
  const kept = outcome.partial
  return kept?.text === partial.text && kept.reasoning === partial.reasoning
    ? []
    : [`partial is ${JSON.stringify(kept)}, not ${JSON.stringify(partial)}`]
}
