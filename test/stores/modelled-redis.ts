// The Redis store as the model's random sequences want it: on a server of its own, with a clock of its own.

import { Redis } from 'ioredis'
import type { LedgerEntry } from '../../src/core/store.js'
import { redisStore } from '../../src/stores/redis.js'
import type { StoreUnderModel } from './model.js'
import { RedisServer } from './redis-server.js'

/** A server for stores under the model, one after another. */
export class ModelledRedis {
  readonly #server: RedisServer
  readonly #client: Redis

  private constructor(server: RedisServer) {
    this.#server = server
    this.#client = new Redis(server.url)
  }

  static async start(): Promise<ModelledRedis> {
    return new ModelledRedis(await RedisServer.start())
  }

  /** An empty store, in a time of its own. */
  async open(partition: 'app' | 'tenant'): Promise<StoreUnderModel> {
    const client = this.#client
    await client.flushall()
    let now = 1_795_000_000_000
    const options = { client, partition, ledger: true, keepRecordsMs: 1e14, now: () => now }
    const store = redisStore(options)
    return {
      store,
      advance: (ms) => {
        now += ms
      },
      ledger: async () => {
        const entries: LedgerEntry[] = []
        for await (const entry of store.readLedger('acme')) entries.push(entry)
        return entries
      },
    }
  }

  async end(): Promise<void> {
    this.#client.disconnect()
    await this.#server.end()
  }
}
