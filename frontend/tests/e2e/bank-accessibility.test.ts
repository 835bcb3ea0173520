/** No violation that axe knows of on the pages of the bank itself, in either theme, wide and narrow, nor a page wider than it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROVED, TAMPERED } from '../fixture-server/chain'
import { PASSWORD } from '../fixture-server/handler'
import { violations } from './axe'
import { launch, open, signIn, type Theme } from './browser'
import { startApp } from './server'

const QUIET_RATE_PER_S = 4
const THEMES: readonly Theme[] = ['dark', 'light']
const WIDTHS = [1440, 360]

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function enter(theme: Theme, width: number) {
  const app = await startApp(QUIET_RATE_PER_S)
  const viewport = { width, height: 844 }
  const { page, context } = await open(browser, { theme, reducedMotion: 'reduce', viewport, baseURL: app.url })
  await signIn(page, { email: 'admin@demo.example', password: PASSWORD })
  return {
    page,
    async isSound(what: string) {
      expect(await violations(page), what).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth), what).toBeLessThanOrEqual(width)
    },
    async close() {
      await context.close()
      await app.close()
    },
  }
}

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(WIDTHS)('no page of the chain has a violation at %i px', async (width) => {
    const { page, isSound, close } = await enter(theme, width)
    await page.goto('/chain')
    await page.locator('[data-row]').first().waitFor()
    await page.getByRole('list', { name: 'Keys' }).waitFor()
    await isSound('chain')
    await page.goto('/chain/blocks/7')
    await page.getByText('This block holds', { exact: true }).waitFor()
    await isSound('block')
    await page.goto(`/chain/prove/${PROVED}`)
    await page.getByText(/^Proved: it is in block/).waitFor()
    await isSound('proof')
    await page.goto(`/chain/prove/${TAMPERED}`)
    await page.getByText('Not proved', { exact: true }).waitFor()
    await isSound('no proof')
    await page.getByLabel('Id of the transfer').fill('x')
    await page.getByRole('button', { name: 'Prove' }).click()
    await page.getByText(/An id such as/).waitFor()
    await isSound('a wrong id')
    await close()
  })
})
