/** Pictures of an officer's pages, taken of the fixture bank. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open, signInAt } from '../e2e/browser'
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
  await signInAt(page, place.path, place.heading, 'compliance')
  await place.full(page)
  // Where somebody signed in there is a row now, and none is to look as if it were pointed at.
  await page.mouse.move(0, 0)
  await page.screenshot({ path: join(IMAGES, `compliance-${place.name}-dark-1440.png`) })
  expect(complaints).toEqual([])
  await context.close()
})
