import { useQuery } from '@tanstack/react-query'
import { SearchX } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Chip } from '@/design/chip'
import { Segmented } from '@/design/segmented'
import { Notice } from '@/design/states'
import { scenariosQuery } from '@/features/compliance/api'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { useScenarioWords } from '@/features/compliance/scenario-words'
import { SeverityMark } from '@/features/compliance/severity-mark'
import type { Scenario, Severity } from '@/features/compliance/types'
import { localNoonMs } from '@/lib/days'

const SEVERITIES = ['all', 'report', 'high', 'medium', 'low'] as const
type Shown = (typeof SEVERITIES)[number]

function ScenarioRow({ scenario }: { scenario: Scenario }) {
  const { t, day, title, rule } = useScenarioWords()
  const { since, next_from: nextFrom, waiting } = scenario
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/compliance/scenarios/${scenario.scenario}`}
        className="grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="font-medium text-ink">{title(scenario)}</span>
          <span className="flex items-center gap-3">
            {waiting > 0 && <Chip tone="caution">{t('scenarios.waiting', { count: waiting })}</Chip>}
            <SeverityMark severity={scenario.severity} />
          </span>
        </span>
        <span className="max-w-[84ch] text-pretty text-ink-2 tabular">{rule(scenario)}</span>
        {(since !== null || nextFrom !== null) && (
          <span className="flex flex-wrap gap-x-2 text-[12px] text-ink-3 tabular">
            {since !== null && <span>{t('scenarios.since', { day: day(localNoonMs(since)) })}</span>}
            {nextFrom !== null && <span>{t('scenarios.nextFrom', { day: day(localNoonMs(nextFrom)) })}</span>}
          </span>
        )}
      </Link>
    </li>
  )
}

/** What is looked for, by severity. */
export default function ScenariosPage() {
  const { t } = useScenarioWords()
  const scenarios = useQuery(scenariosQuery)
  const [severity, setSeverity] = useState<Shown>('all')
  const options = SEVERITIES.map((value) => ({ value, label: t(`scenarios.severity.${value}`) }))
  const isShown = (one: Scenario) => severity === 'all' || one.severity === (severity satisfies Severity)
  return (
    <Page title={t('scenarios.title')} lead={t('scenarios.lead')} tabs={<ComplianceTabs />}>
      <div className="flex">
        <Segmented label={t('scenarios.severity')} value={severity} onChange={setSeverity} options={options} />
      </div>
      <Answered of={scenarios}>
        {({ items }) => {
          const chosen = items.filter(isShown)
          return (
            <section aria-label={t('scenarios.title')} className="panel min-w-0">
              {chosen.length === 0 ? (
                <Notice icon={SearchX} title={t('scenarios.none')} body={t('scenarios.none.body')} role="status" />
              ) : (
                <ul>
                  {chosen.map((scenario) => (
                    <ScenarioRow key={scenario.scenario} scenario={scenario} />
                  ))}
                </ul>
              )}
            </section>
          )
        }}
      </Answered>
    </Page>
  )
}
