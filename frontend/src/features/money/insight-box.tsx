import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Box } from '@/design/box'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { useMoney } from '@/features/money/words'

interface InsightBoxProps<T> {
  title: string
  aside?: ReactNode
  of: UseQueryResult<T | null>
  rows?: number
  children: (found: T) => ReactNode
}

/** One insight: its outline until it comes, why it does not, or what it says; null is that nothing was built here yet. */
export function InsightBox<T>({ title, aside, of, rows = 3, children }: InsightBoxProps<T>) {
  const { t } = useMoney()
  return (
    <Box title={title} aside={aside} flush>
      {of.isPending && <RowsSkeleton rows={rows} />}
      {isLost(of) && <ErrorState error={of.error} onRetry={() => void of.refetch()} />}
      {!isLost(of) && <StaleNotice of={of} />}
      {of.data === null && <p className="p-4 text-ink-3 sm:p-5">{t('money.notBuilt')}</p>}
      {of.data && !isLost(of) && <div className="p-4 sm:p-5">{children(of.data)}</div>}
    </Box>
  )
}
