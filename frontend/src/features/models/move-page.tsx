import { CircleAlert, CircleCheck } from 'lucide-react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Notice } from '@/design/states'
import { LinkButton } from '@/design/link-button'
import { useMove } from '@/features/models/api'
import { gateOf, outcomeOf } from '@/features/models/findings'
import { GateFindings } from '@/features/models/gate-findings'
import { MoveChip } from '@/features/models/model-status'
import { useMoveTitle } from '@/features/models/step'
import type { ModelMove } from '@/features/models/types'
import { isGoingOn } from '@/features/risk/api'
import { Person } from '@/features/session/person'
import { Progress } from '@/features/risk/progress'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

function Ended({ move }: { move: ModelMove }) {
  const { t } = useRisk()
  const gate = gateOf(move)
  if (gate) return <GateFindings move={move} gate={gate} />
  const outcome = outcomeOf(move)
  return (
    <div className="panel">
      {outcome === 'failed' ? (
        <Notice icon={CircleAlert} title={t('move.failed')} body={move.problem ?? t('error.server')} role="alert" />
      ) : (
        <Notice icon={CircleCheck} title={t('move.done')} body={t('move.done.body', { outcome })} role="status">
          <LinkButton to="/risk/models" className="mt-5">
            {t('model.title')}
          </LinkButton>
        </Notice>
      )}
    </div>
  )
}

function Asked({ move }: { move: ModelMove }) {
  const { t, date, hourMinute } = useRisk()
  const askedMs = toMs(move.asked_at)
  return (
    <p className="text-[12.5px] text-ink-3 tabular">
      {t('risk.simulation.by')} <Person id={move.asked_by} /> ·{' '}
      {t('risk.at', { date: date(askedMs), time: hourMinute(askedMs) })}
    </p>
  )
}

/** One move of a model: how far it is, then what the gate found and what became of it. */
export default function MovePage() {
  const { t } = useRisk()
  const titleOf = useMoveTitle()
  const move = useMove(useParams()['moveId'] ?? '')
  const { data } = move
  const version = data?.version ?? null
  return (
    <Page
      title={data ? titleOf(data) : t('move.title')}
      lead={data?.why ?? '\u00a0'}
      back={
        data === undefined || version === null
          ? { to: '/risk/models', label: t('model.title') }
          : { to: `/risk/models/${version}`, label: t('risk.version', { version }) }
      }
      actions={data && <MoveChip move={data} />}
    >
      <Answered of={move}>
        {(data) => (
          <>
            <Asked move={data} />
            {isGoingOn(data) ? (
              <Progress
                isQueued={data.status === 'queued'}
                queuedBody={t('move.queued.body')}
                done={data.done_records}
                all={data.all_records}
              />
            ) : (
              <Ended move={data} />
            )}
          </>
        )}
      </Answered>
    </Page>
  )
}
