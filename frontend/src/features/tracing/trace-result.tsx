import { lazy, Suspense, useMemo, useState } from 'react'
import { usePanel } from '@/app/panel'
import { Box } from '@/design/box'
import { classes } from '@/design/classes'
import { Meter } from '@/design/meter'
import { Segmented } from '@/design/segmented'
import { Skeleton } from '@/design/skeleton'
import { useOffice } from '@/features/office/words'
import { flowOfTrace } from '@/features/tracing/flow-of-trace'
import { PaymentsTable, PlacesTable } from '@/features/tracing/trace-table'
import type { Trace } from '@/features/tracing/types'
import { toMs } from '@/lib/time'
import { useMedia } from '@/lib/use-media'

const FlowGraph = lazy(() => import('@/features/cases/flow-graph'))
type View = 'graph' | 'table'
/** So many are read in a low drawing. */
const FEW_PARTIES = 8

/** How much of the money is how many payments away. */
function HopsBox({ trace }: { trace: Trace }) {
  const { t, money, percent } = useOffice()
  return (
    <Box title={t('trace.far')}>
      <dl className="grid gap-3">
        {trace.hops.map(({ hop, amount_minor: minor, share_ppm: share }) => (
          <div key={hop} className="grid gap-1">
            <dt className="flex items-baseline justify-between gap-3 text-ink-2">
              {t('trace.hops.count', { count: hop })}
              <span className="text-[12px] text-ink-3 tabular">{percent(share / 1_000_000)}</span>
            </dt>
            <dd className="grid gap-1">
              <Meter ratio={share / 1_000_000} tone="accent" />
              <span className="font-medium text-ink tabular">{money(minor, trace.start.currency)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-[12px] text-pretty text-ink-3">{t('trace.rule')}</p>
    </Box>
  )
}

/** Where the money of one payment went: drawn, as a table, and by how far away it lies. */
export function TraceResult({ trace }: { trace: Trace }) {
  const { t, money, date, hourMinute } = useOffice()
  const { openPanel } = usePanel()
  // On a phone the whole of a drawing is too small to read: the table comes first there.
  const isWide = useMedia('(min-width: 640px)')
  const [chosen, setView] = useState<View | null>(null)
  const view = chosen ?? (isWide ? 'graph' : 'table')
  const flow = useMemo(() => flowOfTrace(trace), [trace])
  const lastOf = (accountId: string) =>
    trace.payments.findLast(({ payment }) => payment.payee_account_id === accountId) ?? trace.payments[0]
  const open = (accountId: string) => {
    const last = lastOf(accountId)
    if (last) openPanel('decision', last.payment.transfer_id)
  }
  const options = (['graph', 'table'] as const).map((value) => ({ value, label: t(`trace.as.${value}`) }))
  const atMs = toMs(trace.start.at)
  return (
    <>
      <p role="status" className="text-ink-2">
        {t('trace.found', {
          amount: money(trace.start.amount_minor, trace.start.currency),
          at: `${date(atMs)}, ${hourMinute(atMs)}`,
          places: trace.places.length,
        })}
      </p>
      {trace.cut && (
        <p className="rounded-control bg-caution-soft px-3 py-2 text-pretty text-caution">{t('trace.cut')}</p>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 gap-4">
          <Box
            title={t('trace.title')}
            aside={<Segmented label={t('trace.as')} value={view} onChange={setView} options={options} />}
            flush
          >
            {view === 'table' ? (
              <PaymentsTable trace={trace} />
            ) : (
              <div
                className={classes(
                  'overflow-hidden rounded-b-panel bg-sunken',
                  flow.parties.length > FEW_PARTIES ? 'h-[26rem]' : 'h-[19rem]',
                )}
              >
                <Suspense fallback={<Skeleton className="m-5 h-72" />}>
                  <FlowGraph label={t('trace.title')} flow={flow} onOpen={open} />
                </Suspense>
              </div>
            )}
            {flow.leftOut > 0 && (
              <p className="border-t border-line px-4 py-2 text-[12px] text-ink-3 sm:px-5">
                {t('trace.leftOut', { count: flow.leftOut })}
              </p>
            )}
          </Box>
          <Box title={t('trace.places')} flush>
            <PlacesTable trace={trace} />
          </Box>
        </div>
        <HopsBox trace={trace} />
      </div>
    </>
  )
}
