/** Accounts as their customers and those who serve them see them. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../fixture-server/accounts'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { fixtureBank } from './fixture-bank'

const { app, enterAt, region } = fixtureBank()
const OPENED = `/accounts/${ACCOUNT}`
const PAGES_MS = 20_000
const PHONE = { width: 390, height: 844 }
const list = (page: Page) => page.getByRole('list', { name: 'Movements, newest first' })
const sizeOf = async (page: Page) => Number(await list(page).locator('li').first().getAttribute('aria-setsize'))

describe('a customer', () => {
  test('begins at their own accounts, opens one, and finds its parts', async () => {
    const page = await enterAt('/', 'Accounts')
    const accounts = page.getByRole('list', { name: 'Accounts' })
    await expect.poll(() => accounts.getByRole('link').count()).toBe(3)
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Accounts',
      'Money',
      'Chain',
      'You',
    ])
    await accounts.getByRole('link', { name: /Dia a dia/ }).click()
    await page.getByRole('heading', { name: 'Dia a dia', level: 1 }).waitFor()
    await region(page, 'Available').getByText('On hold').waitFor()
    await page.getByRole('list', { name: 'Set aside for' }).getByText('Lisboa').waitFor()
    await page.getByRole('list', { name: 'Limits' }).getByText('Pix, each night').waitFor()
    await page.getByRole('list', { name: 'Holders' }).getByText('You').waitFor()
    await list(page).locator('[data-row]').first().waitFor()
  })

  test('reads a year of movements page after page, with few rows drawn', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    await list(page).locator('[data-row]').first().waitFor()
    const first = await sizeOf(page)
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 5_000)
          return sizeOf(page)
        },
        { timeout: PAGES_MS },
      )
      .toBeGreaterThan(3 * first)
    expect(await list(page).locator('[data-row]').count()).toBeLessThan(60)
  })

  test('looks for words without their accents, and narrows by direction, category, amount and days', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    await list(page).locator('[data-row]').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('violao')
    await page.waitForURL(/q=violao/)
    await expect.poll(() => list(page).locator('[data-row]').filter({ hasNotText: 'Aula de violão' }).count()).toBe(0)
    await page.getByLabel('Search movements').fill('')
    await page.waitForURL((url) => !url.search.includes('q='))
    await page.getByRole('radio', { name: 'In', exact: true }).click()
    await expect.poll(() => list(page).locator('[data-row]').filter({ hasNotText: '+R$' }).count()).toBe(0)
    await page.getByRole('radio', { name: 'Out', exact: true }).click()
    await page.getByRole('button', { name: 'Filter' }).click()
    const form = page.getByRole('form', { name: 'Filters' })
    await form.getByLabel('Category').selectOption('home')
    await form.getByLabel('At least').fill('a lot')
    await form.getByRole('button', { name: 'Apply' }).click()
    await form.getByText('An amount in figures, such as 15.00.').waitFor()
    await form.getByLabel('At least').fill('2000')
    await form.getByLabel('From', { exact: true }).fill('2020-01-01')
    await form.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: /At least R\$2,000.00/ }).waitFor()
    await expect.poll(() => list(page).locator('[data-row]').filter({ hasNotText: 'Aluguel' }).count()).toBe(0)
    await page.getByLabel('Search movements').fill('nothing like it')
    await page.getByText('No movement matches').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await list(page).locator('[data-row]').first().waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  test('calls a movement otherwise, at once; a refusal takes it back and says why', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    const row = list(page).locator('[data-row]').first()
    await row.waitFor()
    await row.getByRole('button', { name: /change the category/ }).click()
    await page.getByRole('menuitemradio', { name: 'Education' }).click()
    await row.getByText(/Education/).waitFor()
    await page.getByRole('menu').waitFor({ state: 'detached' })
    app().fixture.fail('answers')
    await row.getByRole('button', { name: 'Education: change the category' }).click()
    await page.getByRole('menuitemradio', { name: 'Travel' }).click()
    await page
      .getByRole('alert')
      .getByText(/The category could not be changed/)
      .waitFor()
    await row.getByText(/Education/).waitFor()
  })

  test('chooses a month and sees where its money went', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    const months = page.getByRole('list', { name: 'Months: what left the account' }).getByRole('button')
    await months.first().waitFor()
    expect(await months.count()).toBe(12)
    expect(await months.last().getAttribute('aria-pressed')).toBe('true')
    await months.nth(5).click()
    expect(await months.nth(5).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('list', { name: 'By category, most first' }).getByText('Home').waitFor()
  })

  test('downloads a statement, and is told when a PDF would be a book', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    await page.getByRole('button', { name: 'Statement' }).click()
    const dialog = page.getByRole('dialog', { name: 'Download a statement' })
    await dialog.getByRole('radio', { name: 'Other' }).click()
    await dialog.getByRole('button', { name: 'Download' }).click()
    await dialog.getByText('The last day is the first or comes after it.').waitFor()
    await dialog.getByLabel('First day').fill('2020-01-01')
    await dialog.getByLabel('Last day').fill('2025-12-31')
    await dialog.getByRole('button', { name: 'Download' }).click()
    await dialog
      .getByRole('alert')
      .getByText(/would be a book/)
      .waitFor()
    await dialog.getByLabel(/CSV/).check()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('extrato-0193f2aa-2020-01-01-2026-01-01.csv')
    expect(await readFile(await download.path(), 'utf8')).toBe('statement of [2020-01-01, 2026-01-01)')
    await dialog.waitFor({ state: 'detached' })
  })

  test('proves a movement from its row', async () => {
    const page = await enterAt(OPENED, 'Dia a dia')
    await list(page).getByRole('link', { name: 'Prove that it is sealed' }).first().click()
    await page.getByText(/^Proved: it is in block 0/).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Dia a dia', level: 1 }).waitFor()
  })

  test('sees no account of somebody else', async () => {
    const page = await enterAt('/accounts/0193f2aa-aaaa-7aaa-8aaa-00000000ffff', 'Account')
    await page.getByText('There is no such thing here').waitFor()
  })

  test('reads on a phone one part after the other', async () => {
    const page = await enterAt(OPENED, 'Dia a dia', 'customer', PHONE)
    await list(page).locator('[data-row]').first().waitFor()
    await page.getByRole('radio', { name: 'Spending' }).click()
    await page.getByRole('list', { name: 'By category, most first' }).waitFor()
    await page.getByRole('radio', { name: 'Limits and holders' }).click()
    await page.getByRole('list', { name: 'Holders' }).waitFor()
  })
})

describe('an operator', () => {
  test('reads everybody’s accounts, and those of one customer by name', async () => {
    const page = await enterAt('/accounts', 'Accounts', 'operator')
    const accounts = page.getByRole('list', { name: 'Accounts' })
    await accounts.locator('[data-row]').first().waitFor()
    await page.getByRole('search').getByLabel('Customer').fill('no such id!')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByText('Letters, digits and').waitFor()
    await page.getByRole('search').getByLabel('Customer').fill(KNOWN_CUSTOMER)
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByText('Maria Aparecida').waitFor()
    await expect.poll(() => accounts.locator('[data-row]').count()).toBe(3)
    await page.getByRole('button', { name: 'All customers' }).click()
    await expect.poll(() => accounts.locator('[data-row]').count()).toBeGreaterThan(3)
    await page.goto('/accounts?customer_id=c999999')
    await page.getByText('This customer has no account').waitFor()
  })
})

describe('somebody in risk', () => {
  test('reads an account and calls nothing otherwise', async () => {
    const page = await enterAt(OPENED, 'Dia a dia', 'risk')
    await list(page).locator('[data-row]').first().waitFor()
    expect(await page.getByRole('button', { name: /change the category/ }).count()).toBe(0)
  })
})
