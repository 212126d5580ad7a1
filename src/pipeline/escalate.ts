// Escalation: where the answer of one level is no good, a model of the next level answers again.

import { asByokError, ByokError, isByokError } from '../core/errors.js'
import type { EscalationReason } from '../core/escalation.js'
import { type Level, levelFrom, levels } from '../core/level.js'
import type { CompletionResponse } from '../core/response.js'
import { meaningOf } from '../resilience/failure.js'
import { nameOf } from '../routing/model-reference.js'
import { type Quality, qualityOf, qualityOfError } from '../routing/quality.js'
import type { RequestContext } from './context.js'
import type { Climbed } from './ladder.js'
import type { EscalationParts } from './parts.js'
import { makePlan, type Plan } from './plan.js'
import { attend, follow, handOver, planFor, respond, run } from './run.js'

/** What became of a level: an answer, or the error that all of it ended in. */
interface Outcome {
  readonly plan: Plan
  readonly quality: Quality
  readonly climbed?: Climbed
  readonly error?: ByokError
}

/** A higher level, and why it is asked. */
interface Step {
  readonly plan: Plan
  readonly from: Level
  readonly to: Level
  readonly reason: EscalationReason
}

/**
 * Runs a request of `generateResponse`, level by level where the app wants that and the answer asks for it. Whoever has
 * named models, or has been shown output, keeps to them. What the caller allows (time, money, its signal) holds over
 * all levels together.
 */
export async function escalate(context: RequestContext): Promise<CompletionResponse> {
  const { request, parts, commit } = context
  const mayEscalate = request.method === 'generateResponse' && commit === 'done' && request.models === 'auto'
  if (parts.escalation === undefined || !mayEscalate) return run(context)
  const stairs = new Stairs(context, parts.escalation)
  return attend(context, () => stairs.climb())
}

/** From here on an answer has no fault: of two such, the later one was wanted. */
const faultless = 0.85

function fairScore({ quality }: Outcome): number {
  return Math.min(quality.score, faultless)
}

/** The levels of one request, upwards. */
class Stairs {
  readonly #context: RequestContext
  readonly #parts: EscalationParts
  readonly #taken = new Map<EscalationReason, number>()
  #steps = 0
  /** The plan of the next level, once somebody has asked for it; `undefined` where there is nobody. */
  #next: Promise<Plan | undefined> | undefined
  /** Why there is nobody. */
  #nobody = ''

  constructor(context: RequestContext, parts: EscalationParts) {
    this.#context = context
    this.#parts = parts
  }

  async climb(): Promise<CompletionResponse> {
    const context = this.#context
    let outcome = await this.#answer(await planFor(context))
    let best = outcome
    for (;;) {
      const step = await this.#stepFrom(outcome)
      if (step === undefined) break
      const wasTaken = await this.#take(step, outcome)
      if (wasTaken === undefined) break
      outcome = wasTaken
      if (outcome.climbed === undefined && best.climbed !== undefined) this.#stands(step, codeOf(outcome))
      else if (fairScore(outcome) >= fairScore(best)) best = outcome
      else this.#stands(step, 'its answer is worse')
    }
    const { interruption } = context
    if (interruption?.code === 'aborted') throw interruption
    if (best.climbed !== undefined) return handOver(best.climbed, best.plan, context)
    const error = outcome.error ?? new ByokError('internal', 'A request ended in nothing.')
    throw error.with({ attempts: [...context.attempts] })
  }

