// Checks the models that an app adds to the catalogue, or corrects in it.

import { checkAppPrice } from '../catalogue/check-price.js'
import type {
  CataloguePrice,
  CatalogueRates,
  Modality,
  ModelAbilities,
  ModelInfo,
  ReasoningControl,
  WorkKind,
} from '../core/model-info.js'
import {
  booleanAt,
  type Fields,
  invalid,
  listAt,
  nameAt,
  numberAt,
  optional,
  recordAt,
  refuseUnknown,
  textAt,
  wholeNumberAt,
  wordAt,
} from './check.js'

const names: { readonly [Name in keyof Required<ModelInfo>]: true } = {
  provider: true,
  model: true,
  description: true,
  contextWindow: true,
  maxOutputTokens: true,
  input: true,
  output: true,
  abilities: true,
  reasoningControls: true,
  knowledgeDate: true,
  quality: true,
  isQualityEstimated: true,
  price: true,
  isSpecialPurpose: true,
  quotaWeight: true,
}
const modalities: readonly Modality[] = ['text', 'image', 'audio', 'video', 'document']
const controls: readonly ReasoningControl[] = ['effort', 'tokens', 'switch']
const abilities: { readonly [Name in keyof Required<ModelAbilities>]: true } = {
  tools: true,
  parallelTools: true,
  structuredOutput: true,
  reasoning: true,
  promptCache: true,
  computerUse: true,
}
const kinds: { readonly [Kind in WorkKind]: true } = {
  general: true,
  hard: true,
  coding: true,
  math: true,
  instruction: true,
  creative: true,
  multiTurn: true,
  long: true,
}
const rates: { readonly [Name in keyof Required<CatalogueRates>]: true } = {
  inputPerMillion: true,
  outputPerMillion: true,
  cacheReadPerMillion: true,
  cacheWritePerMillion: true,
}

/** Reads the option `catalogue`. Throws `invalid-request` or `config`, naming the field: `catalogue[3].contextWindow`. */
export function checkCatalogue(value: unknown): readonly ModelInfo[] {
  return listAt(value ?? [], 'catalogue').map((entry, index) => checkModelInfo(entry, `catalogue[${index}]`))
}

/** Reads one model; `field` says where it stands. What is `undefined` is not given. */
export function checkModelInfo(value: unknown, field: string): ModelInfo {
  const given = recordAt(value, field)
  refuseUnknown(given, Object.keys(names), field)
  const count = (amount: unknown, at: string): number => wholeNumberAt(amount, at, 1)
  return {
    provider: providerAt(given.provider, `${field}.provider`),
    model: nameAt(given.model, `${field}.model`),
    ...optional(given, 'description', textAt, field),
    ...optional(given, 'contextWindow', count, field),
    ...optional(given, 'maxOutputTokens', count, field),
    ...optional(given, 'input', modalitiesAt, field),
    ...optional(given, 'output', modalitiesAt, field),
    ...optional(given, 'abilities', abilitiesAt, field),
    ...optional(given, 'reasoningControls', controlsAt, field),
    ...optional(given, 'knowledgeDate', monthAt, field),
    ...optional(given, 'quality', qualityAt, field),
    ...optional(given, 'isQualityEstimated', booleanAt, field),
    ...optional(given, 'price', priceAt, field),
    ...optional(given, 'isSpecialPurpose', booleanAt, field),
    ...optional(given, 'quotaWeight', (amount, at) => numberAt(amount, at, 0.001, 1_000_000), field),
  }
}

function providerAt(value: unknown, field: string): string {
  const provider = nameAt(value, field)
  if (provider.includes('/')) throw invalid(field, 'must be the name of a provider alone, without a slash.')
  return provider
}

function modalitiesAt(value: unknown, field: string): readonly Modality[] {
  return listAt(value, field).map((entry, index) => wordAt(entry, `${field}[${index}]`, modalities))
}

function controlsAt(value: unknown, field: string): readonly ReasoningControl[] {
  return listAt(value, field).map((entry, index) => wordAt(entry, `${field}[${index}]`, controls))
}

function abilitiesAt(value: unknown, field: string): ModelAbilities {
  const given = recordAt(value, field)
  refuseUnknown(given, Object.keys(abilities), field)
  return {
    ...optional(given, 'tools', booleanAt, field),
    ...optional(given, 'parallelTools', booleanAt, field),
    ...optional(given, 'structuredOutput', booleanAt, field),
    ...optional(given, 'reasoning', booleanAt, field),
    ...optional(given, 'promptCache', booleanAt, field),
    ...optional(given, 'computerUse', booleanAt, field),
  }
}

function qualityAt(value: unknown, field: string): NonNullable<ModelInfo['quality']> {
  const given = recordAt(value, field)
  refuseUnknown(given, Object.keys(kinds), field)
  const quality: Partial<Record<WorkKind, number>> = {}
  for (const kind of Object.keys(kinds) as WorkKind[]) // its own
    if (given[kind] !== undefined) quality[kind] = numberAt(given[kind], `${field}.${kind}`, 0, 100)
  return quality
}

function monthAt(value: unknown, field: string): string {
  const month = textAt(value, field)
  if (!/^20\d\d-(?:0[1-9]|1[0-2])$/.test(month)) throw invalid(field, 'must be a month, as in "2025-01".')
  return month
}

/** The amounts are checked as those of the option `prices` are. */
function priceAt(value: unknown, field: string): CataloguePrice {
  const given = recordAt(value, field)
  refuseUnknown(given, [...Object.keys(rates), 'above'], field)
  checkAppPrice(given, field)
  const { above } = given
  return {
    inputPerMillion: numberAt(given.inputPerMillion, `${field}.inputPerMillion`, 0),
    outputPerMillion: numberAt(given.outputPerMillion, `${field}.outputPerMillion`, 0),
    ...cacheRatesAt(given, field),
    ...(above === undefined
      ? {}
      : {
          above: listAt(above, `${field}.above`).map((tier, index) =>
            tierAt(tier, `${field}.above[${index}]`),
          ),
        }),
  }
}

function tierAt(value: unknown, field: string): NonNullable<CataloguePrice['above']>[number] {
  const given = recordAt(value, field)
  refuseUnknown(given, ['promptTokens', ...Object.keys(rates)], field)
  return {
    promptTokens: wholeNumberAt(given.promptTokens, `${field}.promptTokens`, 0),
    ...optional(given, 'inputPerMillion', dollarsAt, field),
    ...optional(given, 'outputPerMillion', dollarsAt, field),
    ...cacheRatesAt(given, field),
  }
}

function cacheRatesAt(
  given: Fields,
  field: string,
): Omit<CatalogueRates, 'inputPerMillion' | 'outputPerMillion'> {
  return {
    ...optional(given, 'cacheReadPerMillion', dollarsAt, field),
    ...optional(given, 'cacheWritePerMillion', dollarsAt, field),
  }
}

function dollarsAt(value: unknown, field: string): number {
  return numberAt(value, field, 0)
}
