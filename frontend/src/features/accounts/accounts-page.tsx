import { useInfiniteQuery } from '@tanstack/react-query'
import { WalletCards } from 'lucide-react'
import { useCallback } from 'react'
import { useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Button } from '@/design/button'
import { NextPageNotice } from '@/design/stale-notice'
import { Notice } from '@/design/states'
import { AccountCards, Totals } from '@/features/accounts/account-cards'
import { AccountList } from '@/features/accounts/account-list'
import { CardsOutline } from '@/features/accounts/account-outline'
import { accountsQuery } from '@/features/accounts/api'
import { customerIdOf, CustomerSearch, CustomerStrip } from '@/features/accounts/customer-search'
import { useAccounts } from '@/features/accounts/words'
import { useUser } from '@/features/session/user'

const CUSTOMER = 'customer_id'

function None({ ofCustomer }: { ofCustomer: boolean }) {
  const { t } = useAccounts()
  const [title, body] = ofCustomer
    ? (['accounts.none.customer', 'accounts.none.customer.body'] as const)
    : (['accounts.none', 'accounts.none.body'] as const)
  return (
    <div className="panel">
      <Notice icon={WalletCards} title={t(title)} body={t(body)} role="status" />
    </div>
  )
}

/** One's own accounts; of those who serve customers everybody's, or one customer's. */
export default function AccountsPage() {
  const { t } = useAccounts()
  const isOwn = useUser().customer_id !== null
  const [search, setSearch] = useSearchParams()
  const customerId = isOwn ? null : customerIdOf(search.get(CUSTOMER))
  const choose = (id: string | null) => setSearch(id === null ? {} : { [CUSTOMER]: id })
  const accounts = useInfiniteQuery(accountsQuery(customerId))
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = accounts
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const onNearEnd = useCallback(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  return (
    <Page
      title={t('accounts.title')}
      lead={t(isOwn ? 'accounts.lead.own' : 'accounts.lead.all')}
      actions={!isOwn && <CustomerSearch key={customerId} customerId={customerId} onChange={choose} />}
    >
      {customerId && <CustomerStrip customerId={customerId} onClear={() => choose(null)} />}
      <Answered of={accounts} outline={isOwn && <CardsOutline />} notices={<NextPageNotice of={accounts} />}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items)
          if (rows.length === 0) return <None ofCustomer={customerId !== null} />
          if (!isOwn) return <AccountList accounts={rows} onNearEnd={onNearEnd} />
          return (
            <>
              <AccountCards accounts={rows} />
              {!hasNextPage && <Totals accounts={rows} />}
              {hasNextPage && (
                <Button className="self-center" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  {t('accounts.more')}
                </Button>
              )}
            </>
          )
        }}
      </Answered>
    </Page>
  )
}