  /** Asks the models of a plan. Throws what no other level could mend. */
  async #answer(plan: Plan, whenAsked?: Parameters<typeof follow>[2]): Promise<Outcome> {
    const context = this.#context
    this.#next = undefined
    context.course.canStepUp = async () =>
      this.#mayFollow('rate-limited', plan) && (await this.#nextOf(plan)) !== undefined
    try {
      const climbed = await follow(plan, context, whenAsked)
      return { plan, climbed, quality: qualityOf(respond(climbed, plan, context)) }
    } catch (thrown) {
      const error = asByokError(thrown)
      if (isFinal(error)) throw error
      return { plan, error, quality: qualityOfError(error) }
    } finally {
      context.course.canStepUp = undefined
    }
  }

  /** The step that an outcome asks for, where it may be taken and somebody stands there. */
  async #stepFrom(outcome: Outcome): Promise<Step | undefined> {
    const { plan, climbed } = outcome
    const from = plan.work?.level
    if (from === undefined || this.#context.interruption !== undefined) return undefined
    const reason = await this.#reasonOf(outcome)
    if (reason === undefined) return undefined
    const to = levelFrom(from, 1)
    const next = await this.#nextOf(plan)
    if (next === undefined) {
      if (climbed !== undefined && this.#nobody !== '') this.#stands({ from, to }, this.#nobody)
      return undefined
    }
    return { plan: next, from, to, reason }
  }

  /** The first reason that applies and may still lead to a step. */
  async #reasonOf({ plan, climbed, error, quality }: Outcome): Promise<EscalationReason | undefined> {
    const { policy } = this.#parts
    if (error !== undefined) {
      if (!isAboutTheLevel(error, this.#context)) return undefined
      const reason = isRateLimit(error, this.#context) ? 'rate-limited' : 'error'
      return this.#mayFollow(reason, plan) ? reason : undefined
    }
    if (quality.score < policy.quality && this.#mayFollow('low-quality', plan)) return 'low-quality'
    const isUnsure = quality.confidence !== undefined && quality.confidence < policy.confidence
    if (isUnsure && this.#mayFollow('low-confidence', plan)) return 'low-confidence'
    if (climbed === undefined || policy.onRequest === undefined || !this.#mayFollow('requested', plan))
      return undefined
    return (await this.#isRequested(climbed, plan)) ? 'requested' : undefined
  }

  /** Whether the limits allow a step for this reason. */
  #mayFollow(reason: EscalationReason, { work, tenant }: Plan): boolean {
    const { policy, coolDowns } = this.#parts
    if (work === undefined || tenant?.escalate === false) return false
    if (levels.indexOf(work.level) >= levels.indexOf(tenant?.maxLevel ?? 'advanced')) return false
    if (this.#steps >= policy.maxSteps || (this.#taken.get(reason) ?? 0) >= policy.tries[reason]) return false
    return reason === 'rate-limited' || !coolDowns.includes(this.#context.request.labels, work.level)
  }

  /** What the app's own function says. One that fails has said nothing. */
  async #isRequested(climbed: Climbed, plan: Plan): Promise<boolean> {
    const context = this.#context
    const { onRequest } = this.#parts.policy
    try {
      const answer = (async () => onRequest?.(respond(climbed, plan, context)))()
      return (await context.guard(answer)) === true
    } catch (thrown) {
      if (thrown === context.interruption) return false
      const option = 'routing.escalate.onRequest'
      context.warn({
        code: 'callback-failed',
        message: `The callback ${option} failed; the answer stands.`,
        option,
      })
      return false
    }
  }

  /** The plan of the level above, without those who were asked already. */
  async #nextOf(plan: Plan): Promise<Plan | undefined> {
    this.#next ??= this.#planAbove(plan)
    const above = await this.#next
    if (above === undefined) return undefined
    const { attempts } = this.#context
    const asked = new Set(attempts.filter(({ outcome }) => outcome !== 'skipped').map(nameOf))
    const others = withoutAsked(above, asked)
    if (others.candidates.length > 0) return others
    this.#nobody = 'nobody stands there who was not asked before'
    return undefined
  }

  async #planAbove({ work }: Plan): Promise<Plan | undefined> {
    const { request, parts } = this.#context
    const level = levelFrom(work?.level ?? 'advanced', 1)
    this.#nobody = ''
    try {
      const above = { ...request, work: { ...request.work, level } }
      const plan = await this.#context.guard(makePlan(above, parts))
      if (plan.refusal !== undefined) throw plan.refusal
      return { ...plan, route: () => ({ ...plan.route(), levelSource: 'escalation' }) }
    } catch (thrown) {
      if (!isByokError(thrown) || isFinal(thrown)) throw thrown
      this.#nobody = `nobody stands there who can be asked (${thrown.code})`
      return undefined
    }
  }

  /** Asks the higher level. `undefined` where in the end nobody of it was really asked: then it was no step. */
  async #take(
    { plan, from, to, reason }: Step,
    { climbed, plan: before }: Outcome,
  ): Promise<Outcome | undefined> {
    const context = this.#context
    const { emitter } = context.parts
    const { labels } = context.request
    const steps = this.#steps
    const outcome = await this.#answer(plan, ({ provider, model }) => {
      const escalation = { from, to, reason, provider, model }
      this.#steps += 1
      this.#taken.set(reason, (this.#taken.get(reason) ?? 0) + 1)
      this.#parts.coolDowns.begin(labels, escalation)
      context.course.escalations.push(escalation)
      emitter.emit('escalation', { ...labels, ...escalation })
    })
    if (this.#steps === steps) {
      if (climbed !== undefined) this.#stands({ from, to }, codeOf(outcome))
      return undefined
    }
    const taskType = before.work?.taskType
    if (climbed !== undefined && taskType !== undefined)
      context.parts.learned?.note({
        model: nameOf(climbed.candidate),
        taskType,
        level: from,
        what: 'escalated',
      })
    return outcome
  }

  #stands({ from, to }: Pick<Step, 'from' | 'to'>, why: string): void {
    const message = `The answer of the level "${from}" stands: the level "${to}" was to answer again, but ${why}.`
    this.#context.warn({ code: 'escalation', message, option: 'routing.escalate' })
  }
}

