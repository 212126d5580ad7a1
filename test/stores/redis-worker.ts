// A process that works on a shared Redis store: started by the tests, told what to do, and sometimes killed.

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { charge, claim, counterOf, holdOf, recordOf } from '../../src/stores/conformance/world.js'
import { type RedisStore, type RedisStoreOptions, redisStore } from '../../src/stores/redis.js'

/** What a worker is asked for. `name` begins its ids. */
export type WorkerJob = { readonly name: string } & (
  | { readonly kind: 'spend'; readonly limit: number; readonly calls: number }
  | { readonly kind: 'reserve'; readonly limit: number; readonly amount: number; readonly calls: number }
  | { readonly kind: 'cross'; readonly endsAt: number }
  | { readonly kind: 'hold'; readonly ttlMs: number }
)

/** What it has done: how many of its holds were admitted, and what it has committed, by counter. */
export interface WorkerReport {
  readonly admitted: number
  readonly spent: Readonly<Record<string, number>>
}

let store: RedisStore

async function main(url = '', library = ''): Promise<void> {
  store = redisStore({ client: await connectClient(url, library), ledger: true })
  process.on('message', async (job: WorkerJob) => {
    process.send?.(await work(job))
  })
  process.send?.('ready')
}

async function connectClient(url: string, library: string): Promise<RedisStoreOptions['client']> {
  if (library === 'ioredis') return new Redis(url)
  const client = createClient({ url })
  await client.connect()
  return client
}

function work(job: WorkerJob): Promise<WorkerReport> {
  if (job.kind === 'spend') return spend(job)
  if (job.kind === 'reserve') return reserve(job)
  if (job.kind === 'cross') return cross(job)
  return hold(job)
}

/** Calls of all endings, twenty at a time: some cost less than was held, some all of it, some are never sent. */
async function spend(job: WorkerJob & { kind: 'spend' }): Promise<WorkerReport> {
  const spent = { [counterOf('day')]: 0 }
  let admitted = 0
  const call = async (index: number): Promise<void> => {
    const id = `${job.name}-${index}`
    const claims = [claim(job.limit, 200_000, 1_500)]
    const answer = await store.admit(holdOf(id, { claims, least: 500, most: 1_000 + index }))
    if (answer.outcome !== 'admitted') return
    admitted += 1
    const bound = 200_000 + 1_500 * answer.tokens
    const cost = index % 3 === 0 ? bound : Math.floor(bound / (1 + (index % 5)))
    if (index % 7 === 6) await store.release(id)
    else {
      await store.commit(id, charge(cost), recordOf(id, { cost }))
      spent[counterOf('day')] = (spent[counterOf('day')] ?? 0) + cost
    }
  }
  await inLanes(20, job.calls, call)
  return { admitted, spent }
}

async function reserve(job: WorkerJob & { kind: 'reserve' }): Promise<WorkerReport> {
  let admitted = 0
  await inLanes(job.calls, job.calls, async (index) => {
    const claims = [claim(job.limit, job.amount)]
    const answer = await store.admit(holdOf(`${job.name}-${index}`, { claims }))
    if (answer.outcome === 'admitted') admitted += 1
  })
  return { admitted, spent: {} }
}

/** Calls from before the end of a window until after it; many end in the other window than they began. */
async function cross(job: WorkerJob & { kind: 'cross' }): Promise<WorkerReport> {
  const spent: Record<string, number> = {}
  let admitted = 0
  const lane = async (number: number): Promise<void> => {
    for (let index = 0; Date.now() < job.endsAt + 150; index += 1) {
      const isBefore = Date.now() < job.endsAt
      const counter = counterOf(isBefore ? 'before' : 'after')
      const endsAt = isBefore ? job.endsAt : job.endsAt + 60_000
      const id = `${job.name}-${number}-${index}`
      const claims = [{ ...claim(1_000_000_000, 5_000, 0, counter), endsAt }]
      if ((await store.admit(holdOf(id, { claims }))).outcome !== 'admitted') continue
      admitted += 1
      await new Promise((resolve) => setTimeout(resolve, 20 + (index % 5) * 10))
      const cost = 1_000 + index
      await store.commit(id, charge(cost), recordOf(id, { cost }))
      spent[counter] = (spent[counter] ?? 0) + cost
    }
  }
  await Promise.all([0, 1, 2, 3, 4].map(lane))
  return { admitted, spent }
}

async function hold(job: WorkerJob & { kind: 'hold' }): Promise<WorkerReport> {
  const answer = await store.admit(holdOf(job.name, { claims: [claim(1_000, 600)], ttlMs: job.ttlMs }))
  return { admitted: answer.outcome === 'admitted' ? 1 : 0, spent: {} }
}

/** Runs numbered calls, so many at a time. */
async function inLanes(lanes: number, calls: number, call: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) {
      const index = next
      next += 1
      await call(index)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

void main(...process.argv.slice(2))
