import { describe, expect, test } from 'vitest'
import { QueryClient } from '@tanstack/react-query'
import { alertsQuery, applyLiveAlerts } from '@/features/alerts/api'
import { mergeAlerts, toRow, type AlertRowData } from '@/features/alerts/merge'
import { commonReasons, heaviest, strongestStandOuts } from '@/features/alerts/summary'
import type { AlertEvent, AlertMember, Page } from '@/lib/api-types'

function event(alertId: string, changes: Partial<AlertEvent> = {}): AlertEvent {
  return {
    event_id: 'e',
    alert_id: alertId,
    status: 'open',
    change: 'grew',
    subject_kind: 'customer',
    subject_id: 'c000042',
    transaction_id: 't',
    verdict: 'review',
    amount_minor: 100,
    currency: 'BRL',
    first_event_time: 1,
    last_event_time: 2,
    occurred_at: 3,
    decisions: 1,
    total_amount_minor: 100,
    probability: 0.5,
    ...changes,
  }
}

const row = (alertId: string, changes: Partial<AlertEvent> = {}) => toRow(event(alertId, changes), undefined)
const pageOf = (...alertIds: string[]) => [{ items: alertIds.map((alertId) => row(alertId)), next_cursor: null }]
const ids = (pages: Page<AlertRowData>[]) => pages.flatMap((page) => page.items.map((alert) => alert.alert_id))

describe('live alerts in a list', () => {
  test('bring a changed alert to the top, once', () => {
    const pages = mergeAlerts(pageOf('a', 'b', 'c'), [event('c', { decisions: 2 }), event('c', { decisions: 3 })], null)
    expect(ids(pages)).toEqual(['c', 'a', 'b'])
    expect(pages[0]?.items[0]?.decisions).toBe(3)
  })

  test('do not undo what is known when an older event comes late', () => {
    const pages = [{ items: [row('a', { decisions: 5 })], next_cursor: null }]
    expect(mergeAlerts(pages, [event('a', { decisions: 4 })], null)).toBe(pages)
  })

  test('leave a list of one status when they move to another', () => {
    expect(ids(mergeAlerts(pageOf('a', 'b'), [event('a', { status: 'dismissed' })], 'open'))).toEqual(['b'])
  })

  test('keep the highest probability and the time of opening', () => {
    const before = toRow(event('a', { probability: 0.9, occurred_at: 1 }), undefined)
    const after = toRow(event('a', { probability: 0.4, occurred_at: 9, decisions: 2 }), before)
    expect(after).toMatchObject({ highest_probability: 0.9, opened_at: 1, changed_at: 9 })
  })
})

describe('a live alert', () => {
  test('comes into a list that is loaded, and leaves it as old and as failed as its last answer', () => {
    const client = new QueryClient()
    const { queryKey } = alertsQuery(null)
    client.setQueryData(queryKey, { pages: pageOf('a'), pageParams: [null] }, { updatedAt: 1_000 })
    const error = new Error('the warehouse is away')
    client.getQueryCache().find({ queryKey })?.setState({ error, status: 'error' })
    applyLiveAlerts(client, [event('b')])
    expect(ids(client.getQueryData(queryKey)?.pages ?? [])).toEqual(['b', 'a'])
    expect(client.getQueryState(queryKey)).toMatchObject({ error, status: 'error', dataUpdatedAt: 1_000 })
  })
})

describe('what an alert comes to', () => {
  const member = (reasons: string[], value: number): AlertMember => ({
    transaction_id: 't',
    event_time: '2025-11-24T16:00:00Z',
    verdict: 'deny',
    amount: { amount_minor: 100, currency: 'BRL' },
    probability: 0.9,
    reasons,
    stand_outs: [{ feature: 'payee_customers_1h', value, usual: 1, sentence: 's' }],
    transaction: {},
    joined_at: '2025-11-24T16:00:01Z',
  })

  test('is led by the reasons that most members share', () => {
    expect(commonReasons([member(['a', 'b'], 1), member(['b'], 1)])).toEqual([
      ['b', 2],
      ['a', 1],
    ])
  })

  test('shows each feature once, at its most extreme', () => {
    expect(strongestStandOuts([member([], 4), member([], 14), member([], 9)]).map((one) => one.value)).toEqual([14])
  })

  test('pins the most money among alerts that many decisions share', () => {
    const lone = row('lone', { total_amount_minor: 9_000, decisions: 1 })
    const ring = row('ring', { total_amount_minor: 5_000, decisions: 9 })
    expect(heaviest([lone, ring])?.alert_id).toBe('ring')
    expect(heaviest([lone])).toBeNull()
  })
})