/** The caller has left, or the fault is ours: an earlier answer hides neither. */
function isFinal({ code }: ByokError): boolean {
  return code === 'aborted' || code === 'internal'
}

function codeOf({ error }: Outcome): string {
  return `it failed (${error?.code ?? 'internal'})`
}

/** Those who were asked on a lower level have had their turn. */
function withoutAsked(plan: Plan, asked: ReadonlySet<string>): Plan {
  if (!plan.candidates.some((candidate) => asked.has(nameOf(candidate)))) return plan
  return {
    ...plan,
    candidates: plan.candidates.filter((candidate) => !asked.has(nameOf(candidate))),
    route: () => {
      const route = plan.route()
      const passedOver = route.candidates.filter(({ model }) => asked.has(model))
      const filter = 'asked-before' as const // a word of the union
      return {
        ...route,
        candidates: route.candidates.filter(({ model }) => !asked.has(model)),
        excluded: [
          ...route.excluded,
          ...passedOver.map(({ model }) => ({ model, filter, reason: 'was asked on the level below' })),
        ],
      }
    },
  }
}

/** Whether models of another level may fare better: not with the caller's own faults, nor where the money is at its end. */
function isAboutTheLevel(error: ByokError, { levelAttempts, interruption }: RequestContext): boolean {
  if (interruption !== undefined || !meaningOf(error).mayGoOn) return false
  if (levelAttempts.length === 0) return error.code === 'rate-limited' || error.code === 'circuit-open'
  const isAboutMoney = levelAttempts.every(
    ({ error: failure }) => failure?.code === 'budget-exceeded' || failure?.code === 'price-unknown',
  )
  return !isAboutMoney
}

/** The last word of every model that was asked was that it is asked too often. */
function isRateLimit({ code }: ByokError, { levelAttempts }: RequestContext): boolean {
  if (code === 'rate-limited') return true
  if (code !== 'all-attempts-failed') return false
  const last = new Map(levelAttempts.map((attempt) => [nameOf(attempt), attempt.error?.code]))
  return [...last.values()].every((word) => word === 'rate-limited')
}
