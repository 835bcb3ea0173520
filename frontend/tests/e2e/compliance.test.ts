/** The pages under /compliance without the whole product: each in each of its states, to the eye, to axe, and to the keyboard. */
import { describe, expect, test } from 'vitest'
import { PLACES } from './compliance-pages'
import { tabTo, testEmpty, testFailures, testOutlines, testWhole, visit, visits } from './places'

const enter = visits({ role: 'compliance', path: '/compliance/scenarios', heading: 'Scenarios' })

testWhole(enter, PLACES)
testEmpty(enter, PLACES)
testOutlines(enter, PLACES)
testFailures(enter, PLACES)

describe('from the keyboard alone', () => {
  test('an officer goes from the morning’s page to the block that ends first, and proposes what becomes of it', () =>
    visit(enter, async (page) => {
      await page.goto('/compliance/today')
      await page.getByRole('list', { name: 'What is next' }).waitFor()
      await tabTo(page, /^Block/)
      await page.keyboard.press('Enter')
      await page.getByRole('list', { name: 'Blocks' }).getByText('the payer called: it was not them').waitFor()
      await tabTo(page, 'Propose to return it')
      await page.keyboard.press('Enter')
      await page.getByText('Proposed: the money goes back to the payer').first().waitFor()
    }))

  test('what a colleague proposed is agreed to, and leaves the list of what waits', () =>
    visit(enter, async (page) => {
      await page.goto('/compliance/blocks')
      const blocks = page.getByRole('list', { name: 'Blocks' })
      await blocks.waitFor()
      expect(await blocks.getByRole('listitem').count()).toBe(4)
      await tabTo(page, 'Agree')
      await page.keyboard.press('Enter')
      await expect.poll(() => blocks.getByRole('listitem').count()).toBe(3)
    }))

  test('a colleague’s wish to hold unnamed payers’ money is approved, and the other way is proposed with its why', () =>
    visit(enter, async (page) => {
      await page.goto('/compliance/screening/lists')
      const box = page.getByRole('region', { name: 'Payers whom nobody names' })
      await box.getByText('Their payments are credited unscreened').waitFor()
      await tabTo(page, 'Approve')
      await page.keyboard.press('Enter')
      await box.getByText('Their payments wait for a name').waitFor()
      await box.getByText('Approved', { exact: true }).waitFor()
      await box.getByText('3 payments wait for a name.').waitFor()
      await tabTo(page, 'Propose to credit them')
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Propose to credit them' })
      await dialog.getByLabel('Why').waitFor()
      await dialog.getByText('the 3 payments that wait are credited unscreened too').waitFor()
      const propose = dialog.getByRole('button', { name: 'Propose', exact: true })
      await propose.press('Enter')
      await dialog.getByText('Say why, so that somebody else can judge it.').waitFor()
      await dialog.getByLabel('Why').fill('the rail names nobody at night')
      await propose.press('Enter')
      await box.getByText('the rail names nobody at night').waitFor()
      expect(await box.getByRole('button', { name: 'Withdraw' }).count()).toBe(1)
      expect(await box.getByRole('button', { name: 'Propose to hold them' }).count()).toBe(0)
    }))
})
