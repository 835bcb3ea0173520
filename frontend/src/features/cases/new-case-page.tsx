import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Fact, Facts } from '@/design/facts'
import { Check, Field, INPUT } from '@/design/field'
import { NotFound } from '@/design/states'
import { alertQuery } from '@/features/alerts/api'
import { useOpenCase } from '@/features/cases/api'
import { useSubjectName } from '@/features/cases/case-words'
import { ProblemNote } from '@/features/cases/problem-note'
import { likelyScheme, SCHEMES } from '@/features/cases/schemes'
import { SEVERITIES, type Severity } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import type { AlertDetail } from '@/lib/api-types'
import { ApiError } from '@/lib/http'

const QUIET = 'subject-quiet'

function Opening({ of }: { of: AlertDetail }) {
  const { t, word, money } = useCases()
  const navigate = useNavigate()
  const open = useOpenCase()
  const [scheme, setScheme] = useState(() => likelyScheme(of.scenarios))
  const [severity, setSeverity] = useState<Severity>('medium')
  const [isDespite, setIsDespite] = useState(false)
  const isQuiet = open.error instanceof ApiError && open.error.problem.code === QUIET
  const submit = (event: FormEvent) => {
    event.preventDefault()
    open.mutate(
      { alertId: of.alert_id, scheme, severity, despiteQuiet: isDespite },
      { onSuccess: ({ case_id: caseId }) => void navigate(`/compliance/cases/${caseId}`, { replace: true }) },
    )
  }
  return (
    <Box title={t('case.open')} className="max-w-xl">
      <form onSubmit={submit} className="grid gap-4">
        <Facts>
          <Fact name={t('case.total')}>{money(of.total.amount_minor, of.total.currency)}</Fact>
          <Fact name={t('case.transactions')}>{of.members.length}</Fact>
        </Facts>
        <Field label={t('case.open.scheme')}>
          {(attributes) => (
            <select
              {...attributes}
              value={scheme}
              onChange={(event) => setScheme(event.target.value)}
              className={`${INPUT} h-9`}
            >
              {SCHEMES.map((one) => (
                <option key={one} value={one}>
                  {word('case.scheme', one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('case.severity')}>
          {(attributes) => (
            <select
              {...attributes}
              value={severity}
              onChange={(event) => setSeverity(event.target.value as Severity)}
              className={`${INPUT} h-9`}
            >
              {SEVERITIES.map((one) => (
                <option key={one} value={one}>
                  {t(`case.severity.${one}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <ProblemNote error={open.error} />
        {(isQuiet || isDespite) && <Check label={t('case.open.quiet')} checked={isDespite} onChange={setIsDespite} />}
        <Button kind="primary" type="submit" busy={open.isPending} className="justify-self-start">
          {t('case.open.go')}
        </Button>
      </form>
    </Box>
  )
}

function Of({ alertId }: { alertId: string }) {
  const { t } = useCases()
  const nameOf = useSubjectName()
  const alert = useQuery(alertQuery(alertId))
  return (
    <Page
      title={t('case.open')}
      lead={alert.data ? nameOf(alert.data) : '\u00a0'}
      back={{ to: `/alerts?alert=${encodeURIComponent(alertId)}`, label: t('alerts.title') }}
    >
      <Answered of={alert}>{(data) => <Opening of={data} />}</Answered>
    </Page>
  )
}

/** Takes an alert into a case: a new one, or the one of its subject and scheme that is being worked on. */
export function NewCasePage() {
  const [search] = useSearchParams()
  const alertId = search.get('of')
  return alertId === null ? <NotFound /> : <Of alertId={alertId} />
}
