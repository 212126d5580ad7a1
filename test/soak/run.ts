// The command `npm run soak`: outages, the open breaker's cost, the long-lived signal, hours of chaos in minutes, and every
// store against its model.

import { parseArgs } from 'node:util'
import { breakerLatency } from './breaker-latency.js'
import { type ChaosResult, chaos } from './chaos.js'
import { keptErrors } from './kept-errors.js'
import { oneSignal } from './one-signal.js'
import { type Finding, type OutageName, outageAlone, outages, outageWithAlternative } from './outage.js'
import { runModel, storeKinds } from './stores.js'

const usage = `npm run soak -- [options]
  --calls N      calls of the chaos soak (default 20000)
  --sequences N  sequences of operations on each store (default 10000)
  --seed N       which chaos, and which sequences (default 1)
  --help         this text`

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: '20000' },
      sequences: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const [calls, sequences, seed] = [Number(values.calls), Number(values.sequences), Number(values.seed)]
  if (!Number.isInteger(calls) || calls < 100 || !Number.isInteger(seed)) throw new Error(usage)
  if (!Number.isInteger(sequences) || sequences < 1) throw new Error(usage)
  const start = performance.now()
  const findings: Finding[] = []
  for (const outage of Object.keys(outages) as OutageName[]) {
    // its own names
    findings.push(...show(await outageAlone(outage)), ...show(await outageWithAlternative(outage)))
  }
  findings.push(...(await showLatency()))
  findings.push(...show(await oneSignal(10_000)))
  if (globalThis.gc !== undefined) findings.push(...show(await keptErrors(globalThis.gc)))
  const soak = await chaos({ calls, atOnce: 64, seed, parts: 10 }, globalThis.gc)
  findings.push(...show(soak.findings))
  showChaos(soak, seed)
  findings.push(...(await showStores(sequences, seed)))
  console.log(`\nThe whole soak took ${((performance.now() - start) / 1_000).toFixed(0)} s.`)
  const broken = findings.filter(({ holds }) => !holds)
  console.log(broken.length === 0 ? '\nEvery promise held.' : `\n${broken.length} promises were broken.`)
  return broken.length === 0
}

function show(findings: readonly Finding[]): readonly Finding[] {
  for (const { what, measured, promised, holds } of findings)
    console.log(`${holds ? 'ok    ' : 'BROKEN'}  ${what.padEnd(72)} ${measured.padStart(8)}   (${promised})`)
  return findings
}

async function showLatency(): Promise<readonly Finding[]> {
  const { calls, direct, behindOpen, isRight } = await breakerLatency()
  const row = (name: string, p50: number, p99: number): void =>
    console.log(`        ${name.padEnd(72)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
  row(`${calls} calls to the alternative directly`, direct.p50, direct.p99)
  row('… behind a model whose breaker is open', behindOpen.p50, behindOpen.p99)
  row('… added (aim: p99 under 5 ms)', behindOpen.p50 - direct.p50, behindOpen.p99 - direct.p99)
  return isRight
    ? []
    : show([{ what: 'the open breaker let calls through', measured: 'yes', promised: 'no', holds: false }])
}

async function showStores(sequences: number, seed: number): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  console.log('')
  for (const [kind, prepare] of Object.entries(storeKinds)) {
    const source = await prepare()
    if (typeof source === 'string') {
      console.log(source)
      continue
    }
    const { finding, seconds, counterexample } = await runModel(kind, source, { sequences, seed })
    findings.push(...show([finding]))
    console.log(`        … in ${seconds.toFixed(0)} s`)
    if (counterexample !== undefined) console.log(counterexample)
  }
  return findings
}

function showChaos({ endings, moods, heap, seconds, faults }: ChaosResult, seed: number): void {
  console.log(`\nChaos with seed ${seed}, ${seconds.toFixed(0)} s. How the calls ended:`)
  showCounts(endings)
  console.log('\nWhat the providers did:')
  showCounts(moods)
  console.log(
    `\nHeap behind each part, in MB: ${heap.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ')}`,
  )
  for (const fault of faults.slice(0, 50)) console.log(`BROKEN  ${fault}`)
}

function showCounts(counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of [...counts].sort((left, right) => right[1] - left[1]))
    console.log(`        ${name.padEnd(40)} ${`${count}`.padStart(8)}`)
}

process.exitCode = (await main()) ? 0 : 1
