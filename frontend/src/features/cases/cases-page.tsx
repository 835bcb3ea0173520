import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { Check } from '@/design/field'
import { LinkButton } from '@/design/link-button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { Segmented } from '@/design/segmented'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice, ShowAll } from '@/design/states'
import { casesQuery } from '@/features/cases/api'
import { CaseStateChip, DueChip, SeverityChip, useSubjectName } from '@/features/cases/case-words'
import { Person } from '@/features/session/person'
import type { Case, CaseOrder } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { dueQuery } from '@/features/office/api'
import type { DueList } from '@/features/office/types'
import { useUser } from '@/features/session/user'

const ORDERS: readonly CaseOrder[] = ['due', 'severity', 'newest']

function CaseRow({ of }: { of: Case }) {
  const { t, word, money } = useCases()
  const nameOf = useSubjectName()
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={`/compliance/cases/${of.case_id}`}
        data-row={of.case_id}
        className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="max-w-full shrink-0 truncate font-medium text-ink tabular">{nameOf(of)}</span>
          <span className="truncate text-ink-2">{word('case.scheme', of.scheme)}</span>
        </span>
        <span className="text-right font-medium text-ink tabular">
          {of.totals[0] && money(of.totals[0].amount_minor, of.totals[0].currency)}
        </span>
        <span className="flex flex-wrap items-center gap-1.5">
          <SeverityChip severity={of.severity} />
          <CaseStateChip state={of.state} />
          <DueChip of={of} />
        </span>
        <span className="self-center text-right text-[12px] text-ink-3 tabular">
          {of.assignee === null ? t('case.nobody') : <Person id={of.assignee} />}
        </span>
      </Link>
    </li>
  )
}

const COUNTS = ['late', 'warning', 'on_time'] as const
const MARKS: Record<(typeof COUNTS)[number], string> = {
  late: 'text-bad',
  warning: 'text-caution',
  on_time: 'text-ink',
}

/** How many clocks run, and how: of alerts to select, cases to decide, reports and declarations to send. */
function Clocks({ due }: { due: DueList }) {
  const { t } = useCases()
  return (
    <dl aria-label={t('case.clocks')} className="panel grid grid-cols-3 overflow-hidden">
      {COUNTS.map((name) => (
        <div key={name} className="border-l border-line px-4 py-3 first:border-l-0 sm:px-5">
          <dt className="text-[12px] text-ink-3">{t(`case.clocks.${name}`)}</dt>
          <dd
            className={classes('mt-0.5 text-[20px] font-semibold tabular', due[name] > 0 ? MARKS[name] : 'text-ink-3')}
          >
            {due[name]}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function CaseList({ order, mine, onShowAll }: { order: CaseOrder; mine: string | null; onShowAll: () => void }) {
  const { t } = useCases()
  const cases = useInfiniteQuery(casesQuery(order, mine))
  const items = cases.data?.pages.flatMap((page) => page.items) ?? []
  if (cases.isPending) return <RowsSkeleton />
  if (isLost(cases)) return <ErrorState error={cases.error} onRetry={() => void cases.refetch()} />
  if (items.length === 0) {
    return (
      <Notice
        icon={FolderOpen}
        title={t(mine ? 'case.none.mine' : 'case.none')}
        body={t('case.none.body')}
        role="status"
      >
        {mine ? (
          <ShowAll onClick={onShowAll} />
        ) : (
          <LinkButton to="/alerts" className="mt-5">
            {t('nav.alerts')}
          </LinkButton>
        )}
      </Notice>
    )
  }
  return (
    <>
      <StaleNotice of={cases} />
      <ul aria-label={t('case.title')}>
        {items.map((one) => (
          <CaseRow key={one.case_id} of={one} />
        ))}
      </ul>
      <NextPageNotice of={cases} />
      {cases.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={cases.isFetchingNextPage} onClick={() => void cases.fetchNextPage()}>
            {t('case.more')}
          </Button>
        </div>
      )}
    </>
  )
}

/** What is being worked on, by what is due first. */
export function CasesPage() {
  const { t } = useCases()
  const user = useUser()
  const due = useQuery(dueQuery(null))
  const [order, setOrder] = useState<CaseOrder>('due')
  const [isMine, setIsMine] = useState(false)
  const options = ORDERS.map((value) => ({ value, label: t(`case.order.${value}`) }))
  return (
    <Page title={t('case.title')} lead={t('case.lead')} tabs={<ComplianceTabs />}>
      {due.data && <Clocks due={due.data} />}
      <section aria-label={t('case.title')} className="panel overflow-hidden">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-5">
          <Segmented label={t('case.order')} value={order} onChange={setOrder} options={options} />
          <Check label={t('case.mine')} checked={isMine} onChange={setIsMine} />
        </div>
        <CaseList order={order} mine={isMine ? user.id : null} onShowAll={() => setIsMine(false)} />
      </section>
    </Page>
  )
}
