// The first delta of an answer: what it calls itself.

import type { StartDelta } from '../core/delta.js'

/** The delta with those of the names that there are. */
export function startDelta(id?: string, model?: string, servedBy?: string): StartDelta {
  return {
    type: 'start',
    ...(id ? { id } : {}),
    ...(model ? { model } : {}),
    ...(servedBy ? { servedBy } : {}),
  }
}
