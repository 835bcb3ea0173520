/** Pages in each of their states: full, empty, on their way, without an answer; to the eye, to axe, and to the keyboard. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe'
import { launch, open, signInAt, type Theme } from './browser'
import { startApp, type RunningApp } from './server'

const QUIET_RATE_PER_S = 0.2
const THEMES: readonly Theme[] = ['dark', 'light']
/** Pictures are kept where this says. */
const FOLDER = process.env['SCREENSHOTS_DIR']
const WIDTHS: readonly number[] = FOLDER ? [1440, 390, 320] : [1440, 320]
const CORRELATION_ID = /^[0-9a-f-]{36}$/
/** A browser opens six connections to a place, and each tab keeps one for its feed: so many tabs do not wait for each other. */
const AT_ONCE = 3

export interface Place {
  name: string
  path: string
  heading: string
  /** What brings to sight what the place is about, where something else is in its stead on a narrow screen. */
  show?: (page: Page) => Promise<unknown>
  /** What shows that it is there in full. */
  full: (page: Page) => Promise<unknown>
  /** What it says of nothing; null where it is about one thing and never empty. */
  empty: string | null
}

export const listed = (name: string) => (page: Page) =>
  page.getByRole('list', { name }).getByRole('listitem').first().waitFor()
export const said = (text: string) => (page: Page) => page.getByText(text).first().waitFor()

interface Visitor {
  role: string
  /** Where they sign in. */
  path: string
  heading: string
}

/** A browser for the tests of a file, in which a role signs in at a bank of its own. */
export function visits({ role, path, heading }: Visitor) {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
    if (FOLDER) mkdirSync(FOLDER, { recursive: true })
  })
  afterAll(() => browser.close())
  return async (app: RunningApp, options: BrowserContextOptions & { theme?: Theme } = {}) => {
    const opened = await open(browser, { baseURL: app.url, reducedMotion: 'reduce', ...options })
    await signInAt(opened.page, path, heading, role)
    return opened
  }
}

type Enter = ReturnType<typeof visits>

async function judge(page: Page, name: string, width: number): Promise<void> {
  expect(await violations(page), name).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width)
  if (FOLDER) await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true })
}

async function go(page: Page, { path, heading, show }: Place): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  await show?.(page)
}

export function testWhole(enter: Enter, places: readonly Place[]): void {
  describe.each(THEMES)('in the %s theme', (theme) => {
    test.each(WIDTHS)('every page is whole at %i px, and axe finds nothing', async (width) => {
      const app = await startApp(QUIET_RATE_PER_S)
      const { page, context, complaints } = await enter(app, { theme, viewport: { width, height: 844 } })
      for (const place of places) {
        await go(page, place)
        await place.full(page)
        await judge(page, `${place.name}-${theme}-${width}`, width)
      }
      expect(complaints).toEqual([])
      await context.close()
      await app.close()
    })
  })
}

export function testEmpty(enter: Enter, places: readonly Place[]): void {
  test.each([
    ['dark', 320],
    ['light', 1440],
  ] as const)('where nothing is, each page says so and what would be there (%s, %i px)', async (theme, width) => {
    const app = await startApp(QUIET_RATE_PER_S)
    app.fixture.empty()
    const { page, context, complaints } = await enter(app, { theme, viewport: { width, height: 844 } })
    for (const place of places) {
      if (place.empty === null) continue
      await go(page, place)
      await page.getByRole('status').filter({ hasText: place.empty }).waitFor()
      await judge(page, `${place.name}-empty-${theme}-${width}`, width)
    }
    expect(complaints).toEqual([])
    await context.close()
    await app.close()
  })
}

const batches = (places: readonly Place[]) =>
  Array.from({ length: Math.ceil(places.length / AT_ONCE) }, (_, n) => places.slice(n * AT_ONCE, (n + 1) * AT_ONCE))

export function testOutlines(enter: Enter, all: readonly Place[]): void {
  test.each(batches(all))(
    'until its answer comes a page shows its outline, and nothing that is not so',
    async (...places) => {
      const app = await startApp(QUIET_RATE_PER_S)
      const { context, complaints } = await enter(app)
      await Promise.all(
        places.map(async (place) => {
          const page = await context.newPage()
          let answer = () => {}
          const answered = new Promise<void>((resolve) => (answer = resolve))
          // The session's answer makes the page; what it is about is held back.
          await page.route(/\/v1\/(?!session|live)/, async (route) => {
            await answered
            await route.continue()
          })
          await page.goto(place.path)
          const outline = page.getByRole('main').getByRole('status', { name: /^(Loading|The money is being followed)/ })
          await outline.first().waitFor()
          if (place.empty !== null) expect(await page.getByText(place.empty).count(), place.name).toBe(0)
          answer()
          await place.full(page)
          await page.close()
        }),
      )
      expect(complaints).toEqual([])
      await context.close()
      await app.close()
    },
  )
}

export function testFailures(enter: Enter, all: readonly Place[]): void {
  test.each(batches(all))(
    'without an answer a page says so with its id, and is whole when somebody tries again',
    async (...places) => {
      const app = await startApp(QUIET_RATE_PER_S)
      const { context } = await enter(app)
      app.fixture.fail('answers')
      const pages = await Promise.all(
        places.map(async (place) => {
          const page = await context.newPage()
          await page.goto(place.path)
          const alert = page.getByRole('main').getByRole('alert').first()
          await alert.getByText('This could not be loaded').waitFor()
          expect(await alert.locator('button[title]').getAttribute('title'), place.name).toMatch(CORRELATION_ID)
          return { place, page }
        }),
      )
      for (const { place, page } of pages) {
        await page.bringToFront()
        await judge(page, `${place.name}-failed`, 1440)
      }
      app.fixture.heal()
      for (const { place, page } of pages) {
        const again = page.getByRole('main').getByRole('alert').getByRole('button', { name: 'Try again' })
        // What is asked for behind one answer may have failed as well, and says so when that is there.
        const pressAll = () =>
          again.evaluateAll((buttons: HTMLElement[]) => buttons.map((button) => button.click()).length)
        await expect.poll(pressAll, { interval: 500, timeout: 20_000 }).toBe(0)
        await place.full(page)
      }
      await context.close()
      await app.close()
    },
  )
}

/** Signs in at a bank of its own, lets somebody do what they do, and takes the bank down. */
export async function visit(enter: Enter, act: (page: Page) => Promise<void>): Promise<void> {
  const app = await startApp(QUIET_RATE_PER_S)
  const { page, context, complaints } = await enter(app)
  await act(page)
  expect(complaints).toEqual([])
  await context.close()
  await app.close()
}

/** Tab until something holds the focus that has this name. */
export async function tabTo(page: Page, name: string | RegExp, most = 60): Promise<void> {
  const wanted = page
    .getByRole('main')
    .getByRole('button', { name })
    .or(page.getByRole('main').getByRole('link', { name }))
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press('Tab')
    const isThere = await wanted.first().evaluate((node) => node === document.activeElement)
    if (isThere) return
  }
  throw new Error(`the focus never came to ${String(name)}`)
}
