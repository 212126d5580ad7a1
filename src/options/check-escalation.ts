// Checks when a stronger model shall answer again.

import type { EscalationPolicy, EscalationRequest } from '../routing/policy.js'
import { functionAt, numberAt, optional, recordAt, refuseUnknown, textAt, wholeNumberAt } from './check.js'

/** How many steps of one request each reason may lead to. 0 switches a reason off. */
export interface EscalationTries {
  /** Nobody of the level can answer now. @default 3 */
  readonly rateLimited?: number | undefined
  /** Nobody of the level answered. @default 2 */
  readonly error?: number | undefined
  /** The answer is empty, cut off or a refusal. @default 1 */
  readonly quality?: number | undefined
  /** The model was not sure of its words. @default 2 */
  readonly confidence?: number | undefined
  /** The app asked for it. @default 1 */
  readonly requested?: number | undefined
}

/** When a stronger model answers again. */
export interface EscalationOptions {
  /** The most steps up of one request. @default 2 */
  readonly maxSteps?: number | undefined
  /** An answer of a lower quality is escalated: from 0 to 1, see `docs/escalation.md`. @default 0.8 */
  readonly quality?: number | undefined
  /**
   * An answer of a lower confidence is escalated: from 0 to 1, the geometric mean of its tokens' probabilities. Only where
   * the provider sends them. @default 0.7
   */
  readonly confidence?: number | undefined
  readonly tries?: EscalationTries | undefined
  /**
   * How long after an escalation a tenant's conversation (`session`) is not escalated again from the same level, in
   * milliseconds. Rate limits are: they neither wait for it nor begin it. @default 300_000
   */
  readonly coolDownMs?: number | undefined
  /** Sees every answer that is not escalated already; `true` escalates it. One that throws is passed over, with a warning. */
  readonly onRequest?: EscalationRequest | undefined
}

/** Whose cool-downs. */
export interface EscalationsOf {
  /** @default all */
  readonly tenant?: string | undefined
  /** @default all */
  readonly session?: string | undefined
}

const names: { readonly [Name in keyof Required<EscalationOptions>]: true } = {
  maxSteps: true,
  quality: true,
  confidence: true,
  tries: true,
  coolDownMs: true,
  onRequest: true,
}

const usualTries: { readonly [Name in keyof EscalationTries]-?: number } = {
  rateLimited: 3,
  error: 2,
  quality: 1,
  confidence: 2,
  requested: 1,
}

/** Reads the option; `undefined` where nothing is escalated. Throws `invalid-request`, naming the field. */
export function checkEscalation(value: unknown, field: string): EscalationPolicy | undefined {
  if (value === undefined || value === false) return undefined
  const given = recordAt(value === true ? {} : value, field)
  refuseUnknown(given, Object.keys(names), field)
  const tries = recordAt(given.tries ?? {}, `${field}.tries`)
  refuseUnknown(tries, Object.keys(usualTries), `${field}.tries`)
  const triesOf = (name: keyof EscalationTries): number =>
    wholeNumberAt(tries[name] ?? usualTries[name], `${field}.tries.${name}`, 0)
  return {
    maxSteps: wholeNumberAt(given.maxSteps ?? 2, `${field}.maxSteps`, 0),
    quality: numberAt(given.quality ?? 0.8, `${field}.quality`, 0, 1),
    confidence: numberAt(given.confidence ?? 0.7, `${field}.confidence`, 0, 1),
    tries: {
      'rate-limited': triesOf('rateLimited'),
      error: triesOf('error'),
      'low-quality': triesOf('quality'),
      'low-confidence': triesOf('confidence'),
      requested: triesOf('requested'),
    },
    coolDownMs: numberAt(given.coolDownMs ?? 300_000, `${field}.coolDownMs`, 0),
    onRequest:
      given.onRequest === undefined
        ? undefined
        : (functionAt(given.onRequest, `${field}.onRequest`) as EscalationRequest), // only `true` counts of its result
  }
}

/** Reads whose cool-downs are meant. Throws `invalid-request`, naming the field. */
export function checkEscalationsOf(value: unknown): EscalationsOf {
  const given = recordAt(value, 'whose')
  refuseUnknown(given, ['tenant', 'session'], 'whose')
  return { ...optional(given, 'tenant', textAt, 'whose'), ...optional(given, 'session', textAt, 'whose') }
}
