import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Box } from '@/design/box'
import { classes } from '@/design/classes'
import { Meter } from '@/design/meter'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { spendingQuery } from '@/features/accounts/api'
import { CategoryIcon } from '@/features/accounts/category-icon'
import { monthsOf, type Month } from '@/features/accounts/spending'
import type { Account } from '@/features/accounts/types'
import { useAccounts } from '@/features/accounts/words'
import { localNoonMs } from '@/lib/days'

const SHOWN_CATEGORIES = 8

interface BarsProps {
  months: readonly Month[]
  chosen: Month
  currency: string
  onChoose: (month: string) => void
}

/** A bar a month, each a button that shows its categories. */
function Bars({ months, chosen, currency, onChoose }: BarsProps) {
  const { t, language, money } = useAccounts()
  const most = Math.max(1, ...months.map(({ spentMinor }) => spentMinor))
  const short = new Intl.DateTimeFormat(language, { month: 'narrow' })
  const long = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' })
  return (
    <ul aria-label={t('spending.chart')} className="grid h-32 auto-cols-fr grid-flow-col gap-1">
      {months.map(({ month, spentMinor, receivedMinor }) => {
        const isChosen = month === chosen.month
        const label = t('spending.month', {
          month: long.format(localNoonMs(month)),
          spent: money(spentMinor, currency),
          received: money(receivedMinor, currency),
        })
        return (
          <li key={month} className="min-w-0">
            <button
              type="button"
              aria-pressed={isChosen}
              aria-label={label}
              title={label}
              onClick={() => onChoose(month)}
              className="group grid size-full grid-rows-[minmax(0,1fr)_auto] gap-1.5 rounded-[6px]"
            >
              <span aria-hidden className="flex items-end justify-center">
                <span
                  className={classes(
                    'block h-full w-full max-w-7 origin-bottom rounded-t-[4px] transition-colors duration-150',
                    isChosen ? 'bg-accent' : 'bg-line-strong group-hover:bg-ink-3',
                  )}
                  style={{ height: `${Math.max(2, (100 * spentMinor) / most)}%` }}
                />
              </span>
              <span
                aria-hidden
                className={classes('text-[11px]', isChosen ? 'font-semibold text-accent' : 'text-ink-3')}
              >
                {short.format(localNoonMs(month))}
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function Categories({ month, currency }: { month: Month; currency: string }) {
  const { t, word, money, language } = useAccounts()
  const name = new Intl.DateTimeFormat(language, { month: 'long' }).format(localNoonMs(month.month))
  const [largest] = month.categories
  return (
    <div className="mt-5">
      <p className="text-[12px] text-ink-3">{t('spending.out', { month: name })}</p>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-[22px] leading-8 font-semibold tracking-tight tabular">
          {money(month.spentMinor, currency)}
        </span>
        <span className="text-ink-3 tabular">
          {t('spending.in', { received: money(month.receivedMinor, currency) })}
        </span>
      </p>
      {largest === undefined && <p className="mt-2 text-ink-3">{t('spending.none.month')}</p>}
      <ul aria-label={t('spending.categories')} className="mt-3 grid gap-3 empty:hidden">
        {month.categories.slice(0, SHOWN_CATEGORIES).map(({ category, spentMinor, count }) => (
          <li key={category} title={t('spending.movements', { count })} className="grid gap-1.5">
            <span className="flex items-center gap-2.5">
              <span className="text-ink-3">
                <CategoryIcon category={category} size={15} />
              </span>
              <span className="min-w-0 flex-1 truncate">{word('category', category)}</span>
              <span className="text-ink-2 tabular">{money(spentMinor, currency)}</span>
            </span>
            <Meter ratio={spentMinor / (largest?.spentMinor ?? 1)} tone="accent" />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What left the account, month by month and by what it was for. */
export function SpendingBox({ account }: { account: Account }) {
  const { t } = useAccounts()
  const spending = useQuery(spendingQuery(account.account_id))
  const [wanted, setWanted] = useState<string | null>(null)
  const months = monthsOf(spending.data?.items ?? [])
  const chosen = months.find(({ month }) => month === wanted) ?? months.at(-1)
  return (
    <Box title={t('spending.title')} flush>
      {spending.isPending && <RowsSkeleton rows={3} />}
      {isLost(spending) && <ErrorState error={spending.error} onRetry={() => void spending.refetch()} />}
      {!isLost(spending) && <StaleNotice of={spending} />}
      {spending.isSuccess && !chosen && <p className="p-4 text-ink-3 sm:p-5">{t('spending.none')}</p>}
      {chosen && !isLost(spending) && (
        <div className="p-4 sm:p-5">
          <Bars months={months} chosen={chosen} currency={account.currency} onChoose={setWanted} />
          <Categories month={chosen} currency={account.currency} />
        </div>
      )}
    </Box>
  )
}
