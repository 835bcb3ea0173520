/** The pages on which customers' declarations stand, and what shows that each is there in full, or that there is nothing for it. */
import type { Page } from 'playwright-core'
import { ACCOUNT } from '../fixture-server/accounts'
import { KNOWN_CUSTOMER } from '../fixture-server/decisions'
import { listed, type Place } from './places'

export const CUSTOMER = `/customers/${KNOWN_CUSTOMER}`
export const OPENED = `/accounts/${ACCOUNT}`
export const NAME = 'Maria Aparecida'

async function unfold(page: Page): Promise<void> {
  for (const summary of await page.locator('main summary').all()) await summary.click()
}
async function showTerms(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Statement' }).waitFor()
  const terms = page.getByRole('radio', { name: 'Limits and holders' })
  if ((await terms.count()) > 0) await terms.click()
}

export const DECLARED = {
  full: async (page: Page) => {
    await listed('Devices, those that wait first')(page)
    await page.getByText('a month', { exact: true }).waitFor()
    await unfold(page)
    await listed('Declared before, newest first')(page)
    await listed('Removed devices, newest first')(page)
  },
  empty: 'No device is registered',
}
export const STAFF_PLACES: readonly Place[] = [
  { name: 'customers', path: '/customers', heading: 'Customers', full: listed('Customers'), empty: null },
  { name: 'customer', path: CUSTOMER, heading: NAME, ...DECLARED },
  {
    name: 'notices',
    path: OPENED,
    heading: 'Dia a dia',
    show: showTerms,
    full: async (page) => {
      await showTerms(page)
      await listed('Withdrawals to come, the next day first')(page)
      await unfold(page)
    },
    empty: 'No withdrawal is announced.',
  },
]
export const OWN_PLACES: readonly Place[] = [{ name: 'profile', path: '/profile', heading: 'You', ...DECLARED }]
