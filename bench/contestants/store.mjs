// The memory store alone: one attempt after another is held and booked, over one counter and one rate.

import { memoryStore } from 'byok-handler'
import { OPENAI_MODEL } from './requests.mjs'

const CLAIMS = [
  {
    counter: 'usd/tenant/acme/day/1',
    limit: 10 ** 15,
    base: 100_000,
    perToken: 600,
    alerts: [{ share: 0.5, at: 5 * 10 ** 14 }],
  },
]
const RATES = [{ key: 'requests/tenant/acme', limit: 10 ** 12, windowMs: 60_000, amount: 1 }]
const CHARGE = { claims: [50_000], rates: [1] }
const TOKENS = { least: 1_024, most: 1_024 }
const DRAFT = {
  tenant: 'acme',
  provider: 'openai',
  model: OPENAI_MODEL,
  requestedModel: `openai/${OPENAI_MODEL}`,
  mode: 'stream',
  credentialSource: 'app',
  outcome: 'uncertain',
  cost: null,
  savings: null,
  durationMs: 0,
}

export function open() {
  const store = memoryStore()
  let number = 0
  return {
    async book() {
      number += 1
      const id = `attempt-${number}`
      const record = { ...DRAFT, id, requestId: `request-${number}`, at: Date.now() }
      const hold = {
        id,
        tenant: 'acme',
        claims: CLAIMS,
        rates: RATES,
        tokens: TOKENS,
        ttlMs: 60_000,
        limitsVersion: 0,
        record,
      }
      const start = performance.now()
      const admission = await store.admit(hold)
      const settlement = await store.commit(id, CHARGE, { ...record, outcome: 'success', cost: 50_000 })
      const microseconds = (performance.now() - start) * 1_000
      if (admission.outcome !== 'admitted' || settlement.outcome !== 'settled')
        throw new Error(`the store answered ${admission.outcome}, ${settlement.outcome}`)
      return microseconds
    },
  }
}
