/** What stands on the page when something is not as it should be. The fixture bank can fail at will; a real one should not. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RING, RING_MEMBERS } from '../fixture-server/alerts'
import { decided, launch, open, signInAt } from './browser'
import { startApp, type RunningApp } from './server'

const BUSY_RATE_PER_S = 200
const QUIET_RATE_PER_S = 4
const MEASURED_S = 4
const CORRELATION_ID = /^[0-9a-f-]{36}$/

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function signInTo(app: RunningApp, role = 'risk') {
  const opened = await open(browser, { baseURL: app.url })
  await signInAt(opened.page, '/live', 'Live bank', role)
  return opened
}

describe('when the bank goes away', () => {
  test('the page says how old it is, an error has its correlation id, and both mend by themselves or on request', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await signInTo(app)
    await decided(page).first().waitFor()
    app.fixture.fail('everything')
    await page.getByText(/Feed lost, last heard/).waitFor({ timeout: 15_000 })
    await decided(page).first().click()
    const alert = page.getByRole('alert')
    await alert.getByText('Something went wrong on our side', { exact: false }).waitFor({ timeout: 20_000 })
    expect(await alert.locator('button[title]').getAttribute('title')).toMatch(CORRELATION_ID)
    app.fixture.heal()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
    await page.getByText(/Feed lost/).waitFor({ state: 'detached', timeout: 20_000 })
    await context.close()
    await app.close()
  })
})

describe('when what is on the page can no longer be renewed', () => {
  const RETRIED_MS = 20_000

  test('the decisions that were loaded stay, under word of the page that failed, and reading goes on from there', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await signInTo(app)
    await page.getByRole('navigation').getByRole('link', { name: 'Decisions' }).click()
    // The live page has a list of the same name, and stays until this page's code is here.
    await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor()
    const list = page.getByRole('list', { name: 'Decided transactions, newest first' })
    await list.locator('[data-row]').first().waitFor()
    const loaded = Number(await list.locator('li').first().getAttribute('aria-setsize'))
    app.fixture.fail('answers')
    await list.locator('xpath=..').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight))
    const notice = page.getByRole('status').filter({ hasText: 'The next page could not be loaded.' })
    await notice.getByText(/Last updated .* ago/).waitFor({ timeout: RETRIED_MS })
    expect(await notice.locator('button[title]').getAttribute('title')).toMatch(CORRELATION_ID)
    expect(await list.locator('[data-row]').count()).toBeGreaterThan(0)
    app.fixture.heal()
    await notice.getByRole('button', { name: 'Try again' }).click()
    await notice.waitFor({ state: 'detached' })
    await expect
      .poll(async () => Number(await list.locator('li').first().getAttribute('aria-setsize')))
      .toBeGreaterThan(loaded)
    await context.close()
    await app.close()
  })

  test('the alerts and the open detail stay, and say how old they are, while the feed goes on', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await signInTo(app)
    const ring = page.getByRole('button', { name: new RegExp(RING) }).first()
    await ring.click()
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    app.fixture.fail('answers')
    const inList = page.getByRole('region', { name: 'Alerts' }).getByText('This could not be refreshed.')
    await inList.waitFor({ timeout: RETRIED_MS })
    await ring.waitFor()
    const panel = page.locator('[data-panel]')
    await panel.getByRole('button', { name: 'Start review' }).click()
    await panel.getByText('This could not be refreshed.').waitFor({ timeout: RETRIED_MS })
    expect(await panel.locator('li button').count()).toBe(RING_MEMBERS)
    app.fixture.heal()
    await panel.getByRole('button', { name: 'Try again' }).click()
    await panel.getByText('This could not be refreshed.').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.getByRole('region', { name: 'Alerts' }).getByRole('button', { name: 'Try again' }).click()
    await inList.waitFor({ state: 'detached' })
    await context.close()
    await app.close()
  })
})

describe('a role without the right', () => {
  test('is told so, and asks for nothing it may not have', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context, complaints } = await signInTo(app, 'customer')
    await page.getByText('Your role does not open this').waitFor()
    expect(complaints).toEqual([])
    await context.close()
    await app.close()
  })
})

describe('an alert', () => {
  test('of the planted ring is in the list, with its members, and moves when somebody takes it', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await signInTo(app)
    await page
      .getByRole('button', { name: new RegExp(RING) })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    await expect.poll(() => page.locator('[data-panel] li button').count()).toBe(RING_MEMBERS)
    await page.getByRole('button', { name: 'Start review' }).click()
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    await page.locator('[data-panel]').getByText('In review', { exact: true }).first().waitFor()
    await context.close()
    await app.close()
  })
})

describe('under 200 events a second', () => {
  test('the page keeps up, skips nothing, and leaves the browser time', async () => {
    const app = await startApp(BUSY_RATE_PER_S)
    const { page, context } = await signInTo(app)
    await decided(page).first().waitFor()
    const devtools = await context.newCDPSession(page)
    // In time that the page's thread had a processor: whatever else the machine does is not the page's.
    await devtools.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' })
    await devtools.send('Performance.enable')
    const busy = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
      return {
        scriptS: value('ScriptDuration'),
        layoutS: value('LayoutDuration') + value('RecalcStyleDuration'),
      }
    }
    const before = await busy()
    const beganMs = performance.now()
    await page.waitForTimeout(MEASURED_S * 1_000)
    const after = await busy()
    const elapsedS = (performance.now() - beganMs) / 1_000
    const share = (after.scriptS + after.layoutS - before.scriptS - before.layoutS) / elapsedS
    console.log(`main thread at ${BUSY_RATE_PER_S} events/s: ${(100 * share).toFixed(0)} % in script, style and layout`)
    expect(share).toBeLessThan(0.8)
    await page.getByRole('button', { name: 'Hold' }).waitFor()
    expect(await page.getByText(/skipped to keep up/).count()).toBe(0)
    await context.close()
    await app.close()
  })
})
