// Every recorded answer with usage costs an exact amount, or is of unknown price; never nothing by accident.

import { beforeAll, describe, expect, it } from 'vitest'
import { accumulate } from '../../src/accumulate.js'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import { isByokError } from '../../src/core/errors.js'
import { fromUsd } from '../../src/core/money.js'
import { completionTokens, promptTokens } from '../../src/core/usage.js'
import { boundOf, costOf } from '../../src/cost/price.js'
import { anthropicMessages } from '../../src/wire/anthropic-messages/dialect.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { openaiResponses } from '../../src/wire/openai-responses/dialect.js'
import { absenceNotice, jsonEvents, type RecordedCase, readRecordings } from './cases.js'
import { decodeStream, decodeWhole } from './decode.js'

const dialects = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
}

const at = Date.parse('2026-11-21T12:00Z')
const prices = genaiPrices()
const recordings = readRecordings()

interface Priced {
  readonly id: string
  readonly model: string
  readonly cost: number | null
  readonly tokens: number
  readonly isFree: boolean
  readonly isWithinBound: boolean
}

if (recordings === undefined) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  describe('CO2: recorded answers', () => {
    beforeAll(() => prices.load())

    it('CO2: every one with usage is priced exactly or unknown, and 0 only where it is free or used nothing', () => {
      const all = recordings.cases.flatMap(priced)
      const known = all.filter(({ cost }) => cost !== null)
      const unknown = new Map<string, number>()
      for (const { model, cost } of all) if (cost === null) unknown.set(model, (unknown.get(model) ?? 0) + 1)
      console.info(
        `${all.length} recordings with usage: ${known.length} priced, ${all.length - known.length} of unknown price: ` +
          [...unknown]
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([model, count]) => `${model} (${count})`)
            .join(', '),
      )
      expect(known.length).toBeGreaterThan(all.length / 2)
      expect(known.filter(({ cost }) => !Number.isSafeInteger(cost) || (cost ?? 0) < 0)).toEqual([])
      expect(known.filter(({ cost, isFree, tokens }) => cost === 0 && !isFree && tokens > 0)).toEqual([])
      expect(known.filter(({ isWithinBound }) => !isWithinBound)).toEqual([])
    })

    it('CO3: cost what the provider itself says that they cost, where the price has not changed since', async () => {
      const differing: string[] = []
      let agreeing = 0
      for (const recorded of recordings.cases.filter(isBilledByList)) {
        const bill = await billed(recorded)
        if (bill === undefined) continue
        if (bill.cost === bill.reported) agreeing += 1
        else differing.push(`${recorded.id}: ${bill.cost}, not ${bill.reported}`)
      }
      console.info(
        `${agreeing} recordings cost what their provider says, to the nano-dollar; ${differing.length} do not.`,
      )
      expect(agreeing).toBeGreaterThanOrEqual(30)
      expect(differing.length).toBeLessThan(agreeing / 10)
    })
  })
}

/** Streams of makers' own models: what others host, the gateway bills at the price of the host that it chose. */
function isBilledByList({ id, kind, answer }: RecordedCase): boolean {
  if (kind !== 'stream') return false
  return (
    id.startsWith('xai/') ||
    (id.startsWith('openrouter/') &&
      /^(openai\/(?!gpt-oss)|anthropic\/|google\/gemini)/.test(answer?.model ?? ''))
  )
}

/** What an answer costs by our prices and by its own word, where both are known. */
async function billed({
  id,
  dialect,
  body,
  answer,
}: RecordedCase): Promise<{ cost: number; reported: number } | undefined> {
  const found = prices.find(id.split('/', 1)[0] ?? '', answer?.model ?? '', at)
  if (found === undefined) return undefined
  const chunks = jsonEvents(body).map((event) => JSON.stringify(event))
  const folded = accumulate(dialect === 'openai-chat' ? [...chunks, '[DONE]'] : chunks, { dialect })
  const { usage, cost } = (await folded.catch(() => undefined))?.byok ?? {}
  if (usage === undefined || cost?.reportedUsd === undefined) return undefined
  return { cost: costOf(found.price, usage), reported: fromUsd(cost.reportedUsd) }
}

function priced({ id, dialect, kind, body, answer }: RecordedCase): Priced[] {
  if (kind === 'error' || answer?.usage === null || answer?.usage === undefined) return []
  const { outcome } =
    kind === 'stream' ? decodeStream(dialects[dialect], [body]) : decodeWhole(dialects[dialect], body)
  if (isByokError(outcome) || outcome.byok.usageEstimated) return []
  const provider = id.split('/', 1)[0] ?? ''
  const { usage } = outcome.byok
  const model = answer.model ?? ''
  const found = prices.find(provider, model, at)
  const prompt = promptTokens(usage)
  const output = completionTokens(usage)
  const cost = found === undefined ? null : costOf(found.price, usage)
  const bound = found && boundOf(found.price, prompt)
  return [
    {
      id,
      model: `${provider}/${model}`,
      cost,
      tokens: prompt + output,
      isFree: model.endsWith(':free'),
      isWithinBound: bound === undefined || bound.base + bound.perToken * output >= (cost ?? 0),
    },
  ]
}
