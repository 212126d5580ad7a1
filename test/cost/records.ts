// Usage records for tests: one by what matters in it, and arbitrary ones.

import fc from 'fast-check'
import type { UsageRecord } from '../../src/core/usage-record.js'

let made = 0

/** A record of a call that ended well, with what the test cares about. */
export function record(fields: Partial<UsageRecord> = {}): UsageRecord {
  made += 1
  return {
    id: `attempt-${made}`,
    requestId: `request-${made}`,
    at: Date.UTC(2026, 10, 21, 12),
    provider: 'openai',
    model: 'gpt-5.4-nano',
    requestedModel: 'auto',
    mode: 'stream',
    credentialSource: 'app',
    outcome: 'success',
    cost: 750_000,
    savings: null,
    durationMs: 100,
    ...fields,
  }
}

/** Names as people give them, and as attackers do. */
export const names = fc.oneof(
  fc.constantFrom('acme', 'globex', '__proto__', 'constructor', '[null]', 'null', '', 'a\u0000b', '\ud800'),
  fc.string({ maxLength: 5 }),
)

const amounts = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.constant(Number.MAX_SAFE_INTEGER))

/** Records with anything in them that sums depend on. */
export const records = fc.array(
  fc
    .record(
      {
        at: fc.integer({ min: Date.UTC(2026, 9, 20), max: Date.UTC(2026, 10, 1) }),
        tenant: names,
        agent: names,
        tags: fc.array(names, { maxLength: 3 }),
        provider: names,
        model: names,
        outcome: fc.constantFrom('success', 'failure', 'aborted', 'uncertain'),
        cost: fc.option(amounts),
        savings: fc.option(amounts),
        usage: fc.record({ input: amounts, output: amounts, reasoning: amounts }, { requiredKeys: [] }),
        durationMs: fc.integer({ min: 0, max: 100_000 }),
        firstDeltaMs: fc.integer({ min: 0, max: 100_000 }),
        failoverFrom: fc.constant('openai/gpt-5.4'),
      },
      { requiredKeys: ['at', 'cost', 'savings', 'durationMs'] },
    )
    .map((fields) => record(fields as Partial<UsageRecord>)),
  { maxLength: 40 },
)
