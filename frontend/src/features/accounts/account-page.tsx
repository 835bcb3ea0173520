import { useQuery } from '@tanstack/react-query'
import { FileDown } from 'lucide-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Button } from '@/design/button'

import { Segmented } from '@/design/segmented'
import { NotFound } from '@/design/states'
import { AccountOutline } from '@/features/accounts/account-outline'
import { AccountStatusChip, useAccountName } from '@/features/accounts/account-status'
import { accountQuery, customerQuery } from '@/features/accounts/api'
import { BalanceCard } from '@/features/accounts/balance-card'
import { GoalsBox } from '@/features/accounts/goals-box'
import { MovementsBox } from '@/features/accounts/movements-box'
import { SpendingBox } from '@/features/accounts/spending-box'
import { StatementDialog } from '@/features/accounts/statement-dialog'
import { Terms } from '@/features/accounts/terms'
import type { Account } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { CashFlowBox } from '@/features/forecasts/cash-flow-box'
import { isUuid } from '@/lib/ids'
import { useMedia } from '@/lib/use-media'

const WIDE = '(min-width: 1280px)'
const VIEWS = ['movements', 'spending', 'terms'] as const
type View = (typeof VIEWS)[number]

/** On a desk all of it side by side; where there is no room, one after the other's name. */
function Parts({ account }: { account: Account }) {
  const { t } = useAccounts()
  const isWide = useMedia(WIDE)
  const [view, setView] = useState<View>('movements')
  const id = account.account_id
  const spending = (
    <>
      <SpendingBox account={account} />
      {account.customer_id && <CashFlowBox customerId={account.customer_id} currency={account.currency} />}
      <GoalsBox accountId={id} />
    </>
  )
  if (isWide)
    return (
      <div className="grid grid-cols-[minmax(0,1fr)_22rem] items-start gap-4">
        <MovementsBox account={account} />
        <div className="grid gap-4">
          {spending}
          <Terms account={account} />
        </div>
      </div>
    )
  return (
    <>
      <div>
        <Segmented
          label={t('account.views')}
          value={view}
          onChange={setView}
          options={VIEWS.map((value) => ({ value, label: t(`account.view.${value}`) }))}
        />
      </div>
      {view === 'movements' && <MovementsBox account={account} />}
      {view === 'spending' && spending}
      {view === 'terms' && <Terms account={account} />}
    </>
  )
}

function useLead(account: Account | undefined): string {
  const { t, word } = useAccounts()
  const customerId = account?.customer_id ?? ''
  const { data: customer } = useQuery({ ...customerQuery(customerId), enabled: account !== undefined })
  if (!account) return '\u00a0'
  return t('account.lead', {
    product: word('account.product', account.product),
    customer: customer?.full_name ?? customerId,
  })
}

function AccountWith({ accountId }: { accountId: string }) {
  const { t } = useAccounts()
  const nameOf = useAccountName()
  const account = useQuery(accountQuery(accountId))
  const lead = useLead(account.data)
  const [isDownloading, setIsDownloading] = useState(false)
  return (
    <Page
      title={account.data ? nameOf(account.data) : t('account.id')}
      lead={lead}
      back={{ to: '/accounts', label: t('accounts.title') }}
      actions={
        account.data && (
          <>
            <AccountStatusChip status={account.data.status} />
            <Button onClick={() => setIsDownloading(true)}>
              <FileDown size={15} strokeWidth={1.75} aria-hidden />
              {t('statement.open')}
            </Button>
            <StatementDialog accountId={accountId} open={isDownloading} onOpenChange={setIsDownloading} />
          </>
        )
      }
    >
      <Answered of={account} outline={<AccountOutline />}>
        {(found) => (
          <>
            <BalanceCard account={found} />
            <Parts account={found} />
          </>
        )}
      </Answered>
    </Page>
  )
}

/** One account: what is on it, what became of it, and what it may do. */
export default function AccountPage() {
  const accountId = useParams()['accountId'] ?? ''
  return isUuid(accountId) ? <AccountWith key={accountId} accountId={accountId} /> : <NotFound />
}
