import { Link } from 'react-router'
import { AccountStatusChip, useAccountName } from '@/features/accounts/account-status'
import type { Account } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { shortId } from '@/lib/format'

function Card({ account }: { account: Account }) {
  const { t, money, word } = useAccounts()
  const nameOf = useAccountName()
  const { available, balance, currency } = account
  const isHeld = available.amount_minor !== balance.amount_minor
  return (
    <Link
      to={`/accounts/${account.account_id}`}
      data-row={account.account_id}
      className="panel block h-full p-5 transition-[border-color,transform] duration-150 hover:-translate-y-0.5 hover:border-line-strong"
    >
      <span className="flex items-start justify-between gap-3">
        <span className="min-w-0">
          <span className="block truncate text-[15px] font-semibold">{nameOf(account)}</span>
          <span className="block truncate text-[12.5px] text-ink-3">
            {account.nickname && `${word('account.product', account.product)} · `}
            {shortId(account.account_id)}
          </span>
        </span>
        <AccountStatusChip status={account.status} />
      </span>
      <span className="mt-6 block text-[12px] text-ink-3">{t('account.available')}</span>
      <span className="block text-[26px] leading-9 font-semibold tracking-tight tabular">
        {money(available.amount_minor, currency)}
      </span>
      <span className="block min-h-5 text-[12.5px] text-ink-3 tabular">
        {isHeld && `${t('account.balance')} ${money(balance.amount_minor, currency)}`}
      </span>
    </Link>
  )
}

/** All that somebody has, each currency for itself: two have no sum. */
export function Totals({ accounts }: { accounts: readonly Account[] }) {
  const { t, money } = useAccounts()
  const sums = new Map<string, number>()
  for (const { total } of accounts) sums.set(total.currency, (sums.get(total.currency) ?? 0) + total.amount_minor)
  return (
    <dl className="panel flex flex-wrap items-baseline gap-x-6 gap-y-1 px-5 py-4">
      <dt className="mr-auto text-ink-3">{t('account.total')}</dt>
      {[...sums].map(([currency, minor]) => (
        <dd key={currency} className="text-[16px] font-semibold tracking-tight tabular">
          {money(minor, currency)}
        </dd>
      ))}
    </dl>
  )
}

/** One's own few accounts. */
export function AccountCards({ accounts }: { accounts: readonly Account[] }) {
  const { t } = useAccounts()
  return (
    <ul aria-label={t('accounts.list')} className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {accounts.map((account) => (
        <li key={account.account_id}>
          <Card account={account} />
        </li>
      ))}
    </ul>
  )
}
