// D3: processes that are killed in the middle of their streams, and what their stores know afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/store.js'
import { fileStore, readLedger } from '../../src/stores/file.js'
import { upstreamWith } from '../pipeline/stage.js'
import { freshDirectory } from '../stores/directory.js'
import type { Acknowledged } from './crash-process.js'
import { boundFor, counted, expectBalanced, peaksOf, recordsOf } from './desk.js'

const processes = 4
const lanesEach = 13
const limit = 50_000_000
const root = fileURLToPath(new URL('../..', import.meta.url)) // where tsx is found
const script = fileURLToPath(new URL('./crash-process.ts', import.meta.url))

/** Lets a process stream for a while, kills it, and gives back what it had acknowledged by then. */
async function runAndKill(
  url: string,
  directories: readonly string[],
  afterMs: number,
): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, url, ...directories], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface(child.stdout).on('line', (line) => lines.push(line))
  const read = once(reader, 'close')
  await once(reader, 'line')
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await read
  return lines.map((line) => JSON.parse(line))
}

/** Opens what a killed process has left, and checks it against what its callers had been told. Tells how many holds came home. */
async function expectWhole(directory: string, acknowledged: readonly Acknowledged[]): Promise<number> {
  const store = fileStore({ directory })
  const { cameHome, damagedLines } = await store.recovery()
  expect(damagedLines).toBe(0)
  const records = new Map((await recordsOf(store)).map((record) => [record.id, record]))
  const entries: LedgerEntry[] = []
  for await (const entry of readLedger(directory)) entries.push(entry)

  // I4: an answer that its caller has seen is booked, with its cost.
  for (const { attemptId, costUsd } of acknowledged) {
    expect(records.get(attemptId)).toMatchObject({
      outcome: 'success',
      cost: Math.round((costUsd ?? Number.NaN) * 1e9),
    })
  }
  // I5: what was open is charged at its bound, and marked.
  const uncertain = [...records.values()].filter(({ outcome }) => outcome === 'uncertain')
  expect(uncertain).toHaveLength(cameHome)
  for (const record of uncertain) expect(record.cost).toBe(boundFor(1_000))
  // I3: each hold is settled exactly once.
  const admitted = entries.filter(({ operation }) => operation === 'admit').map(({ id }) => id)
  const settled = entries.filter(({ operation }) => operation !== 'admit').map(({ id }) => id)
  expect(settled.sort()).toEqual(admitted.sort())
  expect(new Set(admitted).size).toBe(admitted.length)
  // I1 and I2: never beyond the limit; the counter is the ledger's sum, and that of the records.
  expect(peaksOf(entries).most).toBeLessThanOrEqual(limit)
  await expectBalanced(store, entries)
  const [state] = await store.readCounters(['usd/app//total/total'])
  expect(state?.committed).toBe([...records.values()].reduce((sum, { cost }) => sum + (cost ?? 0), 0))
  expect(state?.held).toBe(0)
  await store.close()
  return cameHome
}

it('D3: fifty stores whose processes are killed in mid-stream keep every acknowledged answer, and charge what was open', async () => {
  const answer = counted(100, 50, { text: Array(6).fill('word ') })
  const upstream = await upstreamWith((_, index) => ({ ...answer, eventEveryMs: index % 9 }))
  const base = freshDirectory()
  const crashes = Array.from({ length: processes }, async (_, process) => {
    const directories = Array.from({ length: lanesEach }, (_, lane) => join(base, `${process}-${lane}`))
    const acknowledged = await runAndKill(upstream.url, directories, 50 + Math.random() * 500)
    return { directories, acknowledged }
  })
  let [open, kept] = [0, 0]
  for (const { directories, acknowledged } of await Promise.all(crashes)) {
    kept += acknowledged.length
    for (const directory of directories) {
      open += await expectWhole(
        directory,
        acknowledged.filter((one) => one.directory === directory),
      )
    }
  }
  expect(kept).toBeGreaterThan(10)
  expect(open).toBeGreaterThan(10)
}, 60_000)
