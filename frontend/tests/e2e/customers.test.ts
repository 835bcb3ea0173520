/** What customers tell their bank: incomes, devices, and cash that they will take out; as those who serve them see it, and themselves. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { CUSTOMER, DECLARED, NAME, OPENED, OWN_PLACES, STAFF_PLACES } from './customer-pages'
import { tabTo, testEmpty, testFailures, testOutlines, testWhole, visit, visits } from './places'

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true })

describe('those who serve customers', () => {
  const enter = visits({ role: 'operator', path: '/customers', heading: 'Customers' })
  testWhole(enter, STAFF_PLACES)
  testEmpty(enter, STAFF_PLACES)
  testOutlines(enter, STAFF_PLACES)
  testFailures(enter, STAFF_PLACES)

  test('find a customer by id or in the list, and come to what they told', () =>
    visit(enter, async (page) => {
      await page.getByRole('list', { name: 'Customers' }).getByRole('link', { name: NAME }).click()
      await page.getByRole('heading', { name: NAME, level: 1 }).waitFor()
      await page.getByRole('link', { name: 'Customers' }).last().click()
      await page.getByLabel('Customer', { exact: true }).fill(KNOWN_CUSTOMER)
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByRole('heading', { name: NAME, level: 1 }).waitFor()
      await page.goto(OPENED)
      await region(page, 'Holders').getByRole('link', { name: KNOWN_CUSTOMER }).click()
      await region(page, 'Declared income').getByText('R$8,500.00', { exact: true }).waitFor()
    }))

  test('write down an income anew; what was wrong is told where it is, and what held before stays', () =>
    visit(enter, async (page) => {
      await page.goto(CUSTOMER)
      const income = region(page, 'Declared income')
      await income.getByRole('button', { name: 'Write down anew' }).click()
      const form = dialog(page, 'Write down anew')
      await form.getByRole('button', { name: 'Write down' }).click()
      await form.getByText('An amount, such as 15.00.').waitFor()
      await form.getByLabel('A month, BRL').fill('9,100.50')
      await form.getByLabel('Said or signed on').fill('2099-01-01')
      await form.getByRole('button', { name: 'Write down' }).click()
      await form.getByText('That day has not come yet.').waitFor()
      expect(await form.getByLabel('Said or signed on').getAttribute('aria-invalid')).toBe('true')
      await form.getByLabel('Said or signed on').fill('2025-11-20')
      await form.getByLabel('Shown by').selectOption('bank-statement')
      await page.keyboard.press('Tab')
      await form.getByRole('button', { name: 'Write down' }).press('Enter')
      await form.waitFor({ state: 'detached' })
      await income.getByText('R$9,100.50', { exact: true }).waitFor()
      await income.getByText('7% more than before').waitFor()
      await income.getByText('3 declarations before').click()
      await income.getByRole('listitem').first().getByText('R$8,500.00').waitFor()
    }))

  test('register a device, confirm it and remove it, each asked for once; one that waited too long is not confirmed', () =>
    visit(enter, async (page) => {
      await page.goto(CUSTOMER)
      const devices = region(page, 'Devices')
      const row = (id: string) => devices.getByRole('listitem').filter({ hasText: id })
      await row('d00002512')
        .getByText(/waited too long/)
        .waitFor()
      expect(await row('d00002512').getByRole('button', { name: 'Confirm' }).count()).toBe(0)
      await devices.getByLabel('Device', { exact: true }).fill('a device')
      await devices.getByRole('button', { name: 'Register', exact: true }).click()
      await devices.getByText(/^Up to 64 letters/).waitFor()
      await devices.getByLabel('Device', { exact: true }).fill('d00002519')
      await devices.getByRole('button', { name: 'Register', exact: true }).click()
      await row('d00002519').getByText('Waits', { exact: true }).waitFor()
      await row('d00002519').getByRole('button', { name: 'Confirm d00002519' }).click()
      await dialog(page, 'Confirm this device?').getByRole('button', { name: 'Confirm' }).click()
      await row('d00002519').getByText('Registered', { exact: true }).waitFor()
      await devices.getByLabel('Device', { exact: true }).fill('d00002520')
      await devices.getByRole('button', { name: 'Register', exact: true }).click()
      await row('d00002520').waitFor()
      await devices.getByLabel('Device', { exact: true }).fill('d00002521')
      await devices.getByRole('button', { name: 'Register', exact: true }).click()
      await devices.getByRole('alert').getByText('There are too many devices.').waitFor()
      await tabTo(page, 'Remove d00002514')
      await page.keyboard.press('Enter')
      await dialog(page, 'Remove this device?').waitFor()
      await page.keyboard.press('Escape')
      await row('d00002514').getByText('Registered', { exact: true }).waitFor()
      await row('d00002514').getByRole('button', { name: 'Remove d00002514' }).click()
      await dialog(page, 'Remove this device?').getByRole('button', { name: 'Remove' }).click()
      await row('d00002514').waitFor({ state: 'hidden' })
      await devices.getByText('2 removed').click()
      await row('d00002514').getByText('Removed', { exact: true }).waitFor()
    }))

  test('announce a withdrawal from the keyboard, are told beforehand what is too late, and take it back', () =>
    visit(enter, async (page) => {
      await page.goto(OPENED)
      const notices = region(page, 'Notices of withdrawals')
      await notices.getByText(/takes out R\$50,000.00 or more in cash says so 3 business days before/).waitFor()
      const coming = notices
        .getByRole('list', { name: 'Withdrawals to come, the next day first' })
        .getByRole('listitem')
      expect(await coming.count()).toBe(2)
      await coming.first().getByText('Of it R$60,000.00 had notice in time.').waitFor()
      await notices.getByRole('button', { name: 'Announce', exact: true }).press('Enter')
      const form = dialog(page, 'Announce a withdrawal')
      const first = await form.getByLabel('Day').inputValue()
      const today = (await form.getByLabel('Day').getAttribute('min')) ?? ''
      await page.keyboard.type('61000')
      await page.keyboard.press('Enter')
      await form.waitFor({ state: 'detached' })
      await expect.poll(() => coming.count()).toBe(3)
      await coming.first().getByText('In time', { exact: true }).waitFor()
      expect(first > today).toBe(true)
      await notices.getByRole('button', { name: 'Announce', exact: true }).click()
      await form.getByText(/R\$61,000.00 is announced for this day already/).waitFor()
      await form.getByLabel('Day').fill(today)
      await form.getByText(/^Too late for this day/).waitFor()
      await form.getByLabel('Cash, BRL').fill('100')
      await form.getByText(/^Below R\$50,000.00/).waitFor()
      await form.getByLabel('Cash, BRL').fill('0')
      await form.getByRole('button', { name: 'Announce' }).click()
      await form.getByText('At least R$0.01.').waitFor()
      await form.getByRole('button', { name: 'Cancel' }).click()
      await coming
        .first()
        .getByRole('button', { name: /^Change/ })
        .click()
      await dialog(page, 'Change what is announced').getByLabel('Cash, BRL').fill('70000')
      await dialog(page, 'Change what is announced').getByRole('button', { name: 'Change' }).click()
      await coming.first().getByText('R$70,000.00', { exact: true }).waitFor()
      await coming
        .first()
        .getByRole('button', { name: /^Take back/ })
        .click()
      await dialog(page, 'Take the notice back?').getByRole('button', { name: 'Take back' }).click()
      await expect.poll(() => coming.count()).toBe(2)
    }))
})

describe('a customer', () => {
  const enter = visits({ role: 'customer', path: '/profile', heading: 'You' })
  testWhole(enter, OWN_PLACES)

  test('registers the device in their hand and is shown which it is, and writes down no income', () =>
    visit(enter, async (page) => {
      const devices = region(page, 'Your devices')
      await devices.getByText('This device is not registered.').waitFor()
      await devices.getByRole('button', { name: 'Register this device' }).click()
      const here = devices.getByRole('listitem').filter({ hasText: 'This device' })
      await here.getByRole('button', { name: /^Confirm/ }).click()
      await dialog(page, 'Confirm this device?').getByRole('button', { name: 'Confirm' }).press('Enter')
      await here.getByText('Registered', { exact: true }).waitFor()
      await page.reload()
      await here.getByText('Registered', { exact: true }).waitFor()
      await here.getByRole('button', { name: /^Remove/ }).click()
      await dialog(page, 'Remove this device?').getByRole('button', { name: 'Remove' }).click()
      await devices.getByText('This device is not registered.').waitFor()
      expect(await region(page, 'Declared income').getByRole('button').count()).toBe(0)
    }))
})

describe('somebody in risk', () => {
  const enter = visits({ role: 'risk', path: '/customers', heading: 'Customers' })

  test('finds a customer by id, reads, and changes nothing', () =>
    visit(enter, async (page) => {
      await page.getByText('Which customer?').waitFor()
      await page.getByLabel('Customer', { exact: true }).fill(KNOWN_CUSTOMER)
      await page.keyboard.press('Enter')
      await DECLARED.full(page)
      for (const name of [/Write down/, /^Register/, /^Confirm/, /^Remove/])
        expect(await page.getByRole('main').getByRole('button', { name }).count()).toBe(0)
    }))

  test('is told what their role does not open', () =>
    visit(enter, async (page) => {
      const refusal = {
        status: 403,
        contentType: 'application/problem+json',
        body: '{"status":403,"code":"forbidden"}',
      }
      await page.route(/\/(income|devices)$/, (route) => route.fulfill(refusal))
      await page.goto(CUSTOMER)
      for (const name of ['Declared income', 'Devices'])
        await region(page, name).getByText('Your role does not open this').waitFor()
    }))
})
