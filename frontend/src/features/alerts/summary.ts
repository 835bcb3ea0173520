import type { AlertRowData } from '@/features/alerts/merge'
import type { AlertMember, StandOut } from '@/lib/api-types'

const LEAST_DECISIONS_TO_PIN = 5
const MAX_REASONS = 5
const MAX_STAND_OUTS = 4

/** The reasons that most members share, with how many have each. */
export function commonReasons(members: readonly AlertMember[]): [reason: string, count: number][] {
  const counts = new Map<string, number>()
  for (const member of members) for (const reason of member.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_REASONS)
}

/** Each feature once, at its most extreme among the members, in the order in which the API ranks them. */
export function strongestStandOuts(members: readonly AlertMember[]): StandOut[] {
  const strongest = new Map<string, StandOut>()
  for (const standOut of members.flatMap((member) => member.stand_outs)) {
    const held = strongest.get(standOut.feature)
    if (!held || Math.abs(standOut.value - (standOut.usual ?? 0)) > Math.abs(held.value - (held.usual ?? 0))) {
      strongest.set(standOut.feature, standOut)
    }
  }
  return [...strongest.values()].slice(0, MAX_STAND_OUTS)
}

/** The alert with most money at stake among those that many decisions share, as a ring does; null where there is none. */
export function heaviest(alerts: readonly AlertRowData[]): AlertRowData | null {
  const shared = alerts.filter((alert) => alert.decisions >= LEAST_DECISIONS_TO_PIN)
  return shared.reduce<AlertRowData | null>(
    (most, alert) => (most === null || alert.total.amount_minor > most.total.amount_minor ? alert : most),
    null,
  )
}

/** The list's own word about an alert is newer than what was stored. */
export function withStored(
  alerts: readonly AlertRowData[],
  stored: AlertRowData | null | undefined,
): readonly AlertRowData[] {
  if (!stored || alerts.some((alert) => alert.alert_id === stored.alert_id)) return alerts
  return [...alerts, stored]
}
