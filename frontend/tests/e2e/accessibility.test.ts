/** No violation that axe knows of, on any page, in either theme. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, open, signIn, type Theme } from './browser'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const THEMES: readonly Theme[] = ['dark', 'light']

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const results = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  )
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  )
}

describe.each(THEMES)('in the %s theme', (theme) => {
  test('the login page has no violation', async () => {
    const { page, context } = await open(browser, { theme, reducedMotion: 'reduce' })
    await page.goto('/login')
    await page.getByLabel('Email').waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
  })

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

  test.each(['/decisions', '/alerts'])('%s has no violation, on a phone as well', async (path) => {
    const { page, context } = await open(browser, {
      theme,
      reducedMotion: 'reduce',
      viewport: { width: 390, height: 844 },
    })
    await signIn(page)
    await page.goto(path)
    await page.locator('[data-row]').first().waitFor()
    expect(await violations(page)).toEqual([])
    await context.close()
  })
})
