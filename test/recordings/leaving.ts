// Leaving a stream that never ends, refused streaming, and failures that pass: what the upstream must see of each.

import { isByokError } from '../../src/core/errors.js'
import { type Asked, ask, oneRequest, type Question, type Way, ways } from './asking.js'
import type { RecordedCase } from './cases.js'
import { differences, expectationOf } from './expectation.js'
import type { LoggedRequest, Replay } from './replay.js'
import type { Check } from './report.js'
import type { Sample } from './samples.js'

/** How long the upstream may stay open once the caller has what it wanted. */
const closedWithinMs = 200

/** Checks that measure time, to be run one at a time. */
export function leavingChecks(replay: Replay, samples: readonly Sample[]): Check[] {
  return samples.flatMap((sample) => {
    const { dialect, caseId } = sample
    const endless: Question = { dialect, caseId, options: { infinite: 1, nodone: 1 }, settings: oneRequest }
    const check = (name: string, way: Way, run: Check['run']): Check => ({
      group: dialect,
      way: `leaving, ${way}`,
      name: `${name} on ${caseId}`,
      run,
    })
    return [
      check('break', 'streamCompletion', async () => {
        const asked = await ask(
          replay,
          { ...endless, onEvent: onFifth(({ leave }) => leave()) },
          'streamCompletion',
        )
        return [...asked.faults, ...(await faultsOfClosing(replay, asked))]
      }),
      check('abort()', 'streamCompletion', async () => {
        const asked = await ask(
          replay,
          { ...endless, onEvent: onFifth(({ abort }) => abort()) },
          'streamCompletion',
        )
        return [...asked.faults, ...faultsOfAbort(asked), ...(await faultsOfClosing(replay, asked))]
      }),
      ...ways.map((way) =>
        check('signal', way, async () => {
          const controller = new AbortController()
          const timer = setTimeout(() => controller.abort('enough'), 150)
          const asked = await ask(replay, { ...endless, signal: controller.signal }, way)
          clearTimeout(timer)
          return [...asked.faults, ...faultsOfAbort(asked), ...(await faultsOfClosing(replay, asked))]
        }),
      ),
      ...ways.map((way) =>
        check('end mark, socket kept open', way, async () => {
          const asked = await ask(replay, { ...endless, options: { infinite: 1 } }, way)
          return [
            ...asked.faults,
            ...(asked.outcome === undefined
              ? ['no outcome']
              : differences(asked.outcome, sample.expectation)),
            ...(await faultsOfClosing(replay, asked)),
          ]
        }),
      ),
    ]
  })
}

/** Failures that another request mends, and how many requests that takes. */
export function mendingChecks(
  replay: Replay,
  samples: readonly Sample[],
  cases: readonly RecordedCase[],
): Check[] {
  const wholes = [...new Set(samples.map(({ dialect }) => dialect))].flatMap((dialect) => {
    const whole = cases.find((recorded) => recorded.dialect === dialect && isPlainWhole(recorded))
    const sample = samples.find((one) => one.dialect === dialect)
    if (whole === undefined || sample === undefined) return []
    const expectation = expectationOf(whole)
    const fallback = (
      name: string,
      caseId: string,
      options: Question['options'] & object,
      requests: number,
    ) => ({
      name,
      question: { dialect, caseId, options },
      expectation,
      requests,
    })
    const then = { times: 1, afterwards: whole.id }
    return [
      fallback('nostream', whole.id, { nostream: 1 }, 2),
      fallback('noopts', whole.id, { noopts: 1 }, dialect === 'openai-chat' ? 2 : 1),
      fallback('an empty stream', sample.caseId, { end: 0, ...then }, 2),
      fallback('a reset before output', sample.caseId, { cut: 1, ...then }, 2),
      fallback('a malformed first event', sample.caseId, { malformed: 0, ...then }, 2),
      fallback('html with 200', sample.caseId, { html: 1, status: 200, ...then }, 2),
    ]
  })
  return wholes.flatMap(({ name, question, expectation, requests }) =>
    ways.map((way) => ({
      group: question.dialect,
      way: `mended, ${way}`,
      name,
      run: async () => {
        const asked = await ask(replay, question, way)
        const count = asked.requests.length
        return [
          ...asked.faults,
          ...(asked.outcome === undefined ? ['no outcome'] : differences(asked.outcome, expectation)),
          ...(count === requests ? [] : [`${count} requests, not ${requests}`]),
          ...(isByokError(asked.outcome) || asked.outcome?.byok.attempts.length === count
            ? []
            : ['attempts and requests differ']),
        ]
      },
    })),
  )
}

function isPlainWhole(recorded: RecordedCase): boolean {
  if (recorded.kind !== 'whole') return false
  const { responses, error, exceptions } = expectationOf(recorded)
  return responses.length === 1 && error === undefined && exceptions.length === 0
}

function onFifth(act: (control: { leave(): void; abort(): void }) => void): NonNullable<Question['onEvent']> {
  let seen = 0
  return (event, control) => {
    if (event.type !== 'attempt') seen += 1
    if (seen === 5) act(control)
  }
}

function faultsOfAbort({ outcome }: Asked): string[] {
  if (!isByokError(outcome)) return ['an aborted call gave no error']
  const isRight = outcome.code === 'aborted' && outcome.name === 'AbortError' && outcome.cause === 'enough'
  return isRight ? [] : [`${outcome.name} ${outcome.code}, cause ${String(outcome.cause)}`]
}

/** The upstream sees the connection close soon after the call has ended for the caller. */
async function faultsOfClosing(replay: Replay, { run, endedAt }: Asked): Promise<string[]> {
  for (
    let waited = 0;
    waited < 1_000 && !replay.requestsOf(run).every((request) => request.clientClosed);
    waited += 10
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const requests = replay.requestsOf(run)
  if (requests.length !== 1) return [`${requests.length} requests, not 1`]
  return requests.flatMap((request) => {
    const late = closedAt(request) - endedAt
    return late <= closedWithinMs ? [] : [`the upstream was closed after ${late} ms`]
  })
}

function closedAt({ at, clientClosedAfterMs }: LoggedRequest): number {
  return clientClosedAfterMs === null ? Number.POSITIVE_INFINITY : at + clientClosedAfterMs
}
