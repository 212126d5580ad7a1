// The option `catalogue`: what it takes, and how it says no.

import { describe, expect, it } from 'vitest'
import type { ModelInfo } from '../../src/core/model-info.js'
import { BYOKHandler } from '../../src/handler.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'

const whole: ModelInfo = {
  provider: 'openai',
  model: 'gpt-x',
  description: 'Ours',
  contextWindow: 128_000,
  maxOutputTokens: 8_000,
  input: ['text', 'image', 'document'],
  output: ['text'],
  abilities: {
    tools: true,
    parallelTools: false,
    structuredOutput: true,
    reasoning: true,
    computerUse: false,
  },
  reasoningControls: ['effort', 'switch'],
  knowledgeDate: '2026-03',
  quality: { general: 88, coding: 91.5 },
  isQualityEstimated: true,
  price: {
    inputPerMillion: 1,
    outputPerMillion: 4,
    cacheReadPerMillion: 0.1,
    above: [{ promptTokens: 200_000, inputPerMillion: 2, outputPerMillion: 6 }],
  },
  isSpecialPurpose: false,
  quotaWeight: 12,
}

const check = (...catalogue: unknown[]) => checkHandlerOptions({ catalogue }).catalogue

function errorOf(entry: unknown): unknown {
  try {
    check(whole, whole, whole, entry)
  } catch (error) {
    return error
  }
  return undefined
}

describe('the option catalogue', () => {
  it('takes every field, and hands on copies', () => {
    const [row] = check(whole)
    expect(row).toEqual(whole)
    expect(row?.price).not.toBe(whole.price)
    expect(row?.input).not.toBe(whole.input)
    expect(check()).toEqual([])
    expect(checkHandlerOptions({}).catalogue).toEqual([])
  })

  it('takes undefined as not given', () => {
    expect(check({ provider: 'openai', model: 'm', contextWindow: undefined, price: undefined })).toEqual([
      { provider: 'openai', model: 'm' },
    ])
  })

  it.each([
    ['contextWindow', { contextWindow: 0 }, 'contextWindow: must be at least 1'],
    ['contextWindow', { contextWindow: '128k' }, 'contextWindow: must be a number, and is a string'],
    ['maxOutputTokens', { maxOutputTokens: 1.5 }, 'maxOutputTokens: must be a whole number'],
    ['provider', { provider: '' }, 'provider: must not be empty'],
    ['provider', { provider: 'openrouter/openai' }, 'provider: must be the name of a provider alone'],
    ['model', { model: undefined }, 'model: must be text'],
    ['input[1]', { input: ['text', 'pdf'] }, 'input[1]: must be one of "text"'],
    ['output', { output: 'text' }, 'output: must be a list'],
    ['abilities.vision', { abilities: { vision: true } }, 'abilities.vision: there is no such field'],
    ['abilities.tools', { abilities: { tools: 'yes' } }, 'abilities.tools: must be true or false'],
    ['reasoningControls[0]', { reasoningControls: ['budget'] }, 'reasoningControls[0]: must be one of'],
    ['knowledgeDate', { knowledgeDate: 'May 2026' }, 'knowledgeDate: must be a month'],
    ['quality.general', { quality: { general: 101 } }, 'quality.general: must be from 0 to 100'],
    [
      'quality.codng',
      { quality: { codng: 90 } },
      'quality.codng: there is no such field. Did you mean coding?',
    ],
    ['price.outputPerMillion', { price: { inputPerMillion: 1 } }, 'price.outputPerMillion: is missing'],
    [
      'price.inputPerMillion',
      { price: { inputPerMillion: -1, outputPerMillion: 1 } },
      'price.inputPerMillion',
    ],
    [
      'price.inputPerToken',
      { price: { inputPerToken: 1, inputPerMillion: 1, outputPerMillion: 1 } },
      'price.inputPerToken: there is no such field',
    ],
    ['isSpecialPurpose', { isSpecialPurpose: 1 }, 'isSpecialPurpose: must be true or false'],
    ['quotaWeight', { quotaWeight: 0 }, 'quotaWeight: must be from'],
    [
      'contextWindw',
      { contextWindw: 8_000 },
      'contextWindw: there is no such field. Did you mean contextWindow?',
    ],
  ])('says which field is wrong: %s', (field, fault, words) => {
    const error = errorOf({ ...whole, ...fault })
    expect(error).toMatchObject({ code: 'config', field: `catalogue[3].${field}` })
    expect((error as Error).message).toContain(`catalogue[3].${words}`)
  })

  it.each([
    ['no list', { catalogue: { openai: [] } }, 'catalogue: must be a list'],
    ['no model', { catalogue: ['openai/gpt-x'] }, 'catalogue[0]: must be an object'],
  ])('refuses what is %s', (_, options, words) => {
    expect(() => checkHandlerOptions(options)).toThrow(words)
  })

  it('refuses a model of a provider that nobody knows, when the handler is built (RQ10)', () => {
    const catalogue = [{ provider: 'opnai', model: 'm' }]
    expect(() => new BYOKHandler({ catalogue })).toThrow(
      'catalogue[0].provider: there is no provider "opnai". Did you mean "openai"?',
    )
    expect(
      () => new BYOKHandler({ catalogue, providers: { opnai: { baseURL: 'http://127.0.0.1:1/v1' } } }),
    ).not.toThrow()
  })
})
