import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { AskedBox } from '@/design/asked-box'
import { Meter } from '@/design/meter'
import { holdersQuery, limitsQuery } from '@/features/accounts/api'
import { NoticesBox } from '@/features/accounts/notices-box'
import type { Account, AccountLimits, Holder, Limit } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { canServeCustomers } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { toMs } from '@/lib/time'

function LimitRow({ limit }: { limit: Limit }) {
  const { t, word, money, date, hourMinute } = useAccounts()
  const { amount, used, free_at, coming } = limit
  const at = (instant: string) => ({ date: date(toMs(instant)), time: hourMinute(toMs(instant)) })
  const most = money(amount.amount_minor, amount.currency)
  const channel = limit.channel === 'any' ? t('limits.channel.any') : word('channel', limit.channel)
  return (
    <li className="border-b border-line px-4 py-3.5 last:border-b-0 sm:px-5">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{t('limits.name', { channel, scope: t(`limits.scope.${limit.scope}`) })}</span>
        <span className="text-ink-2 tabular">
          {used ? t('limits.used', { used: money(used.amount_minor, used.currency), amount: most }) : most}
        </span>
      </p>
      {used && (
        <Meter
          ratio={amount.amount_minor === 0 ? 1 : used.amount_minor / amount.amount_minor}
          tone={used.amount_minor >= amount.amount_minor ? 'caution' : 'accent'}
          className="mt-2"
        />
      )}
      <p className="mt-1.5 flex flex-wrap gap-x-3 text-[12.5px] text-ink-3 empty:hidden">
        {free_at && used && used.amount_minor > 0 && <span>{t('limits.freeAt', at(free_at))}</span>}
        {coming && (
          <span>
            {coming.amount
              ? t('limits.coming', {
                  amount: money(coming.amount.amount_minor, coming.amount.currency),
                  ...at(coming.at),
                })
              : t('limits.ends', at(coming.at))}
          </span>
        )}
      </p>
    </li>
  )
}

function Limits({ limits }: { limits: AccountLimits }) {
  const { t } = useAccounts()
  if (limits.limits.length === 0) return <p className="p-4 text-ink-3 sm:p-5">{t('limits.none')}</p>
  return (
    <>
      <ul aria-label={t('limits.title')}>
        {limits.limits.map((limit) => (
          <LimitRow key={`${limit.channel} ${limit.scope}`} limit={limit} />
        ))}
      </ul>
      <p className="border-t border-line px-4 py-3 text-[12.5px] text-ink-3 sm:px-5">
        {t('limits.hours', { start: limits.night_start, end: limits.night_end, zone: limits.time_zone })}
      </p>
    </>
  )
}

function HolderRow({ holder }: { holder: Holder }) {
  const { t, date } = useAccounts()
  const { customer_id: me, roles } = useUser()
  const { customer_id: id } = holder
  return (
    <li className="border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <p className="flex items-baseline justify-between gap-3">
        {canServeCustomers(roles) ? (
          <Link to={`/customers/${id}`} className="truncate rounded-[5px] font-medium hover:text-accent">
            {id}
          </Link>
        ) : (
          <span className="truncate font-medium">{me === id ? t('holders.you') : id}</span>
        )}
        <span className="shrink-0 text-ink-2">{t(`holders.role.${holder.role}`)}</span>
      </p>
      <p className="text-[12.5px] text-ink-3">
        {t('holders.since', { date: date(toMs(holder.added_at)) })}
        {holder.opened_it && ` · ${t('holders.openedIt')}`}
      </p>
    </li>
  )
}

/** What an account may do, whose it is, and what cash will leave it. */
export function Terms({ account }: { account: Account }) {
  const { t } = useAccounts()
  const accountId = account.account_id
  const limits = useQuery(limitsQuery(accountId))
  const holders = useQuery(holdersQuery(accountId))
  return (
    <>
      <AskedBox title={t('limits.title')} of={limits}>
        {(data) => <Limits limits={data} />}
      </AskedBox>
      <AskedBox title={t('holders.title')} of={holders}>
        {({ items }) => (
          <ul aria-label={t('holders.title')}>
            {items.map((holder) => (
              <HolderRow key={holder.customer_id} holder={holder} />
            ))}
          </ul>
        )}
      </AskedBox>
      <NoticesBox account={account} />
    </>
  )
}
