// Notes on an answer that stands all the same.

/** What a warning is about. */
export type WarningCode =
  | 'unsupported-option'
  | 'unknown-finish-reason'
  | 'missing-finish-reason'
  | 'broken-after-finish'
  | 'output-limit-assumed'
  | 'output-limit-lowered'
  | 'price-unknown'
  | 'price-assumed'
  | 'store-unavailable'
  | 'history-adapted'
  | 'callback-failed'
  | 'request-repaired'
  | 'escalation'
  | 'context-cut'
  | 'window-assumed'
  | 'quality-floor-lowered'
  | 'classifier-failed'
  | 're-ranker-failed'
  | 'ability-unknown'
  | 'other'

/** Something that the caller may want to know, without any need to act. */
export interface Warning {
  readonly code: WarningCode
  readonly message: string
  /** The option concerned, where there is one. */
  readonly option?: string
}
