// Who may answer, who should, and what is said of the others.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Level, levels } from '../../src/core/level.js'
import { chooseFrom, type FieldModel, leftOutOf, orderOf } from './field.js'

const image = {
  role: 'user',
  content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
} as const
const tool = { type: 'function', function: { name: 'look', parameters: {} } } as const
const schema = { type: 'json_schema', json_schema: { name: 'a', schema: {} } } as const

describe('the filters', () => {
  it('leave out who is not on a list, by exact names (RK1, RK2)', () => {
    const models = { 'openai/gpt-4o': {}, 'openai/gpt-4o-mini': {}, 'openrouter/openai/gpt-4o': {} }
    const allow = [{ provider: 'openai', model: 'gpt-4o' }]
    const made = chooseFrom(models, { around: { allowLists: [allow] } })
    expect(orderOf(made)).toEqual(['openai/gpt-4o'])
    expect(leftOutOf(made)).toEqual({
      'openai/gpt-4o-mini': 'allowed',
      'openrouter/openai/gpt-4o': 'allowed',
    })
  })

  it("ask for the app's list and the tenant's (RK2)", () => {
    const lists = [
      [{ provider: 'a' }, { provider: 'b' }],
      [{ provider: 'b' }, { provider: 'c' }],
    ]
    const made = chooseFrom({ 'a/x': {}, 'b/x': {}, 'c/x': {} }, { around: { allowLists: lists } })
    expect(orderOf(made)).toEqual(['b/x'])
  })

  it('leave out what is denied, and say so (RK2)', () => {
    const made = chooseFrom({ 'a/x': {}, 'a/y': {} }, { around: { deny: [{ provider: 'a', model: 'x' }] } })
    expect(orderOf(made)).toEqual(['a/y'])
    expect(made.leftOut[0]?.reason()).toBe('it is denied')
  })

  it('take an ability that is unknown for missing (RK3)', () => {
    const models = {
      'a/yes': { abilities: { tools: true } },
      'a/no': { abilities: { tools: false } },
      'a/unknown': {},
    }
    const made = chooseFrom(models, { chat: { tools: [tool] } })
    expect(orderOf(made)).toEqual(['a/yes'])
    expect(made.leftOut.map(({ reason }) => reason())).toEqual([
      'it is not known to have tools',
      'it is not known to have tools',
    ])
  })

  it.each([
    ['tools in the request', { chat: { tools: [tool] } }],
    ['work of an agentic kind', { needs: { taskType: 'agentic' } }],
    ['an agent that asks', { isAgent: true }],
  ] as const)('ask for tools because of %s (RK3)', (_, question) => {
    const made = chooseFrom({ 'a/plain': {}, 'a/able': { abilities: { tools: true } } }, question)
    expect(orderOf(made)).toEqual(['a/able'])
  })

  it('ask for vision, documents, audio, structured output and reasoning where the request has need of them (RK2)', () => {
    const models: Record<string, FieldModel> = {
      'a/blind': {},
      'a/sees': { input: ['text', 'image'] },
      'a/reads': { input: ['text', 'document'] },
      'a/hears': { input: ['text', 'audio'] },
      'a/shapes': { abilities: { structuredOutput: true } },
      'a/thinks': { abilities: { reasoning: true } },
    }
    const file = { role: 'user', content: [{ type: 'file', file: { file_data: 'x' } }] } as const
    const sound = {
      role: 'user',
      content: [{ type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }],
    } as const
    expect(orderOf(chooseFrom(models, { chat: { messages: [image] } }))).toEqual(['a/sees'])
    expect(orderOf(chooseFrom(models, { chat: { messages: [file] } }))).toEqual(['a/reads'])
    expect(orderOf(chooseFrom(models, { chat: { messages: [sound] } }))).toEqual(['a/hears'])
    expect(orderOf(chooseFrom(models, { chat: { responseFormat: schema } }))).toEqual(['a/shapes'])
    expect(orderOf(chooseFrom(models, { chat: { reasoning: 'low' } }))).toEqual(['a/thinks'])
    expect(orderOf(chooseFrom(models, { chat: { reasoning: 'none' } }))).toHaveLength(6)
  })

  it('see an image in an earlier turn too (IM2)', () => {
    const messages = [
      image,
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'Sure?' },
    ] as const
    const made = chooseFrom({ 'a/blind': {}, 'a/sees': { input: ['image'] } }, { chat: { messages } })
    expect(orderOf(made)).toEqual(['a/sees'])
    expect(made.leftOut[0]?.reason()).toContain('vision')
  })

  it('ask for the window of the level, or for the prompt and the answer together (RK2)', () => {
    const models = { 'a/8k': { contextWindow: 8_000 }, 'a/40k': { contextWindow: 40_000 } }
    const order = (level: Level, promptTokens: number, maxTokens?: number) =>
      orderOf(
        chooseFrom(models, {
          needs: { level, promptTokens },
          chat: maxTokens === undefined ? {} : { maxTokens },
        }),
      )
    expect(order('moderate', 20)).toEqual(['a/40k', 'a/8k'])
    expect(order('complex', 20)).toEqual(['a/40k'])
    expect(order('moderate', 7_000)).toEqual(['a/40k', 'a/8k'])
    expect(order('moderate', 7_001)).toEqual(['a/40k'])
    expect(order('moderate', 20, 7_981)).toEqual(['a/40k'])
    expect(order('moderate', 39_001)).toEqual([])
  })

  it('take a window that nobody knows for 4,096 (CW1)', () => {
    const models = { 'a/x': { contextWindow: 'unknown' }, 'a/y': {} } as const
    expect(orderOf(chooseFrom(models, { needs: { level: 'simple' } }))).toHaveLength(2)
    expect(orderOf(chooseFrom(models, { needs: { level: 'moderate' } }))).toEqual(['a/y'])
  })

  it('leave out a model that cannot write as much as the caller allows (RK2)', () => {
    const made = chooseFrom({ 'a/x': { maxOutputTokens: 4_000 }, 'a/y': {} }, { chat: { maxTokens: 4_001 } })
    expect(orderOf(made)).toEqual(['a/y'])
  })

  it('skip a model whose allowance is used up (RK10)', () => {
    const made = chooseFrom(
      { 'a/x': {}, 'b/x': {} },
      { around: { headroomOf: ({ provider }) => (provider === 'a' ? 0 : 0.01) } },
    )
    expect(orderOf(made)).toEqual(['b/x'])
    expect(leftOutOf(made)).toEqual({ 'a/x': 'allowance' })
  })

  it('leave out whose breaker is open or whose keys are parked, unless there is nobody else (RK2)', () => {
    const refusalOf = ({ provider }: { provider: string }) =>
      provider === 'a' ? 'its breaker is open' : undefined
    const made = chooseFrom({ 'a/x': {}, 'b/x': { cost: 9_000 } }, { around: { refusalOf } })
    expect(orderOf(made)).toEqual(['b/x'])
    expect(made.leftOut[0]?.reason()).toBe('its breaker is open')
    expect(orderOf(chooseFrom({ 'a/x': {} }, { around: { refusalOf } }))).toEqual(['a/x'])
  })

  it('refuse an unknown price where a budget limits what is spent (RK7)', () => {
    const models = { 'a/x': { cost: null }, 'a/y': {} }
    const made = chooseFrom(models, { around: { needsPrice: true } })
    expect(orderOf(made)).toEqual(['a/y'])
    expect(leftOutOf(made)).toEqual({ 'a/x': 'price' })
  })

  it('let a special-purpose model take part only where it is named (RK9)', () => {
    expect(orderOf(chooseFrom({ 'a/ocr': { isSpecialPurpose: true }, 'a/x': {} }))).toEqual(['a/x'])
  })
})

