// Random sequences of operations on the stores, compared with the model: by the thousand, each part with its time.

import { checkAgainstModel, type StoreUnderModel } from '../stores/model.js'
import { modelledFile, modelledMemory } from '../stores/modelled.js'
import { ModelledRedis } from '../stores/modelled-redis.js'
import { absenceNotice, hasRedisServer } from '../stores/redis-server.js'
import type { Finding } from './outage.js'

/** Where stores of one kind come from, each new and empty. */
export interface StoreSource {
  readonly open: () => Promise<StoreUnderModel>
  /** How many sequences may run at once, each on a store of its own. @default 1 */
  readonly atOnce?: number
  /** Ends what all of them stand on. */
  readonly close?: () => Promise<void>
}

/** What came of the sequences on one kind of store. */
export interface ModelRun {
  readonly finding: Finding
  readonly seconds: number
  /** The shortest sequence found that the model answers differently. */
  readonly counterexample?: string
}

/** The kinds of stores. One that this machine cannot run says why. */
export const storeKinds: Readonly<Record<string, () => Promise<StoreSource | string>>> = {
  memory: async () => ({ open: modelledMemory }),
  // It mostly waits for the disk.
  file: async () => ({ open: modelledFile, atOnce: 4 }),
  Redis: async () => {
    if (!hasRedisServer) return absenceNotice
    const redis = await ModelledRedis.start()
    return { open: () => redis.open('app'), close: () => redis.end() }
  },
}

/** Runs so many sequences on a kind of store; the seed says which. */
export async function runModel(
  kind: string,
  { open, close, atOnce = 1 }: StoreSource,
  { sequences, seed }: { readonly sequences: number; readonly seed: number },
): Promise<ModelRun> {
  const start = performance.now()
  const lanes = Array.from({ length: atOnce }, (_, lane) =>
    checkAgainstModel(open, { sequences: Math.ceil(sequences / atOnce), seed: seed * 1_000 + lane }),
  )
  const failure = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected')
  const counterexample = failure?.status === 'rejected' ? textOf(failure.reason) : undefined
  const seconds = (performance.now() - start) / 1_000
  await close?.()
  const finding = {
    what: `${sequences} sequences on the ${kind} store, against the model`,
    measured: counterexample === undefined ? 'the same' : 'differ',
    promised: 'the same',
    holds: counterexample === undefined,
  }
  return { finding, seconds, ...(counterexample === undefined ? {} : { counterexample }) }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
