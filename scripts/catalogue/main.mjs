// Makes src/catalogue/snapshot.ts of public sources, and says what has changed: `npm run catalogue`, with `-- --all` in full.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildCatalogue } from './build.mjs'
import { reportLines } from './report.mjs'
import { readGenai, readPi, readRatings, readTokenlens, withPackages } from './sources.mjs'
import { changesBetween, factsText, readSnapshotText, snapshotText } from './write.mjs'

const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const folder = process.env.CATALOGUE_DIR ?? here('../shared/catalogue')

const ratings = readRatings(folder)
if (ratings === undefined) {
  console.error(`There are no ratings in ${folder}. Say where they are: CATALOGUE_DIR=… npm run catalogue`)
  process.exit(1)
}
const catalogue = await withPackages(async ([piFolder, tokenlensFolder]) => {
  const pi = readPi(piFolder)
  const tokenlens = await readTokenlens(tokenlensFolder)
  const genai = await readGenai(Date.parse(pi.date))
  return buildCatalogue({ pi, genai, tokenlens, ratings })
})
const file = here('src/catalogue/snapshot.ts')
const before = existsSync(file) ? readSnapshotText(readFileSync(file, 'utf8')) : []
writeFileSync(file, snapshotText(catalogue.rows))
writeFileSync(here('src/catalogue/snapshot-facts.ts'), factsText(catalogue.date, catalogue.rows))
const changes = changesBetween(before, readSnapshotText(readFileSync(file, 'utf8')))
for (const line of reportLines(catalogue, changes, process.argv.includes('--all'))) console.log(line)
