import { useState } from 'react'
import { PageHeader } from '@/app/page-header'
import { Segmented } from '@/design/segmented'
import { AlertList } from '@/features/alerts/alert-list'
import type { AlertStatus } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

type Choice = AlertStatus | 'all'
const STATUSES: readonly AlertStatus[] = ['open', 'in_review', 'confirmed', 'dismissed']

export default function AlertsPage() {
  const { t } = useI18n()
  const [choice, setChoice] = useState<Choice>('all')
  const options = [
    { value: 'all' as Choice, label: t('common.all') },
    ...STATUSES.map((status) => ({ value: status as Choice, label: t(`alertStatus.${status}`) })),
  ]
  return (
    <div className="mx-auto flex h-[calc(100dvh-6.75rem)] max-w-[60rem] flex-col gap-4 p-4 sm:p-6 lg:h-dvh">
      <PageHeader title={t('alerts.title')} lead={t('alerts.lead')}>
        <Segmented label={t('alerts.status')} value={choice} onChange={setChoice} options={options} />
      </PageHeader>
      <section aria-label={t('alerts.title')} className="panel flex min-h-0 flex-1 flex-col overflow-hidden">
        <AlertList status={choice === 'all' ? null : choice} onShowAll={() => setChoice('all')} />
      </section>
    </div>
  )
}
