import { DataTable } from '@/features/risk/data-table'
import type { Report } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { VERDICTS } from '@/lib/api-types'

/** How many decisions went from each verdict to each other; what stays as it was is quiet. */
export function MovedTable({ moved }: Pick<Report, 'moved'>) {
  const { t, count } = useRisk()
  return (
    <DataTable
      label={t('risk.movedTable')}
      rows={VERDICTS.map((verdict, from) => ({ verdict, from }))}
      keyOf={({ verdict }) => verdict}
      columns={[
        { label: t('risk.movedTable.corner'), cell: ({ verdict }) => t(`verdict.${verdict}`) },
        ...VERDICTS.map((verdict, to) => ({
          label: t(`verdict.${verdict}`),
          figure: true,
          cell: ({ from }: { from: number }) => {
            const value = moved[from]?.[to] ?? 0
            const isQuiet = value === 0 || from === to
            return <span className={isQuiet ? 'text-ink-3' : 'font-medium text-ink'}>{count(value)}</span>
          },
        })),
      ]}
    />
  )
}
