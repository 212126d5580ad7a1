// What apps hand us to call may give back a promise, and nobody else waits for it.

/** Tells of the failure of whatever a callback gave back: also of a promise of another library or realm. */
export function reportFailure(result: unknown, report: (failure: unknown) => void): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return
  Promise.resolve(result).catch(report)
}
