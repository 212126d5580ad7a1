// Runs every recording through the public handler over real HTTP, and tells what came out otherwise than it should.

import { answerChecks } from './answers.js'
import { absenceNotice, readRecordings } from './cases.js'
import { errorChecks } from './errors.js'
import { faultChecks } from './faults.js'
import { leavingChecks, mendingChecks } from './leaving.js'
import { Replay } from './replay.js'
import { type Check, type Result, report, runChecks } from './report.js'
import { readSamples } from './samples.js'

/** How many calls are under way at once, where none of them measures time. */
const atOnce = 16

/** Runs the parts named on the command line, or all; true where nothing failed. */
async function main(wanted: readonly string[]): Promise<boolean> {
  const startedAt = performance.now()
  const recordings = readRecordings()
  if (recordings === undefined) {
    console.log(absenceNotice)
    return true
  }
  const replay = await Replay.start(recordings.folder)
  if (replay === undefined) throw new Error(`No replay server stands beside ${recordings.folder}.`)
  try {
    const samples = await readSamples(replay, recordings.cases)
    const parts: Readonly<Record<string, { checks: Check[]; atOnce: number }>> = {
      answers: { checks: answerChecks(replay, recordings.cases), atOnce },
      errors: { checks: errorChecks(replay, recordings), atOnce },
      faults: { checks: faultChecks(replay, samples), atOnce },
      mending: { checks: mendingChecks(replay, samples, recordings.cases), atOnce },
      leaving: { checks: leavingChecks(replay, samples), atOnce: 1 },
    }
    const results: Result[] = []
    for (const [name, part] of Object.entries(parts)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      const partStartedAt = performance.now()
      results.push(...(await runChecks(part.checks, part.atOnce)))
      console.error(`${name}: ${part.checks.length} checks, ${secondsSince(partStartedAt)} s`)
    }
    console.log(report(results, secondsSince(startedAt)))
    return results.length > 0 && results.every(({ faults }) => faults.length === 0)
  } finally {
    await replay.close()
  }
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1)
}

// The replay server may leave a timer behind for a connection that was closed early.
process.exit((await main(process.argv.slice(2))) ? 0 : 1)
