/** How long there is until something, as people say it. */
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

type Part = [number, Intl.RelativeTimeFormatUnit]

/** Whole units, rounded down: nobody is told that there is more time than there is. */
export function untilParts(leftMs: number): Part {
  const size = Math.abs(leftMs)
  if (size < 2 * HOUR_MS) return [Math.floor(leftMs / MINUTE_MS), 'minute']
  if (size <= 3 * DAY_MS) return [Math.floor(leftMs / HOUR_MS), 'hour']
  return [Math.floor(leftMs / DAY_MS), 'day']
}

/** "in 5 hr.", "2 days ago". */
export const until = (leftMs: number, language: string): string =>
  new Intl.RelativeTimeFormat(language, { style: 'short' }).format(...untilParts(leftMs))

/** "today", "tomorrow", "in 4 days", from one calendar day to another. */
export function untilDay(day: string, today: string, language: string): string {
  const days = Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS)
  return new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' }).format(days, 'day')
}
