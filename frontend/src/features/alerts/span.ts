import type { I18n } from '@/lib/i18n'

/** How long a subject's decisions are apart, in one unit. */
export function spanInWords(spanMs: number, t: I18n['t']): string {
  const seconds = Math.max(1, Math.round(spanMs / 1_000))
  if (seconds < 120) return t('alert.seconds', { count: seconds })
  if (seconds < 7_200) return t('alert.minutes', { count: Math.round(seconds / 60) })
  return t('alert.hours', { count: Math.round(seconds / 3_600) })
}
