import { Workflow } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link } from 'react-router'
import { Box } from '@/design/box'
import { Segmented } from '@/design/segmented'
import { Skeleton } from '@/design/skeleton'
import { Notice } from '@/design/states'
import { flowOf, type Flow } from '@/features/cases/flow'
import { useCases } from '@/features/cases/words'
import type { AlertMember } from '@/lib/api-types'
import { shortId } from '@/lib/format'

const FlowGraph = lazy(() => import('@/features/cases/flow-graph'))

type View = 'graph' | 'table'

/** The same as the drawing says, for whoever reads rather than looks. */
function FlowTable({ flow }: { flow: Flow }) {
  const { t, money, dayClock } = useFlowWords()
  const heaviestFirst = [...flow.payments].sort((a, b) => b.amountMinor - a.amountMinor)
  return (
    <div className="max-h-96 overflow-auto">
      <table className="w-full text-left">
        <thead className="sticky top-0 bg-surface text-[12px] text-ink-3">
          <tr>
            {(['flow.from', 'flow.to', 'flow.times', 'flow.amount', 'flow.last'] as const).map((name) => (
              <th key={name} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {heaviestFirst.map((payment) => (
            <tr key={payment.key} className="border-t border-line">
              <td className="px-4 py-2 tabular">{shortId(payment.from)}</td>
              <td className="px-4 py-2 tabular">{shortId(payment.to)}</td>
              <td className="px-4 py-2 text-right tabular">{payment.count}</td>
              <td className="px-4 py-2 text-right font-medium whitespace-nowrap tabular">
                {money(payment.amountMinor, flow.currency)}
              </td>
              <td className="px-4 py-2 whitespace-nowrap text-ink-3 tabular">{dayClock(payment.lastMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function useFlowWords() {
  const words = useCases()
  return { ...words, dayClock: (ms: number) => `${words.day(ms)} ${words.hourMinute(ms)}` }
}

interface FlowBoxProps {
  members: readonly AlertMember[]
  subjectId: string
  isLoading: boolean
  onOpen: (partyId: string) => void
}

/** Where the money of a case came from and went to. */
export function FlowBox({ members, subjectId, isLoading, onOpen }: FlowBoxProps) {
  const { t } = useCases()
  const [view, setView] = useState<View>('graph')
  const flow = useMemo(() => flowOf(members, subjectId), [members, subjectId])
  const options = (['graph', 'table'] as const).map((value) => ({ value, label: t(`flow.as.${value}`) }))
  const largest = useMemo(
    () => [...members].sort((a, b) => b.amount.amount_minor - a.amount.amount_minor)[0],
    [members],
  )
  const isEmpty = flow.payments.length === 0
  return (
    <Box
      title={t('flow.title')}
      aside={
        !isEmpty && (
          <span className="flex flex-wrap items-center gap-x-4 gap-y-2">
            {largest && (
              <Link
                to={`/compliance/trace?transfer=${largest.transaction_id}`}
                className="inline-flex min-h-6 items-center rounded-[5px] font-medium text-accent hover:underline"
              >
                {t('flow.trace')}
              </Link>
            )}
            <Segmented label={t('flow.as')} value={view} onChange={setView} options={options} />
          </span>
        )
      }
      flush
    >
      {isLoading && isEmpty && <Skeleton className="m-5 h-64" />}
      {!isLoading && isEmpty && (
        <Notice icon={Workflow} title={t('flow.none')} body={t('flow.none.body')} role="status" />
      )}
      {!isEmpty && view === 'table' && <FlowTable flow={flow} />}
      {!isEmpty && view === 'graph' && (
        <div className="h-[22rem] overflow-hidden rounded-b-panel bg-sunken">
          <Suspense fallback={<Skeleton className="m-5 h-64" />}>
            <FlowGraph label={t('flow.title')} flow={flow} onOpen={onOpen} />
          </Suspense>
        </div>
      )}
      {flow.leftOut > 0 && (
        <p className="border-t border-line px-4 py-2 text-[12px] text-ink-3 sm:px-5">
          {t('flow.leftOut', { count: flow.leftOut })}
        </p>
      )}
    </Box>
  )
}
