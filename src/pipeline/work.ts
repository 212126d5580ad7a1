// How hard a request is and what it asks for: the app's classifier, the built-in one, and what the tenant may have.

import type { Classification, ClassifierQuestion, ClassifierVerdict } from '../core/classification.js'
import { ByokError, isByokError } from '../core/errors.js'
import type { Level, TaskType } from '../core/level.js'
import type { LevelSource } from '../core/route.js'
import { visibleName } from '../core/visible-text.js'
import type { Warning } from '../core/warning.js'
import { inTime } from '../cost/in-time.js'
import { checkVerdict } from '../routing/classifier/verdict.js'
import { decideLevel, type LevelDecision } from '../routing/level-policy.js'
import type { TenantPolicy } from '../routing/policy.js'
import { beforeToolLoop, isInToolLoop } from '../routing/tool-loop.js'
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
/** How long an app may look for a tenant's policy. */
const tenantsMs = 10_000

/** Decides how hard a request is. */
export async function workOf(
  request: PreparedRequest,
  promptTokens: number,
  tenant: TenantPolicy | undefined,
  parts: Parts,
): Promise<Work> {
  const { policy } = parts.routing
  const warnings: Warning[] = []
  const underWay = workUnderWay(request, parts)
  // Inside a tool loop the app is not asked again.
  const classification =
    underWay === undefined
      ? await classified(questionOf(request), promptTokens, parts, warnings)
      : parts.routing.classifier.classify(questionOf(request), promptTokens)
  const { level, source } =
    underWay ??
    decideLevel({
      asked: request.work,
      tenant,
      classification,
      taskTypeConfidence: policy.taskTypeConfidence,
    })
  return {
    level,
    levelSource: source,
    taskType: request.work.taskType ?? underWay?.taskType ?? classification.taskType,
    classification,
    warnings,
  }
}

/** What holds for the tenant. Throws `config` where the app's function fails, or answers with what is no policy. */
export async function policyOf(
  { labels }: PreparedRequest,
  { routing, clock }: Pick<Parts, 'routing' | 'clock'>,
): Promise<TenantPolicy | undefined> {
  const { tenant } = labels
  const { tenants } = routing
  if (tenant === undefined || tenants === undefined) return undefined
  try {
    return await inTime(clock, async () => tenants(tenant), 'The function in `tenants`', tenantsMs)
  } catch (cause) {
    if (isByokError(cause) && cause.code !== 'store-unavailable') throw cause
    const message = `The function in \`tenants\` failed for the tenant "${visibleName(tenant, 100)}".`
    throw new ByokError('config', message, { cause, field: 'tenants' })
  }
}

/** Inside a tool loop, the question is the one that began it: what the tools have said makes it neither harder nor easier. */
function questionOf({ chat, work }: PreparedRequest): ClassifierQuestion {
  const { messages, tools, responseFormat } = chat
  return { messages: beforeToolLoop(messages), tools, responseFormat, taskType: work.taskType }
}

/** What the turn was taken for when it began, where this is a tool loop of a known session. */
function workUnderWay(
  { chat, labels, work }: PreparedRequest,
  { routing, sessions }: Parts,
): (LevelDecision & { taskType: TaskType }) | undefined {
  const { session, tenant } = labels
  if (session === undefined || !routing.policy.isSticky || work.level !== undefined) return undefined
  if (!isInToolLoop(chat.messages)) return undefined
  const { level, taskType } = sessions.last(tenant, session) ?? {}
  return level === undefined || taskType === undefined ? undefined : { level, taskType, source: 'session' }
}

/** The app's verdict over what the built-in classifier says; that alone where the app's cannot be used. */
async function classified(
  question: ClassifierQuestion,
  promptTokens: number,
  { routing, clock }: Parts,
  warnings: Warning[],
): Promise<Classification> {
  const { appClassifier } = routing
  const own = routing.classifier.classify(question, promptTokens)
  if (appClassifier === undefined) return own
  let why = 'failed'
  try {
    const answer = await inTime(clock, async () => appClassifier(question), 'The classifier', classifierMs)
    const verdict = checkVerdict(answer)
    if (verdict !== undefined) return overruled(own, verdict)
    why = 'gave no verdict that is known'
  } catch (error) {
    if (isByokError(error) && error.code === 'store-unavailable') why = `took longer than ${classifierMs} ms`
  }
  const message = `The app's classifier ${why}; the built-in one was used.`
  warnings.push({ code: 'classifier-failed', message })
  return own
}

/** The app's word, and the built-in classifier's where the app has said nothing. Its features explain nothing here. */
function overruled(own: Classification, verdict: ClassifierVerdict): Classification {
  const isTypeSaid = verdict.taskType !== undefined
  const taskTypeConfidence = isTypeSaid ? 1 : own.taskTypeConfidence
  return { ...own, ...verdict, taskTypeConfidence, reasons: [] }
}
