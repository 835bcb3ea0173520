import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { Box } from '@/design/box'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { historyQuery, type History } from '@/features/decisions/api'
import { DecisionRow } from '@/features/decisions/decision-row'
import { pathOf } from '@/features/decisions/filters'
import { medianMinor, stoppedCount } from '@/features/decisions/history'
import { HistoryChart } from '@/features/decisions/history-chart'
import { fromStored, type DecisionRowData } from '@/features/decisions/row'
import type { Decision } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useTodayMs } from '@/lib/use-now'

function Figures({ decision, others }: { decision: Decision; others: readonly Decision[] }) {
  const { t, count, money, decimal } = useI18n()
  const { amount_minor, currency } = decision.amount
  const median = medianMinor(others, currency)
  const facts = [
    { name: t('history.others'), value: count(others.length) },
    { name: t('history.stopped'), value: count(stoppedCount(others)) },
    { name: t('history.median'), value: median === null ? '–' : money(median, currency) },
    { name: t('history.thisOne'), value: median ? t('value.times', { value: decimal(amount_minor / median) }) : '–' },
  ]
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt className="text-[12px] text-ink-3">{name}</dt>
          <dd className="text-[15px] font-semibold tabular">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Loaded({ decision, history }: { decision: Decision; history: History }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { state } = useLocation()
  const todayMs = useTodayMs()
  const all = useMemo(() => [...history.after, decision, ...history.before], [history, decision])
  const open = useCallback(
    (row: DecisionRowData) => void navigate(`/decisions/${row.transaction_id}`, { state: state as unknown }),
    [navigate, state],
  )
  const others = [...history.after, ...history.before]
  if (others.length === 0) return <p className="p-4 text-pretty text-ink-3 sm:p-5">{t('history.none')}</p>
  return (
    <>
      <div className="grid gap-5 border-b border-line p-4 sm:p-5">
        <HistoryChart decisions={all} current={decision} />
        <Figures decision={decision} others={others} />
      </div>
      <ul aria-label={t('history.list')} className="max-h-[34rem] overflow-y-auto rounded-b-panel">
        {all.map((one) => (
          <li key={one.transaction_id} className="h-[68px]">
            <DecisionRow
              row={fromStored(one)}
              selected={one.transaction_id === decision.transaction_id}
              tall
              todayMs={todayMs}
              onOpen={open}
            />
          </li>
        ))}
      </ul>
    </>
  )
}

/** The customer's other decisions around one: whether it is like them is the first thing that an analyst asks. */
export function CustomerHistory({ decision }: { decision: Decision }) {
  const { t } = useI18n()
  const history = useQuery(historyQuery(decision))
  const { customer_id: customer } = decision
  return (
    <Box
      title={t('history.title')}
      flush
      aside={
        customer && (
          <Link
            to={pathOf({ customer_id: customer })}
            className="rounded-[5px] text-[12.5px] font-medium text-accent hover:underline"
          >
            {t('history.all')}
          </Link>
        )
      }
    >
      {customer === null ? (
        <p className="p-4 text-pretty text-ink-3 sm:p-5">{t('history.nobody')}</p>
      ) : history.isPending ? (
        <RowsSkeleton />
      ) : isLost(history) || history.data === undefined ? (
        <ErrorState error={history.error} onRetry={() => void history.refetch()} />
      ) : (
        <>
          <StaleNotice of={history} />
          <Loaded decision={decision} history={history.data} />
        </>
      )}
    </Box>
  )
}
