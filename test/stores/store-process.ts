// A process that uses a file store and says what it was answered, until it is ended: `<what> <directory> <seed>`.
import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isByokError } from '../../src/core/errors.js'
import { claim, holdOf, recordOf } from '../../src/stores/conformance/world.js'
import { type FileStore, fileStore } from '../../src/stores/file.js'

const [, , what, directory = '', seed = '1'] = process.argv

/** Written at once and whole, so that nothing that was said is lost with the process. */
function say(message: Readonly<Record<string, unknown>>): void {
  writeSync(1, `${JSON.stringify(message)}\n`)
}

/** Small and the same everywhere. */
function randomNumbers(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(((state ^ (state >>> 15)) >>> 0) / (2 ** 32 / below))
  }
}

/** Admits and settles at random, eight at once, for ever. */
async function work(store: FileStore): Promise<void> {
  const random = randomNumbers(Number(seed))
  let count = 0
  const worker = async (): Promise<never> => {
    for (;;) {
      const id = `${seed}-${count++}`
      const bound = 1 + random(1_000)
      const claims = [claim(600_000, bound), { ...claim(undefined, bound, 0, 'usd/tenant/acme/total/all') }]
      const answer = await store.admit(holdOf(id, { claims, record: { cost: bound } }))
      say({ did: 'admit', id, bound, outcome: answer.outcome })
      if (answer.outcome !== 'admitted') continue
      const kind = random(8)
      if (kind === 0) continue
      if (kind === 1) {
        await store.release(id)
        say({ did: 'release', id })
      } else {
        const cost = random(bound + 1)
        await store.commit(id, { claims: [cost, cost], rates: [] }, recordOf(id, { cost }))
        say({ did: 'commit', id, cost })
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

/** Opens the store, says whether that went well, and keeps it. */
async function keep(store: FileStore): Promise<void> {
  await store.recovery().then(
    () => say({ did: 'open', pid: process.pid }),
    (error: unknown) => say({ did: 'fail', code: codeOf(error), message: String(error) }),
  )
  setInterval(() => {}, 60_000)
}

/** Fills the disk (for this process, by the system's limit on the size of files), and frees it again. */
async function fill(): Promise<void> {
  const store = fileStore({ directory, sync: 'always' })
  const attempt = (id: string) => store.admit(holdOf(id))
  await attempt('before')
  await store.commit('before', { claims: [40], rates: [] }, recordOf('before'))
  await attempt('open')
  // Renewals stand in no journal: they must outlast the failure all the same.
  await store.admit(holdOf('renewed', { ttlMs: 100 }))
  await store.renew('renewed', 600_000)
  await store.set('keys', 'a', 'one')
  const [journal = ''] = readdirSync(directory).filter((name) => name.startsWith('journal-'))
  const sizeBefore = statSync(join(directory, journal)).size
  limitFiles(String(sizeBefore + 100))
  const failures: string[] = []
  let isCut = true
  for (let round = 0; round < 3; round++) {
    // The first round writes what does not fit whole, the others find out before they count anything.
    const answers = await Promise.allSettled([
      ...Array.from({ length: 10 }, (_, index) => attempt(`full-${round}-${index}`)),
      store.commit('open', { claims: [50], rates: [] }, recordOf('open')),
      store.set('keys', 'a', 'two'),
    ])
    for (const answer of answers)
      failures.push(answer.status === 'rejected' ? codeOf(answer.reason) : 'answered')
    isCut &&= statSync(join(directory, journal)).size === sizeBefore
  }
  const kept = await store.get('keys', 'a')
  const records: string[] = []
  for await (const { id } of store.records({})) records.push(id)
  await sleep(100)
  limitFiles('unlimited')
  const counters = await store.readCounters(['usd/tenant/acme/day/2026-11-21@UTC'])
  const after = await attempt('after')
  const settled = await store.commit('open', { claims: [50], rates: [] }, recordOf('open'))
  say({ failures, isCut, kept, records, counters, after: after.outcome, settled: settled.outcome })
  await store.close()
}

function limitFiles(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`])
}

/** Works in a directory that must not be written to, without the rights of a superuser. */
async function lackRights(): Promise<void> {
  if (process.getuid?.() === 0) process.setuid?.(65_534)
  const store = fileStore({ directory: join(directory, 'open'), sync: 'always', segmentBytes: 2_048 })
  const write = async (from: number): Promise<void> => {
    for (let index = from; index < from + 10; index++) {
      await store.admit(holdOf(`h${index}`))
      await store.commit(`h${index}`, { claims: [10], rates: [] }, recordOf(`h${index}`))
    }
  }
  const segments = (): number =>
    readdirSync(join(directory, 'open')).filter((name) => name.startsWith('journal-')).length
  await write(0)
  const before = segments()
  chmodSync(join(directory, 'open'), 0o500)
  await write(10)
  const meanwhile = segments()
  chmodSync(join(directory, 'open'), 0o700)
  await write(20)
  const after = segments()
  const [counter] = await store.readCounters(['usd/tenant/acme/day/2026-11-21@UTC'])
  await store.close()
  const shut = await fileStore({ directory: join(directory, 'shut') })
    .admit(holdOf('a'))
    .then(() => 'answered', codeOf)
  say({ before, meanwhile, after, counter, shut })
}

function codeOf(error: unknown): string {
  return isByokError(error) ? error.code : String(error)
}

if (what === 'work') await work(fileStore({ directory, segmentBytes: 65_536 }))
else if (what === 'keep') await keep(fileStore({ directory }))
else if (what === 'fill') await fill()
else if (what === 'lack-rights') await lackRights()
