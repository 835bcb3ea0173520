/** Days as the API writes them, such as 2025-11-24. */

const DAY = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 86_400_000

const noonMs = (day: string): number => Date.parse(`${day}T12:00:00Z`)
const dayOfNoon = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Whether there is such a day. */
export const isDay = (text: string): boolean =>
  DAY.test(text) && !Number.isNaN(noonMs(text)) && dayOfNoon(noonMs(text)) === text

/** Some days later, or earlier where `days` is below zero. */
export const dayPlus = (day: string, days: number): string => dayOfNoon(noonMs(day) + days * DAY_MS)
export const dayAfter = (day: string): string => dayPlus(day, 1)
export const dayBefore = (day: string): string => dayPlus(day, -1)

/** The first day of a day's month, or of another that many months away. */
export function monthOf(day: string, monthsAway = 0): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + monthsAway, 1, 12)).toISOString().slice(0, 10)
}

/** The day that it is in a time zone. */
export function dayIn(timeZone: string, ms: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return parts.format(ms)
}

/** Noon of a day on this machine, for words such as "Nov 24". */
export const localNoonMs = (day: string): number => new Date(`${day}T12:00`).getTime()
