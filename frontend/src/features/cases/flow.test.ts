import { describe, expect, it } from 'vitest'
import { flowOf } from '@/features/cases/flow'
import type { AlertMember } from '@/lib/api-types'

interface Made {
  from?: string
  to?: string
  minor?: number
  currency?: string
  direction?: 'debit' | 'credit'
}

function member({ from = 'c1', to = 'p1', minor = 100, currency = 'BRL', direction = 'debit' }: Made): AlertMember {
  return {
    transaction_id: crypto.randomUUID(),
    event_time: '2026-03-02T12:00:00Z',
    joined_at: '2026-03-02T12:00:01Z',
    amount: { amount_minor: minor, currency },
    probability: null,
    reasons: [],
    stand_outs: [],
    verdict: 'review',
    transaction: { customer_id: from, payee_id: to, direction },
  }
}

describe('the flow of a case', () => {
  it('adds up what went from whom to whom', () => {
    const flow = flowOf([member({ minor: 100 }), member({ minor: 250 }), member({ to: 'p2', minor: 7 })], 'c1')
    expect(flow.payments.map(({ from, to, count, amountMinor }) => [from, to, count, amountMinor])).toEqual([
      ['c1', 'p1', 2, 350],
      ['c1', 'p2', 1, 7],
    ])
    expect(flow.parties.find(({ id }) => id === 'c1')).toMatchObject({
      sentMinor: 357,
      receivedMinor: 0,
      isSubject: true,
    })
  })

  it('turns what came in the other way round', () => {
    const flow = flowOf([member({ direction: 'credit' })], 'c1')
    expect(flow.payments).toMatchObject([{ from: 'p1', to: 'c1' }])
  })

  it('draws one currency, that of most transactions', () => {
    const flow = flowOf([member({}), member({}), member({ currency: 'USD', minor: 9_000 })], 'c1')
    expect(flow.currency).toBe('BRL')
    expect(flow.payments).toMatchObject([{ amountMinor: 200 }])
  })

  it('leaves out who moved least beyond the bound, never whom it is about', () => {
    const members = Array.from({ length: 60 }, (_, index) => member({ from: `c${index}`, minor: 1_000 + index }))
    const flow = flowOf([...members, member({ from: 'least', minor: 1 })], 'least')
    expect(flow.parties).toHaveLength(40)
    expect(flow.leftOut).toBe(22)
    expect(flow.parties.some(({ id }) => id === 'least')).toBe(true)
    expect(flow.payments).toHaveLength(39)
  })

  it('is empty where transactions name nobody on the other side', () => {
    const alone = member({})
    delete alone.transaction.payee_id
    expect(flowOf([alone], 'c1')).toEqual({ currency: 'BRL', parties: [], payments: [], leftOut: 0 })
  })
})
