import { EyeOff } from 'lucide-react'
import { DataTable } from '@/features/risk/data-table'
import type { RuleResult } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'

/** What each rule hits, how much of it is fraud, and what nothing else would have stopped. */
export function RuleResults({ rules }: { rules: readonly RuleResult[] }) {
  const { t, word, count, percent, money } = useRisk()
  const rows = [...rules].sort((one, other) => other.hits - one.hits)
  return (
    <DataTable
      label={t('risk.byRule')}
      rows={rows}
      keyOf={({ code, shadow }) => `${code} ${shadow}`}
      columns={[
        {
          label: t('risk.rule'),
          cell: ({ code, shadow }) => (
            <>
              <span className="flex items-center gap-2">
                {word('reason', code)}
                {shadow && (
                  <span className="inline-flex items-center gap-1 text-[12px] text-ink-3">
                    <EyeOff size={12} aria-hidden />
                    {t('risk.rule.shadow')}
                  </span>
                )}
              </span>
              <span className="block font-mono text-[12px] text-ink-3">{code}</span>
            </>
          ),
        },
        { label: t('risk.hits'), figure: true, cell: ({ hits }) => count(hits) },
        { label: t('risk.frauds'), figure: true, cell: ({ frauds }) => count(frauds) },
        {
          label: t('risk.precision'),
          figure: true,
          cell: ({ hits, frauds }) => (hits === 0 ? '–' : percent(frauds / hits, 0)),
        },
        { label: t('risk.alone'), figure: true, cell: ({ alone }) => count(alone) },
        { label: t('risk.fraudsAlone'), figure: true, cell: ({ frauds_alone }) => count(frauds_alone) },
        { label: t('risk.amount'), figure: true, cell: ({ amount_minor }) => money(amount_minor, BANK_CURRENCY) },
      ]}
    />
  )
}
