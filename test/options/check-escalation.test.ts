// What an app may say of escalation and learning, and what it is told where that cannot work.
import { describe, expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'

const policyOf = (escalate: unknown) =>
  checkHandlerOptions({ routing: { escalate } } as never).choice.routing.escalation // every shape is tried

function refusalOf(options: unknown): { code: string; field?: string | undefined } {
  try {
    new BYOKHandler(options as never) // every shape is tried
  } catch (error) {
    if (isByokError(error)) return { code: error.code, field: error.field }
  }
  throw new Error('It should have been refused.')
}

describe('escalation', () => {
  it('is off unless it is asked for (ES2)', () => {
    expect(policyOf(undefined)).toBeUndefined()
    expect(policyOf(false)).toBeUndefined()
    expect(checkHandlerOptions({}).choice.routing).toMatchObject({ escalation: undefined, isLearning: false })
  })

  it('takes two steps, a quality of 0.8, a confidence of 0.7, and 3, 2, 1, 2, 1 tries, unless told otherwise (ES2)', () => {
    const usual = {
      maxSteps: 2,
      quality: 0.8,
      confidence: 0.7,
      tries: { 'rate-limited': 3, error: 2, 'low-quality': 1, 'low-confidence': 2, requested: 1 },
      coolDownMs: 300_000,
      onRequest: undefined,
    }
    expect(policyOf(true)).toEqual(usual)
    expect(policyOf({})).toEqual(usual)
    expect(policyOf({ quality: 0, tries: { rateLimited: 0 } })).toEqual({
      ...usual,
      quality: 0,
      tries: { ...usual.tries, 'rate-limited': 0 },
    })
  })

  it.each([
    [{ routing: { escalate: 'yes' } }, 'routing.escalate'],
    [{ routing: { escalate: { steps: 1 } } }, 'routing.escalate.steps'],
    [{ routing: { escalate: { maxSteps: -1 } } }, 'routing.escalate.maxSteps'],
    [{ routing: { escalate: { maxSteps: 0.5 } } }, 'routing.escalate.maxSteps'],
    [{ routing: { escalate: { quality: 80 } } }, 'routing.escalate.quality'],
    [{ routing: { escalate: { confidence: Number.NaN } } }, 'routing.escalate.confidence'],
    [{ routing: { escalate: { tries: { quality: '1' } } } }, 'routing.escalate.tries.quality'],
    [{ routing: { escalate: { tries: { 'rate-limited': 1 } } } }, 'routing.escalate.tries.rate-limited'],
    [{ routing: { escalate: { coolDownMs: -1 } } }, 'routing.escalate.coolDownMs'],
    [{ routing: { escalate: { onRequest: true } } }, 'routing.escalate.onRequest'],
    [{ routing: { learn: 'yes' } }, 'routing.learn'],
  ])('refuses %j, and names the field', (options, field) => {
    expect(refusalOf(options)).toEqual({ code: 'config', field })
  })
})

describe('the cool-downs of a handler', () => {
  it('are none where nothing is escalated, and whoever resets them is checked (ES4)', async () => {
    const handler = new BYOKHandler({ routing: { escalate: true } })
    expect(await handler.escalations()).toEqual([])
    handler.resetEscalations({ tenant: 'acme' })
    expect(() => handler.resetEscalations({ tenant: 5 } as never)).toThrow(/whose.tenant/) // a wrong call
    expect(() => handler.resetEscalations({ user: 'x' } as never)).toThrow(/whose.user/) // another
    const without = new BYOKHandler({})
    expect(await without.escalations()).toEqual([])
    expect(await without.learned()).toEqual([])
    await handler.close()
    await without.close()
  })
})
