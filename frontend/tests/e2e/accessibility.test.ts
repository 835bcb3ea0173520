/** No violation that axe knows of, on any page, in either theme, wide and narrow. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { PASSWORD } from '../fixture-server/handler'
import { violations } from './axe'
import { launch, open, signIn, type Theme } from './browser'
import { startApp } from './server'

const QUIET_RATE_PER_S = 4
const THEMES: readonly Theme[] = ['dark', 'light']

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe.each(THEMES)('in the %s theme', (theme) => {
  test('the live page, its panels and dialogs have no violation', async () => {
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce' })
    await signIn(page)
    await page.getByRole('button', { name: 'Hold' }).click()
    await page.getByRole('img', { name: /decisions per second/ }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('list', { name: 'Alerts, newest first' }).locator('[data-row]').first().click()
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.locator('[data-panel] li button').first().click()
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Type a command/).waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
  })

  test.each([1440, 390])('no page has a violation at %i px, whether its lists are full or empty', async (width) => {
    const viewport = { width, height: 844 }
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce', viewport })
    await page.goto('/login')
    await page.getByLabel('Email').waitFor()
    expect(await violations(page)).toEqual([])
    await signIn(page)
    expect(await violations(page)).toEqual([])
    for (const name of ['Decisions', 'Alerts']) {
      await page.getByRole('navigation').getByRole('link', { name }).click()
      await page.getByRole('heading', { name, level: 1 }).waitFor()
      await page.locator('[data-row]').first().waitFor()
      expect(await violations(page)).toEqual([])
    }
    await page.getByRole('radio', { name: 'Dismissed' }).click()
    await page.getByRole('button', { name: 'Show all' }).waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
  })

  test.each([1440, 390])('no page of the policies has a violation at %i px', async (width) => {
    const app = await startApp(QUIET_RATE_PER_S)
    const viewport = { width, height: 844 }
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce', viewport, baseURL: app.url })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    for (const path of ['/risk', '/risk/policies/4', '/risk/policies/2', '/risk/lists', '/risk/lists/mules']) {
      await page.goto(path)
      await page.getByRole('main').getByRole('listitem').first().waitFor()
      expect(await violations(page), path).toEqual([])
    }
    await page.goto('/risk/policies/2')
    await page.getByRole('list', { name: 'Trials on history' }).getByRole('link').first().click()
    await page.getByRole('img', { name: /each day/ }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto('/risk/draft?from=2')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    await page.getByLabel('Where this holds').first().fill('amount_mior > 1')
    await page.locator('mark').waitFor()
    await page.getByLabel('Where this holds').first().press('Control+Space')
    await page.getByRole('option').first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto('/risk/lists')
    await page.getByRole('button', { name: 'New list' }).click()
    await page.getByLabel('What is on it').waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
    await app.close()
  })

  test.each([1440, 390])('no page of the models or of one decision has a violation at %i px', async (width) => {
    const app = await startApp(QUIET_RATE_PER_S)
    const viewport = { width, height: 844 }
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce', viewport, baseURL: app.url })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    await page.goto('/risk/models')
    await page.getByRole('list', { name: 'Moves' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto('/risk/models/5')
    await page.getByRole('heading', { name: 'Limits' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
    await page.getByText('Say why, for those who read this later.').waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto('/risk/models/4')
    await page.getByRole('list', { name: 'Moves' }).getByRole('link').first().click()
    await page.getByRole('group', { name: 'By group' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto(`/decisions?customer_id=${KNOWN_CUSTOMER}&reason=customer_new_device`)
    await page.getByRole('button', { name: /^Filter/ }).click()
    await page.getByRole('search', { name: 'Filters' }).waitFor()
    await page.locator('[data-row]').first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.locator('[data-row]').first().click()
    await page.getByText('doubles the odds').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'With the customer’s history' }).click()
    await page.getByRole('list', { name: 'The customer’s decisions, newest first' }).waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
    await app.close()
  })

  test('what says that something failed has no violation', async () => {
    const app = await startApp(QUIET_RATE_PER_S)
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce', baseURL: app.url })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    app.fixture.fail('everything')
    await page.getByText(/Feed lost, last heard/).waitFor()
    expect(await violations(page)).toEqual([])
    app.fixture.fail('answers')
    await page.getByRole('region', { name: 'Alerts' }).getByText('This could not be refreshed.').waitFor()
    await page.locator('[data-row]').first().click()
    await page.getByRole('alert').getByText('This could not be loaded').waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
    await app.close()
  })
})
