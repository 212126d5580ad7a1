// What one attempt tells of rate limits: that it was sent, what its provider says of them, and what it has used.

import type { RateLimits } from '../core/rate-limits.js'
import { completionTokens, promptTokens, type Usage } from '../core/usage.js'
import type { PooledKey } from '../keys/pooled-key.js'
import type { Credential } from '../keys/resolver.js'
import type { HeadroomSubject } from '../routing/headroom.js'
import type { ModelReference } from '../routing/model-reference.js'
import type { Candidate } from './candidate.js'
import type { RequestContext } from './context.js'
import type { Parts } from './parts.js'

/** Whose allowance a call takes from. The app's own keys serve every tenant, so all of them take from one. */
export function headroomSubject(
  { provider, model, credential }: Pick<Candidate, 'provider' | 'model' | 'credential'>,
  key: PooledKey,
  tenant: string | undefined,
): HeadroomSubject {
  return { provider, model, key, tenant: credential.source === 'app' ? undefined : tenant }
}

/** How much may still be used of a candidate: by the key that has most left. */
export function headroomOf(
  { provider, model }: ModelReference,
  credential: Credential,
  tenant: string | undefined,
  { headroom }: Pick<Parts, 'headroom'>,
): number {
  if (headroom.isUnused) return 1
  let most = 0
  for (const key of credential.keys) {
    most = Math.max(most, headroom.of(headroomSubject({ provider, model, credential }, key, tenant)))
    if (most === 1) return 1
  }
  return most
}

/** Notes of one attempt. */
export class RateNotes {
  readonly #parts: Parts
  readonly #subject: HeadroomSubject
  #begunAt: number | undefined

  constructor(candidate: Candidate, key: PooledKey, { parts, request }: RequestContext) {
    this.#parts = parts
    this.#subject = headroomSubject(candidate, key, request.labels.tenant)
  }

  /** It is sent. */
  begin(): void {
    this.#begunAt = this.#parts.clock.now()
    this.#parts.headroom.note(this.#subject, { requests: 1 })
  }

  /** The provider has told its limits. */
  readonly learn = (limits: RateLimits): void => this.#parts.headroom.learn(this.#subject, limits)

  /** It is over. Of what was never sent nothing is noted. */
  end(usage: Usage | undefined): void {
    if (this.#begunAt === undefined || usage === undefined) return
    const tokens = promptTokens(usage) + completionTokens(usage)
    this.#parts.headroom.note(this.#subject, { tokens }, this.#begunAt)
  }
}
