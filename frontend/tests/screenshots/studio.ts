/** What pictures of the pages have in common: where they lie, their sizes and themes, and a browser before the fixture bank. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launch, type Theme } from '../e2e/browser'
import { startApp, type RunningApp } from '../e2e/server'

export const IMAGES = resolve(
  process.env['SCREENSHOTS_DIR'] ?? fileURLToPath(new URL('../../../docs/images/', import.meta.url)),
)
export const SIZES = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } }
export const THEMES: readonly Theme[] = ['dark', 'light']
const RATE_PER_S = 4

/** Pictures of a phone are sharper: they are shown as large as others. */
export const scaleOf = (size: string): number => (size === '390' ? 2 : 1.5)

/** A browser for the tests of a file; there from the first test on. */
export function startedBrowser(): () => Browser {
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(IMAGES, { recursive: true })
    browser = await launch()
  })
  afterAll(() => browser.close())
  return () => browser
}

/** The app over a fixture bank, for the tests of a file; there from the first test on. */
export function startedBank(): () => RunningApp {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp(RATE_PER_S)
  })
  afterAll(() => app.close())
  return () => app
}
