/** Pictures of the models, their moves, and of a decision with its customer's history. They are taken of the fixture bank. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { PASSWORD } from '../fixture-server/handler'
import { open, signIn } from '../e2e/browser'
import { IMAGES, scaleOf, SIZES, THEMES, startedBrowser, startedBank } from './studio'

const browser = startedBrowser()
const app = startedBank()

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))('at %s px the models and a decision are taken', async (name, viewport) => {
    const { context, page, complaints } = await open(browser(), {
      theme,
      viewport,
      deviceScaleFactor: scaleOf(name),
      baseURL: app().url,
    })
    const shoot = (subject: string, fullPage = false) =>
      page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`), fullPage })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    await page.goto('/risk/models')
    await page.getByRole('list', { name: 'Moves' }).waitFor()
    await shoot('models', true)
    await page.goto('/risk/models/5')
    await page.getByRole('heading', { name: 'Limits' }).waitFor()
    await shoot('model', true)
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('It finds the takeovers of last week')
    await page.waitForTimeout(400)
    await shoot('promote')
    await page.goto('/risk/models/4')
    await page.getByRole('list', { name: 'Moves' }).getByRole('link').first().click()
    await page.getByRole('group', { name: 'By group' }).waitFor()
    await shoot('gate', true)
    await page.goto(`/decisions?customer_id=${KNOWN_CUSTOMER}&channel=pix`)
    await page.getByRole('button', { name: /^Filter/ }).click()
    await page.locator('[data-row]').first().waitFor()
    await shoot('decisions')
    await page.locator('[data-row]').first().click()
    await page.getByText('9.1 times the odds').waitFor()
    await page.waitForTimeout(600)
    await shoot('decision-panel')
    await page.getByRole('link', { name: 'With the customer’s history' }).click()
    await page.getByRole('list', { name: 'The customer’s decisions, newest first' }).waitFor()
    await page.waitForTimeout(400)
    await shoot('history', true)
    expect(complaints).toEqual([])
    await context.close()
  })
})
