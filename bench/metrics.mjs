// What is measured and what is to be reached, as data.

/**
 * @typedef {object} Metric
 * @property {string} id the word for `--only`
 * @property {string} title
 * @property {string} unit
 * @property {number} scale from the raw value to the unit
 * @property {'openai' | 'anthropic'} wire
 * @property {'cpu' | 'first-delta' | 'throughput' | 'heap' | 'scaling' | 'load'} method
 * @property {'text' | 'tools' | 'request'} [operation]
 * @property {string} [scenario] what the upstream serves: `<kind>-<size>-<pace>`
 * @property {number} [divisor] chunks in one stream, for a value a chunk
 * @property {number} [warmUp] streams before measuring
 * @property {number} [repeat] streams measured
 * @property {number} [concurrency] streams at once
 * @property {number} [rounds] where a metric needs more than the others
 * @property {{ of: 'ratio' | 'value', atMost?: number, atLeast?: number }} target
 */

/** @type {Metric[]} */
export const METRICS = [
  {
    id: 'text',
    title: 'text, CPU a chunk',
    unit: 'µs',
    scale: 1,
    wire: 'openai',
    method: 'cpu',
    operation: 'text',
    scenario: 'text-2000-full',
    divisor: 2_000,
    warmUp: 15,
    repeat: 25,
    target: { of: 'ratio', atMost: 0.35 },
  },
  {
    id: 'tools',
    title: 'tool calls, CPU a chunk',
    unit: 'µs',
    scale: 1,
    wire: 'openai',
    method: 'cpu',
    operation: 'tools',
    scenario: 'tools-2000-full',
    divisor: 2_000,
    warmUp: 15,
    repeat: 25,
    target: { of: 'ratio', atMost: 0.35 },
  },
  {
    id: 'segment',
    title: 'one event a TCP segment, CPU a chunk',
    unit: 'µs',
    scale: 1,
    wire: 'openai',
    method: 'cpu',
    operation: 'text',
    scenario: 'text-1000-segment',
    divisor: 1_000,
    warmUp: 8,
    repeat: 16,
    concurrency: 8,
    target: { of: 'ratio', atMost: 0.8 },
  },
  {
    id: 'request',
    title: 'small request, one at a time, CPU',
    unit: 'µs',
    scale: 1,
    wire: 'openai',
    method: 'cpu',
    operation: 'request',
    scenario: 'small-1-full',
    divisor: 1,
    warmUp: 1_000,
    repeat: 1_500,
    target: { of: 'ratio', atMost: 1.15 },
  },
  {
    id: 'first',
    title: 'first delta, p50',
    unit: 'ms',
    scale: 1,
    wire: 'openai',
    method: 'first-delta',
    operation: 'text',
    scenario: 'text-20-full',
    warmUp: 500,
    repeat: 800,
    target: { of: 'ratio', atMost: 1 },
  },
  {
    id: 'scaling',
    title: 'tool arguments 16 KB to 1 MB, exponent of CPU',
    unit: '',
    scale: 1,
    wire: 'openai',
    method: 'scaling',
    operation: 'tools',
    scenario: 'arguments-SIZE-full',
    warmUp: 12,
    target: { of: 'value', atMost: 1.1 },
  },
  {
    id: 'import',
    title: 'import + construct, wall',
    unit: 'ms',
    scale: 1,
    wire: 'openai',
    method: 'load',
    rounds: 20,
    target: { of: 'ratio', atMost: 0.15 },
  },
  {
    id: 'streams16',
    title: 'streams a second, 16 at once',
    unit: '/s',
    scale: 1,
    wire: 'openai',
    method: 'throughput',
    operation: 'text',
    scenario: 'text-200-full',
    warmUp: 300,
    repeat: 800,
    concurrency: 16,
    target: { of: 'ratio', atLeast: 1.8 },
  },
  {
    id: 'streams128',
    title: 'streams a second, 128 at once',
    unit: '/s',
    scale: 1,
    wire: 'openai',
    method: 'throughput',
    operation: 'text',
    scenario: 'text-200-full',
    warmUp: 384,
    repeat: 1_024,
    concurrency: 128,
    target: { of: 'ratio', atLeast: 1.8 },
  },
  {
    id: 'heap',
    title: 'heap an open stream, 1,000 open',
    unit: 'KB',
    scale: 1 / 1_024,
    wire: 'openai',
    method: 'heap',
    operation: 'text',
    scenario: 'text-10-hold',
    warmUp: 50,
    repeat: 1_000,
    target: { of: 'ratio', atMost: 0.95 },
  },
  {
    id: 'anthropic',
    title: 'Anthropic wire: text, CPU a chunk',
    unit: 'µs',
    scale: 1,
    wire: 'anthropic',
    method: 'cpu',
    operation: 'text',
    scenario: 'text-2000-full',
    divisor: 2_000,
    warmUp: 30,
    repeat: 50,
    target: { of: 'ratio', atMost: 0.75 },
  },
]
