import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { PageHeader } from '@/app/page-header'
import { Skeleton } from '@/design/skeleton'
import { useRisk } from '@/features/risk/words'

interface RiskPageProps {
  title: string
  lead: string
  /** The page above this one. */
  back?: { to: string; label: string }
  actions?: ReactNode
  children: ReactNode
}

export function RiskPage({ title, lead, back, actions, children }: RiskPageProps) {
  return (
    <div className="mx-auto flex max-w-[72rem] flex-col gap-4 p-4 sm:p-6">
      {back && (
        <Link
          to={back.to}
          className="-mb-2 inline-flex min-h-6 items-center gap-1 self-start rounded-[5px] font-medium text-ink-3 hover:text-ink"
        >
          <ChevronLeft size={15} aria-hidden />
          {back.label}
        </Link>
      )}
      <PageHeader title={title} lead={lead}>
        {actions}
      </PageHeader>
      {children}
    </div>
  )
}

export function RowsSkeleton({ rows = 5 }: { rows?: number }) {
  const { t } = useRisk()
  return (
    <div role="status" aria-label={t('common.loading')}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="grid gap-2 border-b border-line px-4 py-4 last:border-b-0 sm:px-5">
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="h-3.5 w-2/3" />
        </div>
      ))}
    </div>
  )
}
