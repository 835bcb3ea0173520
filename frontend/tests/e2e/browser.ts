import chromium from '@sparticuz/chromium'
import {
  chromium as playwright,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { inject } from 'vitest'

// The package is made for one page in one short-lived process, without origins: neither is what people browse with.
const UNWANTED = /^--(headless|single-process|no-zygote|disable-web-security|allow-running-insecure-content)/

/** The headless Chromium that comes in an npm package: nothing to install on the machine. */
export async function launch(): Promise<Browser> {
  chromium.setGraphicsMode = false
  const args = chromium.args.filter((argument) => !UNWANTED.test(argument))
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, '--no-sandbox', '--disable-background-networking'],
    headless: true,
  })
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

export async function signIn(page: Page): Promise<void> {
  const { email, password } = inject('target')
  await page.goto('/live')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Live bank' }).waitFor()
  await page.locator('[data-row]').first().waitFor()
}
