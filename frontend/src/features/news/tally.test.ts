import { describe, expect, it } from 'vitest'
import { MAX_COUNTED, somebodyMoved, withOpened } from '@/features/news/tally'
import type { AlertEvent } from '@/lib/api-types'

const event = (id: string, change: AlertEvent['change']): AlertEvent => ({
  event_id: `${id}-${change}`,
  alert_id: id,
  status: 'open',
  change,
  subject_kind: 'customer',
  subject_id: 'c1',
  transaction_id: 't1',
  verdict: 'review',
  amount_minor: 1,
  currency: 'BRL',
  first_event_time: 0,
  last_event_time: 0,
  occurred_at: 0,
  decisions: 1,
  total_amount_minor: 1,
})

describe('the tally of news', () => {
  it('counts each new alert once, and what grew or moved not at all', () => {
    const first = withOpened(new Set(), [event('a', 'opened'), event('b', 'opened'), event('a', 'grew')])
    expect([...first]).toEqual(['a', 'b'])
    const second = withOpened(first, [event('a', 'opened'), event('c', 'moved')])
    expect(second).toBe(first)
  })

  it('is bounded', () => {
    const many = Array.from({ length: MAX_COUNTED + 50 }, (_, n) => event(`a${n}`, 'opened'))
    const full = withOpened(new Set(), many)
    expect(full.size).toBe(MAX_COUNTED)
    expect(withOpened(full, [event('one more', 'opened')])).toBe(full)
  })

  it('knows when somebody moved one', () => {
    expect(somebodyMoved([event('a', 'opened'), event('b', 'grew')])).toBe(false)
    expect(somebodyMoved([event('b', 'moved')])).toBe(true)
  })
})
