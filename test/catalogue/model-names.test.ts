// Which names the table's rules may be believed about, over every rule of genai-prices.

import { findProvider } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findByName, NameIndex, readRule } from '../../src/catalogue/model-names.js'
import { pricedVendors } from '../../src/catalogue/priced-vendors.js'

interface Rule {
  readonly [kind: string]: unknown
}

interface Clause {
  readonly source: string
  readonly id: string
  readonly kind: string
  readonly text: string
}

/** Every clause of every rule of the providers that are priced. */
const clauses: readonly Clause[] = [
  ...new Set([...pricedVendors.values()].flatMap(({ sources }) => sources)),
].flatMap((source) =>
  (findProvider({ providerId: source })?.models ?? []).flatMap(({ id, match }) =>
    clausesOf(match, source, id),
  ),
)

function clausesOf(rule: Rule, source: string, id: string): Clause[] {
  return Object.entries(rule).flatMap(([kind, value]) =>
    Array.isArray(value)
      ? value.flatMap((part: Rule) => clausesOf(part, source, id))
      : [{ source, id, kind, text: String(value) }],
  )
}

function indexOf(source: string) {
  return new NameIndex(
    (findProvider({ providerId: source })?.models ?? []).map(({ id, match }) => {
      const { names, rules } = readRule(match)
      return { id, names: [id, ...names], rules }
    }),
  )
}

const indexes = new Map(
  [...new Set(clauses.map(({ source }) => source))].map((source) => [source, indexOf(source)]),
)

function idOf(source: string, name: string): string | undefined {
  const index = indexes.get(source)
  return index && findByName(name, { indexes: [index] })?.model.id
}

/** What makes another model of a name, at another price. */
const otherModels = [
  '-mini',
  '-nano',
  '-pro',
  '-audio',
  '-audio-2025-06-03',
  '-8b',
  '-lite',
  '-image',
  '-5',
  '.5',
  '0',
  '-turbo',
  '-fast',
  '-tts',
  '-distill-llama-70b',
  '-codex',
  '-live-001',
  'x',
  ':thinking',
  '-vision-preview',
  '/x',
]

describe("CO1: the table's own rules", () => {
  it('CO1: never bill a longer name at the price of a shorter one', () => {
    const loose = clauses.filter(({ kind }) => kind !== 'equals' && kind !== 'ends_with')
    expect(loose.length).toBeGreaterThan(100)
    const exactNames = new Map([...indexes.keys()].map((source) => [source, exactNamesOf(source)]))
    const faults = loose.flatMap(({ source, text }) => {
      const stem = text
        .replace(/^\^/, '')
        .replaceAll('\\.', '.')
        .replace(/-?\\d.*$/, '')
        .replace(/[-@.:]$/, '')
      return otherModels
        .map((other) => `${stem}${other}`)
        .filter((name) => !exactNames.get(source)?.has(name.toLowerCase()))
        .filter((name) => idOf(source, name) !== undefined)
        .map((name) => `${source}/${name} is taken for ${idOf(source, name)}`)
    })
    expect(faults).toEqual([])
  })

  it('CO1: never take what only contains a name for it', () => {
    const faults = clauses
      .filter(({ kind }) => kind === 'contains' || kind === 'ends_with')
      .filter(
        ({ source, text }) =>
          idOf(source, `my-${text}`) !== undefined || idOf(source, `x/${text}-2025-01-01`) !== undefined,
      )
    expect(faults).toEqual([])
  })

  it('CO1: find every model by its own name, and by each name that the table gives it', () => {
    const lost = clauses
      .filter(({ kind }) => kind === 'equals')
      .filter(({ source, id, text }) => idOf(source, text) !== id && idOf(source, id) !== id)
    expect(lost).toEqual([])
  })

  it('CO1: are believed about versions that they reach', () => {
    expect(idOf('anthropic', 'claude-haiku-4-5-20251001')).toBe('claude-haiku-4-5')
    expect(idOf('anthropic', 'claude-haiku-4-5@20251001')).toBe('claude-haiku-4-5')
    expect(idOf('mistral', 'magistral-medium-2509')).toBe('magistral-medium')
    expect(idOf('google', 'gemini-2.0-flash-001')).toBe('gemini-2.0-flash')
    expect(idOf('google', 'gemini-2.5-pro-preview-05-06')).toBe('gemini-2.5-pro')
    expect(idOf('google', 'gemini-2.5-flash-lite-preview-09-2025')).toBe('gemini-2.5-flash-lite')
    expect(idOf('deepseek', 'deepseek-v4-flash-0731')).toBe('deepseek-v4-flash')
    expect(idOf('x-ai', 'grok-4.3-20260701')).toBe('grok-4.3')
  })

  it('CO1: are not believed about others', () => {
    for (const [source, name] of [
      ['deepseek', 'deepseek-r1-distill-llama-70b'],
      ['google', 'gemini-1.5-flash-8b'],
      ['google', 'gemini-2.0-flash-live-001'],
      ['google', 'gemini-2.5-pro-exp-ttsx'],
      ['anthropic', 'claude-opus-4-10'],
      ['anthropic', 'claude-sonnet-5-5'],
      ['openai', 'ft:gpt-4o-mini-2024-07-18:acme::abc'],
      ['openai', 'gpt-4o-mini-audio-hd'],
      ['mistral', 'mistral-large-2712'],
      ['cerebras', 'cerebras/gpt-oss-120b-large'],
    ] as const)
      expect([name, idOf(source, name)]).toEqual([name, undefined])
  })

  it('CO1: hold no regular expression that is ever run, and none that a name could be lost in', () => {
    const { names, rules } = readRule({
      or: [{ equals: 'm' }, { regex: '^(a+)+$' }, { regex: '^m-x\\.1-\\d{8}$' }],
    })
    expect(names).toEqual(['m'])
    expect(rules).toEqual([{ kind: 'starts_with', text: 'm-x.1-' }])
    const index = new NameIndex([{ names, rules: [{ kind: 'starts_with' as const, text: 'a' }] }])
    expect(findByName('a'.repeat(100_000), { indexes: [index] })).toBeUndefined()
    expect(findByName('a-'.repeat(100), { indexes: [index] })).toBeUndefined()
  })
})

