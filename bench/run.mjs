// `npm run bench`: what byok-handler itself costs, beside the bare SDKs, in one run.

import { writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { CONTESTANTS } from './contestants/index.mjs'
import { readOptions, USAGE } from './options.mjs'
import { runContestant, startUpstream } from './processes.mjs'
import { summariseMetric } from './results.mjs'
import { makeHeader, makeTable } from './table.mjs'
import { buildPackage, findNode, prepareWorkspace } from './workspace.mjs'

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(USAGE)
  else process.exitCode = await bench(options)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function bench(options) {
  const machine = describeMachine()
  const node = findNode(options.node)
  const buildFailure = buildPackage()
  if (buildFailure) console.error(`byok-handler is not measured.\n${buildFailure}\n`)
  const contestants = CONTESTANTS.filter((contestant) => options.peers || contestant.packages === undefined)
  const peers = Object.assign({}, ...contestants.map((contestant) => contestant.packages))
  const hasPackage = buildFailure === undefined
  const { folder, versions, build } = prepareWorkspace({ node, hasPackage, peers })

  const rows = []
  for (const metric of options.metrics) {
    const fit = contestants.filter(
      ({ wire, load, only }) =>
        wire === metric.wire &&
        (metric.method !== 'load' || load) &&
        (only === undefined || only === metric.id),
    )
    const rounds = metric.rounds ?? options.rounds
    rows.push(...(await measureMetric(metric, fit, { node, folder, rounds })))
  }

  const { rounds, quick } = options
  const run = { date: new Date().toISOString(), machine, versions, build, rounds, quick }
  const file = join(import.meta.dirname, 'results.json')
  writeFileSync(file, `${JSON.stringify({ ...run, rows }, null, 2)}\n`)
  console.log(`\n${makeHeader(run)}\n\n${makeTable(options.metrics, rows)}\n`)
  return rows.some((row) => row.error !== undefined) ? 1 : 0
}

async function measureMetric(metric, contestants, { node, folder, rounds: count }) {
  const upstream = await startUpstream(node, folder)
  const rounds = []
  try {
    for (let round = 0; round < count; round++) {
      const results = {}
      // Each round starts with another contestant, so that none always runs on the warmer machine.
      for (let place = 0; place < contestants.length; place++) {
        const contestant = contestants[(place + round) % contestants.length]
        const task = { node, folder, upstream: upstream.url, metric, contestant }
        results[contestant.id] = await runContestant(task)
      }
      rounds.push(results)
      process.stderr.write(`${metric.id}: round ${round + 1}\n`)
    }
  } finally {
    upstream.stop()
  }
  return summariseMetric(metric, contestants, rounds)
}

function describeMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    load: loadavg()[0].toFixed(1),
  }
}
