// Ids of tool calls that Anthropic accepts, in place of those that another provider made.

const forbidden = /[^A-Za-z0-9_-]/g

/** Gives every id of one request a form that the API takes, the same for a call and for its result. */
export class ToolCallIds {
  readonly #given = new Map<string, string>()
  readonly #taken = new Set<string>()

  /** The id itself where it is legal; otherwise one like it that no other call has. */
  of(id: string): string {
    const known = this.#given.get(id)
    if (known !== undefined) return known
    const legal = id.replace(forbidden, '_') || 'call'
    let free = legal
    for (let copy = 2; this.#taken.has(free); copy += 1) free = `${legal}_${copy}`
    this.#given.set(id, free)
    this.#taken.add(free)
    return free
  }
}
