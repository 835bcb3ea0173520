import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { isLost } from '@/design/stale-notice'
import { useSay, versionQuery } from '@/features/compliance/api'
import { Judge } from '@/features/compliance/judge'
import { OfScenario, Unanswered } from '@/features/compliance/of-scenario'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import { TrialResult } from '@/features/compliance/trial-result'
import type { Scenario, VersionDetail } from '@/features/compliance/types'
import { VersionChip } from '@/features/compliance/version-chip'
import { Person } from '@/features/session/person'
import { ProblemNote } from '@/features/risk/problem-note'
import { Progress } from '@/features/risk/progress'
import { canChangeScenarios } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { localNoonMs } from '@/lib/days'
import { toMs } from '@/lib/time'

interface OfVersion {
  scenario: Scenario
  version: VersionDetail
}

/** Only what differs, before and after. */
function Differences({ scenario, version }: OfVersion) {
  const { t, value, meaning, rule } = useScenarioWords()
  const differing = scenario.parameters.filter((one) => version.before[one.name] !== version.values[one.name])
  return (
    <div className="grid gap-4">
      <p className="text-[15px] text-pretty text-ink tabular">{rule(scenario, version.values)}</p>
      {version.segment !== null && <p className="text-ink-2">{t(`scenario.segment.${version.segment}`)}</p>}
      <table className="w-full text-left">
        <thead>
          <tr className="text-[12px] text-ink-3">
            <th scope="col" className="pb-1.5 font-medium">
              <span className="sr-only">{t('version.changes')}</span>
            </th>
            <th scope="col" className="pb-1.5 text-right font-medium">
              {t('version.before')}
            </th>
            <th scope="col" className="pb-1.5 pl-4 text-right font-medium">
              {t('version.after')}
            </th>
          </tr>
        </thead>
        <tbody>
          {differing.map((one) => (
            <tr key={one.name} className="border-t border-line">
              <th scope="row" className="py-2 pr-4 font-normal text-pretty text-ink-2 first-letter:uppercase">
                {meaning(one)}
              </th>
              <td className="py-2 text-right whitespace-nowrap text-ink-2 tabular">
                {value(one, version.before[one.name] ?? one.default)}
              </td>
              <td className="py-2 pl-4 text-right font-medium whitespace-nowrap text-ink tabular">
                {value(one, version.values[one.name] ?? one.default)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Said version={version} />
    </div>
  )
}

function Said({ version }: { version: VersionDetail }) {
  const { t, date, hourMinute } = useScenarioWords()
  const at = (instant: string) => t('compliance.at', { date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const said = version.status === 'approved' ? 'approve' : version.status === 'rejected' ? 'reject' : 'withdraw'
  return (
    <div className="grid gap-1 border-t border-line pt-3">
      <p className="text-pretty text-ink-2">{version.why}</p>
      <p className="text-[12px] text-ink-3 tabular">
        {t('compliance.proposed.by')} <Person id={version.proposed_by} /> · {at(version.proposed_at)}
      </p>
      {version.said_by !== null && version.said_at !== null && (
        <>
          {version.note !== null && <p className="mt-1 text-pretty text-ink-2">{version.note}</p>}
          <p className="text-[12px] text-ink-3 tabular">
            {t(`compliance.said.${said}`)} <Person id={version.said_by} /> · {at(version.said_at)}
          </p>
        </>
      )}
    </div>
  )
}

function History({ version, onAgain, busy }: { version: VersionDetail; onAgain: (() => void) | null; busy: boolean }) {
  const { t } = useScenarioWords()
  const { trial } = version
  if (trial === null) return null
  if (trial.status === 'done' && trial.result !== null) return <TrialResult report={trial.result} />
  if (trial.status !== 'failed')
    return (
      <Progress
        isQueued={trial.status === 'queued'}
        queuedBody={t('trial.queued')}
        done={trial.done_records}
        all={trial.all_records}
      />
    )
  return (
    <Box title={t('trial.failed')}>
      <div className="grid justify-items-start gap-3">
        <p className="text-pretty text-ink-2">{trial.problem}</p>
        {onAgain && (
          <Button busy={busy} onClick={onAgain}>
            {t('trial.again')}
          </Button>
        )}
      </div>
    </Box>
  )
}

function Found({ scenario, version }: OfVersion) {
  const { t, date, title } = useScenarioWords()
  const user = useUser()
  const say = useSay(version.scenario, version.version_id)
  const mayDecide = canChangeScenarios(user.roles) && version.status === 'proposed'
  const days = version.trial?.days ?? 60
  const onAgain = mayDecide ? () => say.mutate({ to: 'trial', days }) : null
  const isTried = version.trial?.status === 'done'
  // What holds before it has changed since history was looked at: another look is needed.
  const isStale = say.error !== null && isTried
  return (
    <Page
      title={t('version.title', { title: title(scenario) })}
      lead={t('version.lead', { day: date(localNoonMs(version.valid_from)) })}
      back={{ to: `/compliance/scenarios/${version.scenario}`, label: title(scenario) }}
      actions={<VersionChip status={version.status} />}
    >
      <Box title={t('version.changes')}>
        <Differences scenario={scenario} version={version} />
      </Box>
      <History version={version} onAgain={onAgain} busy={say.isPending} />
      {isStale && onAgain && (
        <div className="flex">
          <Button onClick={onAgain}>{t('trial.again')}</Button>
        </div>
      )}
      {mayDecide ? (
        <Judge
          isOwn={version.proposed_by === user.id}
          notYet={isTried ? undefined : t('trial.untried')}
          busy={say.isPending}
          error={say.error}
          onSay={(to, note) => say.mutate({ to, note })}
        />
      ) : (
        <ProblemNote error={say.error} />
      )}
    </Page>
  )
}

/** One change of a scenario's values: what differs, what history says, and what two people said. */
export default function VersionPage() {
  const { scenario: code = '', versionId = '' } = useParams()
  const version = useQuery(versionQuery(code, versionId))
  return (
    <OfScenario code={code}>
      {(scenario) => {
        const answered = <Answered of={version}>{(detail) => <Found scenario={scenario} version={detail} />}</Answered>
        return version.isPending || isLost(version) ? <Unanswered code={code}>{answered}</Unanswered> : answered
      }}
    </OfScenario>
  )
}
