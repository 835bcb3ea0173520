import { useInfiniteQuery } from '@tanstack/react-query'
import { History, SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { versionsQuery } from '@/features/compliance/api'
import { ChangeForm } from '@/features/compliance/change-form'
import { OfScenario } from '@/features/compliance/of-scenario'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import { SeverityMark } from '@/features/compliance/severity-mark'
import type { Scenario, Version } from '@/features/compliance/types'
import { VersionChip } from '@/features/compliance/version-chip'
import { Person } from '@/features/session/person'
import { canChangeScenarios } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { localNoonMs } from '@/lib/days'
import { toMs } from '@/lib/time'

function Values({ scenario }: { scenario: Scenario }) {
  const { t, value, meaning } = useScenarioWords()
  if (scenario.parameters.length === 0) return <p className="text-ink-3">{t('scenario.noValues')}</p>
  return (
    <dl className="grid gap-x-8 sm:grid-cols-2">
      {scenario.parameters.map((one) => (
        <div
          key={one.name}
          className="flex items-baseline justify-between gap-4 border-line py-2.5 not-first:border-t first:pt-0 sm:nth-2:border-t-0 sm:nth-2:pt-0 last:pb-0"
        >
          <dt className="text-pretty text-ink-2 first-letter:uppercase">{meaning(one)}</dt>
          <dd className="text-right whitespace-nowrap">
            <span className="font-medium text-ink tabular">{value(one, one.value)}</span>
            {one.value !== one.default && (
              <span className="block text-[12px] text-ink-3 tabular">
                {t('scenario.default', { value: value(one, one.default) })}
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function VersionRow({ scenario, version }: { scenario: Scenario; version: Version }) {
  const { t, day, date, rule } = useScenarioWords()
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/compliance/scenarios/${scenario.scenario}/${version.version_id}`}
        className="grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="font-medium text-ink tabular">
            {t('version.lead', { day: day(localNoonMs(version.valid_from)) })}
            {version.segment !== null && ` · ${t(`scenario.segment.${version.segment}`)}`}
          </span>
          <VersionChip status={version.status} />
        </span>
        <span className="max-w-[84ch] text-pretty text-ink-2 tabular">{rule(scenario, version.values)}</span>
        <span className="text-pretty text-ink-2">{version.why}</span>
        <span className="text-[12px] text-ink-3 tabular">
          {t('compliance.proposed.by')} <Person id={version.proposed_by} /> · {date(toMs(version.proposed_at))}
        </span>
      </Link>
    </li>
  )
}

function Changes({ scenario }: { scenario: Scenario }) {
  const { t } = useScenarioWords()
  const versions = useInfiniteQuery(versionsQuery(scenario.scenario))
  const items = versions.data?.pages.flatMap((page) => page.items) ?? []
  if (versions.isPending) return <RowsSkeleton rows={2} />
  if (isLost(versions)) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
  if (items.length === 0)
    return (
      <Notice
        icon={History}
        title={t('scenario.history.empty')}
        body={t('scenario.history.empty.body')}
        role="status"
      />
    )
  return (
    <>
      <StaleNotice of={versions} />
      <ul>
        {items.map((version) => (
          <VersionRow key={version.version_id} scenario={scenario} version={version} />
        ))}
      </ul>
      <NextPageNotice of={versions} />
      {versions.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
            {t('compliance.more')}
          </Button>
        </div>
      )}
    </>
  )
}

function Found({ scenario }: { scenario: Scenario }) {
  const { t, rule, title } = useScenarioWords()
  const navigate = useNavigate()
  const mayChange = canChangeScenarios(useUser().roles) && scenario.parameters.length > 0
  const [isChanging, setIsChanging] = useState(false)
  return (
    <Page
      title={title(scenario)}
      lead={t('scenario.sources', { sources: scenario.sources.join('; ') })}
      back={{ to: '/compliance/scenarios', label: t('scenarios.title') }}
      actions={
        <>
          <SeverityMark severity={scenario.severity} />
          {mayChange && !isChanging && (
            <Button kind="primary" onClick={() => setIsChanging(true)}>
              <SlidersHorizontal size={15} aria-hidden />
              {t('scenario.change')}
            </Button>
          )}
        </>
      }
    >
      <p className="panel max-w-none p-4 text-[15px] text-pretty text-ink tabular sm:p-5">{rule(scenario)}</p>
      {isChanging ? (
        <ChangeForm
          scenario={scenario}
          onClose={() => setIsChanging(false)}
          onProposed={(version) => void navigate(`/compliance/scenarios/${scenario.scenario}/${version.version_id}`)}
        />
      ) : (
        <Box title={t('scenario.values')}>
          <Values scenario={scenario} />
        </Box>
      )}
      <Box title={t('scenario.history')} flush>
        <Changes scenario={scenario} />
      </Box>
    </Page>
  )
}

/** One scenario: its rule, the values in force, a change of them, and all changes before. */
export default function ScenarioPage() {
  const code = useParams()['scenario'] ?? ''
  return <OfScenario code={code}>{(scenario) => <Found key={code} scenario={scenario} />}</OfScenario>
}
