/**
 * Paths of two people of compliance through the real stack (tests/serving/test_compliance_pages.py starts it): a scenario's values
 * changed, a list of the bank's own made, a hit decided, a name searched. With SCREENSHOTS_DIR, pictures of the pages on the way.
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { enter, heading, look } from './people'

const SLOW_MS = 60_000

/** Within which a page that was asked for anew has its rows; its load is over before. */
const ANSWERED_MS = 5_000

test('the values of a scenario are proposed by one, tried on history, and approved by another', async () => {
  const { page } = await enter('author', '/compliance/scenarios')
  await heading(page, 'Scenarios')
  await page.getByRole('radio', { name: 'Low' }).click()
  await page.getByRole('link', { name: /A large Pix at night/ }).click()
  await heading(page, 'A large Pix at night')
  await page.getByText('A Pix above R$1,000.00 from 20 h until 6 h.').waitFor()
  await page.getByText('Nothing was ever changed').waitFor()
  await page.getByRole('button', { name: 'Change values' }).click()
  await page.getByLabel('Above which amount').fill('-5')
  await page.getByText('Without a minus sign.').waitFor()
  await page.getByLabel('From which hour').fill('25')
  await page.getByText('Must be from 18 h to 23 h.').waitFor()
  await page.getByLabel('From which hour').fill('20')
  await page.getByLabel('Above which amount').fill('1500')
  await page.getByText('A Pix above R$1,500.00 from 20 h until 6 h.').waitFor()
  await page.getByRole('button', { name: 'Propose and try on history' }).click()
  await page.getByText('Say why, for those who read this later.').waitFor()
  await page.getByLabel('Why').fill('rents are paid at night')
  await page.getByRole('button', { name: 'Propose and try on history' }).click()
  await heading(page, 'Change: A large Pix at night')
  const said = page.getByRole('region', { name: 'What history says' })
  await said.getByText('known frauds caught', { exact: false }).waitFor({ timeout: SLOW_MS })
  await page.getByRole('region', { name: 'Would go' }).getByText('known fraud').first().waitFor()
  await page.getByText('Waits for somebody else', { exact: false }).waitFor()
  expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
  const path = new URL(page.url()).pathname
  await look(path, 'Change: A large Pix at night', 'compliance-change', (shown) =>
    shown.getByRole('region', { name: 'Would go' }).getByText('known fraud').first().waitFor(),
  )

  const other = await enter('colleague', path)
  await heading(other.page, 'Change: A large Pix at night')
  await other.page.getByLabel('Note (optional)').fill('as discussed')
  await other.page.getByRole('button', { name: 'Approve' }).click()
  await other.page.getByText('Approved by').waitFor()
  await other.page.getByRole('main').getByRole('link', { name: 'A large Pix at night' }).click()
  await other.page.getByText('comes as R$1,000.00').waitFor()
  await look('/compliance/scenarios', 'Scenarios', 'compliance-scenarios', (shown) =>
    shown.getByText('A Pix above R$1,500.00').waitFor(),
  )
  await look(
    '/compliance/scenarios/pass-through',
    'Money that only passes through',
    'compliance-form',
    async (shown) => {
      await shown.getByRole('button', { name: 'Change values' }).click()
      await shown.getByLabel('Share that leaves').fill('75')
    },
  )
})

test('a list is made by two people, and whoever is met on it is decided by two', async () => {
  const { page } = await enter('author', '/compliance/screening/lists/new')
  await heading(page, 'Make or replace an own list')
  await page.getByLabel('Name of the list').fill('debtors')
  const text = page.getByLabel('Or write it here')
  await text.fill('id,kind,name,births\n1,persn,Zenobia Quartermain,1971\n')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText("'persn' is none of person", { exact: false }).waitFor()
  await text.fill('id,kind,name,births\n1,person,Zenobia Quartermain,1971\n2,organisation,Made Up Ltda,\n')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('2 added, 0 removed, 0 changed').waitFor()
  await page.getByLabel('Licence').fill('the bank’s own records')
  await page.getByLabel('Why').fill('left owing')
  await page.getByRole('button', { name: 'Propose this list' }).click()
  await heading(page, /^Change of debtors-/)
  const path = new URL(page.url()).pathname
  await look(path, /^Change of debtors-/, 'compliance-list-change', (shown) =>
    shown.getByText('Made Up Ltda').waitFor(),
  )
  const other = await enter('colleague', path)
  await other.page.getByRole('button', { name: 'Approve' }).click()
  await other.page.getByText('Loaded', { exact: true }).waitFor({ timeout: SLOW_MS })
  await look('/compliance/screening/lists', 'Watch-lists', 'compliance-lists', (shown) =>
    shown.getByRole('list', { name: 'Watch-lists' }).getByText('2 entries').waitFor(),
  )

  await page.goto('/compliance/screening')
  await heading(page, 'Hits')
  const hit = page.getByRole('list', { name: 'Hits' }).getByRole('link').first()
  await expect
    .poll(
      async () => {
        await page.reload()
        return hit.waitFor({ timeout: ANSWERED_MS }).then(
          () => true,
          () => false,
        )
      },
      {
        timeout: SLOW_MS,
        interval: 2_000,
      },
    )
    .toBe(true)
  await hit.click()
  await heading(page, 'Zenobia Quartermaine')
  await look(new URL(page.url()).pathname, 'Zenobia Quartermaine', 'compliance-hit', (shown) =>
    shown.getByRole('columnheader', { name: 'How' }).waitFor(),
  )
  await page.getByRole('button', { name: 'Not the same: clear' }).click()
  await page.getByText('Say why, for those who read this later.').waitFor()
  await page.getByLabel('Why').fill('another date of birth, by the passport')
  await page.getByRole('button', { name: 'Not the same: clear' }).click()
  await page.getByText('Waits for somebody else', { exact: false }).waitFor()
  const second = await enter('colleague', new URL(page.url()).pathname)
  await second.page.getByRole('button', { name: 'I agree' }).click()
  await second.page.getByText('Cleared', { exact: true }).waitFor()
  await page.goto('/compliance/screening?show=cleared')
  await page.getByText('another date of birth, by the passport').waitFor()
  await look('/compliance/screening?show=cleared', 'Hits', 'compliance-hits', (shown) =>
    shown.getByText('another date of birth').waitFor(),
  )
})

test('a name is held against all lists, and the words that met are shown', async () => {
  const search = async (page: Page) => {
    await page.getByRole('textbox', { name: 'Name' }).fill('Quartermain, Zenobya')
    await page.getByLabel('Born').fill('1971')
    await page.keyboard.press('Enter')
    await page.getByText('1 entry is met').waitFor({ timeout: SLOW_MS })
  }
  await look('/compliance/screening/search', 'Search a name', 'compliance-search', search)
  const { page } = await enter('author', '/compliance/screening/search')
  await page.getByRole('textbox', { name: 'Name' }).fill('Somebody Entirely Else')
  await page.keyboard.press('Enter')
  await page.getByText('Nobody on a list is met').waitFor({ timeout: SLOW_MS })
})
