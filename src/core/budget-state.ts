// How a budget stands, as people read it.

/** A budget in its current window. Amounts are US dollars, tokens or calls, as `measure` says. */
export interface BudgetState {
  readonly scope:
    | 'app'
    | 'tenant'
    | 'user'
    | 'agent'
    | 'run'
    | 'tag'
    | 'key'
    | 'provider'
    | 'model'
    | 'request'
  /** Whose of the scope; absent for `app` and `request`. */
  readonly of?: string
  readonly measure: 'usd' | 'tokens' | 'calls'
  readonly per: 'hour' | 'day' | 'week' | 'month' | 'total'
  readonly timeZone: string
  readonly limit: number
  readonly spent: number
  /** What calls under way may cost at the most. */
  readonly held: number
  /** What a new call may cost at the most; 0 where more was spent than the limit. */
  readonly left: number
  /** When the window ends and the budget begins again, in milliseconds since 1970. Absent: never. */
  readonly endsAt?: number
  readonly onExceed: 'block' | 'stop' | 'alert' | 'approve'
}

/** A budget that a call did not fit into. */
export interface ExceededBudget extends BudgetState {
  /** What the call might have cost, at the least. */
  readonly asked: number
}
