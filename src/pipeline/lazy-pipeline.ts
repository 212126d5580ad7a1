// Loads what runs a request when the first one comes.

import { asByokError } from '../core/errors.js'
import type { CompletionResponse } from '../core/response.js'
import type { RequestContext } from './context.js'
import type { Parts } from './parts.js'

/** Runs requests, once it is loaded: with escalation, where the app wants that. */
export class LazyPipeline {
  #run: ((context: RequestContext) => Promise<CompletionResponse>) | undefined

  /** Runs a request to its response, or throws. */
  async run(context: RequestContext): Promise<CompletionResponse> {
    try {
      this.#run ??= await load(context.parts)
    } catch (error) {
      context.stop()
      throw asByokError(error)
    }
    return this.#run(context)
  }
}

async function load({
  escalation,
}: Parts): Promise<(context: RequestContext) => Promise<CompletionResponse>> {
  if (escalation === undefined) return (await import('./run.js')).run
  return (await import('./escalate.js')).escalate
}
