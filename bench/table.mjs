// Writes results as a Markdown table that also reads well in a terminal.

const HEADINGS = ['metric', 'contestant', 'value', 'min–max', 'ratio', 'min–max', 'target', '']

/**
 * The table of all rows.
 * @param {import('./metrics.mjs').Metric[]} metrics
 * @param {import('./results.mjs').Row[]} rows
 */
export function makeTable(metrics, rows) {
  const lines = rows.map((row, index) => {
    const metric = metrics.find((each) => each.id === row.metric)
    const title = rows[index - 1]?.metric === row.metric ? '' : metric.title
    return [title, row.title, ...measuredCells(row, metric.unit), row.target ?? '', verdict(row)]
  })
  const widths = HEADINGS.map((heading, column) =>
    Math.max(3, heading.length, ...lines.map((line) => line[column].length)),
  )
  const format = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = format(widths.map((width) => '-'.repeat(width)))
  return [format(HEADINGS), rule, ...lines.map(format), ...makeFailures(rows)].join('\n')
}

/** The machine and the versions, in one paragraph. */
export function makeHeader({ machine, versions, build, rounds, quick }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version ?? 'not installed'}`)
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load ${machine.load}.`,
    `${packages.join(', ')} (build ${build}).`,
    `Rounds: ${rounds}. Ratios are to the raw SDK in the same round; medians with least and greatest.`,
    ...(quick ? ['A SMOKE RUN: these numbers mean nothing.'] : []),
  ].join('\n')
}

function measuredCells(row, unit) {
  if (row.error !== undefined) return ['failed', '', '', '']
  const { value, ratio, added } = row
  const measured = [`${short(value.median)} ${unit}`.trim(), `${short(value.min)}–${short(value.max)}`]
  if (added) return [...measured, `+${short(added.median)}`, `${short(added.min)}–${short(added.max)}`]
  if (ratio) return [...measured, ratio.median.toFixed(2), `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}`]
  return [...measured, '', '']
}

function verdict(row) {
  if (row.verdict === undefined) return ''
  return row.uncertain ? `${row.verdict} (spread crosses)` : row.verdict
}

function short(value) {
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

/** What went wrong, said once for each contestant and reason. */
function makeFailures(rows) {
  const failures = new Map()
  for (const { error, title, metric } of rows) {
    if (error === undefined) continue
    const reason = `${title} failed: ${error.replaceAll(/\s+/g, ' ').slice(0, 300)}`
    failures.set(reason, [...(failures.get(reason) ?? []), metric])
  }
  if (failures.size === 0) return []
  return ['', ...[...failures].map(([reason, metrics]) => `- ${metrics.join(', ')}: ${reason}`)]
}