describe('the quality floor', () => {
  const models = {
    'a/small': { quality: 70, cost: 10 },
    'a/fair': { quality: 82, cost: 100 },
    'a/good': { quality: 90, cost: 1_000 },
    'a/best': { quality: 96, cost: 10_000 },
  }

  it.each([
    ['simple', ['a/fair', 'a/small', 'a/good', 'a/best']],
    ['moderate', ['a/fair', 'a/good', 'a/best']],
    ['complex', ['a/good', 'a/best']],
    ['advanced', ['a/best']],
  ] as const)('of %s keeps those that do the work well (RK2)', (level, order) => {
    const made = chooseFrom(models, { needs: { level } })
    expect(orderOf(made)).toEqual(order)
    expect(made.leftOut).toHaveLength(4 - order.length)
    expect(made.warnings).toEqual([])
  })

  it('drops level by level where nobody passes it, with a warning (RK13)', () => {
    const { 'a/best': _best, 'a/good': _good, ...weak } = models
    const made = chooseFrom(weak, { needs: { level: 'advanced' } })
    expect(orderOf(made)).toEqual(['a/fair'])
    expect(made.warnings).toMatchObject([{ code: 'quality-floor-lowered' }])
    expect(made.warnings[0]?.message).toContain('"moderate"')
    expect(leftOutOf(made)).toEqual({ 'a/small': 'quality' })
  })

  it('does not drop below what the app itself asks for (RK13)', () => {
    const made = chooseFrom(models, { needs: { level: 'advanced' }, question: { minQuality: 97 } })
    expect(orderOf(made)).toEqual([])
    expect(leftOutOf(made)).toMatchObject({ 'a/best': 'quality' })
  })

  it('goes by the kind of work (RK2)', () => {
    const rows = {
      'a/coder': { quality: { general: 75, coding: 95 } },
      'a/talker': { quality: { general: 95, coding: 75 } },
    }
    const best = (taskType: 'code' | 'general') => orderOf(chooseFrom(rows, { needs: { taskType } }))
    expect(best('code')).toEqual(['a/coder'])
    expect(best('general')).toEqual(['a/talker'])
  })

  it('takes a model that nobody has rated for one of 70 (RK7)', () => {
    const rows = { 'a/x': { quality: {} } }
    expect(orderOf(chooseFrom(rows, { question: { minQuality: 70 }, needs: { level: 'simple' } }))).toEqual([
      'a/x',
    ])
    expect(orderOf(chooseFrom(rows, { question: { minQuality: 71 }, needs: { level: 'simple' } }))).toEqual(
      [],
    )
  })
})

