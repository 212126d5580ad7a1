// Which family a model's name belongs to.

import { describe, expect, it } from 'vitest'
import { ofFamily } from '../../src/core/model-family.js'

const table = { 'claude-opus-4': 'four', 'claude-opus-4-5': 'four and a half', 'claude-3-haiku': 'three' }

describe('a model', () => {
  it.each([
    ['claude-opus-4', 'four'],
    ['claude-opus-4-20250514', 'four'],
    ['claude-opus-4-5', 'four and a half'],
    ['claude-opus-4-5-20251101', 'four and a half'],
    ['claude-opus-4-5-latest', 'four and a half'],
    ['claude-3-haiku-20240307', 'three'],
  ])('%s is known by its family', (model, entry) => {
    expect(ofFamily(table, model)).toBe(entry)
  })

  it('of a version that is not known is known by a more general name, where there is one', () => {
    expect(ofFamily({ claude: 'any', ...table }, 'claude-opus-4-9')).toBe('any')
    expect(ofFamily({ claude: 'any', ...table }, 'claude-opus-4-20250514')).toBe('four')
  })

  it.each([
    'claude-opus-4-9',
    'claude-opus-4-10-20270101',
    'claude-opus-40',
    'claude-opus-4.5',
    'claude-opus',
    'my-claude-opus-4',
    '__proto__',
    'constructor',
    '',
  ])('%j of another family is not taken for one that looks like it', (model) => {
    expect(ofFamily(table, model)).toBeUndefined()
  })
})
