import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState } from 'react'
import { usePanel } from '@/app/panel'
import { classes } from '@/design/classes'
import { Skeleton } from '@/design/skeleton'
import { DecisionRow, ROW_COLUMNS, ROW_HEIGHT_PX, TALL_ROW_HEIGHT_PX } from '@/features/decisions/decision-row'
import type { DecisionRowData } from '@/features/decisions/row'
import { useI18n } from '@/lib/i18n'
import { useShortcuts } from '@/lib/keyboard'
import { useTodayMs } from '@/lib/use-now'

const OVERSCAN_ROWS = 6
const NEAR_END_ROWS = 20
/** Where a list has the page's width; a list with something beside it has a query of its own. */
export const WIDE_ROWS = '(min-width: 900px)'

interface DecisionListProps {
  rows: DecisionRowData[]
  label: string
  /** One line a row, in columns. */
  wide: boolean
  /** Called when somebody reads down the list, or takes hold of a row: a live list then stops moving. */
  onReading?: () => void
  onNearEnd?: () => void
}

export function DecisionListHeader() {
  const { t } = useI18n()
  return (
    <div aria-hidden className="border-b border-line px-5 py-2 text-[12px] text-ink-3">
      <div className={classes('grid gap-x-4', ROW_COLUMNS)}>
        <span>{t('column.time')}</span>
        <span>{t('column.verdict')}</span>
        <span>{t('column.transaction')}</span>
        <span>{t('column.reason')}</span>
        <span className="text-right">{t('column.latency')}</span>
        <span className="text-right">{t('column.amount')}</span>
      </div>
    </div>
  )
}

export function DecisionListSkeleton({ rows = 12, wide }: { rows?: number; wide: boolean }) {
  return (
    <div aria-hidden className="min-h-0 overflow-hidden">
      {Array.from({ length: rows }, (_, index) => (
        <div
          key={index}
          className={classes(
            'grid items-center gap-x-4 border-b border-line px-4 sm:px-5',
            wide ? ROW_COLUMNS : 'grid-cols-2 content-center gap-y-3',
          )}
          style={{ height: wide ? ROW_HEIGHT_PX : TALL_ROW_HEIGHT_PX }}
        >
          <Skeleton className="h-3 w-14" />
          {!wide && <Skeleton className="h-3 w-20 justify-self-end" />}
          <Skeleton className="h-3 w-20" />
          {wide && (
            <>
              <Skeleton className="h-3 w-4/5" />
              <Skeleton className="h-3 w-3/5" />
            </>
          )}
          <Skeleton className="h-3 w-12 justify-self-end" />
          {wide && <Skeleton className="h-3 w-20 justify-self-end" />}
        </div>
      ))}
    </div>
  )
}

export function DecisionList({ rows, label, wide, onReading, onNearEnd }: DecisionListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const todayMs = useTodayMs()
  const { panel, openPanel } = usePanel()
  const [selectedId, setSelectedId] = useState<string | null>(null)
  const openId = panel?.kind === 'decision' ? panel.id : null
  const height = wide ? ROW_HEIGHT_PX : TALL_ROW_HEIGHT_PX
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN_ROWS,
    getItemKey: (index) => rows[index]?.transaction_id ?? index,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, height])

  const items = virtualizer.getVirtualItems()
  const lastIndex = items.at(-1)?.index ?? 0
  const isNearEnd = rows.length > 0 && lastIndex >= rows.length - NEAR_END_ROWS
  useEffect(() => {
    if (isNearEnd) onNearEnd?.()
  }, [isNearEnd, onNearEnd, rows.length])

  const open = useCallback(
    (row: DecisionRowData) => {
      onReading?.()
      setSelectedId(row.transaction_id)
      openPanel('decision', row.transaction_id)
    },
    [onReading, openPanel],
  )
  /** At once where the row is drawn, so that an Enter on the heels of the step opens this row and not the one before. */
  const focusRow = (row: DecisionRowData): boolean => {
    const drawn = scroller.current?.querySelector<HTMLElement>(`[data-row="${row.transaction_id}"]`)
    drawn?.focus({ preventScroll: true })
    return Boolean(drawn)
  }
  const step = (by: 1 | -1) => {
    if (rows.length === 0) return
    onReading?.()
    const at = rows.findIndex((row) => row.transaction_id === (openId ?? selectedId))
    const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))
    const row = rows[next]
    if (!row) return
    setSelectedId(row.transaction_id)
    virtualizer.scrollToIndex(next, { align: 'auto' })
    if (openId) openPanel('decision', row.transaction_id)
    else if (!focusRow(row)) requestAnimationFrame(() => focusRow(row))
  }
  useShortcuts({ j: () => step(1), k: () => step(-1) })

  return (
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none] [contain:strict]"
      // A list that moved between the press and the release would swallow the click.
      onPointerDown={onReading}
      onScroll={(event) => {
        if (event.currentTarget.scrollTop > height) onReading?.()
      }}
    >
      <ul aria-label={label} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index]
          return (
            row && (
              <li
                key={item.key}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <DecisionRow
                  row={row}
                  selected={row.transaction_id === (openId ?? selectedId)}
                  tall={!wide}
                  todayMs={todayMs}
                  onOpen={open}
                />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}