describe('the rank', () => {
  it('is the square of the quality over the cost, or over half the median cost (RK4)', () => {
    const made = chooseFrom({
      'a/x': { quality: 90, cost: 400 },
      'a/y': { quality: 80, cost: 100 },
      'a/z': { quality: 85, cost: 900 },
    })
    // The median is 400, so that 100 counts as 200.
    expect(made.ordered.map(({ contender, score }) => [contender.name, score])).toEqual([
      ['a/y', 6_400 / 200],
      ['a/x', 8_100 / 400],
      ['a/z', 7_225 / 900],
    ])
  })

  it('counts cheaper as better further down where the app lowers the floor (RK4)', () => {
    const models = {
      'a/x': { quality: 90, cost: 100 },
      'a/y': { quality: 95, cost: 400 },
      'a/z': { quality: 95, cost: 1_000 },
    }
    expect(orderOf(chooseFrom(models))).toEqual(['a/x', 'a/y', 'a/z'])
    const dear = { ...models, 'a/w': { quality: 95, cost: 1_000 } }
    expect(orderOf(chooseFrom(dear))[0]).toBe('a/x')
    const dearer = { ...dear, 'a/v': { quality: 95, cost: 1_000 } }
    // The median is 1,000: x and y cost less than half of it, so that the better one goes first.
    expect(orderOf(chooseFrom(dearer))[0]).toBe('a/y')
    expect(orderOf(chooseFrom(dearer, { factors: { costFloor: 0.1 } }))[0]).toBe('a/x')
  })

  it('takes the median before the quality filter, of those that cost something (RK4)', () => {
    const made = chooseFrom({
      'a/free': { quality: 85, cost: 0 },
      'a/low': { quality: 10, cost: 2_000 },
      'a/x': { quality: 90, cost: 4_000 },
    })
    expect(made.ordered.map(({ score }) => score)).toEqual([7_225 / 1_500, 8_100 / 4_000])
  })

  it('goes by quality where all are free (RK4)', () => {
    const made = chooseFrom({ 'a/x': { quality: 85, cost: 0 }, 'a/y': { quality: 90, cost: 0 } })
    expect(orderOf(made)).toEqual(['a/y', 'a/x'])
  })

  it('falls with the headroom, to a quarter at the least (RK4)', () => {
    const scoreAt = (left: number) =>
      chooseFrom({ 'a/x': {} }, { factors: { headroomOf: () => left } }).ordered[0]?.score ?? 0
    expect(scoreAt(0.5)).toBeCloseTo(scoreAt(1) / 2)
    expect(scoreAt(0.1)).toBeCloseTo(scoreAt(1) / 4)
  })

  it('falls with the health, and no further than behind the others (RK4, HE1)', () => {
    const factors = { healthOf: ({ name }: { name: string }) => (name === 'a/x' ? 0 : 1) }
    const made = chooseFrom({ 'a/x': { cost: 500 }, 'a/y': { cost: 1_000 } }, { factors })
    expect(orderOf(made)).toEqual(['a/y', 'a/x'])
  })

  it.each([
    [1, 1],
    [12, 0.61],
    [43, 0.47],
    [1e9, 0.25],
  ])('counts a model of weight %s by %s (RK5)', (quotaWeight, factor) => {
    const [heavy] = chooseFrom({ 'a/x': { quotaWeight } }).ordered
    const [plain] = chooseFrom({ 'a/x': {} }).ordered
    expect((heavy?.score ?? 0) / (plain?.score ?? 1)).toBeCloseTo(factor, 2)
  })

  it('leans to cost or to quality where the app says so (RK6)', () => {
    const models = {
      'a/cheap': { quality: 82, cost: 100 },
      'a/mid': { quality: 90, cost: 1_000 },
      'a/dear': { quality: 100, cost: 10_000 },
    }
    const worth = (prefer: 'cost' | 'quality') =>
      Object.fromEntries(
        chooseFrom(models, { factors: { prefer } }).ordered.map(({ contender, score }) => [
          contender.name,
          Math.round(score * 1_000) / 1_000,
        ]),
      )
    // Both go from 0 to 1 inside the pool; cheapness by the logarithm, from the dearest to the cheapest.
    expect(worth('cost')).toEqual({ 'a/cheap': 0.7, 'a/mid': 0.483, 'a/dear': 0.3 })
    expect(worth('quality')).toEqual({ 'a/cheap': 0.3, 'a/mid': 0.461, 'a/dear': 0.7 })
  })

  it('puts preferred providers first, if they survive the filters (RK6)', () => {
    const models = { 'a/x': {}, 'b/x': { cost: 5_000 }, 'c/x': { cost: 9_000 }, 'c/y': { quality: 10 } }
    const made = chooseFrom(models, { question: { preferProviders: ['c', 'b'] } })
    expect(orderOf(made)).toEqual(['c/x', 'b/x', 'a/x'])
  })

  it('puts an unknown price behind every known one, and a free model is not unknown (RK7)', () => {
    const models = {
      'a/unknown': { cost: null, quality: 99 },
      'a/dear': { cost: 1e9 },
      'a/free': { cost: 0 },
    }
    expect(orderOf(chooseFrom(models))).toEqual(['a/free', 'a/dear', 'a/unknown'])
  })

  it('puts the model that last answered the session first, if it survives (RK11)', () => {
    const models = { 'a/x': {}, 'b/x': { cost: 9_000 }, 'b/weak': { quality: 10 } }
    const order = (model: string) =>
      orderOf(chooseFrom(models, { question: { sticky: { provider: 'b', model } } }))
    expect(order('x')).toEqual(['b/x', 'a/x'])
    expect(order('weak')).toEqual(['a/x', 'b/x'])
  })

  it('breaks ties by provider and model, whatever order they came in (RK12)', () => {
    const names = ['b/x', 'a/y', 'a/x', 'a/Z']
    const order = (list: readonly string[]) =>
      orderOf(chooseFrom(Object.fromEntries(list.map((name) => [name, {}]))))
    expect(order(names)).toEqual(['a/Z', 'a/x', 'a/y', 'b/x'])
    expect(order(names.toReversed())).toEqual(order(names))
  })

  it('does not swallow what goes wrong in it (RK12)', () => {
    const broken = () => {
      throw new TypeError('no number')
    }
    expect(() => chooseFrom({ 'a/x': {} }, { factors: { healthOf: broken } })).toThrow('no number')
  })

  it.each(['balanced', 'cost', 'quality'] as const)(
    'never lets an easy request cost more than a hard one: %s (RK8)',
    (prefer) => {
      const model = fc.record({
        quality: fc.integer({ min: 40, max: 100 }),
        cost: fc.integer({ min: 0, max: 100_000 }),
      })
      fc.assert(
        fc.property(fc.array(model, { minLength: 1, maxLength: 12 }), (rows) => {
          const models = Object.fromEntries(rows.map((row, at) => [`p/${String(at).padStart(2, '0')}`, row]))
          const costs = levels.map((level) => {
            const first = chooseFrom(models, { needs: { level }, factors: { prefer } }).ordered[0]
            return first?.cost ?? Number.NaN
          })
          const [simple = 0] = costs
          const advanced = costs.at(-1) ?? 0
          expect(simple).toBeLessThanOrEqual(advanced)
        }),
        { numRuns: 2_000 },
      )
    },
  )
})

