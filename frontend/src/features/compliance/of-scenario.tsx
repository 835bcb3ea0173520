import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { isLost } from '@/design/stale-notice'
import { NotFound } from '@/design/states'
import { scenariosQuery } from '@/features/compliance/api'
import type { Scenario } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { humanise } from '@/lib/i18n'

interface UnansweredProps {
  code: string
  children: ReactNode
}

/** A page about a scenario has a name and a way back before, and without, its answer. */
export function Unanswered({ code, children }: UnansweredProps) {
  const { t, word } = useCompliance()
  return (
    <Page
      title={word('scenario.title', code, humanise(code))}
      lead={'\u00a0'}
      back={{ to: '/compliance/scenarios', label: t('scenarios.title') }}
    >
      {children}
    </Page>
  )
}

/** A page about one scenario, which is found among all of them. */
export function OfScenario({ code, children }: { code: string; children: (scenario: Scenario) => ReactNode }) {
  const scenarios = useQuery(scenariosQuery)
  const answered = (
    <Answered of={scenarios}>
      {({ items }) => {
        const scenario = items.find((one) => one.scenario === code)
        return scenario ? children(scenario) : <NotFound />
      }}
    </Answered>
  )
  return scenarios.isPending || isLost(scenarios) ? <Unanswered code={code}>{answered}</Unanswered> : answered
}
