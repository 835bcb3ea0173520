/** Paths through the policies: read, draft, judge, try, activate, go back. */
import { describe, expect, test } from 'vitest'
import { fixtureBank } from './fixture-bank'

const TRIAL_MS = 30_000

const bank = fixtureBank()
const { enter, goTo, region } = bank

describe('whoever watches', () => {
  test('sees what decides now, and opens a version from the newest down', async () => {
    const page = await enter()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Risk' }).click()
    await region(page, 'Decides now').getByRole('link', { name: 'Version 2' }).waitFor()
    const versions = page.getByRole('list', { name: 'All versions' }).getByRole('listitem')
    await expect.poll(() => versions.count()).toBe(4)
    expect(await versions.first().textContent()).toContain('Version 4')
    await versions.getByRole('link', { name: /^Version 2/ }).click()
    await page.getByRole('heading', { name: 'Version 2', level: 1 }).waitFor()
    const rules = page.getByRole('list', { name: 'Rules' }).getByRole('listitem')
    await expect.poll(() => rules.count()).toBe(6)
    await page.getByText('channel == "pix" && is_night >= 1', { exact: true }).waitFor()
    await region(page, 'History').getByText('fewer takeovers at night').waitFor()
  })

  test('without the right to change anything finds nothing to change it with', async () => {
    const page = await enter('analyst')
    await goTo(page, '/risk/policies/4', 'Version 4')
    await page.getByRole('list', { name: 'Rules' }).waitFor()
    expect(await page.getByRole('button', { name: /Approve|Reject|Start a trial/ }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Draft from this' }).count()).toBe(0)
  })

  test('is told what failed, and it mends on request', async () => {
    const page = await enter()
    bank.app().fixture.fail('answers')
    await page.goto('/risk')
    const alert = page.getByRole('alert').first()
    await alert.getByText('Something went wrong on our side', { exact: false }).waitFor({ timeout: TRIAL_MS })
    bank.app().fixture.heal()
    await region(page, 'All versions').getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('list', { name: 'All versions' }).waitFor()
  })
})

describe('a draft', () => {
  test('is judged by somebody else, tried on history, and then decides; the one before can be gone back to', async () => {
    const page = await enter()
    await goTo(page, '/risk/policies/3', 'Version 3')
    await page.getByText('somebody else approves or rejects it').waitFor()
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)

    await goTo(page, '/risk/policies/4', 'Version 4')
    await page.getByLabel(/Note/).fill('as discussed')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('a trial of it on history has to come to its end', { exact: false }).waitFor()
    expect(await page.getByRole('button', { name: 'Let it decide' }).isDisabled()).toBe(true)

    await page.getByRole('button', { name: 'Start a trial' }).click()
    await page.getByRole('heading', { name: 'Trial on history', level: 1 }).waitFor()
    await region(page, 'Recorded beside proposed').waitFor({ timeout: TRIAL_MS })
    await page.getByText(/Cheapest from/).waitFor()
    expect(await region(page, 'By rule').getByRole('row').count()).toBe(6)
    expect(await region(page, 'By channel').getByText('Pix').count()).toBe(1)

    await page.getByRole('link', { name: 'Version 4' }).click()
    await page.getByRole('button', { name: 'Let it decide' }).click()
    await page.getByText('Say why, for those who read this later.').waitFor()
    await page.getByLabel('Why', { exact: true }).fill('the trial convinces')
    await page.getByRole('button', { name: 'Let it decide' }).click()
    await region(page, 'History').getByText('Decides from here on').waitFor()

    await goTo(page, '/risk/policies/2', 'Version 2')
    await page.getByLabel('Why', { exact: true }).fill('too many alarms')
    await page.getByRole('button', { name: 'Go back to it' }).click()
    await page.getByRole('button', { name: 'Go back to it' }).waitFor({ state: 'detached' })
    await goTo(page, '/risk', 'Policies')
    await region(page, 'Decides now').getByRole('link', { name: 'Version 2' }).waitFor()
  })

  test('has a trial that can be cancelled', async () => {
    const page = await enter()
    await goTo(page, '/risk/policies/3', 'Version 3')
    await page.getByRole('button', { name: 'Start a trial' }).click()
    await page.getByRole('button', { name: 'Cancel the trial' }).click()
    await page.getByText('No result').waitFor()
  })

  test('is checked as it is written, completed from the vocabulary, and saved with a note', async () => {
    const page = await enter()
    await goTo(page, '/risk/draft?from=2', 'New draft')
    await page.getByText('Nothing is wrong').waitFor()
    await page.getByRole('button', { name: 'Add a rule' }).click()
    const rule = page.getByRole('list', { name: 'Rules' }).getByRole('listitem').first()
    await rule.getByLabel('What it says').fill('Too many in the hour')
    await rule.getByLabel('Code').fill('too_many')
    const expression = rule.getByLabel('Where this holds')
    await expression.fill('cust_count_1h >= 12')
    await rule.getByText('there is no name cust_count_1h').waitFor()
    expect(await rule.locator('mark').textContent()).toBe('cust_count_1h')
    await rule.getByText('Hint: did you mean customer_count_1h?').waitFor()

    await expression.fill('')
    await expression.pressSequentially('er_count')
    const option = page.getByRole('option', { name: /customer_count_1h/ })
    await option.waitFor()
    await expression.press('Enter')
    expect(await expression.inputValue()).toBe('customer_count_1h')
    await expression.pressSequentially(' >= 12 && channel == "pi')
    await page.getByRole('option', { name: 'pix' }).waitFor()
    await expression.press('Enter')
    await expression.pressSequentially('"')
    expect(await expression.inputValue()).toBe('customer_count_1h >= 12 && channel == "pix"')
    await page.getByText('Nothing is wrong').waitFor()

    await page.getByRole('button', { name: 'Save as draft' }).click()
    await page.getByText('Say why, for those who read this later.').waitFor()
    await page.getByLabel('Why this draft is written').fill('bursts')
    await page.getByRole('button', { name: 'Save as draft' }).click()
    await page.getByRole('heading', { name: 'Version 5', level: 1 }).waitFor()
    await page.getByText('Too many in the hour').waitFor()
  })

  test('says where thresholds are crossed and what is no number, and leads there', async () => {
    const page = await enter()
    await goTo(page, '/risk/draft', 'New draft')
    const review = page.getByLabel('Review from (%)')
    await review.fill('80')
    await page.getByText(/have to come in this order/).waitFor()
    await review.fill('much')
    await page.getByText('A percentage from 0 to 100.').waitFor()
    await page.getByRole('button', { name: /1 thing is wrong/ }).click()
    await review.fill('4,5')
    await page.getByText('Nothing is wrong').waitFor()
  })

  test('outlives a look elsewhere, and is discarded only when that is meant', async () => {
    const page = await enter()
    await goTo(page, '/risk', 'Policies')
    await page.getByRole('link', { name: 'New draft' }).click()
    await page.getByLabel('Review from (%)').fill('7')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Alerts' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Risk' }).click()
    await page.getByText('A draft is not saved.').waitFor()
    await page.getByRole('link', { name: 'Go on writing' }).click()
    expect(await page.getByLabel('Review from (%)').inputValue()).toBe('7')
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('button', { name: 'Keep writing' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor()
    expect(await page.getByText('A draft is not saved.').count()).toBe(0)
  })
})
