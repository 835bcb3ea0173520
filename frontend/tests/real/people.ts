/** Two people at a browser over the real stack, and pages as they are shown in both themes, wide and narrow. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import { violations } from '../e2e/axe'
import { launch, open, type Theme } from '../e2e/browser'

const FOLDER = process.env['SCREENSHOTS_DIR']
const PEOPLE = {
  author: { email: process.env['EMAIL'] ?? '', password: process.env['PASSWORD'] ?? '' },
  colleague: { email: process.env['COLLEAGUE_EMAIL'] ?? '', password: process.env['COLLEAGUE_PASSWORD'] ?? '' },
}
const SIZES = [
  ['dark', 1440],
  ['light', 1440],
  ['dark', 390],
  ['light', 390],
] as const

let browser: Browser
beforeAll(async () => {
  browser = await launch()
  if (FOLDER) mkdirSync(FOLDER, { recursive: true })
})
afterAll(() => browser.close())

export async function enter(who: keyof typeof PEOPLE, path: string, theme: Theme = 'dark', width = 1440) {
  const viewport = { width, height: width > 1000 ? 900 : 844 }
  const opened = await open(browser, { baseURL: inject('target').url, theme, viewport, reducedMotion: 'reduce' })
  const { page } = opened
  await page.goto(path)
  await page.getByLabel('Email').fill(PEOPLE[who].email)
  await page.getByLabel('Password', { exact: true }).fill(PEOPLE[who].password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return opened
}

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor()

/** A page as it is shown in both themes, wide and narrow: without violations, no wider than the screen, kept as a picture. */
export async function look(
  path: string,
  title: string | RegExp,
  name: string,
  ready: (page: Page) => Promise<unknown>,
) {
  for (const [theme, width] of SIZES) {
    const { page, context, complaints } = await enter('author', path, theme, width)
    await heading(page, title)
    await ready(page)
    expect(await violations(page), `${name} ${theme} ${width}`).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width)
    if (FOLDER) await page.screenshot({ path: join(FOLDER, `${name}-${theme}-${width}.png`), fullPage: width < 1000 })
    expect(complaints, name).toEqual([])
    await context.close()
  }
}
