// Loads what runs a request, when the first one comes.

import type { CompletionResponse } from '../core/response.js'
import type { RequestContext } from './context.js'
import type { Parts } from './parts.js'

/** Runs one request to its response, or throws. */
export type Run = (context: RequestContext) => Promise<CompletionResponse>

/** The pipeline, with escalation where the app wants that. */
export async function loadRun({ escalation }: Parts): Promise<Run> {
  if (escalation === undefined) return (await import('./run.js')).run
  return (await import('./escalate.js')).escalate
}
