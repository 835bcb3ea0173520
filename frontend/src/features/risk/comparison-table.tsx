import { ArrowDown, ArrowUp } from 'lucide-react'
import { classes } from '@/design/classes'
import { DataTable } from '@/features/risk/data-table'
import { comparisons, judged, type Comparison, type Judgement } from '@/features/risk/report'
import type { Report } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'

const LOOKS: Record<Judgement, string> = { good: 'text-good', bad: 'text-bad', same: 'text-ink-3' }

function Change({ row, text }: { row: Comparison; text: string }) {
  const { t } = useRisk()
  if (row.recorded === row.proposed) return <span className="text-ink-3">{t('risk.same')}</span>
  const judgement = judged(row)
  const Icon = row.proposed > row.recorded ? ArrowUp : ArrowDown
  return (
    <span className={classes('inline-flex items-center gap-1 font-medium', LOOKS[judgement])}>
      <Icon size={13} aria-hidden />
      <span className="sr-only">{t(row.proposed > row.recorded ? 'risk.moreBy' : 'risk.lessBy')}</span>
      {text}
      {judgement !== 'same' && <span className="sr-only">{t(`risk.judged.${judgement}`)}</span>}
    </span>
  )
}

/** How history was decided, how the version decides it, and the difference. */
export function ComparisonTable({ report }: { report: Report }) {
  const { t, count, money } = useRisk()
  const shown = (row: Comparison, value: number) => (row.unit === 'money' ? money(value, BANK_CURRENCY) : count(value))
  return (
    <DataTable
      label={t('risk.compared')}
      rows={comparisons(report)}
      keyOf={(row) => row.name}
      columns={[
        { label: t('risk.figure'), cell: (row) => t(`risk.outcome.${row.name}`) },
        { label: t('risk.recorded'), figure: true, cell: (row) => shown(row, row.recorded) },
        { label: t('risk.proposed'), figure: true, cell: (row) => shown(row, row.proposed) },
        {
          label: t('risk.change'),
          figure: true,
          cell: (row) => <Change row={row} text={shown(row, Math.abs(row.proposed - row.recorded))} />,
        },
      ]}
    />
  )
}
