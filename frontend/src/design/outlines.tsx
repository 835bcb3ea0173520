/** The outlines of pages: what stands where content will, in its places and about as large, so that little moves when it comes. */
import type { ReactNode } from 'react'
import { classes } from '@/design/classes'
import { RowsOutline } from '@/design/rows-skeleton'
import { Skeleton } from '@/design/skeleton'
import { useI18n } from '@/lib/i18n'

/** Says that something is on its way; the shapes within say nothing. */
export function Outline({ className, children }: { className?: string; children: ReactNode }) {
  const { t } = useI18n()
  return (
    <div role="status" aria-label={t('common.loading')} className={classes('grid gap-4', className)}>
      {children}
    </div>
  )
}

/** A box with a head and rows. */
export function BoxOutline({ rows }: { rows: number }) {
  return (
    <div className="panel min-w-0 overflow-hidden">
      <div className="flex min-h-13 items-center border-b border-line px-4 sm:px-5">
        <Skeleton className="h-4 w-32" />
      </div>
      <RowsOutline rows={rows} />
    </div>
  )
}

const Boxes = ({ rows, className }: { rows: readonly number[]; className?: string }) => (
  <div className={classes('grid min-w-0 gap-4', className)}>
    {rows.map((count, index) => (
      <BoxOutline key={index} rows={count} />
    ))}
  </div>
)

interface SplitOutlineProps {
  /** How many rows each box has, in what is read first and beside it. */
  main: readonly number[]
  aside: readonly number[]
  /** Whether what stands beside comes first on a narrow screen. */
  asideFirst?: boolean
}

/** Boxes, and beside them others. */
export function SplitOutline({ main, aside, asideFirst = false }: SplitOutlineProps) {
  return (
    <Outline className="items-start xl:grid-cols-[minmax(0,1fr)_22rem]">
      <Boxes rows={main} className={asideFirst ? 'order-2 xl:order-1' : ''} />
      <Boxes rows={aside} className={asideFirst ? 'order-1 xl:order-2' : ''} />
    </Outline>
  )
}

/** Four figures in a row, with what is said of each beneath it. */
export function FiguresOutline({ noted = false }: { noted?: boolean }) {
  return (
    <div className="panel grid grid-cols-2 gap-4 p-4 sm:grid-cols-4 sm:p-5">
      {Array.from({ length: 4 }, (_, index) => (
        <div key={index} className="grid content-start gap-2">
          <Skeleton className="h-3.5 w-16" />
          <Skeleton className={noted ? 'h-6 w-24 max-w-full' : 'h-5 w-10'} />
          {noted && <Skeleton className="h-3.5 w-28 max-w-full" />}
        </div>
      ))}
    </div>
  )
}
