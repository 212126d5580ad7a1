// Reads the snapshot: its lines are short, so that little is shipped and loaded.

import type {
  CataloguePrice,
  CatalogueRates,
  Modality,
  ModelAbilities,
  ModelInfo,
  ReasoningControl,
  WorkKind,
} from '../core/model-info.js'

/** US dollars for a million tokens: plain input, output, read from and written to a cache. */
type Rates = readonly [
  input: number | null,
  output: number | null,
  cacheRead: number | null,
  cacheWrite: number | null,
]

/**
 * A model, as `scripts/catalogue/write.mjs` writes it. What is not known is `null`. What a model reads, writes and can
 * do are letters; a capital letter says that it cannot.
 */
type Line = readonly [
  model: string,
  description: string | null,
  contextWindow: number | null,
  maxOutputTokens: number | null,
  input: string | null,
  output: string | null,
  abilities: string | null,
  controls: string | null,
  knowledgeDate: string | null,
  quality: readonly (number | null)[] | null,
  isQualityEstimated: 1 | null,
  price: Rates | null,
  above: readonly (readonly [promptTokens: number, rates: Rates])[] | null,
  isSpecialPurpose: 1 | null,
]

/** What the letters mean. A map, so that no letter finds what every object has. */
export const modalityLetters: ReadonlyMap<string, Modality> = new Map([
  ['t', 'text'],
  ['i', 'image'],
  ['a', 'audio'],
  ['v', 'video'],
  ['d', 'document'],
])
/** What the letters mean. */
export const abilityLetters: ReadonlyMap<string, keyof ModelAbilities> = new Map([
  ['t', 'tools'],
  ['p', 'parallelTools'],
  ['s', 'structuredOutput'],
  ['r', 'reasoning'],
  ['c', 'promptCache'],
  ['u', 'computerUse'],
])
/** What the letters mean. */
export const controlLetters: ReadonlyMap<string, ReasoningControl> = new Map([
  ['e', 'effort'],
  ['t', 'tokens'],
  ['s', 'switch'],
])
/** The kinds of work in the order of their qualities. */
export const workKinds: readonly WorkKind[] = [
  'general',
  'hard',
  'coding',
  'math',
  'instruction',
  'creative',
  'multiTurn',
  'long',
]

/** The rows of a snapshot's text, in its order. What many of them have in common, they share; nothing may be changed. */
export function readSnapshot(text: string): readonly ModelInfo[] {
  const providers = JSON.parse(text) as Readonly<Record<string, readonly Line[]>> // written by the script, and tested
  const shared = {
    modalities: sharing((letters) => meanings(letters, modalityLetters)),
    controls: sharing((letters) => meanings(letters, controlLetters)),
    abilities: sharing(abilitiesOf),
  }
  return Object.entries(providers).flatMap(([provider, lines]) =>
    lines.map((line) => rowOf(provider, line, shared)),
  )
}

interface Shared {
  readonly modalities: (letters: string | null) => readonly Modality[] | undefined
  readonly controls: (letters: string | null) => readonly ReasoningControl[] | undefined
  readonly abilities: (letters: string | null) => ModelAbilities | undefined
}

/** The same letters mean the same frozen object. */
function sharing<Meaning extends object>(
  read: (letters: string) => Meaning,
): (letters: string | null) => Readonly<Meaning> | undefined {
  const known = new Map<string, Readonly<Meaning>>()
  return (letters) => {
    if (letters === null) return undefined
    const meaning = known.get(letters) ?? Object.freeze(read(letters))
    known.set(letters, meaning)
    return meaning
  }
}

function rowOf(provider: string, line: Line, shared: Shared): ModelInfo {
  const [model, description, contextWindow, maxOutputTokens, input, output, abilities, controls, ...rest] =
    line
  const [knowledgeDate, quality, isQualityEstimated, price, above, isSpecialPurpose] = rest
  return {
    provider,
    model,
    description: description ?? undefined,
    contextWindow: contextWindow ?? undefined,
    maxOutputTokens: maxOutputTokens ?? undefined,
    input: shared.modalities(input),
    output: shared.modalities(output),
    abilities: shared.abilities(abilities),
    reasoningControls: shared.controls(controls),
    knowledgeDate: knowledgeDate ?? undefined,
    quality: quality === null ? undefined : qualityOf(quality),
    isQualityEstimated: isQualityEstimated === null ? undefined : true,
    price: price === null ? undefined : priceOf(price, above),
    isSpecialPurpose: isSpecialPurpose === null ? undefined : true,
  }
}

function meanings<Meaning>(letters: string, table: ReadonlyMap<string, Meaning>): readonly Meaning[] {
  return [...letters].flatMap((letter) => table.get(letter) ?? [])
}

function abilitiesOf(letters: string): ModelAbilities {
  const abilities: { -readonly [Ability in keyof ModelAbilities]: boolean } = {}
  for (const letter of letters) {
    const ability = abilityLetters.get(letter.toLowerCase())
    if (ability !== undefined) abilities[ability] = letter === letter.toLowerCase()
  }
  return abilities
}

function qualityOf(values: readonly (number | null)[]): NonNullable<ModelInfo['quality']> {
  const quality: Partial<Record<WorkKind, number>> = {}
  workKinds.forEach((kind, at) => {
    const value = values[at] ?? null
    if (value !== null) quality[kind] = value
  })
  return quality
}

function priceOf(price: Rates, above: Line[12]): CataloguePrice {
  const [input, output] = price
  return {
    ...ratesOf(price),
    inputPerMillion: input ?? 0,
    outputPerMillion: output ?? 0,
    ...(above === null
      ? {}
      : { above: above.map(([promptTokens, rates]) => ({ promptTokens, ...ratesOf(rates) })) }),
  }
}

function ratesOf([input, output, cacheRead, cacheWrite]: Rates): CatalogueRates {
  return {
    ...(input === null ? {} : { inputPerMillion: input }),
    ...(output === null ? {} : { outputPerMillion: output }),
    ...(cacheRead === null ? {} : { cacheReadPerMillion: cacheRead }),
    ...(cacheWrite === null ? {} : { cacheWritePerMillion: cacheWrite }),
  }
}
