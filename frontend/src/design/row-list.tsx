import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useShortcuts } from '@/lib/keyboard'

const OVERSCAN_ROWS = 8
const NEAR_END_ROWS = 15
const ROW = '[data-row]'

interface RowListProps<Row> {
  label: string
  rows: readonly Row[]
  keyOf: (row: Row) => string
  heightPx: number
  /** Holds something with `data-row` that the keys J and K move to. */
  children: (row: Row) => ReactNode
  onNearEnd?: () => void
}

/** Rows of one height that scroll with the page; only those in sight are drawn. */
export function RowList<Row>({ label, rows, keyOf, heightPx, children, onNearEnd }: RowListProps<Row>) {
  const list = useRef<HTMLUListElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  // What stands above the list may grow or shrink at any time, and the page with it.
  useLayoutEffect(() => {
    const measure = () => {
      if (list.current) setScrollMargin(Math.round(list.current.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => heightPx,
    overscan: OVERSCAN_ROWS,
    scrollMargin,
    getItemKey: (index) => (rows[index] ? keyOf(rows[index]) : index),
  })
  useEffect(() => virtualizer.measure(), [virtualizer, heightPx])

  const items = virtualizer.getVirtualItems()
  const isNearEnd = rows.length > 0 && (items.at(-1)?.index ?? 0) >= rows.length - NEAR_END_ROWS
  useEffect(() => {
    if (isNearEnd) onNearEnd?.()
  }, [isNearEnd, onNearEnd, rows.length])

  const step = (by: 1 | -1) => {
    const drawn = [...(list.current?.querySelectorAll<HTMLElement>(ROW) ?? [])]
    const at = drawn.findIndex((row) => row === document.activeElement)
    const next = at < 0 ? drawn.find((row) => row.getBoundingClientRect().top >= 0) : drawn[at + by]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
  }
  useShortcuts({ j: () => step(1), k: () => step(-1) })

  return (
    <ul ref={list} aria-label={label} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {items.map((item) => {
        const row = rows[item.index]
        return (
          row !== undefined && (
            <li
              key={item.key}
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
              className="absolute inset-x-0 top-0"
              style={{ height: item.size, transform: `translateY(${item.start - scrollMargin}px)` }}
            >
              {children(row)}
            </li>
          )
        )
      })}
    </ul>
  )
}
