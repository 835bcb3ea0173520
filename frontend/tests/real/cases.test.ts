/**
 * An officer's path through the real stack (tests/serving/test_case_pages.py starts it): an alert of a ring becomes a case, its money is
 * drawn, two people decide it, the report leaves, the customer's money is frozen. With SCREENSHOTS_DIR, pictures of the pages on the way.
 */
import { expect, test } from 'vitest'
import { enter, heading, look } from './people'

const SLOW_MS = 90_000
const ALERT = process.env['ALERT'] ?? ''

test(
  'an alert becomes a case, whose money is drawn and which two people decide',
  async () => {
    const { page, context, complaints } = await enter('author', `/alerts?alert=${ALERT}`)
    await page.getByRole('link', { name: 'Open a case' }).click()
    await heading(page, 'Open a case')
    await page.getByLabel('How the money seems to have been moved').selectOption('mule_fan_in')
    await page.getByLabel('Severity').selectOption('high')
    await page.getByRole('button', { name: 'Open the case' }).click()
    await heading(page, /^Customer/)

    const drawn = page.getByRole('region', { name: 'Where the money went' })
    await expect.poll(() => drawn.locator('.react-flow__node').count()).toBe(10)
    await expect.poll(() => drawn.locator('.react-flow__edge').count()).toBe(9)
    await drawn.getByRole('radio', { name: 'Table' }).click()
    await expect.poll(() => drawn.getByRole('row').count()).toBe(10)
    await page.getByRole('region', { name: 'What happened' }).getByText('The case was opened').waitFor()

    await page.getByRole('button', { name: 'Take it' }).click()
    const next = page.getByRole('region', { name: 'Next step' })
    await next.getByRole('radio', { name: 'Report' }).click()
    await next.getByText('A report needs a piece of evidence first.').waitFor()
    const evidence = page.getByRole('region', { name: 'Evidence' })
    const chooser = page.waitForEvent('filechooser')
    await evidence.getByRole('button', { name: 'Attach a file' }).click()
    await (await chooser).setFiles({ name: 'deposits.csv', mimeType: 'text/csv', buffer: Buffer.from('day,amount\n') })
    await evidence.getByText('deposits.csv').waitFor()
    const notes = page.getByRole('region', { name: 'Notes' })
    await notes.getByLabel('New note').fill('called; no answer')
    await notes.getByRole('button', { name: 'Write it down' }).press('Enter')
    // What is typed is a textarea's text as well: only the list has what was kept.
    await notes.getByRole('listitem').getByText('called; no answer').waitFor()

    await next.getByLabel('What the transactions were').selectOption('mule_fan_in')
    await next.getByLabel('Why').fill('six payers within a day, and on at once')
    await next.getByRole('button', { name: 'Propose' }).click()
    await next.getByText('Proposed: report to the financial intelligence unit').waitFor()
    await next.getByText('Somebody else has to agree.').waitFor()
    expect(await next.getByRole('button', { name: 'Agree' }).count()).toBe(0)

    const colleague = await enter('colleague', new URL(page.url()).pathname)
    await heading(colleague.page, /^Customer/)
    await colleague.page.getByRole('button', { name: 'Agree' }).click()
    await colleague.page.getByText('Decided. The report waits under Reports').waitFor()
    await colleague.page.getByRole('region', { name: 'Trail' }).getByText('Report agreed to').waitFor()
    expect([...complaints, ...colleague.complaints]).toEqual([])
    await Promise.all([context.close(), colleague.context.close()])
  },
  SLOW_MS,
)

test(
  'the report is exported, downloaded, and closed by its receipt',
  async () => {
    const { page, context } = await enter('author', '/compliance/reports')
    await heading(page, 'Reports')
    const report = page.getByRole('list', { name: 'Reports' }).getByRole('listitem').first()
    await report.getByRole('button', { name: 'Export', exact: true }).click()
    const download = page.waitForEvent('download')
    await report.getByRole('button', { name: 'Download the document' }).click()
    expect((await download).suggestedFilename()).toMatch(/^report-.*\.xml$/)
    await report.getByLabel('Receipt').fill('2026.0001-5')
    await report.getByRole('button', { name: 'It was sent' }).click()
    await report.getByText('Sent', { exact: true }).waitFor()
    await report.getByRole('link', { name: 'The case' }).click()
    await page.getByText('Reported', { exact: true }).first().waitFor()
    await context.close()
  },
  SLOW_MS,
)

test(
  'money is frozen at once, and nobody lifts it alone',
  async () => {
    const { page, context } = await enter('author', '/compliance/cases')
    await heading(page, 'Cases')
    await page.getByRole('radio', { name: 'All, newest first' }).click()
    await page.getByRole('list', { name: 'Cases' }).getByRole('link').first().click()
    const freeze = page.getByRole('region', { name: 'Freeze' })
    await freeze.getByRole('button', { name: 'Freeze the money' }).click()
    await freeze.getByLabel('Why').fill('mule account')
    await freeze.getByRole('button', { name: 'Freeze now' }).click()
    await freeze.getByText('Frozen on suspicion').waitFor()
    await context.close()
  },
  SLOW_MS,
)

test(
  'the pages are good to look at, and to whoever does not look',
  async () => {
    const { page, context } = await enter('author', '/compliance/cases')
    await page.getByRole('radio', { name: 'All, newest first' }).click()
    await page.getByRole('list', { name: 'Cases' }).getByRole('link').first().click()
    await heading(page, /^Customer/)
    const path = new URL(page.url()).pathname
    await context.close()
    await look('/compliance/cases', 'Cases', 'compliance-cases', (one) => one.getByText('On time').waitFor())
    await look(path, /^Customer/, 'compliance-case', (one) => one.locator('.react-flow__node').first().waitFor())
    await look('/compliance/reports', 'Reports', 'compliance-reports', (one) =>
      one.getByRole('list', { name: 'Reports' }).waitFor(),
    )
  },
  2 * SLOW_MS,
)