describe('special work', () => {
  it('of extraction has no use for more quality than 90, nor for reasoning (RK9)', () => {
    const models = {
      'a/thinks': { quality: 98, cost: 100, abilities: { reasoning: true } },
      'a/good': { quality: 90, cost: 1_000 },
      'a/best': { quality: 99, cost: 1_001 },
    }
    const made = chooseFrom(models, { needs: { level: 'advanced', taskType: 'extraction' } })
    expect(orderOf(made)).toEqual(['a/good', 'a/best'])
    expect(made.ordered.map(({ quality }) => quality)).toEqual([90, 90])
    expect(leftOutOf(made)).toEqual({ 'a/thinks': 'abilities' })
  })

  it('of extraction goes to a model that reasons where there is no other (RK9)', () => {
    const models = { 'a/thinks': { abilities: { reasoning: true } } }
    expect(orderOf(chooseFrom(models, { needs: { taskType: 'extraction' } }))).toEqual(['a/thinks'])
  })

  it('on scanned documents prefers models that read them (RK9)', () => {
    const models = { 'a/x': {}, 'a/reads': { cost: 50_000, input: ['document'] } } as const
    expect(orderOf(chooseFrom(models, { needs: { taskType: 'pdf-ocr' } }))).toEqual(['a/reads', 'a/x'])
  })
})

describe("a tenant's list for a level", () => {
  it('is ordered by expected cost, whatever the quality, and filtered by abilities (TR2)', () => {
    const models: Record<string, FieldModel> = {
      'a/dear': { cost: 9_000, quality: 99, abilities: { tools: true } },
      'a/cheap': { cost: 10, quality: 20, abilities: { tools: true }, isSpecialPurpose: true },
      'a/unpriced': { cost: null, abilities: { tools: true } },
      'a/unable': { cost: 1 },
    }
    const made = chooseFrom(models, { question: { isListed: true }, chat: { tools: [tool] } })
    expect(orderOf(made)).toEqual(['a/cheap', 'a/dear', 'a/unpriced'])
    expect(leftOutOf(made)).toEqual({ 'a/unable': 'abilities' })
  })
})
