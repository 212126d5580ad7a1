// The words for what can go wrong.

/** What went wrong, as one word. */
export type ErrorCode =
  | 'config'
  | 'invalid-request'
  | 'invalid-key-format'
  | 'authentication'
  | 'permission'
  | 'model-not-found'
  | 'rate-limited'
  | 'quota-exceeded'
  | 'context-length'
  | 'content-filter'
  | 'overloaded'
  | 'provider'
  | 'network'
  | 'timeout'
  | 'stream-interrupted'
  | 'invalid-response'
  | 'event-too-large'
  | 'output-parse'
  | 'aborted'
  | 'budget-exceeded'
  | 'price-unknown'
  | 'circuit-open'
  | 'no-key'
  | 'all-attempts-failed'
  | 'blocked-host'
  | 'vault-integrity'
  | 'tool-denied'
  | 'store-unavailable'
  | 'internal'

/** Which limit a `timeout` ran into. */
export type TimeoutPhase = 'connect' | 'first-token' | 'idle' | 'total'

/** What the provider itself called the failure. */
export interface UpstreamFault {
  readonly code?: string
  readonly type?: string
  readonly param?: string
}
