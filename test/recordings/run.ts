// Runs every recording through the public handler over real HTTP, and tells what came out otherwise than it should.

import { answerChecks } from './answers.js'
import { absenceNotice, readRecordings } from './cases.js'
import { errorChecks } from './errors.js'
import { faultChecks } from './faults.js'
import { leavingChecks, mendingChecks } from './leaving.js'
import { Replay } from './replay.js'
import { type Result, report, runChecks } from './report.js'
import { readSamples } from './samples.js'

/** How many calls are under way at once, where none of them measures time. */
const atOnce = 16

async function main(): Promise<boolean> {
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
    const results: Result[] = [
      ...(await runChecks(answerChecks(replay, recordings.cases), atOnce)),
      ...(await runChecks(errorChecks(replay, recordings), atOnce)),
      ...(await runChecks(faultChecks(replay, samples), atOnce)),
      ...(await runChecks(mendingChecks(replay, samples, recordings.cases), atOnce)),
      ...(await runChecks(leavingChecks(replay, samples), 1)),
    ]
    console.log(report(results, (performance.now() - startedAt) / 1000))
    return results.every(({ faults }) => faults.length === 0)
  } finally {
    await replay.close()
  }
}

process.exitCode = (await main()) ? 0 : 1
