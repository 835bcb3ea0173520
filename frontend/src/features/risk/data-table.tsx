import type { ReactNode } from 'react'
import { classes } from '@/design/classes'

export interface Column<Row> {
  label: string
  /** Figures stand at the right, in tabular numerals. */
  figure?: boolean
  cell: (row: Row) => ReactNode
}

interface DataTableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** Many rows: they scroll beneath their names. */
  tall?: boolean
}

/** A table that scrolls beneath its own edge where the page is narrower than it; the first cell of a row names the row. */
export function DataTable<Row>({ label, columns, rows, keyOf, tall = false }: DataTableProps<Row>) {
  return (
    <div
      role="group"
      aria-label={label}
      tabIndex={0}
      className={classes('relative overflow-x-auto outline-offset-[-2px]', tall && 'max-h-96')}
    >
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line text-[12px] text-ink-3">
            {columns.map(({ label: name, figure }) => (
              <th
                key={name}
                scope="col"
                className={classes(
                  'px-3 py-2.5 font-normal whitespace-nowrap first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5',
                  figure && 'text-right',
                  tall && 'sticky top-0 bg-surface',
                )}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-b border-line last:border-b-0">
              {columns.map(({ label: name, figure, cell }, index) => {
                const Cell = index === 0 ? 'th' : 'td'
                return (
                  <Cell
                    key={name}
                    scope={index === 0 ? 'row' : undefined}
                    className={classes(
                      'px-3 py-2.5 font-normal first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5',
                      index === 0 ? 'min-w-32 text-ink' : 'text-ink-2',
                      figure && 'text-right whitespace-nowrap tabular',
                    )}
                  >
                    {cell(row)}
                  </Cell>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
