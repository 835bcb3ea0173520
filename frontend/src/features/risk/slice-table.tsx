import { DataTable } from '@/features/risk/data-table'
import { caughtShare } from '@/features/risk/report'
import type { Slice } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'

interface SliceTableProps {
  label: string
  /** What the slices are. */
  by: string
  slices: readonly Slice[]
  nameOf: (slice: Slice) => string
  tall?: boolean
}

/** Days or channels, decided both ways: before an arrow as recorded, after it as proposed. */
export function SliceTable({ label, by, slices, nameOf, tall = false }: SliceTableProps) {
  const { t, count, percent, money } = useRisk()
  const share = (slice: Slice, stopped: number) => {
    const caught = caughtShare(slice, stopped)
    return caught === null ? '–' : percent(caught, 0)
  }
  const both = (recorded: string, proposed: string) => (
    <>
      <span className="text-ink-3">{recorded}</span>
      <span aria-hidden className="mx-1.5 text-ink-3">
        →
      </span>
      <span className="sr-only">{t('risk.becomes')}</span>
      <span className="text-ink">{proposed}</span>
    </>
  )
  return (
    <DataTable
      label={label}
      rows={slices}
      tall={tall}
      keyOf={({ name }) => name}
      columns={[
        { label: by, cell: nameOf },
        { label: t('risk.decisions'), figure: true, cell: ({ decisions }) => count(decisions) },
        { label: t('risk.frauds'), figure: true, cell: ({ frauds }) => count(frauds) },
        {
          label: t('risk.outcome.stopped'),
          figure: true,
          cell: (slice) => both(count(slice.recorded_stopped), count(slice.proposed_stopped)),
        },
        {
          label: t('risk.caught'),
          figure: true,
          cell: (slice) =>
            both(share(slice, slice.recorded_frauds_stopped), share(slice, slice.proposed_frauds_stopped)),
        },
        {
          label: t('risk.outcome.cost_minor'),
          figure: true,
          cell: (slice) =>
            both(money(slice.recorded_cost_minor, BANK_CURRENCY), money(slice.proposed_cost_minor, BANK_CURRENCY)),
        },
      ]}
    />
  )
}
