import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Box } from '@/design/box'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'

interface AskedBoxProps<T> {
  title: string
  of: UseQueryResult<T>
  aside?: ReactNode
  /** How many rows its outline has. */
  rows?: number
  children: (data: T) => ReactNode
}

/** One subject that is asked for by itself: its outline, why it did not come, or what it is, under word of its age. */
export function AskedBox<T>({ title, of, aside, rows = 2, children }: AskedBoxProps<T>) {
  return (
    <Box title={title} aside={aside} flush>
      {of.isPending && <RowsSkeleton rows={rows} />}
      {isLost(of) && <ErrorState error={of.error} onRetry={() => void of.refetch()} />}
      {!isLost(of) && <StaleNotice of={of} />}
      {!isLost(of) && of.data !== undefined && children(of.data)}
    </Box>
  )
}
