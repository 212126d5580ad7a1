// Many processes on one Redis store: budgets hold, windows add up, and who is killed is charged.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/store.js'
import { counterOf, day, numbers, recordsOf } from '../../src/stores/conformance/world.js'
import { type RedisStore, redisStore } from '../../src/stores/redis.js'
import { absenceNotice, hasRedisServer, RedisServer } from './redis-server.js'
import type { WorkerJob, WorkerReport } from './redis-worker.js'

const processes = 8

class Worker {
  readonly child: ChildProcess

  constructor(script: string, url: string, library: 'ioredis' | 'redis') {
    this.child = fork(script, [url, library], { execArgv: [] })
  }

  async isReady(): Promise<void> {
    await once(this.child, 'message')
  }

  async do(job: WorkerJob): Promise<WorkerReport> {
    const answered = once(this.child, 'message')
    this.child.send(job)
    const [report] = await answered
    return report
  }

  async kill(): Promise<void> {
    if (this.child.signalCode !== null) return
    const exited = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await exited
  }
}

/** The worker as one file of plain JavaScript: eight processes that translate TypeScript would take much longer. */
async function buildWorker(folder: string): Promise<string> {
  const outfile = join(folder, 'worker.cjs')
  const source = fileURLToPath(new URL('./redis-worker.ts', import.meta.url))
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
  return outfile
}

/** Replays a ledger: how one counter stood after each change. */
function* replay(
  entries: readonly LedgerEntry[],
  counter: string,
): Generator<{ committed: number; held: number }> {
  let committed = 0
  let held = 0
  for (const { changes } of entries) {
    for (const change of changes) {
      if (change.counter !== counter) continue
      committed += change.committed
      held += change.held
    }
    yield { committed, held }
  }
}

if (!hasRedisServer) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe(`${processes} processes on one store`, () => {
    let folder: string
    let server: RedisServer
    let client: Redis
    let store: RedisStore
    let workers: Worker[]

    const all = (job: (name: string) => WorkerJob): Promise<WorkerReport[]> =>
      Promise.all(workers.map((worker, index) => worker.do(job(`p${index}`))))

    beforeAll(async () => {
      server = await RedisServer.start()
      client = new Redis(server.url)
      store = redisStore({ client, ledger: true })
      folder = mkdtempSync(join(tmpdir(), 'byok-worker-'))
      const script = await buildWorker(folder)
      workers = numbers(processes).map(
        (index) => new Worker(script, server.url, index % 2 ? 'redis' : 'ioredis'),
      )
      await Promise.all(workers.map((worker) => worker.isReady()))
    }, 60_000)
    afterAll(async () => {
      await Promise.all(workers.map((worker) => worker.kill()))
      client.disconnect()
      await server.end()
      rmSync(folder, { recursive: true })
    })
    beforeEach(async () => {
      await client.flushall()
    })

    const readLedger = async (): Promise<LedgerEntry[]> => {
      const entries: LedgerEntry[] = []
      for await (const entry of store.readLedger()) entries.push(entry)
      return entries
    }

    it('D2: 1,000 calls of 8 processes never bring a budget above its dollar, and counters are the sum of the ledger', async () => {
      const limit = 1_000_000_000
      const reports = await all((name) => ({ kind: 'spend', name, limit, calls: 125 }))
      const entries = await readLedger()
      expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
      const states = [...replay(entries, day)]
      expect(Math.max(...states.map(({ committed, held }) => committed + held))).toBeLessThanOrEqual(limit)
      expect(await store.readCounters([day], 'acme')).toEqual([states.at(-1)])
      const spent = reports.reduce((sum, report) => sum + (report.spent[day] ?? 0), 0)
      expect(states.at(-1)).toEqual({ committed: spent, held: 0 })
      expect(spent).toBeGreaterThan(limit * 0.9)
      const admitted = reports.reduce((sum, report) => sum + report.admitted, 0)
      expect(entries).toHaveLength(2 * admitted)
      const records = await recordsOf(store)
      expect(records.reduce((sum, { cost }) => sum + (cost ?? 0), 0)).toBe(spent)
    })

    it('D2: exactly 666 of 1,000 holds of 1,500 fit into 1,000,000', async () => {
      const reports = await all((name) => ({
        kind: 'reserve',
        name,
        limit: 1_000_000,
        amount: 1_500,
        calls: 125,
      }))
      expect(reports.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(666)
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 999_000 }])
    })

    it('D8: what 8 processes spend around the end of a window stands in one of the two windows, whole', async () => {
      const endsAt = Date.now() + 700
      const reports = await all((name) => ({ kind: 'cross', name, endsAt }))
      const sumOf = (counter: string): number =>
        reports.reduce((sum, { spent }) => sum + (spent[counter] ?? 0), 0)
      const [before, after] = [counterOf('before'), counterOf('after')]
      expect(await store.readCounters([before, after], 'acme')).toEqual([
        { committed: sumOf(before), held: 0 },
        { committed: sumOf(after), held: 0 },
      ])
      expect(Math.min(sumOf(before), sumOf(after))).toBeGreaterThan(0)
      const late = (await recordsOf(store)).length
      expect(late).toBe(reports.reduce((sum, { admitted }) => sum + admitted, 0))
    })

    it('D10: of the first 8 holds ever of a tenant, at once, only as many are admitted as fit', async () => {
      const reports = await all((name) => ({ kind: 'reserve', name, limit: 1_000, amount: 400, calls: 1 }))
      expect(reports.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(2)
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 800 }])
    })

    it('I5: what a process held that was killed comes home at its bound, as uncertain', async () => {
      const worker = workers[0]!
      expect(await worker.do({ kind: 'hold', name: 'orphan', ttlMs: 1_200 })).toMatchObject({ admitted: 1 })
      await worker.kill()
      expect(await store.readCounters([day], 'acme')).toEqual([{ committed: 0, held: 600 }])
      await expect
        .poll(() => store.readCounters([day], 'acme'), { timeout: 5_000 })
        .toEqual([{ committed: 600, held: 0 }])
      expect((await recordsOf(store)).map(({ id, outcome, cost }) => [id, outcome, cost])).toEqual([
        ['orphan', 'uncertain', 900],
      ])
      expect((await readLedger()).map(({ operation, id }) => `${operation} ${id}`)).toEqual([
        'admit orphan',
        'expire orphan',
      ])
    })
  })
}
