import { describe, expect, it } from 'vitest'
import { flowOfTrace, MAX_DRAWN } from '@/features/tracing/flow-of-trace'
import type { Trace } from '@/features/tracing/types'

type Carried = [from: string, to: string, tracedMinor: number, hop: number]

function traced(carried: Carried[], kept: [account: string, minor: number][]): Trace {
  const paymentOf = ([from, to, minor, hop]: Carried) => ({
    payment: {
      transfer_id: `${from}-${to}`,
      payer_account_id: from,
      payee_account_id: to,
      at: '2026-03-02T12:00:00Z',
      amount_minor: minor * 2,
      currency: 'BRL',
      purpose: 'transfer',
    },
    traced_minor: minor,
    hop,
  })
  const [first] = carried.map(paymentOf)
  if (!first) throw new Error('nothing is traced')
  return {
    start: first.payment,
    rule: 'traced-leaves-first',
    hops: [],
    places: kept.map(([account_id, amount_minor]) => ({
      account_id,
      hop: 1,
      amount_minor,
      share_ppm: 0,
      rest: 'kept',
    })),
    payments: carried.map(paymentOf),
    cut: false,
  }
}

describe('the drawing of a trace', () => {
  it('tells how much of the traced money went, not how much was paid', () => {
    const flow = flowOfTrace(
      traced(
        [
          ['victim', 'mule', 1_000, 1],
          ['mule', 'next', 700, 2],
        ],
        [
          ['mule', 300],
          ['next', 700],
        ],
      ),
    )
    expect(flow.payments.map(({ from, to, amountMinor }) => [from, to, amountMinor])).toEqual([
      ['victim', 'mule', 1_000],
      ['mule', 'next', 700],
    ])
    expect(flow.parties.find(({ id }) => id === 'mule')).toMatchObject({
      receivedMinor: 1_000,
      sentMinor: 700,
      restMinor: 300,
      isSubject: true,
    })
    expect(flow.parties.find(({ id }) => id === 'victim')?.restMinor).toBeUndefined()
  })

  it('puts several payments between two accounts on one line', () => {
    const flow = flowOfTrace(
      traced(
        [
          ['a', 'b', 500, 1],
          ['b', 'c', 200, 2],
          ['b', 'c', 100, 2],
        ],
        [],
      ),
    )
    expect(flow.payments.find(({ to }) => to === 'c')).toMatchObject({ count: 2, amountMinor: 300 })
  })

  it('leaves out beyond the bound who held least, never those of the first payment', () => {
    const many = Array.from({ length: 60 }, (_, n): Carried => ['mule', `n${n}`, 1_000 + n, 2])
    const flow = flowOfTrace(traced([['victim', 'mule', 1, 1], ...many], []))
    expect(flow.parties).toHaveLength(MAX_DRAWN)
    expect(flow.leftOut).toBe(22)
    expect(flow.parties.slice(0, 2).map(({ id }) => id)).toEqual(['victim', 'mule'])
    expect(flow.parties.some(({ id }) => id === 'n0')).toBe(false)
  })
})
