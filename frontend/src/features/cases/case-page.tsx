import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { usePanel } from '@/app/panel'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { SplitOutline } from '@/design/outlines'
import { AlertStatusMark } from '@/features/alerts/alert-card'
import { alertQuery } from '@/features/alerts/api'
import { caseQuery, similarQuery } from '@/features/cases/api'
import { CaseMoves } from '@/features/cases/case-moves'
import { CaseStateChip, DueChip, noonMs, SeverityChip, useSubjectName } from '@/features/cases/case-words'
import { Person } from '@/features/session/person'
import { FreezeBox } from '@/features/cases/freeze-box'
import { FlowBox } from '@/features/cases/flow-box'
import { EvidenceBox, NotesBox } from '@/features/cases/papers'
import { TimelineBox } from '@/features/cases/timeline-box'
import { TrailBox } from '@/features/cases/trail-box'
import type { Case, CaseDetail } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { toMs } from '@/lib/time'

/** Alerts whose transactions are shown with the case; all of them are listed. */
const MAX_ALERTS_READ = 12

function FactsBox({ of }: { of: CaseDetail }) {
  const { t, word, money, date } = useCases()
  return (
    <Box title={t('case.facts')}>
      <Facts>
        <Fact name={t('case.subject')}>
          {word('subject', of.subject_kind)} <CopyValue value={of.subject_id} />
        </Fact>
        {of.customer_id !== null && of.customer_id !== of.subject_id && (
          <Fact name={t('subject.customer')}>
            <CopyValue value={of.customer_id} />
          </Fact>
        )}
        <Fact name={t('case.scheme')}>{word('case.scheme', of.scheme)}</Fact>
        <Fact name={t('case.total')}>
          {of.totals.map(({ amount_minor: minor, currency }) => money(minor, currency)).join(' · ')}
        </Fact>
        <Fact name={t('case.transactions')}>{of.decisions}</Fact>
        <Fact name={t('case.operation')}>{date(noonMs(of.operation_on))}</Fact>
        <Fact name={t('case.opened')}>
          {date(toMs(of.opened_at))} · <Person id={of.opened_by} />
        </Fact>
        <Fact name={t('case.assignee')}>{of.assignee === null ? t('case.nobody') : <Person id={of.assignee} />}</Fact>
      </Facts>
    </Box>
  )
}

function AlertsBox({ of }: { of: CaseDetail }) {
  const { t, money, probability, day } = useCases()
  const { openPanel } = usePanel()
  return (
    <Box title={t('case.alerts')} flush>
      <ul aria-label={t('case.alerts')}>
        {of.alerts.map((alert) => (
          <li key={alert.alert_id} className="border-b border-line last:border-b-0">
            <button
              type="button"
              onClick={() => openPanel('alert', alert.alert_id)}
              className="grid w-full grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-0.5 px-4 py-2.5 text-left outline-offset-[-2px] hover:bg-hover sm:px-5"
            >
              <AlertStatusMark status={alert.status} />
              <span className="font-medium text-ink tabular">
                {money(alert.total.amount_minor, alert.total.currency)}
              </span>
              <span className="text-[12px] text-ink-3 tabular">
                {t('alerts.decisions', { count: alert.decisions })}
                {alert.highest_probability !== null && <> · {probability(alert.highest_probability)}</>}
              </span>
              <span className="text-right text-[12px] text-ink-3 tabular">{day(toMs(alert.last_event_time))}</span>
            </button>
          </li>
        ))}
      </ul>
    </Box>
  )
}

/** What was thought of the same subject before, and of the same scheme elsewhere. */
function SimilarBox({ of }: { of: CaseDetail }) {
  const { t, word, date } = useCases()
  const nameOf = useSubjectName()
  const own = useQuery({
    ...similarQuery({ customer_id: of.customer_id ?? '' }),
    enabled: of.customer_id !== null,
  })
  const alike = useQuery(similarQuery({ scheme: of.scheme }))
  const found = new Map<string, Case>()
  for (const one of [...(own.data?.items ?? []), ...(alike.data?.items ?? [])]) {
    if (one.case_id !== of.case_id) found.set(one.case_id, one)
  }
  return (
    <Box title={t('case.similar')} flush>
      {found.size === 0 ? (
        <p className="p-4 text-ink-3 sm:p-5">{t('case.similar.none')}</p>
      ) : (
        <ul aria-label={t('case.similar')}>
          {[...found.values()].map((one) => (
            <li key={one.case_id} className="border-b border-line last:border-b-0">
              <Link
                to={`/compliance/cases/${one.case_id}`}
                className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2.5 outline-offset-[-2px] hover:bg-hover sm:px-5"
              >
                <span className="truncate text-ink tabular">{nameOf(one)}</span>
                <CaseStateChip state={one.state} />
                <span className="truncate text-[12px] text-ink-3">{word('case.scheme', one.scheme)}</span>
                <span className="text-right text-[12px] text-ink-3 tabular">{date(toMs(one.opened_at))}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Box>
  )
}

function Opened({ of }: { of: CaseDetail }) {
  const { openPanel } = usePanel()
  const alerts = useQueries({
    queries: of.alerts.slice(0, MAX_ALERTS_READ).map(({ alert_id: alertId }) => alertQuery(alertId)),
    combine: (results) => ({
      isLoading: results.some(({ isPending }) => isPending),
      members: results.flatMap(({ data }) => data?.members ?? []),
    }),
  })
  const { members, isLoading } = alerts
  const lastOf = useMemo(() => {
    const last = new Map<string, string>()
    for (const { transaction, transaction_id: id } of members) {
      for (const party of [transaction.customer_id, transaction.payee_id, transaction.merchant_id]) {
        if (party) last.set(party, id)
      }
    }
    return last
  }, [members])
  const openParty = (partyId: string) => {
    const transactionId = lastOf.get(partyId)
    if (transactionId) openPanel('decision', transactionId)
  }
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="order-2 grid min-w-0 gap-4 xl:order-1">
        <FlowBox members={members} subjectId={of.subject_id} isLoading={isLoading} onOpen={openParty} />
        <TimelineBox of={of} members={members} />
        <EvidenceBox of={of} />
        <NotesBox of={of} />
      </div>
      <div className="order-1 grid min-w-0 gap-4 xl:order-2">
        <CaseMoves of={of} />
        <FactsBox of={of} />
        {of.customer_id !== null && <FreezeBox of={of} customerId={of.customer_id} />}
        <AlertsBox of={of} />
        <SimilarBox of={of} />
        <TrailBox caseId={of.case_id} />
      </div>
    </div>
  )
}

/** One case: who, what and when, where the money went, what it rests on, and the next step. */
export function CasePage() {
  const { t, word } = useCases()
  const nameOf = useSubjectName()
  const caseId = useParams()['caseId'] ?? ''
  const found = useQuery(caseQuery(caseId))
  const { data } = found
  return (
    <Page
      title={data ? nameOf(data) : t('case.one')}
      lead={data ? word('case.scheme', data.scheme) : '\u00a0'}
      back={{ to: '/compliance/cases', label: t('case.title') }}
      actions={
        data && (
          <span className="flex flex-wrap gap-1.5">
            <SeverityChip severity={data.severity} />
            <CaseStateChip state={data.state} />
            <DueChip of={data} />
          </span>
        )
      }
    >
      <Answered of={found} outline={<SplitOutline main={[4, 6]} aside={[5, 3]} />}>
        {(of) => <Opened key={of.case_id} of={of} />}
      </Answered>
    </Page>
  )
}
