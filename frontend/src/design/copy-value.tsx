import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { classes } from '@/design/classes'
import { shortId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'

const SHOW_COPIED_MS = 1_400

/** An id that a click copies whole, however short it is shown. */
export function CopyValue({ value, className }: { value: string; className?: string }) {
  const { t } = useI18n()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOW_COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      title={value}
      onClick={() => void navigator.clipboard.writeText(value).then(() => setCopied(true))}
      className={classes(
        'group inline-flex max-w-full min-w-0 items-center gap-1.5 rounded-[5px] font-mono text-[12px] text-ink hover:text-accent',
        className,
      )}
    >
      <span className="truncate">{shortId(value)}</span>
      {copied ? (
        <Check size={12} className="shrink-0 text-good" aria-hidden />
      ) : (
        <Copy size={12} className="shrink-0 text-ink-3 opacity-60 group-hover:opacity-100" aria-hidden />
      )}
      <span className="sr-only">{copied ? t('common.copied') : t('common.copy')}</span>
    </button>
  )
}
