// Counts what was checked, and prints it as a table.

/** The result of one check. */
export interface Result {
  readonly group: string
  readonly way: string
  /** What was checked, for a person. */
  readonly name: string
  readonly faults: readonly string[]
  /** The deliberate exceptions without which it might not have passed. */
  readonly exceptions: readonly string[]
}

/** One check that has yet to run. */
export interface Check {
  readonly group: string
  readonly way: string
  readonly name: string
  readonly exceptions?: readonly string[]
  /** Every way in which what happened is not what should have. */
  readonly run: () => Promise<readonly string[]>
}

const mostDetails = 60

/** Runs the checks, so many at once, and gives their results in order. */
export async function runChecks(checks: readonly Check[], atOnce: number): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < checks.length; at = next++) {
      const check = checks[at]
      if (check === undefined) return
      const { group, way, name, exceptions = [] } = check
      results[at] = { group, way, name, faults: await faultsOf(check), exceptions }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

async function faultsOf(check: Check): Promise<readonly string[]> {
  try {
    return await check.run()
  } catch (error) {
    return [`the check itself broke: ${error instanceof Error ? error.stack : String(error)}`]
  }
}

/** The results as text: a line for each group and way, the failures, and the total. */
export function report(results: readonly Result[], seconds: string): string {
  const lines = [...new Set(results.map(({ group }) => group))].flatMap((group) => linesOf(group, results))
  const failures = results.filter(({ faults }) => faults.length > 0)
  const details = failures.slice(0, mostDetails).map(detail)
  const rest = failures.length - details.length
  const exceptions = [...new Set(results.flatMap((result) => result.exceptions))]
  return [
    ...lines,
    ...(exceptions.length > 0
      ? ['', 'Deliberate exceptions:', ...exceptions.map((exception) => `  ${exception}`)]
      : []),
    ...(details.length > 0 ? ['', 'Failures:', ...details, ...(rest > 0 ? [`… and ${rest} more`] : [])] : []),
    '',
    `${results.length - failures.length} of ${results.length}, ${failures.length} failed, ${seconds} s`,
  ].join('\n')
}

function linesOf(group: string, results: readonly Result[]): string[] {
  const ofGroup = results.filter((result) => result.group === group)
  return [...new Set(ofGroup.map(({ way }) => way))].map((way) => {
    const ofWay = ofGroup.filter((result) => result.way === way)
    const failed = ofWay.filter(({ faults }) => faults.length > 0).length
    const excepted = ofWay.filter(({ exceptions }) => exceptions.length > 0).length
    const note = excepted > 0 ? ` (${excepted} by a deliberate exception)` : ''
    return `${group.padEnd(20)} ${way.padEnd(44)} ${ofWay.length - failed} of ${ofWay.length}, ${failed} failed${note}`
  })
}

function detail({ group, way, name, faults }: Result): string {
  return [`  ${group} / ${way} / ${name}`, ...faults.slice(0, 6).map((fault) => `      ${fault}`)].join('\n')
}
