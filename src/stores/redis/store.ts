// The verbs of the Redis store: each is one script, run once on the server.

import { systemClock } from '../../core/clock.js'
import { ByokError } from '../../core/errors.js'
import type {
  Admission,
  Charge,
  CounterState,
  Hold,
  LedgerEntry,
  Settlement,
  Store,
  StoredText,
} from '../../core/store.js'
import type { RecordFilter, UsageRecord } from '../../core/usage-record.js'
import { checkHold } from '../check-hold.js'
import { admitLua, renewLua } from './admit-lua.js'
import { checkAmounts, checkMarks, finiteAt, invalid, wholeAt } from './check.js'
import type { Scripts } from './client.js'
import { escapeName, partitionKey, refuseForeignCounters, refuseSharedRates } from './names.js'
import { enterTenantLua, listTenantsLua, readCountersLua, readLedgerLua, readRecordsLua } from './read-lua.js'
import { mergeNewestFirst, type Page, type PageQuestion, readPages } from './records.js'
import { settleLua } from './settle-lua.js'
import { deleteLua, getLua, listLua, setLua } from './small-records-lua.js'

const recordsPerPage = 200

/** How a store was set up, with nothing left open. */
export interface RedisStoreSettings {
  readonly prefix: string
  readonly partition: 'app' | 'tenant'
  readonly ledger: boolean
  readonly keepRecords: number
  readonly keepRecordsMs: number
  readonly now: (() => number) | undefined
}

/** How many holds of tenants a process remembers: far more than it has open at once. */
const maxKnownHolds = 50_000

/** A store in Redis: what `redisStore` makes. */
export interface RedisStore extends Store {
  /**
   * What changed the counters, oldest first, where the store was made with `ledger`. With `partition: 'tenant'` each
   * tenant has a ledger of its own, and so have calls without one.
   */
  readLedger(tenant?: string): AsyncIterable<LedgerEntry>
}

/** Runs a script a verb, in the partition that it belongs to. */
export class ScriptedStore implements RedisStore {
  readonly #scripts: Scripts
  readonly #settings: RedisStoreSettings
  /** With a partition a tenant: where the latest holds of this process stand, as `renew` is told no tenant. */
  readonly #tenants = new Map<string, string | undefined>()

  #isClosed = false

  constructor(scripts: Scripts, settings: RedisStoreSettings) {
    this.#scripts = scripts
    this.#settings = settings
  }

  async admit(hold: Hold): Promise<Admission> {
    checkHold(hold)
    checkMarks(hold)
    const { id, claims, rates, ttlMs, limitsVersion, record } = hold
    const tenant = this.#partitionOf(hold.tenant)
    if (this.#settings.partition === 'tenant') {
      const counters = claims.map(({ counter }) => counter)
      refuseForeignCounters(counters, hold.tenant)
      refuseSharedRates(
        rates.map(({ key }) => key),
        hold.tenant,
      )
      this.#remember(id, hold.tenant)
    }
    const call = {
      id: escapeName(id),
      at: String(record.at),
      claims: claims.map(({ counter, endsAt, limit, base, perToken, alerts = [] }) => ({
        counter: escapeName(counter),
        ...(endsAt !== undefined && { endsAt }),
        ...(limit !== undefined && { limit }),
        base,
        perToken,
        // As text: what Lua makes of a share may have fewer digits.
        alerts: alerts.map(({ share, at }) => [String(share), at]),
      })),
      rates: rates.map(({ key, limit, windowMs, amount }) => ({
        key: escapeName(key),
        limit,
        windowMs,
        amount,
      })),
      ...hold.tokens,
      ttlMs,
      limitsVersion,
      ...(hold.cost !== undefined && { cost: { base: hold.cost.base, perToken: hold.cost.perToken } }),
    }
    // Before the first wait: the caller may change its objects afterwards.
    // The cost comes last, where the script puts in what it grants.
    const { cost: known, ...rest } = record
    const bound = JSON.stringify({ ...rest, outcome: 'uncertain', cost: hold.cost === undefined ? known : 0 })
    const startedOn = systemClock.now()
    // The limits stand in the app's partition, which a script of a tenant's partition cannot read.
    const apart = tenant !== undefined && { standingVersion: await this.#enter(tenant) }
    const answer = await this.#run(admitLua, tenant, { ...call, ...apart }, [bound], startedOn)
    return answer as Admission // what the script writes
  }

  async renew(id: string, ttlMs: number): Promise<boolean> {
    wholeAt(ttlMs, 'ttlMs', 1)
    const stands = await this.#run(renewLua, this.#tenants.get(id), { id: escapeName(id), ttlMs })
    return stands === true
  }

  commit(id: string, charge: Charge, record: UsageRecord): Promise<Settlement> {
    return this.#end(id, charge, record)
  }

  release(id: string, record?: UsageRecord): Promise<Settlement> {
    return this.#end(id, undefined, record)
  }

  async #end(id: string, charge: Charge | undefined, record: UsageRecord | undefined): Promise<Settlement> {
    if (charge !== undefined) checkAmounts(charge)
    if (record !== undefined) finiteAt(record.at, 'record.at')
    const tenant = this.#tenants.has(id) ? this.#tenants.get(id) : this.#partitionOf(record?.tenant)
    const call = {
      id: escapeName(id),
      at: String(record?.at ?? 0),
      isRelease: charge === undefined,
      claims: charge?.claims ?? [],
      rates: charge?.rates ?? [],
    }
    const text = record === undefined ? '' : JSON.stringify(record)
    const answer = await this.#run(settleLua, tenant, call, [text])
    const settlement = answer as Settlement | { readonly outcome: 'mismatch' } // what the script writes
    if (settlement.outcome === 'mismatch') {
      throw invalid('charge', 'must have an amount for each claim and each rate of its hold.')
    }
    return settlement
  }

