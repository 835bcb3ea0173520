import { Link } from 'react-router'
import { classes } from '@/design/classes'
import { RowList } from '@/design/row-list'
import { AccountStatusChip, useAccountName } from '@/features/accounts/account-status'
import type { Account } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { shortId } from '@/lib/format'
import { useMedia } from '@/lib/use-media'

const ROW_HEIGHT_PX = 52
const TALL_ROW_HEIGHT_PX = 74
const WIDE = '(min-width: 760px)'
const COLUMNS = 'grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_7rem_9rem_9rem]'

function Row({ account, isWide }: { account: Account; isWide: boolean }) {
  const { money, word } = useAccounts()
  const nameOf = useAccountName()
  const { available, balance, currency } = account
  return (
    <Link
      to={`/accounts/${account.account_id}`}
      data-row={account.account_id}
      className={classes(
        'grid h-full items-center gap-x-4 border-b border-line px-4 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5',
        isWide ? COLUMNS : 'grid-cols-[minmax(0,1fr)_auto] content-center gap-y-1.5',
      )}
    >
      <span className="min-w-0 truncate">
        <span className="font-medium text-ink">{nameOf(account)}</span>{' '}
        <span className="text-ink-3">
          {account.nickname && `${word('account.product', account.product)} · `}
          {shortId(account.account_id)}
        </span>
      </span>
      {isWide && <span className="truncate text-ink-2">{account.customer_id}</span>}
      {isWide && (
        <span>
          <AccountStatusChip status={account.status} />
        </span>
      )}
      <span className="text-right font-medium whitespace-nowrap text-ink tabular">
        {money(available.amount_minor, currency)}
      </span>
      {isWide && (
        <span className="text-right whitespace-nowrap text-ink-3 tabular">{money(balance.amount_minor, currency)}</span>
      )}
      {!isWide && <span className="truncate text-ink-3">{account.customer_id}</span>}
      {!isWide && (
        <span className="justify-self-end">
          <AccountStatusChip status={account.status} />
        </span>
      )}
    </Link>
  )
}

/** Everybody's accounts, or one customer's, a row each. */
export function AccountList({ accounts, onNearEnd }: { accounts: readonly Account[]; onNearEnd: () => void }) {
  const { t } = useAccounts()
  const isWide = useMedia(WIDE)
  return (
    <section aria-label={t('accounts.list')} className="panel overflow-hidden">
      {isWide && (
        <div
          aria-hidden
          className={classes('grid gap-x-4 border-b border-line px-5 py-2 text-[12px] text-ink-3', COLUMNS)}
        >
          <span>{t('accounts.column.account')}</span>
          <span>{t('accounts.column.customer')}</span>
          <span>{t('accounts.column.status')}</span>
          <span className="text-right">{t('accounts.column.available')}</span>
          <span className="text-right">{t('accounts.column.balance')}</span>
        </div>
      )}
      <RowList
        label={t('accounts.list')}
        rows={accounts}
        keyOf={({ account_id }) => account_id}
        heightPx={isWide ? ROW_HEIGHT_PX : TALL_ROW_HEIGHT_PX}
        onNearEnd={onNearEnd}
      >
        {(account) => <Row account={account} isWide={isWide} />}
      </RowList>
    </section>
  )
}
