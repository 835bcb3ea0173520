/**
 * An officer's morning through the real stack (tests/serving/test_office_pages.py starts it): what is due, money that is blocked and
 * returned by two, a dispute from its report to its refund, where its money went, money that is asked back, and alerts that come
 * while somebody looks. With SCREENSHOTS_DIR, pictures of the pages on the way.
 */
import { expect, test } from 'vitest'
import { enter, heading, look } from './people'

const SLOW_MS = 90_000
const BLOCKED = process.env['BLOCKED'] ?? ''
const RELEASED = process.env['RELEASED'] ?? ''
const DISPUTED = process.env['DISPUTED'] ?? ''
const LEFT = process.env['LEFT'] ?? ''

test(
  'received money is held by one, and goes back when another agrees',
  async () => {
    const { page, context, complaints } = await enter('author', `/compliance/blocks?transfer=${BLOCKED}`)
    await heading(page, 'Blocks')
    await page.getByLabel('Why').fill('the payer telephoned')
    await page.getByRole('button', { name: 'Hold the money' }).press('Enter')
    const row = page.getByRole('list', { name: 'Blocks' }).getByRole('listitem').first()
    await row.getByText('the payer telephoned').waitFor()
    await row.getByText('Held', { exact: true }).waitFor()
    await row.getByText('in 71 hr.').waitFor()
    await page.getByRole('button', { name: 'Propose to return it' }).press('Enter')
    await row.getByText('Somebody else has to agree.').waitFor()
    expect(await row.getByRole('button', { name: 'Agree' }).count()).toBe(0)

    const colleague = await enter('colleague', '/compliance/today')
    await heading(colleague.page, 'Today')
    const queue = colleague.page.getByRole('list', { name: 'Queues' }).getByRole('link', { name: /^Blocks/ })
    await queue.getByText('1 for you').waitFor()
    await queue.click()
    const other = colleague.page.getByRole('list', { name: 'Blocks' }).getByRole('listitem').first()
    await other.getByText('Proposed: the money goes back to the payer').waitFor()
    await other.getByRole('button', { name: 'Agree', exact: true }).click()
    await colleague.page.getByText('No money is held').waitFor()
    await colleague.page.getByRole('radio', { name: 'Ended' }).click()
    await colleague.page.getByText('Returned to the payer').waitFor()

    await page.goto(`/compliance/blocks?transfer=${BLOCKED}`)
    await page.getByLabel('Why').fill('once more')
    await page.getByRole('button', { name: 'Hold the money' }).click()
    await page.getByText('Nothing of this payment is here').waitFor()
    expect([...complaints.filter((one) => !one.includes('409')), ...colleague.complaints]).toEqual([])
    await Promise.all([context.close(), colleague.context.close()])
  },
  SLOW_MS,
)

test(
  'a dispute goes from its report to its refund, by two people',
  async () => {
    const { page, context, complaints } = await enter('author', '/compliance/disputes')
    await heading(page, 'Disputes')
    await page.getByText('No dispute is running').waitFor()
    await page.getByLabel('Report', { exact: true }).fill('IR-2026-0001')
    await page.getByLabel('Payment').fill('not an id')
    await page.getByRole('button', { name: 'Take it in' }).click()
    await page.getByText('That is no payment’s id.').waitFor()
    await page.getByLabel('Payment').fill(DISPUTED)
    await page.getByLabel('What the payer says').selectOption('coercion')
    await page.getByRole('button', { name: 'Take it in' }).press('Enter')
    await heading(page, 'Dispute IR-2026-0001')
    const clocks = page.getByRole('region', { name: 'Clocks' })
    await clocks.getByText('in 6 days').waitFor()
    const next = page.getByRole('region', { name: 'Next step' })
    await next.getByRole('button', { name: 'Begin the analysis' }).click()
    await next.getByRole('button', { name: 'It was fraud' }).click()
    await next.getByText('Somebody else has to agree.').waitFor()

    const colleague = await enter('colleague', new URL(page.url()).pathname)
    await heading(colleague.page, 'Dispute IR-2026-0001')
    await colleague.page.getByRole('button', { name: 'Agree', exact: true }).click()
    await colleague.page.getByRole('button', { name: 'Return the money' }).click()
    await colleague.page.getByText('returned in full').waitFor()
    const done = colleague.page.getByRole('list', { name: 'What was done' })
    await done.getByText('Money returned').waitFor()
    expect(await done.getByRole('listitem').count()).toBe(5)
    await colleague.page.goto('/compliance/disputes?show=ended')
    await colleague.page.getByRole('list', { name: 'Disputes' }).getByText('IR-2026-0001').waitFor()
    expect([...complaints, ...colleague.complaints]).toEqual([])
    await Promise.all([context.close(), colleague.context.close()])
  },
  SLOW_MS,
)

