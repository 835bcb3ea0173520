import { usePanel } from '@/app/panel'
import { SidePanel } from '@/design/side-panel'
import { AlertPanel } from '@/features/alerts/alert-panel'
import { DecisionPanel } from '@/features/decisions/decision-panel'
import { useI18n } from '@/lib/i18n'

/** The detail that the address names, over whichever list is open. */
export default function DetailPanel() {
  const { t } = useI18n()
  const { panel, closePanel } = usePanel()
  return (
    <SidePanel
      open={panel !== null}
      onClose={closePanel}
      title={panel?.kind === 'alert' ? t('alert.title') : t('decision.title')}
    >
      {panel?.kind === 'alert' && <AlertPanel key={panel.id} alertId={panel.id} />}
      {panel?.kind === 'decision' && <DecisionPanel key={panel.id} transactionId={panel.id} />}
    </SidePanel>
  )
}
