/** Pictures of the accounts as their customer sees them and as an operator does, and of what they say about money: of the fixture bank. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../fixture-server/accounts'
import { open, signInAt } from '../e2e/browser'
import { IMAGES, scaleOf, SIZES, THEMES, startedBrowser, startedBank } from './studio'

const browser = startedBrowser()
const app = startedBank()

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))('at %s px the accounts are taken', async (name, viewport) => {
    const size = { theme, viewport, deviceScaleFactor: scaleOf(name), baseURL: app().url }
    const enter = async (role: string) => {
      const opened = await open(browser(), size)
      await signInAt(opened.page, '/accounts', 'Accounts', role)
      await opened.page.locator('[data-row]').first().waitFor()
      // Where somebody signed in there is a card now, and none is to look as if it were pointed at.
      await opened.page.mouse.move(0, 0)
      const shoot = (subject: string) =>
        opened.page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`) })
      return { ...opened, shoot }
    }
    const { page, context, complaints, shoot } = await enter('customer')
    await shoot('accounts')
    await page.goto(`/accounts/${ACCOUNT}`)
    await page.locator('[data-row]').first().waitFor()
    await page.waitForTimeout(400)
    await shoot('account')
    if (name === '390') {
      await page.getByRole('radio', { name: 'Spending' }).click()
      await page.getByRole('list', { name: 'By category, most first' }).waitFor()
      await page.evaluate(() => window.scrollTo(0, 420))
      await shoot('spending')
      await page.getByRole('radio', { name: 'Limits and holders' }).click()
      await page.getByRole('list', { name: 'Holders' }).waitFor()
      await shoot('terms')
      await page.getByRole('radio', { name: 'Movements' }).click()
    }
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.locator('[data-row]').getByRole('button').first().click()
    await page.getByRole('menu').waitFor()
    await shoot('account-category')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Statement' }).click()
    await page.getByRole('dialog').waitFor()
    await page.waitForTimeout(300)
    await shoot('statement')
    await page.goto('/money')
    await page.getByRole('list', { name: 'Parts of the score' }).getByRole('listitem').first().waitFor()
    await page.getByRole('list', { name: 'Expected on this day' }).waitFor()
    await page.waitForTimeout(400)
    await shoot('money')
    expect(complaints).toEqual([])
    await context.close()
    const operator = await enter('operator')
    await operator.shoot('accounts-operator')
    await operator.context.close()
  })
})
