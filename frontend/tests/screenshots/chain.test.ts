/** Pictures of the ledger's chain and of a proof. They are taken of the fixture bank. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROVED, TAMPERED } from '../fixture-server/chain'
import { PASSWORD } from '../fixture-server/handler'
import { open, signIn } from '../e2e/browser'
import { IMAGES, scaleOf, SIZES, THEMES, startedBrowser, startedBank } from './studio'

const browser = startedBrowser()
const app = startedBank()

describe.each(THEMES)('in the %s theme', (theme) => {
  test.each(Object.entries(SIZES))('at %s px the chain and a proof are taken', async (name, viewport) => {
    const { context, page, complaints } = await open(browser(), {
      theme,
      viewport,
      deviceScaleFactor: scaleOf(name),
      baseURL: app().url,
    })
    /** The whole of a page is taken in a window as tall as it, so that what stays at the window's foot is at the picture's. */
    const shoot = async (subject: string, isWhole = false) => {
      if (isWhole)
        await page.setViewportSize({
          width: viewport.width,
          height: await page.evaluate(() => document.documentElement.scrollHeight),
        })
      await page.screenshot({ path: join(IMAGES, `${subject}-${name}-${theme}.png`) })
      await page.setViewportSize(viewport)
    }
    await signIn(page, { email: 'risk@demo.example', password: PASSWORD })
    await page.goto('/chain')
    await page.getByRole('list', { name: 'Blocks, newest first' }).locator('[data-row]').first().waitFor()
    await page.getByRole('list', { name: 'Keys' }).waitFor()
    await page.waitForTimeout(300)
    await shoot('chain')
    await page.goto('/chain/blocks/128')
    await page.getByText('This block holds', { exact: true }).waitFor()
    await shoot('block', true)
    await page.goto(`/chain/prove/${PROVED}`)
    await page.getByText(/^Proved: it is in block/).waitFor()
    await page.waitForTimeout(800)
    await shoot('proof', true)
    await page.goto(`/chain/prove/${TAMPERED}`)
    await page.getByText('Not proved', { exact: true }).waitFor()
    await page.waitForTimeout(800)
    await shoot('proof-tampered', true)
    await page.goto('/chain/prove')
    await page.getByText('Paste the id of a transfer').waitFor()
    await shoot('proof-empty')
    expect(complaints).toEqual([])
    await context.close()
  })
})
