// The options of `npm run bench`.

import { parseArgs } from 'node:util'
import { METRICS } from './metrics.mjs'

const DEFAULT_ROUNDS = 5
// A smoke run shows that everything works; its numbers mean nothing.
const QUICK_SHARE = 0.1
const QUICK_SCALING_SIZES = [16_384, 65_536]

export const USAGE = `npm run bench -- [options]
  --only text,tools   only these metrics: ${METRICS.map((metric) => metric.id).join(', ')}
  --rounds N          rounds (default ${DEFAULT_ROUNDS})
  --quick             a smoke run of one round and a tenth of the work
  --peers             other libraries besides the bare SDKs
  --node current      the running Node instead of Node 24
  --help              this text`

/** Reads the command line; throws a message for people when it makes no sense. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      node: { type: 'string', default: '24' },
      help: { type: 'boolean', default: false },
    },
  })
  const rounds = values.rounds === undefined ? (values.quick ? 1 : DEFAULT_ROUNDS) : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be a whole number from 1, not ${values.rounds}`)
  if (values.node !== '24' && values.node !== 'current')
    throw new Error(`--node is 24 or current, not ${values.node}`)
  const metrics = chosenMetrics(values.only).map((metric) => (values.quick ? quick(metric) : metric))
  const { help, node, peers } = values
  return { help, node, peers, quick: values.quick, rounds, metrics }
}

function chosenMetrics(only) {
  if (only === undefined) return METRICS
  return only.split(',').flatMap((id) => {
    const metrics = METRICS.filter((each) => each.id === id.trim() || each.group === id.trim())
    if (metrics.length === 0) throw new Error(`No such metric: ${id}\n\n${USAGE}`)
    return metrics
  })
}

function quick(metric) {
  const share = (count) => count && Math.ceil(count * QUICK_SHARE)
  return {
    ...metric,
    warmUp: share(metric.warmUp),
    repeat: share(metric.repeat),
    ...(metric.rounds && { rounds: 3 }),
    ...(metric.method === 'scaling' && { sizes: QUICK_SCALING_SIZES }),
  }
}
