import { useQuery } from '@tanstack/react-query'
import { Waypoints } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Skeleton } from '@/design/skeleton'
import { StaleNotice } from '@/design/stale-notice'
import { Notice } from '@/design/states'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { useOffice } from '@/features/office/words'
import { traceQuery } from '@/features/tracing/api'
import { TraceForm } from '@/features/tracing/trace-form'
import { TraceProblem } from '@/features/tracing/trace-problem'
import { TraceResult } from '@/features/tracing/trace-result'
import { FAN_OUTS, HOPS, HOURS, USUAL, type Bounds } from '@/features/tracing/types'

function Traced({ transferId, bounds }: { transferId: string; bounds: Bounds }) {
  const { t } = useOffice()
  const trace = useQuery(traceQuery(transferId, bounds))
  if (trace.isPending) {
    return (
      <div role="status" aria-label={t('trace.busy')} className="panel">
        <Skeleton className="m-5 h-[22rem]" />
      </div>
    )
  }
  if (!trace.data) {
    return (
      <div className="panel">
        <TraceProblem error={trace.error} onRetry={() => void trace.refetch()} />
      </div>
    )
  }
  return (
    <>
      <div className="panel overflow-hidden empty:hidden">
        <StaleNotice of={trace} />
      </div>
      <TraceResult trace={trace.data} />
    </>
  )
}

const oneOf = (values: readonly number[], text: string | null, otherwise: number): number =>
  values.find((value) => String(value) === text) ?? otherwise

/** Where a payment's money went, over several hops; what is asked stands in the address, so that it can be sent to a colleague. */
export default function TracePage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const transferId = search.get('transfer') ?? ''
  const bounds: Bounds = {
    hours: oneOf(HOURS, search.get('hours'), USUAL.hours),
    hops: oneOf(HOPS, search.get('hops'), USUAL.hops),
    fanOut: oneOf(FAN_OUTS, search.get('fan'), USUAL.fanOut),
  }
  return (
    <Page title={t('trace.title')} lead={t('trace.lead')} tabs={<ComplianceTabs />}>
      <TraceForm
        key={transferId}
        transferId={transferId}
        bounds={bounds}
        onTrace={(next, { hours, hops, fanOut }) =>
          setSearch({ transfer: next, hours: String(hours), hops: String(hops), fan: String(fanOut) })
        }
      />
      {transferId === '' ? (
        <div className="panel">
          <Notice icon={Waypoints} title={t('trace.none')} body={t('trace.none.body')} role="status" />
        </div>
      ) : (
        <Traced transferId={transferId} bounds={bounds} />
      )}
    </Page>
  )
}
