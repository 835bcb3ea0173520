import type { Alert, AlertEvent, AlertStatus, Page } from '@/lib/api-types'

/** What the list shows of an alert: as stored, with the reasons of its newest decision where the feed told them. */
export interface AlertRowData extends Alert {
  reasons?: string[]
}

export function toRow(event: AlertEvent, before: AlertRowData | undefined): AlertRowData {
  return {
    alert_id: event.alert_id,
    status: event.status,
    kind: event.kind ?? 'decision',
    scenarios: event.kind === 'scenario' ? scenariosOf(event, before) : [],
    subject_kind: event.subject_kind,
    subject_id: event.subject_id,
    decisions: event.decisions,
    total: { amount_minor: event.total_amount_minor, currency: event.currency },
    highest_probability:
      event.kind === 'scenario' ? null : Math.max(event.probability ?? 0, before?.highest_probability ?? 0),
    first_event_time: event.first_event_time,
    last_event_time: event.last_event_time,
    opened_at: before?.opened_at ?? event.occurred_at,
    changed_at: event.occurred_at,
    moved_by: before?.moved_by ?? null,
    reasons: event.reasons ?? before?.reasons ?? [],
  }
}

/** The scenarios of an alert as far as they are known: an event names the one that it tells of. */
function scenariosOf(event: AlertEvent, before: AlertRowData | undefined): string[] {
  return [...new Set([...(before?.scenarios ?? []), ...(event.reasons ?? [])])].sort()
}

/** Each changed alert once, at the top, with what the newest event says; `status` keeps a filtered list true to its filter. */
export function mergeAlerts(
  pages: Page<AlertRowData>[],
  events: AlertEvent[],
  status: AlertStatus | null,
): Page<AlertRowData>[] {
  const known = new Map(pages.flatMap((page) => page.items).map((alert) => [alert.alert_id, alert]))
  const changed = new Map<string, AlertRowData>()
  for (const event of events) {
    const before = changed.get(event.alert_id) ?? known.get(event.alert_id)
    if (before && before.decisions > event.decisions) continue
    changed.delete(event.alert_id)
    changed.set(event.alert_id, toRow(event, before))
  }
  if (changed.size === 0) return pages
  const kept = pages.map((page) => ({ ...page, items: page.items.filter((alert) => !changed.has(alert.alert_id)) }))
  const top = [...changed.values()].reverse().filter((alert) => status === null || alert.status === status)
  const [first, ...rest] = kept
  return first ? [{ ...first, items: [...top, ...first.items] }, ...rest] : kept
}
