// How sure a model was of its tokens: what providers send of it, and what an answer says.
import { describe, expect, it } from 'vitest'
import { accumulate } from '../../../src/lazy-accumulate.js'
import { openaiChat } from '../../../src/wire/openai-chat/dialect.js'
import { chunk, contentOf, finish } from './chunks.js'

const sure = (logprob: unknown) => ({ token: 'a', logprob, bytes: null, top_logprobs: [] })

describe('the probabilities of tokens', () => {
  it('are summed for each chunk that has them, behind its text', () => {
    const logprobs = { content: [sure(-0.1), sure(-0.3)], refusal: null }
    expect(contentOf(chunk({ content: 'ab' }, { logprobs }), finish('stop'))).toEqual([
      { type: 'text', text: 'ab' },
      { type: 'confidence', tokens: 2, logprobSum: -0.4 },
      { type: 'finish', reason: 'stop', raw: 'stop' },
    ])
  })

  it('are read from the plain list of Together and Fireworks', () => {
    const logprobs = { tokens: ['a', 'b'], token_logprobs: [null, -0.25] }
    expect(contentOf(chunk({ content: 'ab' }, { logprobs }))).toContainEqual({
      type: 'confidence',
      tokens: 1,
      logprobSum: -0.25,
    })
  })

  it.each([
    ['nothing', null],
    ['text', 'sure'],
    ['an empty list', { content: [] }],
    ['entries without a number', { content: [null, {}, sure('-1'), sure(null)] }],
    ['more than certainty', { content: [sure(0.5)] }],
    ['the sentinel for what was not measured', { content: [sure(-9999)] }],
  ])('are not made up from %s', (_, logprobs) => {
    const types = contentOf(chunk({ content: 'a' }, { logprobs })).map(({ type }) => type)
    expect(types).not.toContain('confidence')
  })

  it('are read from a whole answer, and not from another choice', () => {
    const choice = (index: number, logprob: number) => ({
      index,
      message: { role: 'assistant', content: 'a' },
      logprobs: { content: [sure(logprob)] },
      finish_reason: 'stop',
    })
    const deltas = openaiChat.decodeWhole({ id: 'w', choices: [choice(0, -0.5), choice(1, -9)] })
    expect(deltas).toContainEqual({ type: 'confidence', tokens: 1, logprobSum: -0.5 })
  })

  it('stand in the answer as their mean over all tokens, and are absent where none came', async () => {
    const said = (logprobs: unknown) => chunk({ content: 'a' }, { logprobs })
    const measured = await accumulate([
      said({ content: [sure(-0.1), sure(-0.2), sure(-0.3)] }),
      said({ content: [sure(-1)] }),
      finish('stop'),
    ])
    expect(measured.byok.meanLogprob).toBeCloseTo(-0.4, 12)
    expect(await accumulate([said(null), finish('stop')])).not.toHaveProperty('byok.meanLogprob')
  })
})