  async readCounters(counters: readonly string[], tenant?: string): Promise<readonly CounterState[]> {
    if (this.#settings.partition === 'tenant') refuseForeignCounters(counters, tenant)
    return this.#readHome(counters.map(escapeName), this.#partitionOf(tenant))
  }

  /** Counters, once all that has expired is home: usually at once, after an outage perhaps in several steps. */
  async #readHome(counters: readonly string[], tenant: string | undefined): Promise<readonly CounterState[]> {
    const startedOn = systemClock.now()
    for (;;) {
      const answer = await this.#run(readCountersLua, tenant, { counters }, [], startedOn)
      const { more, counters: states } = answer as CountersAnswer // what the script writes
      if (!more) return states
    }
  }

  async *records(filter: RecordFilter): AsyncGenerator<UsageRecord> {
    const tenants =
      this.#settings.partition === 'app'
        ? [undefined]
        : filter.tenant === undefined
          ? [undefined, ...(await this.#listTenants())]
          : [filter.tenant]
    const count = tenants.length === 1 ? recordsPerPage : 20
    yield* mergeNewestFirst(tenants.map((tenant) => this.#readPartition(tenant, filter, count)))
  }

  async *#readPartition(
    tenant: string | undefined,
    filter: RecordFilter,
    count: number,
  ): AsyncGenerator<UsageRecord> {
    await this.#readHome([], tenant)
    const readPage = async (question: PageQuestion): Promise<Page> =>
      (await this.#run(readRecordsLua, tenant, question)) as Page // what the script writes
    yield* readPages(readPage, filter, count)
  }

  async get(collection: string, key: string): Promise<StoredText | undefined> {
    const answer = await this.#run(getLua, undefined, smallRecord(collection, key))
    const found = answer as readonly [version: number, value: string] | null // what the script writes
    return found === null ? undefined : { value: found[1], version: found[0] }
  }

  async set(collection: string, key: string, value: string, ifVersion?: number): Promise<number | undefined> {
    if (ifVersion !== undefined) wholeAt(ifVersion, 'ifVersion', 0)
    const call = { ...smallRecord(collection, key), ...(ifVersion !== undefined && { ifVersion }) }
    const version = await this.#run(setLua, undefined, call, [JSON.stringify(value)])
    return version === null ? undefined : Number(version)
  }

  async delete(collection: string, key: string): Promise<boolean> {
    return (await this.#run(deleteLua, undefined, smallRecord(collection, key))) === true
  }

  async list(collection: string): Promise<readonly (StoredText & { readonly key: string })[]> {
    const answer = await this.#run(listLua, undefined, smallRecord(collection, ''))
    const found = answer as readonly (readonly [key: string, version: number, value: string])[] // what the script writes
    return found
      .map(([key, version, value]) => ({ key, value, version }))
      .sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  async *readLedger(tenant?: string): AsyncGenerator<LedgerEntry> {
    const count = 1_000
    for (let from = 0; ; from += count) {
      const answer = await this.#run(readLedgerLua, this.#partitionOf(tenant), { from, count })
      const page = answer as readonly LedgerEntry[] // what the scripts write
      yield* page
      if (page.length < count) return
    }
  }

  /** From now on every verb rejects. The client is the app's, and stays as it is. */
  async close(): Promise<void> {
    this.#isClosed = true
  }

  async #run(
    script: string,
    tenant: string | undefined,
    call: object,
    texts: readonly string[] = [],
    startedOn?: number,
  ): Promise<unknown> {
    if (this.#isClosed) {
      throw new ByokError('store-unavailable', 'The store was closed.', { isRetryable: false })
    }
    const { prefix, ledger, keepRecords, keepRecordsMs, now } = this.#settings
    const input = { ...call, ledger, keepRecords, keepRecordsMs, ...(now !== undefined && { now: now() }) }
    const values = [JSON.stringify(input), ...texts]
    return this.#scripts.run(script, partitionKey(prefix, tenant), values, startedOn)
  }

  #partitionOf(tenant: string | undefined): string | undefined {
    return this.#settings.partition === 'tenant' ? tenant : undefined
  }

  /** The version of the limits. The tenant is among those whose records are found from now on. */
  async #enter(tenant: string): Promise<number> {
    return Number(await this.#run(enterTenantLua, undefined, { tenant: escapeName(tenant) }))
  }

  async #listTenants(): Promise<readonly string[]> {
    return (await this.#run(listTenantsLua, undefined, {})) as readonly string[] // what the script writes
  }

  #remember(id: string, tenant: string | undefined): void {
    this.#tenants.set(id, tenant)
    if (this.#tenants.size <= maxKnownHolds) return
    for (const oldest of this.#tenants.keys()) {
      this.#tenants.delete(oldest)
      return
    }
  }
}

interface CountersAnswer {
  readonly more: boolean
  readonly counters: readonly CounterState[]
}

function smallRecord(collection: string, key: string): { readonly collection: string; readonly key: string } {
  return { collection: escapeName(collection), key: escapeName(key) }
}
