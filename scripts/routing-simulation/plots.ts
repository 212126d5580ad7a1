// The simulation's plots as SVG files that need nothing beside them.

import { type Markup, markup } from '../../src/cli/markup.js'
import type { Market } from './market.js'
import { cheapestAsGood } from './market.js'
import type { FileFigures } from './simulate.js'
import { type Curve, qualityAt } from './sweep.js'

const width = 760
const height = 440
const area = { left: 64, right: 736, top: 24, bottom: 384 }
const curveSteps = 100
const colours = { classifier: '#1f5fbf', chance: '#555555', length: '#c2570c', oracle: '#2e7d32' }

interface Scale {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

interface Tick {
  readonly at: number
  readonly text: string
}

/** A file's curves: what is right over what it costs. */
export function curvePlot(figures: FileFigures, title: string): string {
  const { curves, band, weakCost, strongCost, levels } = figures
  const [classifier, chance, length, oracle] = curves
  if (classifier === undefined || chance === undefined || length === undefined || oracle === undefined)
    return ''
  const low = Math.min(...curves.flatMap(({ qualities }) => qualities), chance.qualities[0] ?? 0)
  const high = Math.max(...oracle.qualities)
  const [floor, ceiling] = [Math.floor(low * 20) / 20, Math.ceil(high * 20) / 20]
  const scale = scaleOf(0, 1, floor, ceiling)
  const costAt = (way: number): number => weakCost + (strongCost - weakCost) * way
  const place = (way: number, quality: number): string =>
    `${scale.x(costAt(way) / strongCost)} ${scale.y(quality)}`
  const steps = Array.from({ length: curveSteps + 1 }, (_, at) => at / curveSteps)
  const line = (curve: Curve): string =>
    `M${steps.map((way) => place(way, qualityAt(curve, costAt(way)))).join('L')}`
  const edge = (side: 'low' | 'high'): string[] =>
    band.map(({ way, ahead }) => place(way, qualityAt(chance, costAt(way)) + ahead[side]))
  const dots = levels.map(
    ({ from, outcome }) =>
      markup`<circle cx="${scale.x(outcome.cost)}" cy="${scale.y(outcome.quality)}" r="5" fill="#fff" stroke="${colours.classifier}" stroke-width="2"/>
<text x="${scale.x(outcome.cost) + 9}" y="${scale.y(outcome.quality) + 16}" fill="${colours.classifier}">${from}</text>
`,
  )
  const legend: readonly (readonly [string, string, string])[] = [
    [colours.oracle, '6 4', 'oracle: knows the outcomes'],
    [colours.classifier, '', 'classifier, with its 95 % band'],
    [colours.length, '2 3', 'prompt length'],
    [colours.chance, '', 'chance'],
  ]
  const below = Math.round((ceiling - floor) * 20)
  const every = below > 8 ? 2 : 1
  return svg(title, [
    ...axes(
      scale,
      [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => ({ at, text: `${Math.round(at * 100)} %` })),
      Array.from({ length: Math.floor(below / every) + 1 }, (_, at) => ({
        at: floor + at * every * 0.05,
        text: `${Math.round((floor + at * every * 0.05) * 100)} %`,
      })),
      'cost, as a share of always asking the strong model',
      'answered right',
    ),
    markup`<path d="M${edge('high').join('L')}L${edge('low').reverse().join('L')}Z" fill="${colours.classifier}" fill-opacity="0.13"/>
<path d="M${place(0, chance.qualities[0] ?? 0)}L${place(1, chance.qualities.at(-1) ?? 0)}" fill="none" stroke="${colours.chance}" stroke-width="1.5"/>
<path d="${line(length)}" fill="none" stroke="${colours.length}" stroke-width="1.5" stroke-dasharray="2 3"/>
<path d="${line(oracle)}" fill="none" stroke="${colours.oracle}" stroke-width="1.5" stroke-dasharray="6 4"/>
<path d="${line(classifier)}" fill="none" stroke="${colours.classifier}" stroke-width="2.5"/>
`,
    ...dots,
    ...legend.map(([colour, dashes, text], at) => {
      const y = area.bottom - 14 - (legend.length - 1 - at) * 18
      return markup`<path d="M${area.right - 230} ${y}h28" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes === '' ? 'none' : dashes}"/><text x="${area.right - 194}" y="${y + 4}">${text}</text>
`
    }),
  ])
}

/** The catalogue's models and the ways to choose among them: mean quality over what 1,000 requests cost. */
export function marketPlot(market: Market, title: string): string {
  const { singles, autos, best, cheapest, random } = market
  const all = [...singles, ...autos, random]
  const least = Math.floor(Math.log10(Math.min(...all.map(({ usdPerThousand }) => usdPerThousand))))
  const most = Math.ceil(Math.log10(Math.max(...all.map(({ usdPerThousand }) => usdPerThousand))))
  const floor = Math.floor(Math.min(...all.map(({ quality }) => quality)) / 10) * 10
  const scale = scaleOf(least, most, floor, 100)
  const x = (usd: number): number => scale.x(Math.log10(usd))
  const mixed = Array.from({ length: 41 }, (_, at) => {
    const part = (at / 40) ** 3
    const usd = cheapest.usdPerThousand + part * (best.usdPerThousand - cheapest.usdPerThousand)
    return `${x(usd)} ${scale.y(cheapest.quality + part * (best.quality - cheapest.quality))}`
  })
  const dots = singles.map(
    ({ name, usdPerThousand, quality }) =>
      markup`<circle cx="${x(usdPerThousand)}" cy="${scale.y(quality)}" r="3" fill="#9a9a9a"><title>${name}</title></circle>
`,
  )
  const frontier = singles
    .filter((one) => cheapestAsGood(market, one.quality) === one)
    .sort((one, other) => one.usdPerThousand - other.usdPerThousand)
    .map(({ usdPerThousand, quality }) => `${x(usdPerThousand)} ${scale.y(quality)}`)
  const named = [
    ...autos.map((auto) => ({ ...auto, colour: colours.classifier, below: true })),
    { ...random, name: 'any model, by chance', colour: colours.length, below: true },
    { ...best, name: 'always the best', colour: colours.oracle, below: false },
    { ...cheapest, name: 'always the cheapest', colour: colours.oracle, below: false },
  ]
  return svg(title, [
    ...axes(
      scale,
      Array.from({ length: most - least + 1 }, (_, at) => ({
        at: least + at,
        text: `$${10 ** (least + at)}`,
      })),
      Array.from({ length: (100 - floor) / 10 + 1 }, (_, at) => ({
        at: floor + at * 10,
        text: `${floor + at * 10}`,
      })),
      'expected cost of 1,000 requests',
      'mean quality for the work',
    ),
    markup`<path d="M${mixed.join('L')}" fill="none" stroke="${colours.chance}" stroke-width="1.5"/>
<path d="M${frontier.join('L')}" fill="none" stroke="#9a9a9a" stroke-width="1" stroke-dasharray="3 3"/>
`,
    ...dots,
    ...named.map(
      ({ name, usdPerThousand, quality, colour, below }) =>
        markup`<circle cx="${x(usdPerThousand)}" cy="${scale.y(quality)}" r="6" fill="${colour}"/>
<text x="${x(usdPerThousand) + (below ? 6 : 0)}" y="${scale.y(quality) + (below ? 22 : -12)}" fill="${colour}" font-weight="600">${name}</text>
`,
    ),
    markup`<path d="M${area.right - 270} ${area.bottom - 32}h28" stroke="${colours.chance}" stroke-width="1.5"/><text x="${area.right - 234}" y="${area.bottom - 28}">best and cheapest, mixed by chance</text>
<path d="M${area.right - 270} ${area.bottom - 14}h28" stroke="#9a9a9a" stroke-dasharray="3 3"/><text x="${area.right - 234}" y="${area.bottom - 10}">the best single models by cost</text>
`,
  ])
}

function scaleOf(left: number, right: number, low: number, high: number): Scale {
  const round = (value: number): number => Number(value.toFixed(1))
  return {
    x: (value) => round(area.left + ((value - left) / (right - left)) * (area.right - area.left)),
    y: (value) => round(area.bottom - ((value - low) / (high - low)) * (area.bottom - area.top)),
  }
}

function axes(scale: Scale, across: readonly Tick[], up: readonly Tick[], xName: string, yName: string) {
  return [
    ...up.map(
      ({ at, text }) =>
        markup`<path d="M${area.left} ${scale.y(at)}H${area.right}" stroke="#e3e3e3"/><text x="${area.left - 8}" y="${scale.y(at) + 4}" text-anchor="end">${text}</text>
`,
    ),
    ...across.map(
      ({ at, text }) =>
        markup`<path d="M${scale.x(at)} ${area.bottom}v5" stroke="#888"/><text x="${scale.x(at)}" y="${area.bottom + 20}" text-anchor="middle">${text}</text>
`,
    ),
    markup`<path d="M${area.left} ${area.bottom}H${area.right}" stroke="#888"/><text x="${(area.left + area.right) / 2}" y="${area.bottom + 44}" text-anchor="middle">${xName}</text><text x="${area.left}" y="14">${yName}</text>
`,
  ]
}

/** On white, whatever the page around it is: an image knows nothing of its reader's theme. */
function svg(title: string, body: readonly Markup[]): string {
  return `${
    markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#333">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${body}</svg>`.text
  }\n`
}
