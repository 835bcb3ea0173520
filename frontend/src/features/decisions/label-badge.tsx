import { classes } from '@/design/classes'
import { useI18n } from '@/lib/i18n'

const LEGITIMATE = 'legitimate'

/** What a transaction turned out to be. */
export function LabelBadge({ label }: { label: string }) {
  const { t, word } = useI18n()
  return (
    <span
      className={classes(
        'inline-flex h-6 items-center rounded-full px-2.5 text-[12px] font-medium whitespace-nowrap',
        label === LEGITIMATE ? 'bg-good-soft text-good' : 'bg-bad-soft text-bad',
      )}
    >
      {t('decision.label', { label: word('label', label) })}
    </span>
  )
}
