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
})
