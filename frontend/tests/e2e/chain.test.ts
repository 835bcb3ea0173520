/** The ledger's chain: its blocks, and proofs that the browser computes anew. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { PROVED, TAMPERED } from '../fixture-server/chain'
import { fixtureBank } from './fixture-bank'

const { app, enterAt, goTo, region } = fixtureBank()
const MANY_BLOCKS = 120
const PAGES_MS = 20_000
const STEPS = 5

describe('the chain', () => {
  test('is read from its newest block down, page after page, with few rows drawn', async () => {
    const page = await enterAt('/chain', 'Chain', 'risk')
    const list = page.getByRole('list', { name: 'Blocks, newest first' })
    const first = list.locator('[data-row]').first()
    await first.waitFor()
    const newest = Number(await first.getAttribute('data-row'))
    expect(newest).toBeGreaterThanOrEqual(MANY_BLOCKS)
    await region(page, 'Newest block').getByText('Ed25519').waitFor()
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, 4_000)
          return list.locator('[data-row="0"]').count()
        },
        { timeout: PAGES_MS },
      )
      .toBe(1)
    expect(await list.locator('[data-row]').count()).toBeLessThan(60)
  })

  test('shows a block with the browser’s verdict on it, and the blocks beside it, by the keyboard', async () => {
    const page = await enterAt('/chain', 'Chain', 'compliance')
    const list = page.getByRole('list', { name: 'Blocks, newest first' })
    await list.locator('[data-row]').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const height = Number(await page.evaluate(() => document.activeElement?.getAttribute('data-row')))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Block ${height}`, level: 1 }).waitFor()
    await page.getByText('This block holds', { exact: true }).waitFor()
    await page.getByRole('list', { name: 'Signatures' }).locator('[data-finding="holds"]').waitFor()
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: `Block ${height - 1}`, level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Next block' }).click()
    await page.getByRole('heading', { name: `Block ${height}`, level: 1 }).waitFor()
    await goTo(page, '/chain/blocks/0', 'Block 0')
    await page.getByText('This is the first block').waitFor()
    await page.goto('/chain/blocks/99999999')
    await page.getByText('There is no such thing here').waitFor()
  })
})

describe('a transfer', () => {
  test('is proved in the browser, and its document is saved', async () => {
    const page = await enterAt('/chain/prove', 'Prove a transfer')
    await page.getByLabel('Id of the transfer').fill('c0de')
    await page.getByRole('button', { name: 'Prove' }).click()
    await page.getByText(/An id such as/).waitFor()
    await page.getByLabel('Id of the transfer').fill(` ${PROVED.toUpperCase()} `)
    await page.keyboard.press('Enter')
    await page.getByText(/^Proved: it is in block/).waitFor()
    const steps = region(page, 'Checked in this browser')
    expect(await steps.locator('ol > li > [data-finding="holds"]').count()).toBe(STEPS)
    expect(
      await page
        .getByRole('list', { name: /The way from the transfer/ })
        .locator('li')
        .count(),
    ).toBeGreaterThan(3)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the document' }).click(),
    ])
    expect(download.suggestedFilename()).toBe(`proof-${PROVED}.json`)
    const saved = JSON.parse(await readFile(await download.path(), 'utf8')) as { transfer: { id: string } }
    expect(saved.transfer.id).toBe(PROVED)
    await page.getByText(`python verify_transfer.py proof-${PROVED}.json --first-key`).waitFor()
  })

  test('of which one cent was changed is not proved, and the page says where', async () => {
    const page = await enterAt(`/chain/prove/${TAMPERED}`, 'Prove a transfer', 'operator')
    await page.getByText('Not proved', { exact: true }).waitFor()
    const failed = region(page, 'Checked in this browser')
      .locator('ol > li')
      .filter({ has: page.locator('[data-finding="fails"]') })
    expect(await failed.count()).toBe(2)
    await failed.first().getByText('The transfer gives its digest').waitFor()
  })

  test('that no block holds is said to be so, and an error has its id', async () => {
    const page = await enterAt('/chain/prove/0193f2aa-1111-7aaa-8aaa-00000000dead', 'Prove a transfer')
    await page.getByText('No block holds this transfer').waitFor()
    app().fixture.fail('answers')
    await page.goto(`/chain/prove/${PROVED}`)
    await page
      .getByRole('alert')
      .getByText(/Something went wrong on our side/)
      .waitFor({ timeout: 20_000 })
    app().fixture.heal()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(/^Proved: it is in block/).waitFor()
  })
})

describe('somebody whose role does not open the chain', () => {
  test('is told so, and has no way there in the navigation', async () => {
    const page = await enterAt('/chain', 'Chain', 'analyst')
    await page.getByText('Your role does not open this').waitFor()
    expect(await page.getByRole('navigation').getByRole('link', { name: 'Chain' }).count()).toBe(0)
  })
})
