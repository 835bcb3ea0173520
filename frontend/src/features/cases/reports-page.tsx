import { useInfiniteQuery } from '@tanstack/react-query'
import { Download, FileCheck2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Chip, type ChipTone } from '@/design/chip'
import { CopyValue } from '@/design/copy-value'
import { Field, INPUT } from '@/design/field'
import { LinkButton } from '@/design/link-button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { DueChip } from '@/features/cases/case-words'
import { Person } from '@/features/session/person'
import { ProblemNote } from '@/features/cases/problem-note'
import { reportsQuery, useReporting } from '@/features/cases/reporting'
import type { Report } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { download } from '@/lib/download'
import { toMs } from '@/lib/time'

const TONES: Record<Report['state'], ChipTone> = { draft: 'accent', exported: 'caution', sent: 'good' }

/** The number that the authority's system gave when a person sent the document. */
function ReceiptForm({ of }: { of: Report }) {
  const { t } = useCases()
  const reporting = useReporting()
  const [receipt, setReceipt] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    reporting.mutate({ how: 'receipt', reportId: of.report_id, receipt: receipt.trim() })
  }
  return (
    <form onSubmit={submit} className="grid gap-2">
      <div className="flex flex-wrap items-start gap-2">
        <Field label={t('report.receipt')} hint={t('report.receipt.hint')} className="w-64 max-w-full">
          {(attributes) => (
            <input
              {...attributes}
              required
              pattern="[0-9A-Za-z.\/\-]{4,40}"
              autoComplete="off"
              spellCheck={false}
              value={receipt}
              onChange={(event) => setReceipt(event.target.value)}
              className={`${INPUT} h-9 font-mono`}
            />
          )}
        </Field>
        <Button kind="primary" type="submit" busy={reporting.isPending} className="sm:mt-[1.375rem]">
          {t('report.wasSent')}
        </Button>
      </div>
      <ProblemNote error={reporting.error} />
    </form>
  )
}

function ReportRow({ of }: { of: Report }) {
  const { t, date } = useCases()
  const reporting = useReporting()
  const [problem, setProblem] = useState<unknown>(null)
  const fetchIt = () => {
    setProblem(null)
    download(`/v1/reports/${of.report_id}/document`, `report-${of.report_id}.xml`).catch(setProblem)
  }
  return (
    <li className="grid gap-3 border-b border-line px-4 py-4 last:border-b-0 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="font-medium text-ink">
          {of.kind === 'nil' ? t('report.nil', { year: String(of.year) }) : t('report.suspicion')}
        </span>
        <Chip tone={TONES[of.state]}>{t(`report.state.${of.state}`)}</Chip>
        <DueChip of={of} />
        {of.case_id !== null && (
          <Link to={`/compliance/cases/${of.case_id}`} className="ml-auto font-medium text-accent hover:underline">
            {t('report.case')}
          </Link>
        )}
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-3 tabular">
        <span>
          {t('report.made')} <Person id={of.made_by} /> · {date(toMs(of.made_at))}
        </span>
        {of.sha256 !== null && (
          <span className="flex items-center gap-1">
            SHA-256 <CopyValue value={of.sha256} />
          </span>
        )}
        {of.receipt !== null && of.sent_by !== null && (
          <span>
            {t('report.sent')} <Person id={of.sent_by} /> · {of.receipt}
          </span>
        )}
      </p>
      <ProblemNote error={problem ?? reporting.error} />
      {of.state !== 'sent' && (
        <div className="flex flex-wrap gap-2">
          <Button
            kind={of.state === 'draft' ? 'primary' : 'secondary'}
            busy={reporting.isPending}
            onClick={() => reporting.mutate({ how: 'export', reportId: of.report_id })}
          >
            {t(of.state === 'draft' ? 'report.export' : 'report.export.again')}
          </Button>
          {of.state === 'exported' && (
            <Button onClick={fetchIt}>
              <Download size={14} aria-hidden />
              {t('report.download')}
            </Button>
          )}
        </div>
      )}
      {of.state === 'exported' && <ReceiptForm of={of} />}
    </li>
  )
}

/** The declaration that a year had nothing to report. */
function NilForm() {
  const { t } = useCases()
  const reporting = useReporting()
  const [year, setYear] = useState(String(new Date().getFullYear() - 1))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    reporting.mutate({ how: 'nil', year: Number(year) })
  }
  return (
    <Box title={t('report.nil.title')}>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-pretty text-ink-2">{t('report.nil.body')}</p>
        <Field label={t('report.nil.year')}>
          {(attributes) => (
            <input
              {...attributes}
              type="number"
              required
              min={2020}
              max={2100}
              value={year}
              onChange={(event) => setYear(event.target.value)}
              className={`${INPUT} h-9 tabular`}
            />
          )}
        </Field>
        <ProblemNote error={reporting.error} />
        <Button type="submit" busy={reporting.isPending} className="justify-self-start">
          {t('report.nil.declare')}
        </Button>
      </form>
    </Box>
  )
}

/** What the authorities are to be told, what is due first at first: made here, sent by a person. */
export default function ReportsPage() {
  const { t } = useCases()
  const reports = useInfiniteQuery(reportsQuery)
  const items = reports.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title={t('report.title')} lead={t('report.lead')} tabs={<ComplianceTabs />}>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <section aria-label={t('report.title')} className="panel min-w-0 overflow-hidden">
          {reports.isPending && <RowsSkeleton rows={4} />}
          {isLost(reports) && <ErrorState error={reports.error} onRetry={() => void reports.refetch()} />}
          {reports.data && items.length === 0 && (
            <Notice icon={FileCheck2} title={t('report.none')} body={t('report.none.body')} role="status">
              <LinkButton to="/compliance/cases" className="mt-5">
                {t('case.title')}
              </LinkButton>
            </Notice>
          )}
          {items.length > 0 && (
            <>
              <StaleNotice of={reports} />
              <ul aria-label={t('report.title')}>
                {items.map((report) => (
                  <ReportRow key={report.report_id} of={report} />
                ))}
              </ul>
              <NextPageNotice of={reports} />
              {reports.hasNextPage && (
                <div className="border-t border-line p-3 text-center">
                  <Button busy={reports.isFetchingNextPage} onClick={() => void reports.fetchNextPage()}>
                    {t('case.more')}
                  </Button>
                </div>
              )}
            </>
          )}
        </section>
        <NilForm />
      </div>
    </Page>
  )
}