describe('CO1: a name', () => {
  const models = [
    { id: 'one', names: ['model'], rules: [] },
    { id: 'day', names: ['model-2024-05-13'], rules: [] },
  ]
  const question = { indexes: [new NameIndex(models)], aliases: { other: 'model' } }

  it('CO1: is tried as it stands, as an alias, and without its date, in this order', () => {
    expect(findByName('model', question)).toEqual({ model: models[0], match: 'exact' })
    expect(findByName('MODEL', question)).toEqual({ model: models[0], match: 'exact' })
    expect(findByName('other', question)).toEqual({ model: models[0], match: 'alias' })
    expect(findByName('model-2025-01-31', question)).toEqual({ model: models[0], match: 'date' })
    expect(findByName('model@20250131', question)).toEqual({ model: models[0], match: 'date' })
    expect(findByName('other-20250131', question)).toEqual({ model: models[0], match: 'date' })
  })

  it('CO1: keeps the price of its own snapshot, however the day is written', () => {
    expect(findByName('model-20240513', question)?.model).toBe(models[1])
    expect(findByName('model@20240513', question)?.model).toBe(models[1])
  })

  it('CO1: loses no number that is not a day', () => {
    for (const name of [
      'model-2512',
      'model-20251301',
      'model-2025-02-41',
      'model-19990101',
      'model-4',
      'model-latest',
      'model-preview',
    ])
      expect([name, findByName(name, question)]).toEqual([name, undefined])
  })

  it('CO1: may be anything at all without harm', () => {
    const hostile = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        '',
        '-',
        '@',
        '\0',
        '\ud800',
        'x'.repeat(10_240),
        '-2025-01-01',
      ),
    )
    fc.assert(
      fc.property(hostile, (name) => {
        expect(findByName(name, question)).toBeUndefined()
        for (const index of indexes.values()) findByName(name, { indexes: [index] })
      }),
    )
  })
})

function exactNamesOf(source: string): Set<string> {
  const names = (findProvider({ providerId: source })?.models ?? []).map(({ id }) => id)
  const equal = clauses
    .filter((clause) => clause.source === source && clause.kind === 'equals')
    .map(({ text }) => text)
  return new Set([...names, ...equal].map((name) => name.toLowerCase()))
}
