import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Hourglass } from 'lucide-react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Button } from '@/design/button'
import { Notice } from '@/design/states'
import { isGoingOn, simulationQuery, useCancel } from '@/features/risk/api'
import { Person } from '@/features/session/person'
import { SimulationChip } from '@/features/risk/policy-status'
import { ProblemNote } from '@/features/risk/problem-note'
import { Progress } from '@/features/risk/progress'
import { noonOf } from '@/features/risk/report'
import { SimulationResult } from '@/features/risk/simulation-result'
import type { Simulation } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

function GoingOn({ simulation }: { simulation: Simulation }) {
  const { t } = useRisk()
  const { roles } = useUser()
  const cancel = useCancel(simulation.simulation_id)
  return (
    <>
      <Progress
        isQueued={simulation.status === 'queued'}
        queuedBody={t('risk.queued.body')}
        done={simulation.done_records}
        all={simulation.all_records}
      >
        {canChangePolicies(roles) && (
          <Button busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('risk.simulation.cancel')}
          </Button>
        )}
      </Progress>
      <ProblemNote error={cancel.error} />
    </>
  )
}

function Ended({ simulation }: { simulation: Simulation }) {
  const { t } = useRisk()
  if (simulation.status === 'failed') {
    return (
      <div className="panel">
        <Notice
          icon={CircleAlert}
          title={t('risk.failed')}
          body={simulation.problem ?? t('error.server')}
          role="alert"
        />
      </div>
    )
  }
  if (simulation.status === 'done' && simulation.result?.proposed)
    return <SimulationResult report={simulation.result} />
  return (
    <div className="panel">
      <Notice icon={Hourglass} title={t('risk.noResult')} body={t('risk.noResult.body')} role="status" />
    </div>
  )
}

function Asked({ simulation }: { simulation: Simulation }) {
  const { t, word, date, hourMinute } = useRisk()
  const askedMs = toMs(simulation.asked_at)
  return (
    <p className="text-[12.5px] text-ink-3 tabular">
      {t('risk.simulation.by')} <Person id={simulation.asked_by} /> ·{' '}
      {t('risk.at', { date: date(askedMs), time: hourMinute(askedMs) })} · {word('risk.model', simulation.model)}
    </p>
  )
}

/** One trial of a version on history: how far it is, then what it found. */
export default function SimulationPage() {
  const { t, date } = useRisk()
  const simulationId = useParams()['simulationId'] ?? ''
  const simulation = useQuery(simulationQuery(simulationId))
  const { data } = simulation
  const version = data?.policy_version
  return (
    <Page
      title={t('risk.simulation.title')}
      lead={
        data
          ? t('risk.simulation.days', { from: date(noonOf(data.from_day)), to: date(noonOf(data.to_day)) })
          : '\u00a0'
      }
      back={{
        to: version === undefined ? '/risk' : `/risk/policies/${version}`,
        label: version === undefined ? t('risk.title') : t('risk.version', { version }),
      }}
      actions={data && <SimulationChip status={data.status} />}
    >
      <Answered of={simulation}>
        {(data) => (
          <>
            <Asked simulation={data} />
            {isGoingOn(data) ? <GoingOn simulation={data} /> : <Ended simulation={data} />}
          </>
        )}
      </Answered>
    </Page>
  )
}
