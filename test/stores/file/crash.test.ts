// Kills processes that use a file store, fills their disk, and lets them fight for the lock.

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileStore, readLedger } from 'byok-handler/stores/file'
import { describe, expect, it } from 'vitest'
import { day, holdOf, recordsOf } from '../../../src/stores/conformance/world.js'
import { freshDirectory } from '../directory.js'
import { sumLedger } from '../ledger-sums.js'
import { type Said, storeProcesses } from '../processes.js'

const start = storeProcesses()

describe('a process that is killed', () => {
  it('D3: loses nothing it was answered, over 50 kills; what was open is charged at its bound, uncertain', {
    timeout: 120_000,
  }, async () => {
    const directory = freshDirectory()
    const said: Said[] = []
    for (let round = 1; round <= 50; round++) {
      const child = start('work', directory, round)
      await child.saidAtLeast(1 + ((round * 37) % 120))
      await child.ended('SIGKILL')
      said.push(...child.said)
    }
    const store = fileStore({ directory })
    const records = new Map((await recordsOf(store, {})).map((record) => [record.id, record]))
    const settled = new Set<unknown>()
    for (const { did, id, cost } of said) {
      if (did === 'admit') continue
      settled.add(id)
      if (did === 'release') expect(records.has(String(id))).toBe(false)
      else expect(records.get(String(id))).toMatchObject({ outcome: 'success', cost })
    }
    const open = said.filter(
      ({ did, id, outcome }) => did === 'admit' && outcome === 'admitted' && !settled.has(id),
    )
    let uncertain = 0
    for (const { id, bound } of open) {
      const record = records.get(String(id))
      // What had been settled, but was not answered yet, may stand either way; a release leaves no record.
      if (record?.outcome === 'uncertain') {
        uncertain += 1
        expect(record.cost).toBe(bound)
        expect(record.usage).toBeUndefined()
      }
    }
    expect(uncertain).toBeGreaterThan(50)
    const sum = [...records.values()].reduce((total, { cost }) => total + (cost ?? 0), 0)
    const [counter, total] = await store.readCounters([day, 'usd/tenant/acme/total/all'])
    expect(counter).toEqual({ committed: sum, held: 0 })
    expect(total).toEqual({ committed: sum, held: 0 })
    const sums = await sumLedger(readLedger(directory))
    expect(sums.get(day)).toMatchObject({ committed: sum, held: 0 })
    expect(sums.get(day)?.peak).toBeLessThanOrEqual(600_000)
    await store.close()
  })
})

describe('two processes on one directory', () => {
  it('turns the second away, says who has the store, and lets it in once the first is killed', async () => {
    const directory = freshDirectory()
    const first = start('keep', directory)
    await first.saidAtLeast(1)
    const store = fileStore({ directory })
    const failure = await store.admit(holdOf('a')).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'store-unavailable' })
    expect(String(failure)).toContain(`process ${first.process.pid} on `)
    await first.ended('SIGKILL')
    expect(await store.admit(holdOf('a'))).toEqual({ outcome: 'admitted', tokens: 0 })
    await store.close()
  })

  it('lets one of several in that find the lock of a dead one at once', { timeout: 60_000 }, async () => {
    const directory = freshDirectory()
    for (let round = 0; round < 3; round++) {
      const children = [1, 2, 3].map(() => start('keep', directory))
      await Promise.all(children.map((child) => child.saidAtLeast(1)))
      const said = children.flatMap((child) => child.said)
      expect(said.filter(({ did }) => did === 'open')).toHaveLength(1)
      const [winner] = said.filter(({ did }) => did === 'open')
      for (const { code, did, message } of said) {
        if (did !== 'fail') continue
        expect(code).toBe('store-unavailable')
        expect(message).toContain(`process ${String(winner?.pid)} on `)
      }
      await Promise.all(children.map((child) => child.ended('SIGKILL')))
    }
  })
})

describe('a disk that fails', () => {
  const canLimit = spawnSync('prlimit', ['--version']).status === 0
  if (!canLimit) console.warn('SKIPPED: prlimit is not installed, so that no full disk can be simulated.')

  it.skipIf(!canLimit)(
    'D5: when it is full nothing counts that was not written, and all works once there is room',
    async () => {
      const directory = freshDirectory()
      const child = start('fill', directory)
      await child.ended()
      expect(child.said).toEqual([
        {
          failures: Array.from({ length: 36 }, () => 'store-unavailable'),
          isCut: true,
          kept: { value: 'one', version: 1 },
          records: ['before'],
          counters: [{ committed: 40, held: 200 }],
          after: 'admitted',
          settled: 'settled',
        },
      ])
      const store = fileStore({ directory })
      expect(await store.recovery()).toMatchObject({ damagedLines: 0, tornBytes: 0, cameHome: 2 })
      expect(await store.readCounters([day])).toEqual([{ committed: 290, held: 0 }])
      await store.close()
    },
  )

  const canLackRights = process.platform !== 'win32'
  if (!canLackRights) console.warn('SKIPPED: rights are not tested on Windows.')

  it.skipIf(!canLackRights)(
    'D5: without the right to write it rejects, or goes on with the file that it has',
    async () => {
      const directory = freshDirectory()
      for (const name of ['open', 'shut']) {
        mkdirSync(join(directory, name))
        if (process.getuid?.() === 0) chownSync(join(directory, name), 65_534, 65_534)
      }
      chmodSync(directory, 0o755)
      chmodSync(join(directory, 'shut'), 0o500)
      const child = start('lack-rights', directory)
      await child.ended()
      const [{ before, meanwhile, after, counter, shut } = {}] = child.said
      expect(shut).toBe('store-unavailable')
      expect(counter).toEqual({ committed: 300, held: 0 })
      expect(meanwhile).toBe(before)
      expect(Number(after)).toBeGreaterThan(Number(before))
    },
  )
})
