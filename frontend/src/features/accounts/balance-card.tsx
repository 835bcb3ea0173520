import { useQuery } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import { CopyValue } from '@/design/copy-value'
import { balanceQuery } from '@/features/accounts/api'
import type { Account } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'

interface PartProps {
  name: string
  minor: number
  currency: string
}

function Part({ name, minor, currency }: PartProps) {
  const { money } = useAccounts()
  return (
    <div className="min-w-0">
      <dt className="truncate text-[12px] text-ink-2">{name}</dt>
      <dd className="truncate font-medium tabular">{money(minor, currency)}</dd>
    </div>
  )
}

/** What may be spent, and what it is made of. */
export function BalanceCard({ account }: { account: Account }) {
  const { t, money, word } = useAccounts()
  const { data: now } = useQuery(balanceQuery(account.account_id))
  const { currency, block } = account
  const balance = now?.balance ?? account.balance
  const available = now?.available ?? account.available
  const held = now?.pending_debits?.amount_minor ?? account.balance.amount_minor - account.available.amount_minor
  const coming = now?.pending_credits?.amount_minor ?? 0
  const aside = account.total.amount_minor - account.balance.amount_minor
  const overdraft = account.overdraft_limit.amount_minor
  return (
    <section aria-label={t('account.available')} className="panel relative overflow-hidden">
      <div
        aria-hidden
        className="absolute inset-0 bg-[radial-gradient(38rem_18rem_at_12%_-30%,var(--accent-soft),transparent_72%),radial-gradient(30rem_16rem_at_100%_130%,var(--good-soft),transparent_70%)]"
      />
      <div className="relative flex flex-wrap items-end justify-between gap-x-8 gap-y-3 p-5 pb-6">
        <div className="min-w-0">
          <p className="text-[12px] text-ink-2">{t('account.available')}</p>
          <p className="text-[34px] leading-11 font-semibold tracking-tight tabular">
            {money(available.amount_minor, currency)}
          </p>
        </div>
        <CopyValue value={account.account_id} />
      </div>
      <dl className="glass relative grid grid-cols-2 gap-x-6 gap-y-3 border-t border-line px-5 py-4 sm:auto-cols-fr sm:grid-flow-col sm:grid-cols-none">
        <Part name={t('account.balance')} minor={balance.amount_minor} currency={currency} />
        <Part name={t('account.held')} minor={held} currency={currency} />
        {coming > 0 && <Part name={t('account.coming')} minor={coming} currency={currency} />}
        {aside > 0 && <Part name={t('account.aside')} minor={aside} currency={currency} />}
        {aside > 0 && <Part name={t('account.total')} minor={balance.amount_minor + aside} currency={currency} />}
        {overdraft > 0 && <Part name={t('account.overdraft')} minor={overdraft} currency={currency} />}
      </dl>
      {block && (
        <p className="relative flex items-center gap-2.5 border-t border-line bg-bad-soft px-5 py-3 text-bad">
          <Ban size={15} strokeWidth={1.75} aria-hidden className="shrink-0" />
          {t('account.block', { sides: block.sides, cause: word('account.cause', block.cause) })}
        </p>
      )}
    </section>
  )
}
