import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Chip } from '@/design/chip'
import { CopyValue } from '@/design/copy-value'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, NotFound } from '@/design/states'
import { differenceQuery, listVersionsQuery, watchListsQuery } from '@/features/compliance/api'
import { DifferenceList } from '@/features/compliance/difference'
import { Line } from '@/features/compliance/entry-facts'
import type { ListVersion, WatchList } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

interface VersionRowProps {
  version: ListVersion
  isChosen: boolean
  onChoose: (() => void) | null
}

function VersionRow({ version, isChosen, onChoose }: VersionRowProps) {
  const { t, date, hourMinute } = useCompliance()
  const atMs = toMs(version.loaded_at)
  const { added, removed, changed } = version
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="grid gap-0.5">
        <span className="flex flex-wrap items-center gap-2 font-medium text-ink tabular">
          {t('lists.version', { version: version.version })}
          <span className="font-normal text-ink-2">{t('lists.entries', { count: version.entries })}</span>
          {version.forced && <Chip tone="caution">{t('list.forced')}</Chip>}
        </span>
        <span className="text-[12px] text-ink-3 tabular">
          {t('list.counts.words', { added, removed, changed })} ·{' '}
          {t('compliance.at', { date: date(atMs), time: hourMinute(atMs) })}
        </span>
        <CopyValue value={version.sha256} />
      </div>
      {onChoose && (
        <Button aria-pressed={isChosen} onClick={onChoose}>
          {t('version.changes')}
        </Button>
      )}
    </li>
  )
}

function Versions({
  listId,
  onChoose,
  chosen,
}: {
  listId: string
  chosen: number | null
  onChoose: ((version: number) => void) | null
}) {
  const { t } = useCompliance()
  const versions = useInfiniteQuery(listVersionsQuery(listId))
  if (versions.isPending) return <RowsSkeleton rows={2} />
  if (isLost(versions)) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />
  return (
    <>
      <StaleNotice of={versions} />
      <ul aria-label={t('list.versions')}>
        {(versions.data?.pages ?? []).flatMap((page) =>
          page.items.map((version) => (
            <VersionRow
              key={version.version}
              version={version}
              isChosen={version.version === chosen}
              onChoose={onChoose && (() => onChoose(version.version))}
            />
          )),
        )}
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

function VersionDifference({ listId, version }: { listId: string; version: number }) {
  const { t } = useCompliance()
  const difference = useQuery(differenceQuery(listId, version))
  const title = t('list.difference', { version })
  return (
    <Box title={title} flush>
      {difference.isPending ? (
        <RowsSkeleton rows={3} />
      ) : difference.data === undefined ? (
        <ErrorState error={difference.error} onRetry={() => void difference.refetch()} />
      ) : (
        <DifferenceList items={difference.data.items} label={title} />
      )}
    </Box>
  )
}

function Found({ list }: { list: WatchList }) {
  const { t } = useCompliance()
  const maySeeWho = canKeepLists(useUser().roles)
  const [chosen, setChosen] = useState<number | null>(maySeeWho ? list.version : null)
  return (
    <Page
      title={list.list_id}
      lead={t('lists.entries', { count: list.entries })}
      back={{ to: '/compliance/screening/lists', label: t('lists.title') }}
      actions={list.own && <Chip tone="accent">{t('lists.own')}</Chip>}
    >
      <Box title={t('list.licence')}>
        <dl className="grid gap-y-1.5">
          <Line name={t('list.licence')}>{list.licence}</Line>
          <Line name={t('list.source')}>{list.source}</Line>
        </dl>
      </Box>
      <Box title={t('list.versions')} flush>
        <Versions listId={list.list_id} chosen={chosen} onChoose={maySeeWho ? setChosen : null} />
      </Box>
      {chosen !== null && <VersionDifference listId={list.list_id} version={chosen} />}
    </Page>
  )
}

/** One list: on what terms it may be used, its versions, and how each differs from the one before. */
export default function WatchListPage() {
  const listId = useParams()['listId'] ?? ''
  const lists = useQuery(watchListsQuery)
  return (
    <Answered of={lists}>
      {({ items }) => {
        const list = items.find((one) => one.list_id === listId)
        return list ? <Found key={listId} list={list} /> : <NotFound />
      }}
    </Answered>
  )
}
