/** What the live events do to the page's state; pure, so that the tests need no browser. */
import { fromFeed, type DecisionRowData } from '@/features/decisions/row'
import type { AlertEvent, LiveDecision, LiveStats } from '@/lib/api-types'

export const MAX_FEED_ROWS = 1_000
export const MAX_FLAGGED_ROWS = 500
export const MAX_HELD_ROWS = 2_000
export const MAX_SERIES_POINTS = 300

export type FeedState = 'connecting' | 'live' | 'stale' | 'forbidden'
export type FeedFilter = 'all' | 'flagged' | 'deny'
export const FEED_FILTERS: readonly FeedFilter[] = ['all', 'flagged', 'deny']

export type LiveEvent =
  | { kind: 'decision'; decision: LiveDecision }
  | { kind: 'alert'; alert: AlertEvent }
  | { kind: 'stats'; stats: LiveStats; atMs: number }

/** Columns as uPlot wants them: seconds since the epoch, then one array a line. */
export interface Series {
  at_s: number[]
  per_second: number[]
  p50_us: (number | null)[]
  p99_us: (number | null)[]
}

export interface LiveData {
  rows: DecisionRowData[]
  flagged: DecisionRowData[]
  held: DecisionRowData[]
  isHeld: boolean
  skipped: number
  stats: LiveStats | null
  series: Series
}

export const EMPTY_LIVE: LiveData = {
  rows: [],
  flagged: [],
  held: [],
  isHeld: false,
  skipped: 0,
  stats: null,
  series: { at_s: [], per_second: [], p50_us: [], p99_us: [] },
}

export const isFlagged = (row: DecisionRowData): boolean => row.verdict !== 'allow'

/** Those of `incoming` that no list has, each once: a decision that was stored first may come over the feed as well, or come twice. */
function unseen(incoming: readonly DecisionRowData[], ...lists: readonly DecisionRowData[][]): DecisionRowData[] {
  const left = new Map(incoming.map((row) => [row.transaction_id, row]))
  for (const rows of lists) for (const { transaction_id } of rows) left.delete(transaction_id)
  return [...left.values()]
}

/** `incoming` is newest first. Flagged rows have a list of their own, or a busy minute of allowed ones would push them out. */
function prepend(data: LiveData, incoming: DecisionRowData[]): LiveData {
  const flagged = unseen(incoming.filter(isFlagged), data.flagged)
  return {
    ...data,
    rows: unseen(incoming, data.rows).concat(data.rows).slice(0, MAX_FEED_ROWS),
    flagged: flagged.length > 0 ? flagged.concat(data.flagged).slice(0, MAX_FLAGGED_ROWS) : data.flagged,
  }
}

function appendSeries(series: Series, batch: { stats: LiveStats; atMs: number }[]): Series {
  const tail = <T>(old: T[], fresh: T[]): T[] => old.concat(fresh).slice(-MAX_SERIES_POINTS)
  return {
    at_s: tail(
      series.at_s,
      batch.map((point) => point.atMs / 1_000),
    ),
    per_second: tail(
      series.per_second,
      batch.map((point) => point.stats.per_second),
    ),
    p50_us: tail(
      series.p50_us,
      batch.map((point) => point.stats.p50_us),
    ),
    p99_us: tail(
      series.p99_us,
      batch.map((point) => point.stats.p99_us),
    ),
  }
}

/** One frame's events, in the order in which they came. */
export function applyBatch(data: LiveData, events: LiveEvent[], skipped = 0): LiveData {
  const decisions: DecisionRowData[] = []
  const points: { stats: LiveStats; atMs: number }[] = []
  for (const event of events) {
    if (event.kind === 'decision') decisions.push(fromFeed(event.decision))
    else if (event.kind === 'stats') points.push(event)
  }
  decisions.reverse()
  let next: LiveData = skipped > 0 ? { ...data, skipped: data.skipped + skipped } : data
  if (decisions.length > 0) {
    next = next.isHeld
      ? { ...next, held: unseen(decisions, next.rows, next.held).concat(next.held).slice(0, MAX_HELD_ROWS) }
      : prepend(next, decisions)
  }
  const newest = points.at(-1)
  return newest ? { ...next, stats: newest.stats, series: appendSeries(next.series, points) } : next
}

export function hold(data: LiveData): LiveData {
  return data.isHeld ? data : { ...data, isHeld: true }
}

const newestFirst = (a: DecisionRowData, b: DecisionRowData): number => b.scored_at - a.scored_at

export function resume(data: LiveData): LiveData {
  if (!data.isHeld) return data
  const next = prepend({ ...data, isHeld: false, held: [] }, data.held)
  return { ...next, rows: next.rows.toSorted(newestFirst), flagged: next.flagged.toSorted(newestFirst) }
}

/**
 * Stored decisions take their place among what the feed has brought by now (it may have missed some), no row twice. Of a feed that
 * is held no row moves: what belongs above another waits with what has come since.
 */
export function seed(data: LiveData, stored: DecisionRowData[]): LiveData {
  const fresh = unseen(stored, data.rows, data.held, data.flagged)
  if (fresh.length === 0) return data
  const above = (row: DecisionRowData, last: DecisionRowData | undefined) =>
    last !== undefined && newestFirst(row, last) < 0
  const moves = (row: DecisionRowData) =>
    data.isHeld && (above(row, data.rows.at(-1)) || (isFlagged(row) && above(row, data.flagged.at(-1))))
  const placed = fresh.filter((row) => !moves(row))
  return {
    ...data,
    rows: data.rows.concat(placed).sort(newestFirst).slice(0, MAX_FEED_ROWS),
    flagged: data.flagged.concat(placed.filter(isFlagged)).sort(newestFirst).slice(0, MAX_FLAGGED_ROWS),
    held: data.held.concat(fresh.filter(moves)).sort(newestFirst).slice(0, MAX_HELD_ROWS),
  }
}

export function visibleRows(data: LiveData, filter: FeedFilter): DecisionRowData[] {
  if (filter === 'all') return data.rows
  if (filter === 'flagged') return data.flagged
  return data.flagged.filter((row) => row.verdict === 'deny')
}
