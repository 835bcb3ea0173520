/** Pictures of an officer's pages, taken of the fixture bank. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PASSWORD } from '../fixture-server/handler'
import { open } from '../e2e/browser'
import { PLACES } from '../e2e/compliance-pages'
import { IMAGES, SIZES, startedBank, startedBrowser } from './studio'

const browser = startedBrowser()
const app = startedBank()
const SHOWN = ['today', 'trace']

test.each(PLACES.filter(({ name }) => SHOWN.includes(name)))('$name is taken', async (place) => {
  const { context, page, complaints } = await open(browser(), {
    theme: 'dark',
    viewport: SIZES[1440],
    reducedMotion: 'reduce',
    baseURL: app().url,
  })
  await page.goto(place.path)
  await page.getByLabel('Email').fill('compliance@demo.example')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: place.heading, level: 1 }).waitFor()
  await place.full(page)
  await page.screenshot({ path: join(IMAGES, `compliance-${place.name}-dark-1440.png`) })
  expect(complaints).toEqual([])
  await context.close()
})
