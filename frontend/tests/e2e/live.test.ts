/** A person's paths through the live bank, in a real browser. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { decided, launch, open, signIn } from './browser'

const MOST_LAYOUT_SHIFT = 0.05
/** Narrower, one list stands at a time. */
const SIDE_BY_SIDE_PX = 1280

/** Cumulative layout shift of the page since it was opened, without what somebody's own input caused. */
function layoutShift(): Promise<number> {
  return new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      const shifts = list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]
      resolve(shifts.reduce((sum, shift) => sum + (shift.hadRecentInput ? 0 : shift.value), 0))
    })
    observer.observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(0), 500)
  })
}

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

describe('signing in', () => {
  test('says what is wrong, and takes no guess of whose half it is', async () => {
    const { page, context } = await open(browser)
    await page.goto('/live')
    await page.getByLabel('Email').fill('nobody@demo.example')
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('do not match an account').waitFor()
    await context.close()
  })

  test('comes back to the address that was asked for', async () => {
    const { page, context } = await open(browser)
    await page.goto('/alerts')
    await page.getByLabel('Email').fill(inject('target').email)
    await page.getByLabel('Password', { exact: true }).fill(inject('target').password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/alerts')
    await context.close()
  })

  test('ends with signing out, and the session is gone', async () => {
    const { page, context } = await open(browser)
    await signIn(page)
    await page.getByRole('button', { name: 'Account and settings' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goto('/live')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
  })
})

describe('the live page', () => {
  test('shows decisions as they are made, figures, and alerts, and breaks no security policy', async () => {
    const { page, context, complaints } = await open(browser)
    await signIn(page)
    await page.getByText('Live', { exact: true }).first().waitFor()
    const first = await decided(page).first().getAttribute('data-row')
    await page.waitForFunction((id) => {
      const newest = document.querySelector('[aria-label="Decided transactions, newest first"] [data-row]')
      return newest !== null && newest.getAttribute('data-row') !== id
    }, first)
    await page
      .getByRole('img', { name: /decisions per second/ })
      .locator('canvas')
      .waitFor()
    await page
      .getByText(/^R\$[\d,.]+$/)
      .first()
      .waitFor()
    await page.getByRole('list', { name: 'Alerts, newest first' }).locator('[data-row]').first().waitFor()
    expect(complaints).toEqual([])
    expect(await page.evaluate(layoutShift)).toBeLessThan(MOST_LAYOUT_SHIFT)
    await context.close()
  })

  test('is worked from the keyboard alone', async () => {
    const { page, context } = await open(browser)
    await signIn(page)
    const current = page.locator('[aria-current="true"][data-row]')
    await page.keyboard.press('j')
    await page.getByRole('button', { name: /^Held/ }).waitFor()
    const first = await current.getAttribute('data-row')
    // No pause between the keys: whoever knows them does not wait for the page.
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
    const second = await current.getAttribute('data-row')
    expect(second).not.toBe(first)
    expect(new URL(page.url()).searchParams.get('decision')).toBe(second)
    await page.keyboard.press('k')
    await page.waitForFunction((id) => new URL(location.href).searchParams.get('decision') === id, first)
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor({ state: 'detached' })
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Hold' }).waitFor()

    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Type a command/).fill('decis')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByRole('heading', { name: 'Live bank' }).waitFor()
    await context.close()
  })

  test('speaks Portuguese and turns light when asked, and remembers', async () => {
    const { page, context } = await open(browser)
    await signIn(page)
    await page.getByRole('button', { name: 'Account and settings' }).click()
    await page.getByRole('menuitemradio', { name: 'Light' }).click()
    await page.getByRole('menuitemradio', { name: 'Português (Brasil)' }).click()
    await page.getByRole('heading', { name: 'Banco ao vivo' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Banco ao vivo' }).waitFor()
    expect(
      await page.evaluate(() => [document.documentElement.dataset['theme'], document.documentElement.lang]),
    ).toEqual(['light', 'pt-BR'])
    await context.close()
  })

  test.each([390, 360])('fits %i px, and both lists are a tap away', async (width) => {
    const { page, context } = await open(browser, { viewport: { width, height: 844 }, hasTouch: true, isMobile: true })
    await signIn(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
    await page.getByRole('radio', { name: 'Alerts' }).tap()
    await page.getByRole('list', { name: 'Alerts, newest first' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Decisions' }).tap()
    await page.getByRole('heading', { name: 'Decisions', level: 1 }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
    await context.close()
  })

  test.each([1024, 1280, 1440])('cuts nothing off and lays nothing over anything at %i px', async (width) => {
    const { page, context } = await open(browser, { viewport: { width, height: 900 } })
    await signIn(page)
    await page.getByText('Live', { exact: true }).first().waitFor()
    const lists = ['Decided transactions, newest first', ...(width < SIDE_BY_SIDE_PX ? [] : ['Alerts, newest first'])]
    for (const name of lists) await page.getByRole('list', { name }).locator('[data-row]').first().waitFor()
    const overflowing = await page.evaluate(() =>
      [...document.querySelectorAll('[data-row], .panel')]
        .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
        .map((box) => box.textContent),
    )
    expect(overflowing).toEqual([])
    await context.close()
  })

  test('stands still for those who ask for reduced motion', async () => {
    const { page, context } = await open(browser, { reducedMotion: 'reduce' })
    await signIn(page)
    await decided(page).first().click()
    await page.getByRole('heading', { name: 'How it was decided' }).waitFor()
    const endless = await page.evaluate(
      () =>
        document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().endTime ?? 0) > 50).length,
    )
    expect(endless).toBe(0)
    await context.close()
  })
})
