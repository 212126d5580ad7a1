// The routing decision without a call.

import type { Route } from '../core/route.js'
import type { Parts } from './parts.js'
import { makePlan } from './plan.js'
import type { PreparedRequest } from './prepared-request.js'

/** What the plan of a request would be now. What it shows is loaded first; a request itself waits for less. */
export async function previewRoute(request: PreparedRequest, parts: Parts): Promise<Route> {
  await parts.routing.models.load()
  if (request.models !== 'auto')
    await parts.priceBoard.ready(new Set(request.models.map(({ provider }) => provider)), parts.clock.date())
  return (await makePlan(request, parts)).route()
}
