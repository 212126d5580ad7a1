// The routing decision without a call.

import type { Route } from '../core/route.js'
import { abortedBy } from './context.js'
import { Interruption } from './interruption.js'
import type { Parts } from './parts.js'
import { makePlan } from './plan.js'
import type { PreparedRequest } from './prepared-request.js'
import type { UnderWay } from './under-way.js'

/**
 * What the plan of a request would be now. What it shows is loaded first; a request itself waits for less. The caller's
 * signal, and the end of the handler, cut the wait for functions of the app short.
 */
export async function previewRoute(
  request: PreparedRequest,
  parts: Parts,
  underWay: UnderWay,
): Promise<Route> {
  const { signal } = request
  if (signal?.aborted) throw abortedBy(signal.reason)
  const waits = new Interruption()
  underWay.enter(waits)
  const stopListening =
    signal === undefined
      ? undefined
      : parts.aborts.add(signal, () => waits.interrupt(abortedBy(signal.reason)))
  try {
    return await waits.guard(preview(request, parts))
  } finally {
    stopListening?.()
    underWay.leave(waits)
  }
}

async function preview(request: PreparedRequest, parts: Parts): Promise<Route> {
  await parts.routing.models.load()
  if (request.models !== 'auto')
    await parts.priceBoard.ready(new Set(request.models.map(({ provider }) => provider)), parts.clock.date())
  return (await makePlan(request, parts)).route()
}