test(
  'what a customer was defrauded of is asked back, and credited when another agrees that it came',
  async () => {
    const { page, context, complaints } = await enter('author', '/compliance/disputes')
    await page.getByRole('link', { name: 'Paid from here' }).click()
    await heading(page, 'Asked back')
    await page.getByText('Nothing is being asked back').waitFor()
    await page.getByLabel('Payment').fill(LEFT)
    await page.getByRole('button', { name: 'Ask it back' }).press('Enter')
    await heading(page, /^Asked back: /)
    const next = page.getByRole('region', { name: 'Next step' })
    await next.getByLabel('Request').fill('FR-2026-0001')
    await next.getByRole('button', { name: 'It was sent' }).click()
    await heading(page, 'Asked back: FR-2026-0001')
    await next.getByRole('button', { name: 'It was fraud' }).click()
    await page.getByText(/^in [56] hr\.$/).waitFor()
    await next.getByRole('button', { name: 'It was requested' }).click()
    await next.getByLabel('How much (BRL)').fill('150')
    await next.getByRole('button', { name: 'Propose to credit it' }).click()
    await next.getByText('Somebody else has to agree.').waitFor()
    const path = new URL(page.url()).pathname

    const colleague = await enter('colleague', path)
    await colleague.page.getByText('Proposed: R$150.00 came back').waitFor()
    await colleague.page.getByRole('button', { name: 'Agree', exact: true }).click()
    await colleague.page.getByText('came back in part').waitFor()
    await colleague.page.getByRole('list', { name: 'What was done' }).getByText('Credited to the customer').waitFor()
    expect([...complaints, ...colleague.complaints]).toEqual([])
    await Promise.all([context.close(), colleague.context.close()])
    await look(path, 'Asked back: FR-2026-0001', 'compliance-asked-back', (one) =>
      one.getByText('Credited to the customer').waitFor(),
    )
  },
  2 * SLOW_MS,
)

test(
  'its money is followed as far as somebody asks, drawn and as a table',
  async () => {
    const { page, context, complaints } = await enter('author', '/compliance/disputes?show=ended')
    await page.getByRole('link', { name: /IR-2026-0001/ }).click()
    await page.getByRole('link', { name: 'Where its money went' }).click()
    await heading(page, 'Where the money went')
    const drawn = page.getByRole('region', { name: 'Where the money went' })
    await drawn.locator('.react-flow__node').first().waitFor()
    await expect.poll(() => drawn.locator('.react-flow__node').count()).toBe(7)
    await page.getByText('lie at 5 places', { exact: false }).waitFor()
    await drawn.getByRole('radio', { name: 'Table' }).click()
    await expect.poll(() => drawn.getByRole('row').count()).toBe(7)
    await page.getByLabel('How far', { exact: true }).selectOption('1')
    await page.getByRole('button', { name: 'Follow it' }).press('Enter')
    await page.getByText('lie at 1 place.', { exact: false }).waitFor()
    await page.getByRole('region', { name: 'Where it lies' }).getByText('as far as was asked').first().waitFor()
    await page.goto(`/compliance/trace?transfer=${crypto.randomUUID()}`)
    await page.getByText('The graph does not know this payment').waitFor()
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([])
    await context.close()
  },
  SLOW_MS,
)

test(
  'alerts that come while somebody looks are counted, and shown when they are asked for',
  async () => {
    const { page, context, complaints } = await enter('author', '/compliance/trace')
    await heading(page, 'Where the money went')
    await page
      .getByText(/^\d+ new alerts?$/)
      .first()
      .waitFor({ timeout: SLOW_MS })
    await page.getByRole('status').filter({ hasText: 'new alert' }).first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Show', exact: true }).press('Enter')
    expect(complaints).toEqual([])
    await context.close()
  },
  SLOW_MS,
)

test(
  'what is due is on one page, and each clock says what is under it',
  async () => {
    const { page, context, complaints } = await enter('author', `/compliance/blocks?transfer=${RELEASED}`)
    await page.getByLabel('Why').fill('a second one, that nobody decides')
    await page.getByRole('button', { name: 'Hold the money' }).click()
    await page.getByText('a second one, that nobody decides').waitFor()
    await page.goto('/compliance')
    await heading(page, 'Today')
    await page.getByRole('button', { name: /^Block/ }).press('Enter')
    const due = page.getByRole('list', { name: 'What is next' })
    await expect.poll(() => due.getByRole('listitem').count()).toBe(1)
    await due.getByRole('link', { name: /^Block/ }).click()
    await page.getByText('a second one, that nobody decides').waitFor()
    await page.goto('/compliance/today?clock=med_refund')
    await page.getByText('Nothing is under this clock').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await due.waitFor()
    expect(complaints).toEqual([])
    await context.close()
  },
  SLOW_MS,
)

test(
  'the pages are good to look at, and to whoever does not look',
  async () => {
    await look('/compliance/today', 'Today', 'compliance-today', async (one) => {
      await one.getByRole('list', { name: 'What is next' }).waitFor()
      await one.getByRole('list', { name: 'Queues' }).waitFor()
    })
    await look('/compliance/blocks', 'Blocks', 'compliance-blocks', (one) =>
      one.getByText('a second one, that nobody decides').waitFor(),
    )
    await look('/compliance/disputes?show=ended', 'Disputes', 'compliance-disputes', (one) =>
      one.getByText('IR-2026-0001').waitFor(),
    )
    const { page, context } = await enter('author', '/compliance/disputes?show=ended')
    await page.getByRole('link', { name: /IR-2026-0001/ }).click()
    await heading(page, 'Dispute IR-2026-0001')
    const path = new URL(page.url()).pathname
    await context.close()
    await look(path, 'Dispute IR-2026-0001', 'compliance-dispute', (one) => one.getByText('Money returned').waitFor())
    await look(`/compliance/trace?transfer=${DISPUTED}`, 'Where the money went', 'compliance-trace', (one) =>
      one.locator('.react-flow__node, [role=group] tbody tr').first().waitFor(),
    )
  },
  3 * SLOW_MS,
)
