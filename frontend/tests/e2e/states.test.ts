/** What stands on the page when something is not as it should be. The fixture bank can fail at will; a real one should not. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../fixture-server/handler'
import { launch, open } from './browser'
import { startApp, type RunningApp } from './server'

const BUSY_RATE_PER_S = 200
const QUIET_RATE_PER_S = 4
const MEASURED_S = 4

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function signInTo(app: RunningApp, email = 'risk@demo.example') {
  const opened = await open(browser, { baseURL: app.url })
  await opened.page.goto('/live')
  await opened.page.getByLabel('Email').fill(email)
  await opened.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await opened.page.getByRole('button', { name: 'Sign in' }).click()
  await opened.page.getByRole('heading', { name: 'Live bank' }).waitFor()
  return opened
}

describe('when the bank goes away', () => {
  test('the page says how old it is, an error has its correlation id, and both mend by themselves or on request', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await signInTo(app)
    await page.locator('[data-row]').first().waitFor()
    app.fixture.setFailing(true)
    await page.getByText(/Feed lost, last heard/).waitFor({ timeout: 15_000 })
    await page.locator('[data-row]').first().click()
    const alert = page.getByRole('alert')
    await alert.getByText('Something went wrong on our side', { exact: false }).waitFor({ timeout: 20_000 })
    expect(await alert.locator('button[title]').getAttribute('title')).toMatch(/^[0-9a-f-]{36}$/)
    app.fixture.setFailing(false)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
    await page.getByText(/Feed lost/).waitFor({ state: 'detached', timeout: 20_000 })
    await context.close()
    await app.close()
  })
})

describe('a role without the right', () => {
  test('is told so, and asks for nothing it may not have', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context, complaints } = await signInTo(app, 'customer@demo.example')
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
      .getByRole('button', { name: /c004417/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    await expect.poll(() => page.locator('[data-panel] li button').count()).toBe(14)
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
    await page.locator('[data-row]').first().waitFor()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Performance.enable')
    const busy = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
      return {
        atS: value('Timestamp'),
        scriptS: value('ScriptDuration'),
        layoutS: value('LayoutDuration') + value('RecalcStyleDuration'),
      }
    }
    const before = await busy()
    await page.waitForTimeout(MEASURED_S * 1_000)
    const after = await busy()
    const share = (after.scriptS + after.layoutS - before.scriptS - before.layoutS) / (after.atS - before.atS)
    console.log(`main thread at ${BUSY_RATE_PER_S} events/s: ${(100 * share).toFixed(0)} % in script, style and layout`)
    expect(share).toBeLessThan(0.8)
    await page.getByRole('button', { name: 'Hold' }).waitFor()
    expect(await page.getByText(/skipped to keep up/).count()).toBe(0)
    await context.close()
    await app.close()
  })
})
