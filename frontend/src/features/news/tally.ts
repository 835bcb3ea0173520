import type { AlertEvent } from '@/lib/api-types'

/** More than this are not counted one by one. */
export const MAX_COUNTED = 999

/** The alerts that were opened since somebody looked, each once. `known` is not changed. */
export function withOpened(known: ReadonlySet<string>, events: readonly AlertEvent[]): ReadonlySet<string> {
  const opened = events.filter(({ change, alert_id: id }) => change === 'opened' && !known.has(id))
  if (opened.length === 0 || known.size >= MAX_COUNTED) return known
  return new Set([...known, ...opened.map(({ alert_id: id }) => id)].slice(0, MAX_COUNTED))
}

/** Whether somebody moved an alert: into a case, out of it, to its end. Queues and clocks are others then. */
export const somebodyMoved = (events: readonly AlertEvent[]): boolean => events.some(({ change }) => change === 'moved')
