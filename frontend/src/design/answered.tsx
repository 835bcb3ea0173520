import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'

type Asked<T> = Pick<
  UseQueryResult<T>,
  'isPending' | 'data' | 'error' | 'isRefetchError' | 'dataUpdatedAt' | 'isFetching'
> & {
  refetch: UseQueryResult['refetch']
}

interface AnsweredProps<T> {
  of: Asked<T>
  /** What stands in its place until it comes, where rows in a box are not its shape. */
  outline?: ReactNode
  /** What else may be missing of the answer, told beside its age. */
  notices?: ReactNode
  children: (data: T) => ReactNode
}

/** What a page asked for: its outline until the answer comes, the failure if none did, else the answer under word of its age. */
export function Answered<T>({ of, outline, notices, children }: AnsweredProps<T>) {
  if (of.isPending)
    return (
      outline || (
        <div className="panel">
          <RowsSkeleton />
        </div>
      )
    )
  if (isLost(of) || of.data === undefined)
    return (
      <div className="panel">
        <ErrorState error={of.error} onRetry={() => void of.refetch()} />
      </div>
    )
  return (
    <>
      <div className="panel overflow-hidden empty:hidden">
        <StaleNotice of={of} />
        {notices}
      </div>
      {children(of.data)}
    </>
  )
}
