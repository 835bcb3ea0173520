import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { FilePlus2, ListChecks } from 'lucide-react'
import { Link } from 'react-router'
import { Page } from '@/app/page'
import { Box } from '@/design/box'
import { BUTTON, Button, KINDS } from '@/design/button'
import { Chip } from '@/design/chip'
import { classes } from '@/design/classes'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { listChangesQuery, watchListsQuery } from '@/features/compliance/api'
import { ChangeChip } from '@/features/compliance/change-chip'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import type { ListChange, WatchList } from '@/features/compliance/types'
import { UnnamedPayersBox } from '@/features/compliance/unnamed-payers-box'
import { useCompliance } from '@/features/compliance/words'
import { Person } from '@/features/session/person'
import { canChangeScenarios, canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const AGE_STEP_MS = 60_000
const ROW = 'grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5'
const ITEM = 'overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0'

function ListRow({ list, nowMs }: { list: WatchList; nowMs: number }) {
  const { t, ago } = useCompliance()
  return (
    <li className={ITEM}>
      <Link to={`/compliance/screening/lists/${list.list_id}`} className={ROW}>
        <span className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="flex items-center gap-2 font-medium text-ink">
            {list.list_id} {list.own && <Chip tone="accent">{t('lists.own')}</Chip>}
          </span>
          <span className="whitespace-nowrap text-ink-2 tabular">{t('lists.entries', { count: list.entries })}</span>
        </span>
        <span className="flex flex-wrap gap-x-2 text-[12px] text-ink-3 tabular">
          <span>{t('lists.version', { version: list.version })}</span>
          <span title={t('list.counts.words', { added: list.added, removed: list.removed, changed: list.changed })}>
            {t('list.counts', { added: list.added, removed: list.removed, changed: list.changed })}
          </span>
          <span>{t('lists.loaded', { ago: ago(nowMs - toMs(list.loaded_at)) })}</span>
        </span>
        <span className="line-clamp-2 text-[12px] text-pretty text-ink-3">{list.licence}</span>
      </Link>
    </li>
  )
}

function ChangeRow({ change }: { change: ListChange }) {
  const { t, date } = useCompliance()
  return (
    <li className={ITEM}>
      <Link to={`/compliance/screening/changes/${change.change_id}`} className={ROW}>
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="font-medium text-ink">{change.list_id}</span>
          <ChangeChip status={change.status} />
        </span>
        <span className="text-pretty text-ink-2">{change.why}</span>
        <span className="text-[12px] text-ink-3 tabular">
          {t('list.counts.words', { added: change.added, removed: change.removed, changed: change.changed })} ·{' '}
          <Person id={change.proposed_by} /> · {date(toMs(change.proposed_at))}
        </span>
      </Link>
    </li>
  )
}

function Changes() {
  const { t } = useCompliance()
  const changes = useInfiniteQuery(listChangesQuery)
  const items = changes.data?.pages.flatMap((page) => page.items) ?? []
  if (changes.isPending) return <RowsSkeleton rows={2} />
  if (isLost(changes)) return <ErrorState error={changes.error} onRetry={() => void changes.refetch()} />
  if (items.length === 0)
    return (
      <Notice icon={FilePlus2} title={t('lists.changes.empty')} body={t('lists.changes.empty.body')} role="status" />
    )
  return (
    <>
      <StaleNotice of={changes} />
      <ul aria-label={t('lists.changes')}>
        {items.map((change) => (
          <ChangeRow key={change.change_id} change={change} />
        ))}
      </ul>
      <NextPageNotice of={changes} />
      {changes.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
            {t('compliance.more')}
          </Button>
        </div>
      )}
    </>
  )
}

/** What customers are held against, and changes of the bank's own. */
export default function WatchListsPage() {
  const { t } = useCompliance()
  const { roles } = useUser()
  const lists = useQuery(watchListsQuery)
  const nowMs = useNow(AGE_STEP_MS)
  return (
    <Page
      title={t('lists.title')}
      lead={t('lists.lead')}
      tabs={<ComplianceTabs />}
      actions={
        canChangeScenarios(roles) && (
          <Link to="/compliance/screening/lists/new" className={classes(BUTTON, KINDS.primary)}>
            <FilePlus2 size={15} aria-hidden />
            {t('lists.new')}
          </Link>
        )
      }
    >
      <Box title={t('lists.title')} flush>
        {lists.isPending ? (
          <RowsSkeleton />
        ) : isLost(lists) || lists.data === undefined ? (
          <ErrorState error={lists.error} onRetry={() => void lists.refetch()} />
        ) : lists.data.items.length === 0 ? (
          <Notice icon={ListChecks} title={t('lists.empty')} body={t('lists.empty.body')} role="status" />
        ) : (
          <>
            <StaleNotice of={lists} />
            <ul aria-label={t('lists.title')}>
              {lists.data.items.map((list) => (
                <ListRow key={list.list_id} list={list} nowMs={nowMs} />
              ))}
            </ul>
          </>
        )}
      </Box>
      {canKeepLists(roles) && (
        <>
          <Box title={t('lists.changes')} flush>
            <Changes />
          </Box>
          <UnnamedPayersBox />
        </>
      )}
    </Page>
  )
}
