/** Pictures of the policies. They are taken of the fixture bank, which has a version in every state and a trial that is done. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PASSWORD } from '../fixture-server/handler'
import { open, signIn } from '../e2e/browser'
import { IMAGES, scaleOf, SIZES, THEMES, startedBrowser, startedBank } from './studio'

const browser = startedBrowser()
const app = startedBank()

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))('at %s px the policies are taken', async (name, viewport) => {
    const { context, page, complaints } = await open(browser(), {
      theme,
      viewport,
      deviceScaleFactor: scaleOf(name),
      baseURL: app().url,
    })
    const shoot = (subject: string) =>
      page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`), fullPage: subject === 'trial' })
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    await page.goto('/risk')
    await page.getByRole('list', { name: 'All versions' }).waitFor()
    await shoot('policies')
    await page.goto('/risk/policies/4')
    await page.getByRole('list', { name: 'Rules' }).waitFor()
    await shoot('policy')
    await page.goto('/risk/policies/2')
    await page.getByRole('list', { name: 'Trials on history' }).getByRole('link').first().click()
    await page.getByRole('img', { name: /each day/ }).waitFor()
    await shoot('trial')
    await page.goto('/risk/draft?from=2')
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const expression = page.getByLabel('Where this holds').first()
    await expression.fill('channel == "pix" && custmer_count_1h >= 12\n  && pay')
    await page.locator('mark').waitFor()
    await expression.press('Control+Space')
    await page.getByRole('option').first().waitFor()
    await shoot('draft')
    await page.goto('/risk/lists/mules')
    await page.getByRole('list', { name: 'On the list' }).waitFor()
    await shoot('list')
    expect(complaints).toEqual([])
    await context.close()
  })
})
