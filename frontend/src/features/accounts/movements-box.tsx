import { useInfiniteQuery } from '@tanstack/react-query'
import { ListFilter, ReceiptText } from 'lucide-react'
import { useCallback, useState } from 'react'
import { useSearchParams } from 'react-router'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { RowList } from '@/design/row-list'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { Segmented } from '@/design/segmented'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice, ShowAll } from '@/design/states'
import { movementsQuery, useRecategorise } from '@/features/accounts/api'
import { ALL_MOVEMENTS, filtersOf, without, withFilters, type Filters } from '@/features/accounts/filters'
import { MovementChips } from '@/features/accounts/movement-chips'
import { MovementFilters } from '@/features/accounts/movement-filters'
import { MovementRow } from '@/features/accounts/movement-row'
import { MovementSearch } from '@/features/accounts/movement-search'
import type { Account, Movement } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { canKeepAccounts } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

const ROW_HEIGHT_PX = 64

interface RowsProps {
  account: Account
  filters: Filters
  onShowAll: () => void
}

function Rows({ account, filters, onShowAll }: RowsProps) {
  const { t } = useAccounts()
  const { roles } = useUser()
  const movements = useInfiniteQuery(movementsQuery(account.account_id, filters))
  const recategorise = useRecategorise(account.account_id)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = movements
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const onNearEnd = useCallback(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  if (movements.isPending) return <RowsSkeleton rows={8} />
  if (isLost(movements)) return <ErrorState error={movements.error} onRetry={() => void movements.refetch()} />
  const rows = movements.data?.pages.flatMap((page) => page.items) ?? []
  if (rows.length === 0) {
    const isNarrowed = Object.keys(filters).length > 0
    return (
      <Notice
        icon={ReceiptText}
        title={t(isNarrowed ? 'movements.noMatch' : 'movements.none')}
        body={t(isNarrowed ? 'movements.noMatch.body' : 'movements.none.body')}
        role="status"
      >
        {isNarrowed && <ShowAll onClick={onShowAll} />}
      </Notice>
    )
  }
  const keeper = canKeepAccounts(roles)
  const change = (movement: Movement) =>
    keeper
      ? (category: Parameters<typeof recategorise.mutate>[0]['category']) => recategorise.mutate({ movement, category })
      : undefined
  return (
    <>
      <StaleNotice of={movements} />
      {recategorise.isError && (
        <p role="alert" className="animate-fade border-b border-line bg-bad-soft px-4 py-2.5 text-bad sm:px-5">
          {t('movements.notChanged', { why: recategorise.error.message })}
        </p>
      )}
      <RowList
        label={t('movements.list')}
        rows={rows}
        keyOf={({ transfer_id, sequence }) => `${sequence} ${transfer_id}`}
        heightPx={ROW_HEIGHT_PX}
        onNearEnd={onNearEnd}
      >
        {(movement) => <MovementRow movement={movement} onCategory={change(movement)} />}
      </RowList>
      <NextPageNotice of={movements} />
    </>
  )
}

function AsOf({ account, filters }: Omit<RowsProps, 'onShowAll'>) {
  const { t, clock } = useAccounts()
  const { data } = useInfiniteQuery(movementsQuery(account.account_id, filters))
  const asOf = data?.pages[0]?.as_of
  return asOf ? (
    <span className="text-[12.5px] text-ink-3 tabular">{t('movements.asOf', { time: clock(toMs(asOf)) })}</span>
  ) : null
}

/** Everything that the account's money did, narrowed to what is looked for. */
export function MovementsBox({ account }: { account: Account }) {
  const { t } = useAccounts()
  const [search, setSearch] = useSearchParams()
  const [isOpen, setIsOpen] = useState(false)
  const filters = filtersOf(search)
  const change = useCallback(
    (next: (before: Filters) => Filters) =>
      setSearch((before) => withFilters(before, next(filtersOf(before))), { replace: true }),
    [setSearch],
  )
  const ask = useCallback(
    (text: string) => change((before) => (text === '' ? without(before, 'q') : { ...before, q: text })),
    [change],
  )
  const direction = (filters.direction ?? 'all') as 'all' | 'in' | 'out'
  return (
    <Box title={t('movements.title')} flush aside={<AsOf account={account} filters={filters} />}>
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5 sm:px-5">
        <MovementSearch asked={filters.q ?? ''} onAsk={ask} />
        <Segmented
          label={t('movements.direction')}
          value={direction}
          onChange={(next) =>
            change((before) => (next === 'all' ? without(before, 'direction') : { ...before, direction: next }))
          }
          options={(['all', 'in', 'out'] as const).map((value) => ({
            value,
            label: t(`movements.direction.${value}`),
          }))}
        />
        <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)} className="h-8 px-3">
          <ListFilter size={14} aria-hidden />
          <span className="max-sm:sr-only">{t('filter.open')}</span>
        </Button>
      </div>
      {isOpen && (
        <MovementFilters
          key={JSON.stringify(filters)}
          currency={account.currency}
          filters={filters}
          onChange={(next) => change(() => next)}
          onClose={() => setIsOpen(false)}
        />
      )}
      <MovementChips filters={filters} currency={account.currency} onChange={(next) => change(() => next)} />
      <Rows account={account} filters={filters} onShowAll={() => change(() => ALL_MOVEMENTS)} />
    </Box>
  )
}
