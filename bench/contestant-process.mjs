// The process of one contestant and one metric: reads its task from the command line, prints one line of JSON.

const task = JSON.parse(process.argv[2])

try {
  print(await measure())
} catch (error) {
  print({ error: `${error?.name ?? 'Error'}: ${error?.message ?? error}` })
}

async function measure() {
  if (task.method === 'load') return measureLoad(task.load)
  const methods = await import('./measure.mjs')
  const { open } = await import(`./contestants/${task.file}`)
  const at = (scenario) => open(`${task.upstream}/${scenario}`)
  switch (task.method) {
    case 'cpu':
      return methods.measureCpu(at(task.scenario), task)
    case 'first-delta':
      return methods.measureFirstDelta(at(task.scenario), task)
    case 'throughput':
      return methods.measureThroughput(at(task.scenario), task)
    case 'heap':
      return methods.measureHeap(at(task.scenario), task, at(task.scenario.replace('hold', 'full')))
    case 'latency':
      return methods.measureLatency(await open(), task)
    case 'scaling':
      return methods.measureScaling((size) => at(task.scenario.replace('SIZE', size)), task)
    default:
      throw new Error(`no such method: ${task.method}`)
  }
}

// Nothing else is imported before this, so that the package pays for all it needs.
async function measureLoad({ specifier, construct }) {
  const start = performance.now()
  const loaded = await import(specifier)
  if (construct) new loaded[construct.name](construct.options)
  return { value: performance.now() - start }
}

// Open streams and timers of a contestant must not keep the process alive.
function print(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
}
