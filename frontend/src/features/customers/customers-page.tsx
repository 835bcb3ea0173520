import { useInfiniteQuery } from '@tanstack/react-query'
import { Building2, UserRound, Users } from 'lucide-react'
import { useCallback } from 'react'
import { Link, useNavigate } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { RowList } from '@/design/row-list'
import { NextPageNotice } from '@/design/stale-notice'
import { Notice } from '@/design/states'
import { CustomerSearch } from '@/features/accounts/customer-search'
import { customersQuery } from '@/features/customers/api'
import { CustomerStatusChip } from '@/features/customers/status-chip'
import type { Customer } from '@/features/customers/types'
import { useCustomers } from '@/features/customers/words'
import { canListCustomers } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const ROW_HEIGHT_PX = 60

function Row({ of }: { of: Customer }) {
  const { t } = useCustomers()
  const Icon = of.kind === 'business' ? Building2 : UserRound
  return (
    <Link
      to={`/customers/${of.customer_id}`}
      data-row={of.customer_id}
      className="flex h-full items-center gap-3.5 border-b border-line px-4 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
    >
      <Icon size={17} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      <span className="mr-auto min-w-0">
        <span className="block truncate font-medium">{of.full_name ?? t('customer.nameless')}</span>
        <span className="block truncate text-[12.5px] text-ink-3">{of.customer_id}</span>
      </span>
      <CustomerStatusChip status={of.status} />
    </Link>
  )
}

function All() {
  const { t } = useCustomers()
  const customers = useInfiniteQuery(customersQuery)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = customers
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const onNearEnd = useCallback(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  return (
    <Answered of={customers} notices={<NextPageNotice of={customers} />}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.items)
        return (
          <section aria-label={t('customers.list')} className="panel overflow-hidden">
            {rows.length === 0 ? (
              <Notice icon={Users} title={t('customers.none')} body={t('customers.none.body')} role="status" />
            ) : (
              <RowList
                label={t('customers.list')}
                rows={rows}
                keyOf={({ customer_id }) => customer_id}
                heightPx={ROW_HEIGHT_PX}
                onNearEnd={onNearEnd}
              >
                {(row) => <Row of={row} />}
              </RowList>
            )}
          </section>
        )
      }}
    </Answered>
  )
}

/** Everybody whom the bank serves, and a way to one of them by their id. */
export default function CustomersPage() {
  const { t } = useCustomers()
  const navigate = useNavigate()
  const { roles } = useUser()
  return (
    <Page
      title={t('customers.title')}
      lead={t('customers.lead')}
      actions={<CustomerSearch customerId={null} onChange={(id) => id !== null && void navigate(`/customers/${id}`)} />}
    >
      {canListCustomers(roles) ? (
        <All />
      ) : (
        <div className="panel">
          <Notice icon={Users} title={t('customers.choose')} body={t('customers.choose.body')} role="status" />
        </div>
      )}
    </Page>
  )
}
