/** A person's paths through the alerts, in a real browser. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { launch, open, signIn } from './browser'

// One raised a second is there within a few; a machine that does much else has its time.
const RAISED_MS = 60_000
const READ_THROUGH_MS = 60_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe('the alerts', () => {
  const LIST = { name: 'Alerts, newest first' }

  async function openAlerts(page: Page): Promise<Locator> {
    await signIn(page)
    await page.getByRole('navigation').getByRole('link', { name: 'Alerts' }).click()
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()
    const list = page.getByRole('list', LIST)
    await list.locator('[data-row]').first().waitFor()
    return list
  }

  test('come onto the open page as they are raised, and nothing is asked for', async () => {
    const { page, context } = await open(browser)
    const list = await openAlerts(page)
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    const newest = list.locator('[data-row]').first()
    const before = await newest.getAttribute('data-row')
    await expect.poll(() => newest.getAttribute('data-row'), { timeout: RAISED_MS }).not.toBe(before)
    expect(asked.filter((path) => path.startsWith('/v1/alerts'))).toEqual([])
    await context.close()
  })

  test('that are read stay in their place while others come above them', async () => {
    // Low enough that the first alerts already reach beyond its foot.
    const { page, context } = await open(browser, { viewport: { width: 1440, height: 600 } })
    const list = await openAlerts(page)
    const scroller = list.locator('xpath=..')
    await scroller.evaluate((element) => element.scrollTo(0, 150))
    const whatIsRead = () =>
      scroller.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        const rows = [...element.querySelectorAll<HTMLElement>('[data-row]')].map((row) => ({
          row,
          at: row.getBoundingClientRect(),
        }))
        const inSight = rows.filter(({ at }) => at.bottom > top && at.top < bottom)
        return inSight.map(({ row, at }) => ({ id: row.dataset['row'], y: Math.round(at.top - top) }))
      })
    // A row is as high as its sentence is long, which is known once it was drawn.
    const atRest = async () => {
      let seen = await whatIsRead()
      await expect
        .poll(async () => {
          const earlier = seen
          seen = await whatIsRead()
          return JSON.stringify(seen) === JSON.stringify(earlier)
        })
        .toBe(true)
      return seen
    }
    const sizeOf = async () => Number(await list.locator('li').first().getAttribute('aria-setsize'))
    const [before, size] = [await atRest(), await sizeOf()]
    await expect.poll(sizeOf, { timeout: RAISED_MS }).toBeGreaterThan(size)
    const after = new Map((await atRest()).map(({ id, y }) => [id, y]))
    const moves = before.flatMap(({ id, y }) => (after.has(id) ? [Math.abs((after.get(id) ?? 0) - y)] : []))
    expect(Math.min(...moves)).toBeLessThanOrEqual(2)
    await context.close()
  })

  test('of the planted ring stand in the list, and open with their decisions', async () => {
    const { page, context } = await open(browser)
    const list = await openAlerts(page)
    const ofRing = list.getByRole('button', { name: new RegExp(inject('target').ring.join('|')) }).first()
    const scroller = list.locator('xpath=..')
    const readOn = async () => {
      if ((await ofRing.count()) > 0) return true
      await scroller.evaluate((element) => {
        const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 1
        element.scrollTo(0, isAtEnd ? 0 : element.scrollTop + element.clientHeight / 2)
      })
      return false
    }
    await expect.poll(readOn, { timeout: READ_THROUGH_MS }).toBe(true)
    // From the keyboard: a list that lives moves under a pointer.
    await ofRing.press('Enter')
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    const panel = page.locator('[data-panel]')
    expect(inject('target').ring).toContain(
      await panel.getByRole('heading', { level: 2 }).last().locator('span').textContent(),
    )
    expect(await panel.locator('li button').count()).toBeGreaterThan(0)
    await context.close()
  })
})
