// How hard a request is and what it asks for: the app's classifier, the built-in one, and what the tenant may have.

import type { Classification, ClassifierQuestion, ClassifierVerdict } from '../core/classification.js'
import { ByokError, isByokError } from '../core/errors.js'
import { type Level, levels, type TaskType, taskTypes } from '../core/level.js'
import type { LevelSource } from '../core/route.js'
import { visibleName } from '../core/visible-text.js'
import type { Warning } from '../core/warning.js'
import { inTime } from '../cost/in-time.js'
import { decideLevel } from '../routing/level-policy.js'
import type { TenantPolicy } from '../routing/policy.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'

/** The work that a request asks for. */
export interface Work {
  readonly level: Level
  readonly levelSource: LevelSource
  readonly taskType: TaskType
  readonly classification: Classification
  readonly warnings: readonly Warning[]
}

/** How long an app's own classifier may think. */
const classifierMs = 1_000

/** Decides how hard a request is. */
export async function workOf(
  request: PreparedRequest,
  tenant: TenantPolicy | undefined,
  parts: Parts,
): Promise<Work> {
  const { policy } = parts.routing
  const warnings: Warning[] = []
  const classification = await classified(questionOf(request), parts, warnings)
  const { level, source } = decideLevel({
    asked: request.work,
    tenant,
    classification,
    taskTypeConfidence: policy.taskTypeConfidence,
  })
  return {
    level,
    levelSource: source,
    taskType: request.work.taskType ?? classification.taskType,
    classification,
    warnings,
  }
}

/** What holds for the tenant. Throws `config` where the app's function fails, or answers with what is no policy. */
export async function policyOf(
  { labels }: PreparedRequest,
  { routing }: Pick<Parts, 'routing'>,
): Promise<TenantPolicy | undefined> {
  const { tenant } = labels
  if (tenant === undefined || routing.tenants === undefined) return undefined
  try {
    return await routing.tenants(tenant)
  } catch (cause) {
    if (isByokError(cause)) throw cause
    const message = `The function in \`tenants\` failed for the tenant "${visibleName(tenant, 100)}".`
    throw new ByokError('config', message, { cause, field: 'tenants' })
  }
}

function questionOf({ chat, work }: PreparedRequest): ClassifierQuestion {
  const { messages, tools, responseFormat } = chat
  return { messages, tools, responseFormat, taskType: work.taskType }
}

/** The app's verdict over what the built-in classifier says; that alone where the app's cannot be used. */
async function classified(
  question: ClassifierQuestion,
  { routing, clock }: Parts,
  warnings: Warning[],
): Promise<Classification> {
  const { classifier } = routing
  const own = routing.classify(question)
  if (classifier === undefined) return own
  let why = 'failed'
  try {
    const answer = await inTime(clock, async () => classifier(question), 'The classifier', classifierMs)
    const verdict = verdictOf(answer)
    if (verdict !== undefined) return { ...own, ...verdict, reasons: [] }
    why = 'gave no verdict that is known'
  } catch (error) {
    if (isByokError(error) && error.code === 'store-unavailable') why = `took longer than ${classifierMs} ms`
  }
  const message = `The app's classifier ${why}; the built-in one was used.`
  warnings.push({ code: 'classifier-failed', message })
  return own
}

/** What an app's classifier has answered, as far as it makes sense; `undefined` where the level does not. */
function verdictOf(answer: unknown): (ClassifierVerdict & { taskTypeConfidence?: number }) | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const { level, taskType, score, confidence }: Record<string, unknown> = { ...answer }
  const known = levels.find((one) => one === level)
  if (known === undefined) return undefined
  const work = taskTypes.find((one) => one === taskType)
  if (taskType !== undefined && work === undefined) return undefined
  return {
    level: known,
    ...(work === undefined ? {} : { taskType: work, taskTypeConfidence: 1 }),
    ...(isShare(score) ? { score } : {}),
    ...(isShare(confidence) ? { confidence } : {}),
  }
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}
