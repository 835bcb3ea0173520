/** Pictures of the models, their moves, and of a decision with its customer's history. They are taken of the fixture bank. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { PASSWORD } from '../fixture-server/handler'
import { launch, open, signIn, type Theme } from '../e2e/browser'
import { startApp, type RunningApp } from '../e2e/server'

const IMAGES = resolve(
  process.env['SCREENSHOTS_DIR'] ?? fileURLToPath(new URL('../../../docs/images/', import.meta.url)),
)
const RATE_PER_S = 4
const SIZES = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } }
const THEMES: readonly Theme[] = ['dark', 'light']

let browser: Browser
let app: RunningApp
beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true })
  browser = await launch()
  app = await startApp(RATE_PER_S)
})
afterAll(async () => {
  await browser.close()
  await app.close()
})

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))('at %s px the models and a decision are taken', async (name, viewport) => {
    const deviceScaleFactor = name === '390' ? 2 : 1.5
    const { context, page, complaints } = await open(browser, { theme, viewport, deviceScaleFactor, baseURL: app.url })
    const shoot = (subject: string, fullPage = false) =>
      page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`), fullPage })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    await page.goto('/risk/models')
    await page.getByRole('list', { name: 'Moves' }).waitFor()
    await shoot('models', true)
    await page.goto('/risk/models/5')
    await page.getByRole('heading', { name: 'Limits' }).waitFor()
    await shoot('model', true)
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('It finds the takeovers of last week')
    await page.waitForTimeout(400)
    await shoot('promote')
    await page.goto('/risk/models/4')
    await page.getByRole('list', { name: 'Moves' }).getByRole('link').first().click()
    await page.getByRole('group', { name: 'By group' }).waitFor()
    await shoot('gate', true)
    await page.goto(`/decisions?customer_id=${KNOWN_CUSTOMER}&channel=pix`)
    await page.getByRole('button', { name: /^Filter/ }).click()
    await page.locator('[data-row]').first().waitFor()
    await shoot('decisions')
    await page.locator('[data-row]').first().click()
    await page.getByText('9.1 times the odds').waitFor()
    await page.waitForTimeout(600)
    await shoot('decision-panel')
    await page.getByRole('link', { name: 'With the customer’s history' }).click()
    await page.getByRole('list', { name: 'The customer’s decisions, newest first' }).waitFor()
    await page.waitForTimeout(400)
    await shoot('history', true)
    expect(complaints).toEqual([])
    await context.close()
  })
})
