import type { I18n } from '@/lib/i18n'

/** A stretch of time in the one unit that people would say it in. */
export function spanInWords(spanMs: number, t: I18n['t']): string {
  const seconds = Math.max(1, Math.round(spanMs / 1_000))
  if (seconds < 120) return t('alert.seconds', { count: seconds })
  if (seconds < 7_200) return t('alert.minutes', { count: Math.round(seconds / 60) })
  if (seconds < 172_800) return t('alert.hours', { count: Math.round(seconds / 3_600) })
  return t('alert.days', { count: Math.round(seconds / 86_400) })
}
