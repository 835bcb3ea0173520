import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { FileStack, Plus } from 'lucide-react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { LinkButton } from '@/design/link-button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { ActivePolicyBox } from '@/features/risk/active-policy'
import { policiesQuery, vocabularyQuery } from '@/features/risk/api'
import { DraftNotice } from '@/features/risk/draft-notice'
import { Person } from '@/features/session/person'
import { PolicyChip } from '@/features/risk/policy-status'
import { RiskTabs } from '@/features/risk/risk-tabs'
import type { Policy } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { canChangePolicies } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const AGE_STEP_MS = 10_000

function VersionRow({ policy, nowMs }: { policy: Policy; nowMs: number }) {
  const { t, ago, date } = useRisk()
  const writtenMs = toMs(policy.written_at)
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/risk/policies/${policy.version}`}
        className="grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex items-center gap-3">
          <span className="font-medium text-ink tabular">{t('risk.version', { version: policy.version })}</span>
          <PolicyChip status={policy.status} />
          <span title={date(writtenMs)} className="ml-auto text-[12px] whitespace-nowrap text-ink-3 tabular">
            {ago(nowMs - writtenMs)}
          </span>
        </span>
        <span className="line-clamp-2 text-pretty text-ink-2">{policy.note}</span>
        <span className="flex flex-wrap items-center gap-x-2 text-[12px] text-ink-3">
          <span>
            {t('risk.by')} <Person id={policy.author} />
          </span>
          <span aria-hidden>·</span>
          <span>{t('risk.rules.count', { count: policy.document.rules?.length ?? 0 })}</span>
          {policy.based_on !== null && (
            <>
              <span aria-hidden>·</span>
              <span>{t('risk.basedOn', { version: policy.based_on })}</span>
            </>
          )}
        </span>
      </Link>
    </li>
  )
}

function Versions() {
  const { t } = useRisk()
  const nowMs = useNow(AGE_STEP_MS)
  const policies = useInfiniteQuery(policiesQuery)
  const items = policies.data?.pages.flatMap((page) => page.items) ?? []
  if (policies.isPending) return <RowsSkeleton />
  if (isLost(policies)) return <ErrorState error={policies.error} onRetry={() => void policies.refetch()} />
  if (items.length === 0) {
    return (
      <Notice icon={FileStack} title={t('risk.versions.empty')} body={t('risk.versions.empty.body')} role="status" />
    )
  }
  return (
    <>
      <StaleNotice of={policies} />
      <ul aria-label={t('risk.versions')}>
        {items.map((policy) => (
          <VersionRow key={policy.version} policy={policy} nowMs={nowMs} />
        ))}
      </ul>
      <NextPageNotice of={policies} />
      {policies.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={policies.isFetchingNextPage} onClick={() => void policies.fetchNextPage()}>
            {t('risk.more')}
          </Button>
        </div>
      )}
    </>
  )
}

/** What decides now, and every version that did, may or might. */
export function PoliciesPage() {
  const { t } = useRisk()
  const { roles } = useUser()
  // What an editor needs first, asked for before anybody opens it.
  useQuery(vocabularyQuery)
  return (
    <Page
      title={t('risk.title')}
      lead={t('risk.lead')}
      tabs={<RiskTabs />}
      actions={
        canChangePolicies(roles) && (
          <LinkButton kind="primary" to="/risk/draft">
            <Plus size={15} aria-hidden />
            {t('risk.newDraft')}
          </LinkButton>
        )
      }
    >
      <DraftNotice />
      <ActivePolicyBox />
      <Box title={t('risk.versions')} flush>
        <Versions />
      </Box>
    </Page>
  )
}
