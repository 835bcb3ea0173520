/** Paths through the decisions: looked up by what is asked for, and read one by one with the customer's history beside. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { decided } from './browser'
import { fixtureBank } from './fixture-bank'

const HABITS = 32
const SETTLED_MS = 20_000

const bank = fixtureBank()
const { enter, goTo, region } = bank

const list = (page: Page) => page.getByRole('list', { name: 'Decided transactions, newest first' })
const listed = async (page: Page) => Number(await list(page).locator('li').first().getAttribute('aria-setsize'))
const asked = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

describe('looking decisions up', () => {
  test('narrows the list step by step, keeps what is asked for in the address, and takes it back', async () => {
    const page = await enter()
    await goTo(page, '/decisions', 'Decisions')
    await decided(page).first().waitFor()
    await page.keyboard.press('/')
    const form = page.getByRole('search', { name: 'Filters' })
    await form.getByLabel('Customer').fill(KNOWN_CUSTOMER)
    await form.getByLabel('Customer').press('Enter')
    await page.getByText(`Customer: ${KNOWN_CUSTOMER}`).waitFor()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(HABITS + 2)
    await form.getByLabel('At least (R$)').fill('1,000.00')
    await form.getByLabel('Channel').selectOption('pix')
    await form.getByRole('button', { name: 'Apply' }).click()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(2)
    await page.getByRole('radio', { name: 'Denied' }).click()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(1)
    expect(asked(page)).toEqual({
      verdict: 'deny',
      channel: 'pix',
      customer_id: KNOWN_CUSTOMER,
      at_least_minor: '100000',
    })

    await page.reload()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(1)
    await page.getByRole('button', { name: 'Remove At least R$1,000.00' }).click()
    await page.getByRole('radio', { name: 'All', exact: true }).click()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(HABITS + 2)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBeGreaterThan(HABITS + 2)
    expect(asked(page)).toEqual({})
  })

  test('asks by reason and rule with their sentences, and says so where nothing matches', async () => {
    const page = await enter()
    await goTo(page, '/decisions?rule=takeover_pattern&reason=customer_new_device', 'Decisions')
    await page.getByText('Rule: New device, new payee, largest amount yet').waitFor()
    await page.getByText('Reason: First time with this device of the customer').waitFor()
    await decided(page).first().waitFor()
    await goTo(page, '/decisions?model=fraud-99', 'Decisions')
    await page.getByText('No decision matches').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await decided(page).first().waitFor()
    expect(asked(page)).toEqual({})
  })

  test('says what it cannot read, and asks for nothing until it can', async () => {
    const page = await enter()
    await goTo(page, '/decisions', 'Decisions')
    await page.getByRole('button', { name: 'Filter', exact: false }).click()
    const form = page.getByRole('search', { name: 'Filters' })
    await form.getByLabel('Payee').fill('two words')
    await form.getByLabel('From').fill('2026-11-24T10:00')
    await form.getByLabel('Until').fill('2026-11-24T09:00')
    await form.getByRole('button', { name: 'Apply' }).click()
    await form.getByText('without spaces').waitFor()
    await form.getByText('This comes after the beginning.').waitFor()
    expect(asked(page)).toEqual({})
    await form.getByLabel('Payee').press('Escape')
    await form.waitFor({ state: 'detached' })
  })
})

describe('one decision', () => {
  const denied = `/decisions?customer_id=${KNOWN_CUSTOMER}&verdict=deny`

  test('says why, by how much, by which rules, and what it turned out to be', async () => {
    const page = await enter('analyst')
    await goTo(page, denied, 'Decisions')
    await decided(page).first().click()
    const panel = page.locator('[data-panel]')
    await panel.getByText('9.1 times the odds').waitFor()
    await panel.getByText('doubles the odds').waitFor()
    await panel.getByText('One customer pays many within the hour').waitFor()
    await panel.getByText('only tried').waitFor()
    await panel.getByText('Known by now: account takeover').waitFor()
    await panel.getByText('It would have decided the same.').waitFor()
    expect(await panel.getByRole('link', { name: 'fraud-3' }).getAttribute('href')).toBe('/risk/models/3')
    expect(await panel.getByRole('link', { name: 'policy-2' }).getAttribute('href')).toBe('/risk/policies/2')
  })

  test('stands beside its customer’s others, which are a click away, and the way back keeps what was asked for', async () => {
    const page = await enter('compliance')
    await goTo(page, denied, 'Decisions')
    await decided(page).first().click()
    await page.getByRole('link', { name: 'With the customer’s history' }).click()
    await page.getByRole('heading', { name: 'R$4,890.00', level: 1 }).waitFor()
    const history = region(page, 'The customer’s decisions around it')
    await history.getByRole('img', { name: `Chart: the amounts of ${HABITS + 2} decisions` }).waitFor()
    const rows = history.getByRole('list').getByRole('listitem')
    expect(await rows.count()).toBe(HABITS + 2)
    expect(await history.locator('[aria-current="true"]').textContent()).toContain('R$4,890.00')
    await rows.nth(1).getByRole('button').click()
    await page.getByRole('heading', { name: 'R$1,499.00', level: 1 }).waitFor()
    await page.getByText('It would have decided otherwise.').waitFor()
    await page.getByRole('button', { name: 'Open its alert' }).click()
    await page.getByRole('heading', { name: 'Decisions in this alert' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('[data-panel]').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Back', exact: true }).click()
    await page.getByText(`Customer: ${KNOWN_CUSTOMER}`).waitFor()
    expect(asked(page)).toMatchObject({ customer_id: KNOWN_CUSTOMER, verdict: 'deny' })
  })

  test('leads to every decision of its customer', async () => {
    const page = await enter()
    await goTo(page, denied, 'Decisions')
    await decided(page).first().click()
    await page.locator('[data-panel]').getByRole('link', { name: 'All decisions: Customer' }).click()
    await expect.poll(() => listed(page), { timeout: SETTLED_MS }).toBe(HABITS + 2)
  })

  test('that is not there is said to be not there, and one that fails can be asked for again', async () => {
    const page = await enter()
    await page.goto('/decisions/00000000-0000-7000-8000-000000000000')
    await page.getByText('There is no such thing here').waitFor()
    await goTo(page, denied, 'Decisions')
    await decided(page).first().click()
    await page.getByRole('link', { name: 'With the customer’s history' }).click()
    const history = page.getByRole('list', { name: 'The customer’s decisions, newest first' })
    await history.waitFor()
    bank.app().fixture.fail('answers')
    await history.getByRole('button').nth(1).click()
    await page.getByRole('alert').getByText('This could not be loaded').waitFor({ timeout: SETTLED_MS })
    bank.app().fixture.heal()
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'R$1,499.00', level: 1 }).waitFor()
  })
})

describe('at 360 px', () => {
  test('neither the filters nor a decision is wider than the screen', async () => {
    const page = await enter('risk', { width: 360, height: 740 })
    await goTo(
      page,
      `/decisions?customer_id=${KNOWN_CUSTOMER}&at_least_minor=100000&reason=customer_new_device`,
      'Decisions',
    )
    await page.getByRole('button', { name: /^Filter/ }).click()
    await page.getByRole('search', { name: 'Filters' }).waitFor()
    const width = () => page.evaluate(() => document.documentElement.scrollWidth)
    expect(await width()).toBeLessThanOrEqual(360)
    const id = await decided(page).first().getAttribute('data-row')
    await page.goto(`/decisions/${id}`)
    await page.getByRole('list', { name: 'The customer’s decisions, newest first' }).waitFor()
    expect(await width()).toBeLessThanOrEqual(360)
  })
})
