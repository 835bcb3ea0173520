/** What a customer's movements say about their money, as they and those who serve them see it. */
import { describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { fixtureBank } from './fixture-bank'

const { app, enterAt, region } = fixtureBank()
const PHONE = { width: 390, height: 844 }

describe('a customer', () => {
  test('finds the days to come, what comes again, what was unlike before, and the next step of their health', async () => {
    const page = await enterAt('/money', 'Money')
    const days = region(page, 'The next thirty days')
    await days.getByText(/From .* on it may be less than nothing/).waitFor()
    await days.getByRole('slider').fill('8')
    await days.getByText(/Home/).waitFor()
    await days.getByText('−R$2,180.00').waitFor()
    const again = page.getByRole('list', { name: 'What comes again' })
    await expect.poll(() => again.getByRole('listitem').count()).toBe(4)
    await again.getByText('Subscription').waitFor()
    await again.getByText(/^ended/).waitFor()
    await page
      .getByRole('list', { name: 'Unlike before' })
      .getByText(/would be usual/)
      .waitFor()
    const health = region(page, 'Financial health')
    await health.getByText('Coping').waitFor()
    await health.getByText('Next step: R$4,100.00 more at hand wins 4.2 points of the score.').waitFor()
  })

  test('sets a budget once, changes it, and drops it', async () => {
    const page = await enterAt('/money', 'Money')
    const budgets = page.getByRole('list', { name: 'Budgets' })
    await expect.poll(() => budgets.getByRole('listitem').count()).toBe(3)
    await page.getByRole('button', { name: 'New budget' }).click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('For').locator('option').allTextContents()).not.toContain('Groceries')
    await dialog.getByLabel('For').selectOption('leisure')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('An amount, such as 15.00.').waitFor()
    const limit = dialog.getByLabel('At most a month (BRL)')
    await limit.fill('150.005')
    await dialog.getByText('BRL has 2 decimals: write 15.00.').waitFor()
    await limit.fill('US$ 150')
    await dialog.getByText('An amount in BRL, such as 15.00.').waitFor()
    await limit.fill('R$ 1,150')
    await limit.press('Tab')
    expect(await limit.inputValue()).toBe('1150.00')
    await limit.fill('150')
    await dialog.getByRole('button', { name: 'Save' }).click()
    const row = budgets.getByRole('listitem').filter({ hasText: 'Leisure' })
    await row.getByText(/of R\$150.00/).waitFor()
    await row.getByRole('button', { name: 'Leisure: change or drop' }).click()
    await dialog.getByLabel('At most a month (BRL)').fill('180.50')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await row.getByText(/of R\$180.50/).waitFor()
    await row.getByRole('button', { name: 'Leisure: change or drop' }).click()
    await dialog.getByRole('button', { name: 'Drop this budget' }).click()
    await expect.poll(() => budgets.getByRole('listitem').count()).toBe(3)
  })

  test('is told when a budget cannot be kept, and that nothing is known of another currency', async () => {
    const page = await enterAt('/money', 'Money')
    await page.getByRole('button', { name: 'New budget' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('At most a month (BRL)').fill('150')
    app().fixture.fail('answers')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/The budget stays as it was: the warehouse is away/)
      .waitFor()
    app().fixture.heal()
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: 'USD' }).click()
    await page.waitForURL(/currency=USD/)
    await page.getByText('It is told once a whole month is known.').waitFor()
    await page.getByText(/No budget yet/).waitFor()
  })

  test('reads all of it on a phone', async () => {
    const page = await enterAt('/money', 'Money', 'customer', PHONE)
    await region(page, 'Financial health').getByText('Coping').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  })
})

describe('whoever serves customers', () => {
  test('names the customer whose money it is', async () => {
    const page = await enterAt('/money', 'Money', 'operator')
    await page.getByText('Whose money?').waitFor()
    await page.getByLabel('Customer', { exact: true }).fill(KNOWN_CUSTOMER)
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByText('Maria Aparecida').waitFor()
    await region(page, 'Financial health').getByText('Coping').waitFor()
  })
})
