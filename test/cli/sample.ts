// Three weeks of a made-up app: records and budgets for the tests of the report, hostile names among them.

import type { BudgetSeries } from '../../src/cli/budget-window.js'
import { buildReport, type ReportBooks, type ReportData, type ReportQuery } from '../../src/cli/report.js'
import type { ErrorCode } from '../../src/core/error-code.js'
import type { UsageRecord } from '../../src/core/usage-record.js'

const dayMs = 86_400_000

/** When the sample is looked at: in the middle of a Saturday. */
export const sampleNow = Date.UTC(2026, 10, 21, 14, 20)

/** Names that would like to be more than names. */
export const hostileNames = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  '\u001b[31mred\u001b[0m\u0007\u009b2J',
  'safe\u202etxt.exe\u2066\u200b',
  "'-alert(3)-'&amp;</title></svg></style>",
  '__proto__',
  'שלום עולם',
  '\ud800 and a \u0000 nul',
  'long '.repeat(2_000),
]

const tenants = ['acme', 'globex', 'initech', 'umbrella', 'hooli', 'wonka', ...hostileNames]
const models = [
  { provider: 'openai', model: 'gpt-5.4-nano', nanosPerToken: 240, firstMs: 210 },
  { provider: 'anthropic', model: 'claude-sonnet-4-5', nanosPerToken: 4_200, firstMs: 640 },
  { provider: 'deepseek', model: 'deepseek-chat', nanosPerToken: 380, firstMs: 480 },
  { provider: 'gemini', model: 'gemini-3-flash', nanosPerToken: 300, firstMs: 330 },
  { provider: 'openrouter', model: 'meta-llama/llama-4-maverick', nanosPerToken: 190, firstMs: 520 },
  { provider: 'groq', model: 'openai/gpt-oss-120b', nanosPerToken: 150, firstMs: 95 },
  { provider: 'local', model: 'qwen3:14b', nanosPerToken: undefined, firstMs: 900 },
  { provider: 'mistral', model: 'mistral-small-latest', nanosPerToken: 120, firstMs: 260 },
]
const codes: readonly ErrorCode[] = [
  'rate-limited',
  'rate-limited',
  'overloaded',
  'timeout',
  'context-length',
]

/** The records, the newest first. The same ones each time. */
export function sampleRecords(count = 4_000): UsageRecord[] {
  const random = seeded(7)
  const records: UsageRecord[] = []
  for (let at = 0; at < count; at += 1) {
    const model = models[Math.floor(random() ** 1.8 * models.length)] ?? models[0]!
    const tenant = tenants[Math.floor(random() ** 2.2 * tenants.length)] ?? 'acme'
    const begun = sampleNow - Math.floor(random() * 21 * dayMs)
    // Weekends are quiet.
    if ([0, 6].includes(new Date(begun).getUTCDay()) && random() < 0.6) continue
    const [input, output] = [Math.floor(200 + random() ** 3 * 20_000), Math.floor(30 + random() ** 2 * 1_500)]
    const hasFailed = random() < 0.04
    const errorCode = codes[Math.floor(random() * codes.length)]
    const isSecond = random() < 0.05
    const before = models[Math.floor(random() * 3)]
    const cost =
      model.nanosPerToken === undefined ? null : Math.round((input / 4 + output) * model.nanosPerToken)
    const firstDeltaMs = Math.round(model.firstMs * (0.6 + random() + 4 * random() ** 12))
    records.push({
      id: `attempt-${at}`,
      requestId: `request-${at}`,
      at: begun,
      ...(random() < 0.03 ? {} : { tenant }),
      provider: model.provider,
      model: model.model,
      requestedModel: 'auto',
      mode: 'stream',
      credentialSource: 'app',
      outcome: hasFailed ? 'failure' : 'success',
      ...(hasFailed ? {} : { usage: { input, output }, firstDeltaMs }),
      ...(random() < 0.02 ? { usageEstimated: true } : {}),
      cost: hasFailed ? 0 : cost,
      savings: cost === null ? null : 2 * cost,
      durationMs: firstDeltaMs + output * 8,
      ...(isSecond && before !== undefined && before !== model
        ? { failoverFrom: `${before.provider}/${before.model}` }
        : {}),
      ...(hasFailed && errorCode !== undefined ? { errorCode, errorMessage: 'It did not work.' } : {}),
    })
  }
  return records.sort((left, right) => right.at - left.at)
}

/** Budgets in every state: used up, running out, lasting, unused, without an end, over, and one with a hostile name. */
export function sampleBudgets(): BudgetSeries[] {
  const today = Date.UTC(2026, 10, 21)
  const tomorrow = today + dayMs
  const rise = (from: number, total: number, pace = 1): BudgetSeries['points'] =>
    Array.from({ length: 80 }, (_, at) => ({
      at: from + ((sampleNow - from) * (at + 1)) / 80,
      committed: Math.round(total * ((at + 1) / 80) ** pace),
    }))
  const hostile = '%0022%003e%003cimg%0020src%003dx%0020onerror%003dalert%00284%0029%003e'
  return [
    {
      counter: 'usd/tenant/acme/day/2026-11-21@UTC',
      limit: 5e9,
      endsAt: tomorrow,
      points: rise(today, 3.9e9, 1.4),
    },
    {
      counter: 'usd/tenant/acme/day/2026-11-20@UTC',
      limit: 5e9,
      endsAt: today,
      points: [{ at: today - 1, committed: 1 }],
    },
    {
      counter: 'usd/tenant/globex/day/2026-11-21@UTC',
      limit: 2e9,
      endsAt: tomorrow,
      points: rise(today, 2.05e9),
    },
    {
      counter: 'usd/app//month/2026-11@UTC',
      limit: 150e9,
      endsAt: Date.UTC(2026, 11, 1),
      points: rise(Date.UTC(2026, 10, 1), 61.2e9, 0.9),
    },
    {
      counter: 'tokens/agent/acme:writer/total/total',
      limit: 50_000_000,
      points: rise(sampleNow - 9 * dayMs, 12_400_000),
    },
    {
      counter: `calls/user/${hostile}:u1/hour/2026-11-21T14+0000@UTC`,
      limit: 100,
      endsAt: today + 15 * 3_600_000,
      points: rise(today + 14 * 3_600_000, 12),
    },
    {
      counter: 'calls/tenant/initech/hour/2026-11-21T12+0000@UTC',
      limit: 100,
      endsAt: today + 13 * 3_600_000,
      points: [{ at: today + 12.5 * 3_600_000, committed: 40 }],
    },
  ]
}

/** The budgets as a journal gives them. */
export function sampleBooks(): ReportBooks {
  return { budgets: sampleBudgets(), underWay: [], damagedLines: 0 }
}

/** The sample as a report. */
export function sampleReport(query: ReportQuery = {}, records = sampleRecords()): Promise<ReportData> {
  return buildReport({ records, books: async () => sampleBooks() }, query, sampleNow)
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const stirred = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0
    return ((stirred ^ (stirred >>> 13)) >>> 0) / 2 ** 32
  }
}
