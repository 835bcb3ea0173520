import type { StandOut } from '@/lib/api-types'
import type { I18n } from '@/lib/i18n'

const WINDOWED = /^(.+)_(\d+[mhd])$/

/** What a feature measures, in the reader's language; the API's own sentence for a feature that nobody has worded yet. */
export function standOutSentence(
  { feature, sentence }: Pick<StandOut, 'feature' | 'sentence'>,
  { t, word }: Pick<I18n, 't' | 'word'>,
): string {
  const [, windowed, window] = WINDOWED.exec(feature) ?? []
  const what = word('feature', windowed ?? feature, sentence)
  return window === undefined || what === sentence
    ? what
    : t('standOut.over', { what, window: word('window', window, window) })
}
