/** The lists that rules ask for, and the policies' pages on the narrowest screen. */
import { describe, expect, test } from 'vitest'
import { fixtureBank } from './fixture-bank'

const { enter, goTo } = fixtureBank()

describe('a list', () => {
  test('is made, and values come onto it with a reason and go again', async () => {
    const page = await enter()
    await goTo(page, '/risk/lists', 'Lists')
    await page.getByRole('button', { name: 'New list' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('mules')
    await dialog.getByLabel('What is on it').fill('Devices of rings')
    await dialog.getByRole('button', { name: 'Make the list' }).click()
    await dialog.getByText('There is a list of that name already').waitFor()
    await dialog.getByLabel('Name').fill('ring_devices')
    await dialog.getByLabel('Its values are').selectOption('device_id')
    await dialog.getByRole('button', { name: 'Make the list' }).click()
    await page.getByRole('heading', { name: 'Devices of rings', level: 1 }).waitFor()
    await page.getByText('Nothing is on this list').waitFor()
    await page.getByLabel('Value', { exact: true }).fill('d000007-1')
    await page.getByLabel('Reason').fill('seen with nine customers')
    await page.getByLabel('Until').fill('2030-01-31T12:00')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText(/until Jan 31, 2030/).waitFor()
    await page.getByRole('button', { name: 'Remove d000007-1' }).click()
    await page.getByText('Nothing is on this list').waitFor()
    await page.getByLabel('Removed ones too').check()
    await page.getByText('Removed by').waitFor()
  })
})

describe('at 360 px', () => {
  test('no page is wider than the screen', async () => {
    const page = await enter('risk', { width: 360, height: 740 })
    for (const [path, heading] of [
      ['/risk', 'Policies'],
      ['/risk/policies/4', 'Version 4'],
      ['/risk/draft?from=2', 'New draft'],
      ['/risk/lists', 'Lists'],
      ['/risk/lists/mules', 'Accounts that pass money on'],
    ] as const) {
      await goTo(page, path, heading)
      await page.getByRole('main').getByRole('listitem').first().waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
    await goTo(page, '/risk/policies/2', 'Version 2')
    await page.getByRole('list', { name: 'Trials on history' }).getByRole('link').first().click()
    await page.getByText(/Cheapest from/).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })
})
