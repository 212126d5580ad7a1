// What a test run comes to in one line, and the environment that tests may see.

/**
 * Counts a run. A file that could not be loaded counts as one failure, and so does a run that ends badly
 * with no failed test to show for it (an unhandled rejection, a crash, no report at all).
 * @param {{ testResults?: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {number} exitCode
 */
export function summarise(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report?.testResults ?? []) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1
      else if (test.status === 'failed') counts.failed += 1
      else counts.skipped += 1
    }
    const hasFailedTest = file.assertionResults.some((test) => test.status === 'failed')
    if (file.status === 'failed' && !hasFailedTest) counts.failed += 1
  }
  if (counts.failed === 0 && (exitCode !== 0 || counts.passed === 0)) counts.failed = 1
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  return { line: `${counts.passed} passed, ${counts.failed} failed${skipped}`, hasFailed: counts.failed > 0 }
}

/**
 * The environment without provider keys: a test that forgets to fake its provider must not spend money.
 * @param {Record<string, string | undefined>} environment
 * @returns {Record<string, string | undefined>}
 */
export function stripKeys(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/(_KEY|_TOKEN)$/.test(name)))
}
