import { Skeleton } from '@/design/skeleton'
import { useI18n } from '@/lib/i18n'

/** The shapes alone, for an outline that says itself that something is on its way. */
export function RowsOutline({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, index) => (
    <div key={index} className="grid gap-2 border-b border-line px-4 py-4 last:border-b-0 sm:px-5">
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="h-3.5 w-2/3" />
    </div>
  ))
}

export function RowsSkeleton({ rows = 5 }: { rows?: number }) {
  const { t } = useI18n()
  return (
    <div role="status" aria-label={t('common.loading')}>
      <RowsOutline rows={rows} />
    </div>
  )
}
