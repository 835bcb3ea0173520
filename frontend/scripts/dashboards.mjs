// Opens dashboards of Superset in a browser and says what they show: node scripts/dashboards.mjs < asked.json > shown.json
//
// asked: {"url", "user", "password", "dashboards": [slug], "pictures": folder or null, "width": pixels}
// shown: {slug: {"charts": {name: {"kind", "text", "rows"}}, "problems": [text]}}, where `text` is what a reader sees of a
// number or a table, and `rows` is what the chart was drawn from.
import { mkdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { chromium, errors } from 'playwright-core'
import { findChromium } from '../tests/e2e/chromium.ts'

const PATIENCE_MS = 120_000
const ATTEMPT_MS = 60_000
const ATTEMPTS = 4
const CHART = '[data-test="chart-grid-component"]'
const BUSY = '[data-test="loading-indicator"]'
const asked = JSON.parse(await text(process.stdin))

/** Sends the form of logins once; true when the browser is signed in afterwards. */
async function fillIn(context) {
  const page = await context.newPage()
  try {
    await page.goto(`${asked.url}/login/`, { waitUntil: 'networkidle', timeout: PATIENCE_MS })
    await page.locator('input[name="username"], #username').first().fill(asked.user)
    await page.locator('input[name="password"], #password').first().fill(asked.password)
    await page.locator('button[type="submit"], input[type="submit"]').first().click()
    const away = (address) => !address.pathname.startsWith('/login')
    await page.waitForURL(away, { timeout: ATTEMPT_MS, waitUntil: 'commit' })
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error
  } finally {
    await page.close()
  }
  return (await context.request.get(`${asked.url}/api/v1/me/`)).ok()
}

/**
 * Signs in as a reader does, who tries again: a form that is filled before its script has taken hold of it is emptied, and
 * what the page reports of itself at that moment is answered with the cookie of nobody.
 */
async function signIn(context) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) if (await fillIn(context)) return
  throw new Error(`${asked.user} is not signed in after ${ATTEMPTS} attempts`)
}

/** Keeps what charts are drawn from, by the chart's number, and what went wrong. */
function listen(page, drawn, problems) {
  page.on('response', async (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`)
    if (!response.url().includes('/api/v1/chart/data') || response.status() !== 200) return
    const number = JSON.parse(new URL(response.url()).searchParams.get('form_data') ?? '{}').slice_id
    drawn.set(String(number), (await response.json()).result[0].data)
  })
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (said) => {
    // Superset would count its readers by a picture of another origin, which our policy keeps it from.
    const wanted = /Content.Security.Policy/i.test(said.text()) && !said.text().includes('scarf.sh/pixel')
    if (said.type() === 'error' && wanted) problems.push(said.text())
  })
}

/** Scrolls through the page: a chart is drawn when it comes into sight. */
async function waitForCharts(page, drawn) {
  const charts = page.locator(CHART)
  await charts.first().waitFor({ timeout: PATIENCE_MS })
  for (let place = 0; place < (await charts.count()); place += 1) {
    const chart = charts.nth(place)
    await chart.scrollIntoViewIfNeeded()
    const number = await chart.getAttribute('data-test-chart-id')
    const until = Date.now() + PATIENCE_MS
    while (!drawn.has(number) || (await chart.locator(BUSY).count()) > 0) {
      if (Date.now() > until) throw new Error(`chart ${number} is not drawn: ${await chart.innerText()}`)
      await page.waitForTimeout(100)
    }
  }
}

async function readChart(chart, drawn) {
  const [name, kind, number] = await Promise.all(
    ['data-test-chart-name', 'data-test-viz-type', 'data-test-chart-id'].map((attribute) =>
      chart.getAttribute(attribute),
    ),
  )
  const cells = kind === 'table' ? 'tbody td' : '.header-line'
  return [name, { kind, text: await chart.locator(cells).allInnerTexts(), rows: drawn.get(number) }]
}

async function open(browser, state, slug) {
  const page = await browser.newPage({ storageState: state, viewport: { width: asked.width, height: 1100 } })
  const [drawn, problems] = [new Map(), []]
  listen(page, drawn, problems)
  await page.goto(`${asked.url}/superset/dashboard/${slug}/?standalone=0`)
  await waitForCharts(page, drawn)
  const charts = await page.locator(CHART).all()
  const shown = Object.fromEntries(await Promise.all(charts.map((chart) => readChart(chart, drawn))))
  if (asked.pictures) {
    mkdirSync(asked.pictures, { recursive: true })
    const height = await page.evaluate(() => document.querySelector('.grid-container').getBoundingClientRect().height)
    await page.setViewportSize({ width: asked.width, height: Math.ceil(height) + 200 })
    await page.locator(CHART).first().scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, -100_000)
    await page.waitForTimeout(2_500)
    await page.screenshot({ path: `${asked.pictures}/bi-${slug}.png` })
  }
  await page.close()
  return { charts: shown, problems }
}

const { executablePath, args, env } = await findChromium()
const browser = await chromium.launch({ executablePath, args, env })
const context = await browser.newContext()
await signIn(context)
const state = await context.storageState()
const shown = {}
for (const slug of asked.dashboards) shown[slug] = await open(browser, state, slug)
await browser.close()
process.stdout.write(JSON.stringify(shown))
