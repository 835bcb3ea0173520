import { BellRing } from 'lucide-react'
import { usePanel } from '@/app/panel'
import { Button } from '@/design/button'
import { useI18n } from '@/lib/i18n'

/** The way to the alert that a decision is in. */
export function AlertButton({ alertId }: { alertId: string }) {
  const { t } = useI18n()
  const { openPanel } = usePanel()
  return (
    <Button className="h-8 px-3" onClick={() => openPanel('alert', alertId)}>
      <BellRing size={14} strokeWidth={1.75} aria-hidden />
      {t('decision.inAlert')}
    </Button>
  )
}
