/** Where the money of one payment of the fixture bank went. */
import { problem, type Answer } from './answer'
import { idOf, like, type Schemas } from './examples'
import { HOUR_MS, type At } from './held'

export const TRACED = idOf(4, 1)

/** One payment that three others carry on, of which one lies where nobody follows. */
export function traceOf(at: At, transferId: string, hops: number): Answer {
  if (transferId !== TRACED) return problem(404, 'not-in-graph', 'the graph does not know this payment')
  const account = (n: number) => idOf(8, n)
  const paid = (n: number, from: number, to: number, amount_minor: number, hop: number) => ({
    hop,
    traced_minor: amount_minor,
    payment: {
      transfer_id: n === 1 ? TRACED : idOf(9, n),
      payer_account_id: account(from),
      payee_account_id: account(to),
      amount_minor,
      currency: 'BRL',
      purpose: 'transfer',
      at: at((n - 9) * HOUR_MS),
    },
  })
  const payments = [
    paid(1, 1, 2, 400_000, 1),
    paid(2, 2, 3, 150_000, 2),
    paid(3, 2, 4, 120_000, 2),
    paid(4, 3, 5, 90_000, 3),
  ].filter(({ hop }) => hop <= hops)
  const place = (n: number, hop: number, amount_minor: number, rest: Schemas['TracedPlace']['rest']) =>
    like('TracedPlace', {
      account_id: account(n),
      hop,
      amount_minor,
      share_ppm: Math.round(amount_minor * 2.5),
      rest,
    })
  return {
    status: 200,
    body: like('GraphTrace', {
      start: payments[0]?.payment,
      payments,
      places: [
        place(2, 1, 130_000, 'kept'),
        place(4, 2, 120_000, 'kept'),
        place(5, 3, 90_000, 'kept'),
        place(3, 2, 60_000, 'kept'),
      ],
      hops: [1, 2, 3].map((hop) => ({
        hop,
        amount_minor: [130_000, 180_000, 90_000][hop - 1] ?? 0,
        share_ppm: [325_000, 450_000, 225_000][hop - 1] ?? 0,
      })),
    } as Partial<Schemas['GraphTrace']>),
  }
}
