import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '@/design/button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { useOffice } from '@/features/office/words'

interface ListedProps<T> {
  label: string
  of: UseInfiniteQueryResult & { data: { pages: { items: T[] }[] } | undefined }
  none: ReactNode
  children: (row: T) => ReactNode
}

/** Pages of rows in each of their states: outline, failure, nothing, rows, more. */
export function Listed<T>({ label, of, none, children }: ListedProps<T>) {
  const { t } = useOffice()
  const items = of.data?.pages.flatMap((page) => page.items) ?? []
  if (of.isPending) return <RowsSkeleton rows={4} />
  if (isLost(of)) return <ErrorState error={of.error} onRetry={() => void of.refetch()} />
  if (items.length === 0) return none
  return (
    <>
      <StaleNotice of={of} />
      <ul aria-label={label}>{items.map(children)}</ul>
      <NextPageNotice of={of} />
      {of.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
            {t('held.more')}
          </Button>
        </div>
      )}
    </>
  )
}
