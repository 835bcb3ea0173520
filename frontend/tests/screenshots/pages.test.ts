/** The pictures of the documentation, taken from the running page in both themes. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, inject, test } from 'vitest'
import { open, signIn } from '../e2e/browser'
import { RING } from '../fixture-server/alerts'
import { IMAGES, scaleOf, SIZES, THEMES, startedBrowser } from './studio'

const FILL_S = Number(process.env['SCREENSHOT_FILL_S'] ?? 75)
const RARE_MS = Math.min(20_000, FILL_S * 1_000)
const FULL_ROWS = 8

/** Opens the newest denied decision, or the newest flagged one where the bank denies nothing for a minute. */
async function openTelling(page: Page): Promise<void> {
  const newest = page.getByRole('list', { name: 'Decided transactions, newest first' }).locator('[data-row]').first()
  await page.getByRole('radio', { name: 'Denied' }).click()
  const isDenied = await newest.waitFor({ timeout: RARE_MS }).then(
    () => true,
    () => false,
  )
  if (!isDenied) await page.getByRole('radio', { name: 'Needs a look' }).click()
  await newest.click()
  await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
}

const browser = startedBrowser()

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))(
    'at %s px the pages are taken full of data',
    { timeout: 300_000 },
    async (name, viewport) => {
      const { context, page, complaints } = await open(browser(), {
        theme,
        viewport,
        deviceScaleFactor: scaleOf(name),
      })
      const shoot = (subject: string) => page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`) })
      await page.goto('/login')
      await page.getByLabel('Email').waitFor()
      await page.evaluate(() => document.fonts.ready)
      await shoot('login')
      await signIn(page)
      // The charts need a stretch of traffic to have something to say.
      await page.waitForTimeout(FILL_S * 1_000)
      expect(await page.locator('[data-row]').count()).toBeGreaterThanOrEqual(FULL_ROWS)
      await shoot('live')
      if (name === '390') {
        await page.getByRole('radio', { name: 'Alerts' }).click()
      }
      if (inject('target').isFixture)
        await page
          .getByRole('button', { name: new RegExp(RING) })
          .first()
          .click()
      else await page.getByRole('list', { name: 'Alerts, newest first' }).locator('[data-row]').first().click()
      await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
      await page.waitForTimeout(600)
      await shoot('alert')
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor({ state: 'detached' })
      if (name === '390') await page.getByRole('radio', { name: 'Decisions' }).click()
      await openTelling(page)
      await page.waitForTimeout(600)
      await shoot('decision')
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})
