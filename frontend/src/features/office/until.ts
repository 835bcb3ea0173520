/** How long there is until something, as people say it. */
const SECOND_MS = 1_000
const STEP_MS = 30_000
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

/** Minutes and seconds, for the last hour: as long as there is hurry, it is seen. */
function untilSeconds(leftMs: number, language: string): string {
  const seconds = Math.floor(Math.abs(leftMs) / SECOND_MS)
  const minutes = Math.floor(seconds / 60)
  const clock = `${minutes}:${String(seconds % 60).padStart(2, '0')}`
  return new Intl.RelativeTimeFormat(language, { style: 'short' })
    .formatToParts(leftMs < 0 ? -minutes : minutes, 'minute')
    .map(({ type, value }) => (type === 'literal' ? value : clock))
    .join('')
}

/** "in 5 hr.", "in 41:09 min.", "2 days ago". */
export const until = (leftMs: number, language: string): string =>
  Math.abs(leftMs) < HOUR_MS
    ? untilSeconds(leftMs, language)
    : new Intl.RelativeTimeFormat(language, { style: 'short' }).format(...untilParts(leftMs))

/** How often what is told of these moments is to be told anew: by the second from shortly before the last hour on. */
export const stepOf =
  (...atMs: readonly number[]) =>
  (nowMs: number): number =>
    atMs.some((at) => Math.abs(at - nowMs) < HOUR_MS + STEP_MS) ? SECOND_MS : STEP_MS

/** "today", "tomorrow", "in 4 days", from one calendar day to another. */
export function untilDay(day: string, today: string, language: string): string {
  const days = Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS)
  return new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' }).format(days, 'day')
}
