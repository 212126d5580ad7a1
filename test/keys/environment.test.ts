// Keys in the environment: whose they are, and what counts as none.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { keysIn } from '../../src/keys/environment.js'
import { envKeys } from '../../src/options/environment-keys.js'

const variables = new Map([
  ['one', ['ONE_API_KEY', 'ONE_KEY']],
  ['two', ['TWO_API_KEY']],
])

describe('KY4: a key in the environment', () => {
  it('is found under the preferred name first, and trimmed', () => {
    const environment = { ONE_KEY: 'test-key-one-other', ONE_API_KEY: ' test-key-one-0001\n' }
    expect(keysIn(environment, variables)).toEqual({ one: 'test-key-one-0001' })
  })

  it.each([
    '',
    '   ',
    'short-key-1',
    'your-api-key',
    'your-api-key-here',
    '<your key here>',
    'xxxxxxxxxxxxxxxx',
    `\${SOME_OTHER_VARIABLE}`,
    undefined,
  ])('counts as absent where it is %j, and the next name is looked at', (value) => {
    expect(keysIn({ TWO_API_KEY: value }, variables)).toEqual({})
    expect(keysIn({ ONE_API_KEY: value, ONE_KEY: 'test-key-one-0001' }, variables)).toEqual({
      one: 'test-key-one-0001',
    })
  })

  it('counts from 12 characters on', () => {
    expect(keysIn({ TWO_API_KEY: 'key-of-12-ch' }, variables)).toEqual({ two: 'key-of-12-ch' })
  })
})

describe('envKeys()', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('knows the names of the known vendors', () => {
    const environment = {
      OPENAI_API_KEY: 'test-key-openai-0001',
      ANTHROPIC_API_KEY: 'test-key-anthropic-0001',
      SOMETHING_ELSE: 'test-key-nobody-0001',
    }
    expect(envKeys(environment)).toEqual({
      openai: 'test-key-openai-0001',
      anthropic: 'test-key-anthropic-0001',
    })
  })

  it('reads the environment only when the app asks for it', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'test-key-openai-0001')
    expect(envKeys().openai).toBe('test-key-openai-0001')
    await expect(new BYOKHandler().generateResponse({ prompt: 'Hi' })).rejects.toMatchObject({
      code: 'no-key',
    })
    await expect(
      new BYOKHandler().generateResponse({ model: 'openai/m', prompt: 'Hi' }),
    ).rejects.toMatchObject({ code: 'no-key', provider: 'openai' })
  })
})
