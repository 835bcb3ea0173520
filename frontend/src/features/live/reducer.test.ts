import { describe, expect, test } from 'vitest'
import {
  applyBatch,
  EMPTY_LIVE,
  hold,
  MAX_FEED_ROWS,
  MAX_SERIES_POINTS,
  resume,
  seed,
  visibleRows,
  type LiveEvent,
} from '@/features/live/reducer'
import { fromFeed } from '@/features/decisions/row'
import type { LiveDecision, LiveStats, Verdict } from '@/lib/api-types'

function decision(id: number, verdict: Verdict = 'allow'): LiveDecision {
  return {
    transaction_id: `t${id}`,
    event_time: id,
    scored_at: id,
    channel: 'pix',
    direction: 'debit',
    amount_minor: 100,
    currency: 'BRL',
    customer_id: 'c000001',
    payee_id: null,
    merchant_id: null,
    verdict,
    probability: 0.1,
    reasons: [],
    source: 'scorer',
    latency_us: 400,
  }
}

const came = (id: number, verdict?: Verdict): LiveEvent => ({ kind: 'decision', decision: decision(id, verdict) })
const told = (atMs: number, perSecond: number): LiveEvent => {
  const stats: LiveStats = {
    per_second: perSecond,
    p50_us: 400,
    p99_us: 900,
    verdicts: { allow: 1, review: 0, step_up: 0, deny: 0 },
    currency: 'BRL',
    moved_minor: 1,
    saved_minor: 0,
    other_currencies: [],
    since: 0,
  }
  return { kind: 'stats', stats, atMs }
}
const ids = (rows: readonly { transaction_id: string }[]) => rows.map((row) => row.transaction_id)

describe('the live feed', () => {
  test('puts the newest decision first', () => {
    const data = applyBatch(applyBatch(EMPTY_LIVE, [came(1), came(2)]), [came(3)])
    expect(ids(data.rows)).toEqual(['t3', 't2', 't1'])
  })

  test('keeps a flagged decision however many allowed ones follow', () => {
    const flood = Array.from({ length: MAX_FEED_ROWS + 50 }, (_, index) => came(index + 10))
    const data = applyBatch(applyBatch(EMPTY_LIVE, [came(1, 'deny')]), flood)
    expect(data.rows).toHaveLength(MAX_FEED_ROWS)
    expect(ids(visibleRows(data, 'deny'))).toEqual(['t1'])
  })

  test('does not move while it is held, and catches up when it resumes', () => {
    const held = applyBatch(hold(applyBatch(EMPTY_LIVE, [came(1)])), [came(2), came(3, 'review')])
    expect(ids(held.rows)).toEqual(['t1'])
    expect(held.held).toHaveLength(2)
    const resumed = resume(held)
    expect(ids(resumed.rows)).toEqual(['t3', 't2', 't1'])
    expect(ids(resumed.flagged)).toEqual(['t3'])
    expect(resumed.held).toEqual([])
  })

  test('gives stored decisions their place in time and says none twice', () => {
    const data = applyBatch(EMPTY_LIVE, [came(2), came(4)])
    const seeded = seed(
      data,
      [4, 3, 2, 1].map((id) => fromFeed(decision(id))),
    )
    expect(ids(seeded.rows)).toEqual(['t4', 't3', 't2', 't1'])
  })

  test('says a decision once that was stored before the feed told it, and once that the feed tells twice', () => {
    const stored = seed(
      EMPTY_LIVE,
      [2, 1].map((id) => fromFeed(decision(id, 'deny'))),
    )
    const told = applyBatch(stored, [came(2, 'deny'), came(3, 'deny'), came(3, 'deny')])
    expect(ids(told.rows)).toEqual(['t3', 't2', 't1'])
    expect(ids(told.flagged)).toEqual(['t3', 't2', 't1'])
    const again = applyBatch(told, [came(3, 'deny'), came(4)])
    expect(ids(again.rows)).toEqual(['t4', 't3', 't2', 't1'])
    expect(ids(again.flagged)).toEqual(['t3', 't2', 't1'])
  })

  test('counts nothing twice while it is held', () => {
    const held = applyBatch(hold(applyBatch(EMPTY_LIVE, [came(1)])), [came(1), came(2), came(2)])
    expect(ids(held.held)).toEqual(['t2'])
    expect(ids(resume(held).rows)).toEqual(['t2', 't1'])
  })

  test('moves no row while it is held, and gives what was missed its place afterwards', () => {
    const held = applyBatch(hold(applyBatch(EMPTY_LIVE, [came(2), came(5, 'deny')])), [came(6)])
    const seeded = seed(
      held,
      [4, 3, 1].map((id) => fromFeed(decision(id, id === 3 ? 'deny' : 'allow'))),
    )
    expect(ids(seeded.rows)).toEqual(['t5', 't2', 't1'])
    expect(ids(seeded.held)).toEqual(['t6', 't4', 't3'])
    expect(ids(resume(seeded).rows)).toEqual(['t6', 't5', 't4', 't3', 't2', 't1'])
    expect(ids(resume(seeded).flagged)).toEqual(['t5', 't3'])
  })

  test('is the same object when a page brings nothing new', () => {
    const data = applyBatch(EMPTY_LIVE, [came(1)])
    expect(seed(data, [fromFeed(decision(1))])).toBe(data)
  })

  test('keeps a bounded series of the stats', () => {
    const events = Array.from({ length: MAX_SERIES_POINTS + 20 }, (_, index) => told(index * 1_000, index))
    const data = applyBatch(EMPTY_LIVE, events)
    expect(data.series.at_s).toHaveLength(MAX_SERIES_POINTS)
    expect(data.series.per_second.at(-1)).toBe(MAX_SERIES_POINTS + 19)
    expect(data.stats?.per_second).toBe(MAX_SERIES_POINTS + 19)
  })

  test('adds up what was skipped', () => {
    expect(applyBatch(applyBatch(EMPTY_LIVE, [], 3), [], 4).skipped).toBe(7)
  })
})
