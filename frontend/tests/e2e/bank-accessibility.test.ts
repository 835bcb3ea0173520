/** No violation that axe knows of on the pages of the bank itself, in either theme, wide and narrow, nor a page wider than it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCOUNT } from '../fixture-server/accounts'
import { PROVED, TAMPERED } from '../fixture-server/chain'
import { PASSWORD } from '../fixture-server/handler'
import { violations } from './axe'
import { launch, open, signIn, type Theme } from './browser'
import { startApp } from './server'

const QUIET_RATE_PER_S = 4
const THEMES: readonly Theme[] = ['dark', 'light']
const WIDTHS = [1440, 360]
/** From here on all parts of an account stand side by side. */
const WIDE_PX = 1_280

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

  test.each(WIDTHS)('no page of the accounts has a violation at %i px', async (width) => {
    const { page, isSound, close } = await enter(theme, width)
    await page.goto('/accounts?customer_id=c000314')
    await page.locator('[data-row]').first().waitFor()
    await page.getByText('Maria Aparecida').waitFor()
    await isSound('accounts')
    await page.goto(`/accounts/${ACCOUNT}?category=home&at_least_minor=100`)
    await page.locator('[data-row]').first().waitFor()
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByRole('form', { name: 'Filters' }).waitFor()
    await isSound('movements')
    await page.locator('[data-row]').getByRole('button').first().click()
    await page.getByRole('menu').waitFor()
    await isSound('categories')
    await page.keyboard.press('Escape')
    for (const part of width < WIDE_PX ? ['Spending', 'Limits and holders'] : []) {
      await page.getByRole('radio', { name: part }).click()
      await page
        .getByRole('region', { name: part === 'Spending' ? 'Where it went' : 'Holders' })
        .getByRole('listitem')
        .first()
        .waitFor()
      await isSound(part)
    }
    await page.getByRole('button', { name: 'Statement' }).click()
    await page.getByRole('dialog').getByRole('radio', { name: 'Other' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click()
    await isSound('statement')
    await close()
  })

  test.each(WIDTHS)('the page about money has no violation at %i px', async (width) => {
    const { page, isSound, close } = await enter(theme, width)
    await page.goto('/money')
    await page.getByText('Whose money?').waitFor()
    await isSound('nobody named')
    await page.goto('/money?customer_id=c000314')
    for (const name of ['Budgets', 'What comes again', 'Unlike before', 'Parts of the score'])
      await page.getByRole('list', { name }).getByRole('listitem').first().waitFor()
    await page.getByRole('list', { name: 'Expected on this day' }).waitFor()
    await isSound('money')
    await page.getByRole('button', { name: 'New budget' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText(/An amount, such as/).waitFor()
    await isSound('a wrong budget')
    await close()
  })
})
