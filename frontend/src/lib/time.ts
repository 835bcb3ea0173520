import type { Instant } from '@/lib/api-types'

/** Epoch milliseconds of an RFC 3339 text or of epoch milliseconds. */
export function toMs(instant: Instant): number {
  return typeof instant === 'number' ? instant : Date.parse(instant)
}

/** The midnight, here, with which the day of `ms` began. */
export function startOfDayMs(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0)
}
