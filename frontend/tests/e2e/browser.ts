import {
  chromium as playwright,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { inject } from 'vitest'
import { PASSWORD } from '../fixture-server/handler'
import { findChromium } from './chromium'

export async function launch(): Promise<Browser> {
  const { args, ...chromium } = await findChromium()
  return playwright.launch({ ...chromium, args: [...args, '--disable-background-networking'], headless: true })
}

export interface Opened {
  context: BrowserContext
  page: Page
  /** What the browser complained about: errors, and whatever the Content-Security-Policy refused. */
  complaints: string[]
}

export type Theme = 'dark' | 'light'

export async function open(browser: Browser, options: BrowserContextOptions & { theme?: Theme } = {}): Promise<Opened> {
  const { theme = 'dark', ...rest } = options
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'America/Sao_Paulo',
    colorScheme: theme,
    baseURL: inject('target').url,
    ...rest,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      complaints.push(message.text())
  })
  return { context, page, complaints }
}

/** The decisions of the page's list: of several lists, alerts may stand first. */
export const decided = (page: Page) =>
  page.getByRole('list', { name: 'Decided transactions, newest first' }).locator('[data-row]')

/** The form of signing in, wherever it stands in the way. */
async function fillIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Signs in on the way to a page of the fixture bank; of those who watch nothing, too. */
export async function signInAt(page: Page, path: string, heading: string, role: string): Promise<void> {
  await page.goto(path)
  await fillIn(page, { email: `${role}@demo.example`, password: PASSWORD })
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

export async function signIn(page: Page, who: { email: string; password: string } = inject('target')): Promise<void> {
  await page.goto('/live')
  await fillIn(page, who)
  await page.getByRole('heading', { name: 'Live bank' }).waitFor()
  await decided(page).first().waitFor()
}
