/** A fixture bank of its own for each test of a file, for paths that change what is there. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { PASSWORD } from '../fixture-server/handler'
import { launch, open, signIn, signInAt, type Opened } from './browser'
import { startApp, type RunningApp } from './server'

const QUIET_RATE_PER_S = 4
const DESK = { width: 1440, height: 900 }

export function fixtureBank() {
  let browser: Browser
  let app: RunningApp
  let opened: Opened
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    app = await startApp(QUIET_RATE_PER_S)
  })
  afterEach(async () => {
    await opened.context.close()
    await app.close()
    expect(opened.complaints).toEqual([])
  })
  return {
    app: () => app,
    async enter(role = 'risk', viewport = DESK): Promise<Page> {
      opened = await open(browser, { baseURL: app.url, viewport })
      await signIn(opened.page, { email: `${role}@demo.example`, password: PASSWORD })
      return opened.page
    },
    /** Signs in on the way to a page; of those who watch nothing, too. */
    async enterAt(path: string, heading: string, role = 'customer', viewport = DESK): Promise<Page> {
      opened = await open(browser, { baseURL: app.url, viewport })
      await signInAt(opened.page, path, heading, role)
      return opened.page
    },
    async goTo(page: Page, path: string, heading: string): Promise<void> {
      await page.goto(path)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
    },
    region: (page: Page, name: string) => page.getByRole('region', { name, exact: true }),
  }
}
