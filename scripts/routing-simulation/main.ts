// `npm run simulate:routing`: writes what routing costs and gives, as a page with plots, the same bytes each time.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'node:util'
import { folder, hasData } from '../classifier/data.js'
import { priceDate, simulateMarket } from './market.js'
import { readOutcomes } from './outcomes.js'
import { pageOf, titles } from './page.js'
import { curvePlot, marketPlot } from './plots.js'
import { simulateFile } from './simulate.js'

const docs = process.argv[2] ?? join(import.meta.dirname, '../../docs')

if (hasData()) await simulate()
else console.log(format('SKIPPED: no routing data in %s (set ROUTING_DIR).', folder))

async function simulate(): Promise<void> {
  const plots = join(docs, 'routing-simulation')
  mkdirSync(plots, { recursive: true })
  const files = (await readOutcomes(priceDate)).map(simulateFile)
  for (const figures of files) {
    const { file } = figures.outcomes
    writeFileSync(join(plots, `${file}.svg`), curvePlot(figures, `Answered right over cost: ${titles[file]}`))
  }
  const market = await simulateMarket()
  const title = 'Mean quality over the cost of 1,000 requests, by the catalogue'
  writeFileSync(join(plots, 'catalogue.svg'), marketPlot(market, title))
  const page = pageOf(files, market)
  writeFileSync(join(docs, 'routing-simulation.md'), page)
  console.log(page.slice(page.indexOf('## In short'), page.indexOf('## Recorded outcomes')).trimEnd())
}
