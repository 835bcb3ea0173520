import { RotateCw, Waypoints } from 'lucide-react'
import { Button } from '@/design/button'
import { ErrorState, Notice } from '@/design/states'
import { useOffice, type OfficeKey } from '@/features/office/words'
import { ApiError } from '@/lib/http'

/** Refusals of the graph that say what to do; others are what they are anywhere. */
const KNOWN = ['graph-not-kept', 'graph-away', 'graph-not-built', 'graph-question-too-large', 'not-in-graph'] as const
const isKnown = (code: string | undefined): code is (typeof KNOWN)[number] => KNOWN.some((known) => known === code)

/** Why nothing was followed, and the next step. */
export function TraceProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useOffice()
  const code = error instanceof ApiError ? error.problem.code : undefined
  if (!isKnown(code)) return <ErrorState error={error} onRetry={onRetry} />
  const name: OfficeKey = `trace.problem.${code}`
  return (
    <Notice icon={Waypoints} title={t(name)} body={t(`trace.remedy.${code}`)} role="alert">
      <Button className="mt-5" onClick={onRetry}>
        <RotateCw size={14} aria-hidden />
        {t('common.retry')}
      </Button>
    </Notice>
  )
}
