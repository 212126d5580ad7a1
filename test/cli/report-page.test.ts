// The page of a report in a real browser: it is seen whole, asks nobody for anything, and no name becomes part of it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportPage } from '../../src/cli/html.js'
import type { ReportData } from '../../src/cli/report.js'
import { Browser, findChromium, type Screen } from './browser.js'
import { sampleNow, sampleRecords, sampleReport } from './sample.js'

const program = findChromium()
const absence =
  'No Chromium here: the page of the report is not looked at. Install it, or name it in CHROMIUM.'

const screens = [1280, 400].flatMap((width) =>
  [false, true].map((isDark) => ({
    width,
    height: 900,
    isDark,
    name: `${width} px, ${isDark ? 'dark' : 'light'}`,
  })),
)

/** Run in the page. */
const measured = `(() => {
  const shown = (element) => element.getClientRects().length > 0
  const plots = [...document.querySelectorAll('svg.plot')]
  const boxOf = (text) => text.getBoundingClientRect()
  const texts = plots.flatMap((plot) => {
    const visible = [...plot.querySelectorAll('text')].filter(shown)
    const [outer, boxes] = [boxOf(plot), visible.map(boxOf)]
    // The amounts of an axis stand to the left of their plot, within its card.
    const left = plot.matches('.columns') ? boxOf(plot.closest('.card')).left + 10 : outer.left - 1
    const isOut = (box) => box.left < left || box.right > outer.right + 1
    const meets = (a, b) => a !== b && a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom
    return visible.map((text, at) => ({
      words: text.firstChild?.data ?? '',
      height: boxes[at].height,
      isOut: isOut(boxes[at]),
      meets: visible.filter((_, other) => meets(boxes[at], boxes[other])).map((other) => other.firstChild?.data),
    }))
  })
  const { scrollWidth, clientWidth } = document.documentElement
  const sizes = plots.map((plot) => ({ width: boxOf(plot).width, height: boxOf(plot).height }))
  const told = plots.map((plot) => plot.getAttribute('aria-labelledby').split(' ').map((id) => document.getElementById(id)?.textContent))
  const tables = [...document.querySelectorAll('.card')].map((card) => card.querySelectorAll('tbody tr').length)
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)
  return {
    overflow: scrollWidth - clientWidth,
    sizes,
    told,
    texts,
    tables,
    brightness: (red + green + blue) / 765,
    foreign: document.querySelectorAll('script, img, iframe, object, embed, link, base, form, svg svg svg').length,
    heading: document.querySelector('h1').textContent,
    ids: new Set([...document.querySelectorAll('[id]')].map(({ id }) => id)).size - document.querySelectorAll('[id]').length,
  }
})()`

interface Measured {
  readonly overflow: number
  readonly sizes: readonly { readonly width: number; readonly height: number }[]
  readonly told: readonly (readonly (string | undefined)[])[]
  readonly texts: readonly {
    readonly words: string
    readonly height: number
    readonly isOut: boolean
    readonly meets: readonly string[]
  }[]
  readonly tables: readonly number[]
  readonly brightness: number
  readonly foreign: number
  readonly heading: string
  readonly ids: number
}

