// What may become of a request that is too long for a model.

/**
 * What happens to a request that is longer than a model reads. `error`: it is not sent to that model. `drop-oldest`: whole
 * old turns are left out. `truncate`: besides, where that is not enough, the middle of the longest texts.
 */
export type ContextOverflow = 'error' | 'drop-oldest' | 'truncate'

/** The choices. */
export const contextOverflows: readonly ContextOverflow[] = ['error', 'drop-oldest', 'truncate']
