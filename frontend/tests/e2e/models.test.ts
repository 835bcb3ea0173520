/** Paths through the models: compared, tried, held to the gate, promoted, and taken back. */
import { describe, expect, test } from 'vitest'
import { fixtureBank } from './fixture-bank'

const MOVE_MS = 30_000

const bank = fixtureBank()
const { enter, goTo, region } = bank

describe('whoever watches', () => {
  test('sees champion and challenger side by side, every version, and a version’s card', async () => {
    const page = await enter('analyst')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Risk' }).click()
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    const both = region(page, 'Champion and challenger')
    await both.getByRole('region', { name: 'Decides now' }).getByRole('link', { name: 'fraud-3' }).waitFor()
    await both.getByRole('region', { name: 'Tried beside it' }).getByRole('link', { name: 'fraud-5' }).waitFor()
    await both.getByText('0.657 to 0.715').waitFor()
    await both.getByText('It finds the takeovers of the weeks before').waitFor()
    expect(await region(page, 'All versions').getByRole('row').count()).toBe(6)
    await region(page, 'All versions').getByRole('link', { name: 'fraud-5' }).click()
    await page.getByRole('heading', { name: 'fraud-5', level: 1 }).waitFor()
    const card = region(page, 'Model card')
    await card.getByRole('heading', { name: 'Limits' }).waitFor()
    expect(await card.getByRole('group', { name: 'Data' }).getByRole('row').count()).toBe(5)
  })

  test('finds nothing to move a model with', async () => {
    for (const role of ['analyst', 'compliance']) {
      const page = await enter(role)
      await goTo(page, '/risk/models', 'Models')
      await region(page, 'All versions').getByRole('link', { name: 'fraud-5' }).waitFor()
      expect(await page.getByRole('button', { name: /Promote|Hold to|Try beside|Go back/ }).count()).toBe(0)
      await goTo(page, '/risk/models/5', 'fraud-5')
      await region(page, 'Model card').getByRole('heading', { name: 'Limits' }).waitFor()
      expect(await page.getByRole('button', { name: /Promote|Hold to|Try beside|Go back/ }).count()).toBe(0)
      if (role === 'analyst') await page.context().close()
    }
  })

  test('is told of a version that was trained before there were cards, and of one that is not there', async () => {
    const page = await enter('analyst')
    await goTo(page, '/risk/models/1', 'fraud-1')
    await page.getByText('trained before there were model cards').waitFor()
    await page.goto('/risk/models/99')
    await page.getByText('There is no such thing here').waitFor()
  })
})

describe('a version', () => {
  test('is promoted by two clicks and a reason, decides once the gate is open, and can be taken back', async () => {
    const page = await enter()
    await goTo(page, '/risk/models/5', 'fraud-5')
    await page.getByRole('button', { name: 'Promote' }).click()
    const dialog = page.getByRole('dialog', { name: 'Promote fraud-5' })
    await dialog.getByRole('button', { name: 'Promote' }).click()
    await dialog.getByText('Say why, for those who read this later.').waitFor()
    await dialog.getByLabel('Why').fill('the takeovers of last week')
    await dialog.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('heading', { name: 'Promote fraud-5', level: 1 }).waitFor()
    await region(page, 'Progress')
      .getByText(/of 1,000,000 records/)
      .waitFor()
    await page.getByText('Nothing speaks against it: fraud-5 decides now').waitFor({ timeout: MOVE_MS })
    await page.getByText('95% between +0.0094 and +0.0431').waitFor()
    await goTo(page, '/risk/models', 'Models')
    const champion = region(page, 'Champion and challenger').getByRole('region', { name: 'Decides now' })
    await champion.getByRole('link', { name: 'fraud-5' }).waitFor()
    await champion.getByText('the takeovers of last week').waitFor()
    await page.getByText('No version is tried beside it').waitFor()

    await champion.getByRole('button', { name: 'Go back to the champion before' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('too many alarms at noon')
    await page.getByRole('dialog').getByRole('button', { name: 'Go back to the champion before' }).click()
    await page.getByText('The champion before decides again from the next batch').waitFor({ timeout: MOVE_MS })
    await page.getByRole('main').getByRole('link', { name: 'Models' }).first().click()
    await champion.getByRole('link', { name: 'fraud-3' }).waitFor()
  })

  test('that is not better is held to the gate, and everything that speaks against it is said', async () => {
    const page = await enter()
    await goTo(page, '/risk/models/4', 'fraud-4')
    await page.getByRole('button', { name: 'Hold to the gate' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('is it any better')
    await page.getByRole('dialog').getByRole('button', { name: 'Hold to the gate' }).click()
    await page.getByText('3 things speak against it: fraud-4 stays what it was').waitFor({ timeout: MOVE_MS })
    const against = page.getByRole('list', { name: 'What speaks against it' }).getByRole('listitem')
    expect(await against.allTextContents()).toEqual([
      'It is not better beyond chance: its gain lies between −0.0112 and +0.0163.',
      'Channel: Card: it has 660 false alarms, the champion 388.',
      'Part of the day: Night, 0:00 to 6:00: it finds 64% of the frauds, the champion 73%.',
    ])
    const failing = page.getByRole('group', { name: 'By group' }).getByRole('row').filter({ hasText: 'fails' })
    expect(await failing.count()).toBe(2)
    await goTo(page, '/risk/models', 'Models')
    await region(page, 'Champion and challenger').getByRole('link', { name: 'fraud-3' }).waitFor()
  })

  test('is not moved while another move is under way, and the way to it is in sight', async () => {
    const page = await enter()
    await goTo(page, '/risk/models/4', 'fraud-4')
    await page.getByRole('button', { name: 'Try beside the champion' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').fill('newer by five days')
    const body = JSON.stringify({ kind: 'promote', version: 5, dry_run: true, why: 'somebody was quicker' })
    const status = await page.evaluate(async (asked) => {
      const session = (await (await fetch('/v1/session')).json()) as { csrf_token: string }
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token }
      return (await fetch('/v1/risk/moves', { method: 'POST', headers, body: asked })).status
    }, body)
    expect(status).toBe(202)
    await dialog.getByRole('button', { name: 'Try beside the champion' }).click()
    await dialog.getByRole('alert').getByText('Another move is not at its end').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    await goTo(page, '/risk/models', 'Models')
    await region(page, 'Moves')
      .getByRole('link', { name: /Hold fraud-5 to the gate/ })
      .waitFor()
    await region(page, 'Moves').getByText('Gate open').waitFor({ timeout: MOVE_MS })
    expect(await region(page, 'Moves').getByText('somebody was quicker').count()).toBe(1)
  })

  test('that the last weeks say nothing of fails, and says why', async () => {
    const page = await enter()
    await goTo(page, '/risk/models/2', 'fraud-2')
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByLabel('Why').fill('an old one')
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('alert').getByText('The last weeks hold no decision').waitFor({ timeout: MOVE_MS })
  })
})

describe('at 360 px', () => {
  test('no page of the models is wider than the screen', async () => {
    const page = await enter('risk', { width: 360, height: 740 })
    for (const [path, heading, seen] of [
      ['/risk/models', 'Models', 'Champion and challenger'],
      ['/risk/models/5', 'fraud-5', 'Model card'],
    ] as const) {
      await goTo(page, path, heading)
      await region(page, seen).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
    await goTo(page, '/risk/models/4', 'fraud-4')
    await region(page, 'Moves').getByRole('link').first().click()
    await page.getByRole('group', { name: 'By group' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })
})