if (program === undefined) {
  console.warn(absence)
  it.skip(absence, () => {})
} else {
  describe('the page of a report', () => {
    let browser: Browser
    let folder: string
    let address: string
    let report: ReportData

    const openPage = async (page: string, screen: Screen = screens[0]!): Promise<Measured> => {
      const file = join(folder, 'report.html')
      writeFileSync(file, page)
      address = pathToFileURL(file).href
      await browser.open(address, screen)
      return browser.read<Measured>(measured)
    }

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'byok-page-'))
      report = await sampleReport()
      browser = await Browser.start(program)
    }, 60_000)

    afterAll(async () => {
      await browser.close()
      rmSync(folder, { recursive: true })
    })

    it.each(screens)('is seen whole at $name', async ({ name: _, ...screen }) => {
      const page = await openPage(reportPage(report), screen)
      expect(page.sizes.length).toBe(11)
      for (const { width, height } of page.sizes) {
        expect(width).toBeGreaterThan(200)
        expect(height).toBeGreaterThan(80)
      }
      expect(page.texts.length).toBeGreaterThan(80)
      expect(
        page.texts.filter(({ height, isOut, meets }) => height < 9 || isOut || meets.length > 0),
      ).toEqual([])
      expect(page.overflow).toBe(0)
      if (screen.isDark) expect(page.brightness).toBeLessThan(0.3)
      else expect(page.brightness).toBeGreaterThan(0.8)
      await browser.read(`for (const part of document.querySelectorAll('details')) part.open = true`)
      expect((await browser.read<Measured>(measured)).overflow).toBe(0)
    })

    it.each(screens)('writes no amount over a column at $name', async ({ name: _, ...screen }) => {
      await openPage(reportPage(report), screen)
      const hidden = await browser.read<number>(`(() => {
        const boxes = (what) => [...document.querySelectorAll('svg.columns ' + what)].map((one) => one.getBoundingClientRect())
        const columns = boxes('rect')
        const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
        const ticks = boxes('text.tick:not(.middle)')
        return ticks.length < 2 || columns.length < 20 ? -1 : ticks.filter((tick) => columns.some((column) => meets(tick, column))).length
      })()`)
      expect(hidden).toBe(0)
    })

    it.each([1, 2, 4, 5, 6, 7, 9])('names the days of a phone apart when there are %i', async (days) => {
      const from = sampleNow - (days - 1) * 86_400_000
      const page = await openPage(reportPage(await sampleReport({ from })), screens[2])
      expect(page.texts.filter(({ words, meets }) => /^\d+ Nov$/.test(words) && meets.length > 0)).toEqual([])
      expect(page.overflow).toBe(0)
    })

    it('is light on paper, whatever the screen is, and fits a narrow sheet', async () => {
      const paper = { width: 700, height: 1_000, isDark: true, media: 'print' } as const
      const page = await openPage(reportPage(report), paper)
      expect(page.brightness).toBe(1)
      expect(await browser.read('getComputedStyle(document.documentElement).colorScheme')).toBe('light')
      const shade = `getComputedStyle(document.querySelector('.card')).backgroundColor`
      expect(await browser.read(shade)).toBe('rgb(255, 255, 255)')
      expect(page.texts.filter(({ isOut, meets }) => isOut || meets.length > 0)).toEqual([])
      expect(page.overflow).toBe(0)
    })

    it('asks for nothing but itself, and says nothing on the console', async () => {
      await openPage(reportPage(report))
      expect(browser.requests).toEqual([address])
      expect(browser.complaints).toEqual([])
    })

    it('would be refused the network, and scripts, if it asked', async () => {
      let asked = 0
      const server = createServer((_, response) => {
        asked += 1
        response.end()
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo // it listens on a port
      const probe = `<img src="http://127.0.0.1:${port}/x"><script>document.title = "run"</script></body>`
      const page = reportPage(report).replace('</body>', () => probe)
      try {
        await openPage(page)
        expect(await browser.read('document.title')).toBe('Usage report')
        expect(browser.complaints.join()).toContain('Content Security Policy')
        expect(asked).toBe(0)
        // The same without the policy, so that it is known what kept them away.
        await openPage(page.replace(/<meta http-equiv.*>/, ''))
        expect(await browser.read('document.title')).toBe('run')
        expect(asked).toBe(1)
      } finally {
        server.close()
      }
    })

    it('F16: shows hostile names as names', async () => {
      const page = await openPage(reportPage(report))
      expect(page.foreign).toBe(0)
      const words = page.texts.map((text) => text.words)
      expect(words).toContain('<script>alert(1)</script>')
      expect(words).toContain('"><img src=x onerror=alert(2)>')
      const text = await browser.read<string>('document.body.textContent')
      expect(text).toContain('\\x1b[31mred\\x1b[0m\\x07\\x9b2J')
      expect(text).toContain('safe\\u{202e}txt.exe')
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    })

    it('F16: names a hostile tenant in its heading', async () => {
      const tenant = '"><img src=x onerror=alert(2)>'
      const page = await openPage(reportPage(await sampleReport({ tenant })))
      expect(page.heading).toBe(`Usage of ${tenant}`)
      expect(page.foreign).toBe(0)
    })

    it('tells each plot in words and as a table', async () => {
      const page = await openPage(reportPage(report))
      for (const [title, words] of page.told) {
        expect(title).toMatch(/\w{4}/)
        expect(words).toMatch(/\d/)
      }
      expect(page.ids).toBe(0)
      expect(page.tables).toHaveLength(7)
      for (const rows of page.tables) expect(rows).toBeGreaterThan(2)
    })

    it('says so where there is nothing to show', async () => {
      const page = await openPage(reportPage(await sampleReport({ from: '2030-01-01' })))
      expect(await browser.read<string>('document.body.innerText')).toContain('No attempts in this period.')
      expect(page.overflow).toBe(0)
      expect(browser.complaints).toEqual([])
    })

    it('shows attempts where not one price is known', async () => {
      const unknown = sampleRecords(200).map((one) => ({ ...one, cost: null }))
      await openPage(reportPage(await sampleReport({}, unknown)))
      const text = await browser.read<string>('document.body.innerText')
      expect(text).toContain('Attempts by day')
      expect(text).not.toContain('$0 ')
    })
  })
}
