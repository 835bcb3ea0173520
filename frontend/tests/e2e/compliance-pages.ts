/** The pages under /compliance, and what shows that each is there in full, or that there is nothing for it. */
import { idOf } from '../fixture-server/examples'
import { TRACED } from '../fixture-server/trace'
import { listed, said, type Place } from './places'

export const PLACES: readonly Place[] = [
  {
    name: 'today',
    path: '/compliance/today',
    heading: 'Today',
    full: async (page) => {
      await listed('What is next')(page)
      await listed('Queues')(page)
    },
    empty: 'Nothing is due',
  },
  {
    name: 'blocks',
    path: '/compliance/blocks',
    heading: 'Blocks',
    full: listed('Blocks'),
    empty: 'No money is held',
  },
  {
    name: 'disputes',
    path: '/compliance/disputes',
    heading: 'Disputes',
    full: listed('Disputes'),
    empty: 'No dispute is running',
  },
  {
    name: 'dispute',
    path: `/compliance/disputes/${idOf(2, 3)}`,
    heading: 'Dispute IR-2026-0003',
    full: listed('What was done'),
    empty: null,
  },
  {
    name: 'recoveries',
    path: '/compliance/disputes/sent',
    heading: 'Asked back',
    full: listed('Asked back'),
    empty: 'Nothing is being asked back',
  },
  {
    name: 'recovery',
    path: `/compliance/disputes/sent/${idOf(3, 3)}`,
    heading: 'Asked back: FR-2026-0003',
    full: listed('What was done'),
    empty: null,
  },
  {
    name: 'trace',
    path: `/compliance/trace?transfer=${TRACED}`,
    heading: 'Where the money went',
    // The drawing, or on a narrow screen the payments themselves; where the money lies is told beside either.
    full: (page) =>
      page
        .locator('.react-flow__node')
        .or(page.getByRole('group', { name: 'Payments that carried it' }).locator('tbody tr'))
        .first()
        .waitFor(),
    empty: null,
  },
  {
    name: 'scenarios',
    path: '/compliance/scenarios',
    heading: 'Scenarios',
    full: said('A large Pix at night'),
    empty: null,
  },
  {
    name: 'scenario',
    path: '/compliance/scenarios/pix-at-night',
    heading: 'A large Pix at night',
    full: said('too many of people who pay their rent at night'),
    empty: 'Nothing was ever changed',
  },
  {
    name: 'version',
    path: `/compliance/scenarios/pix-at-night/${idOf(13, 1)}`,
    heading: 'A large Pix at night',
    full: (page) => page.getByRole('img').first().waitFor(),
    empty: null,
  },
  {
    name: 'hits',
    path: '/compliance/screening',
    heading: 'Hits',
    full: listed('Hits'),
    empty: 'Nobody waits',
  },
  {
    name: 'lists',
    path: '/compliance/screening/lists',
    heading: 'Watch-lists',
    full: async (page) => {
      await listed('Watch-lists')(page)
      await said('the quarter')(page)
      await said('the supervisor wants every payer screened')(page)
    },
    empty: 'There is no list',
  },
]
