import { Skeleton } from '@/design/skeleton'
import { useI18n } from '@/lib/i18n'

export function PanelSkeleton() {
  const { t } = useI18n()
  return (
    <div className="grid gap-5 p-5" role="status" aria-label={t('common.loading')}>
      <Skeleton className="h-7 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      {Array.from({ length: 7 }, (_, index) => (
        <Skeleton key={index} className="h-4 w-full" />
      ))}
    </div>
  )
}
