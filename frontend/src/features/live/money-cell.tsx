import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { classes } from '@/design/classes'
import { Skeleton } from '@/design/skeleton'
import { summaryQuery } from '@/features/analytics/api'
import { Cell } from '@/features/live/cell'
import { RollingNumber } from '@/features/live/rolling-number'
import { useLive } from '@/features/live/store'
import type { LiveStats, Summary } from '@/lib/api-types'
import { BANK_CURRENCY } from '@/lib/currency'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

const DAY_MS = 86_400_000

function daysOf(summary: Summary): number {
  if (!summary.first_day || !summary.last_day) return 0
  return Math.round((toMs(summary.last_day) - toMs(summary.first_day)) / DAY_MS) + 1
}

interface SumProps {
  stats: LiveStats
  of: 'moved_minor' | 'saved_minor'
  className: string
}

/** In the currency of most transfers; each other one for itself below, for two currencies have no sum. */
function Sum({ stats, of, className }: SumProps) {
  const { money } = useI18n()
  const { currency } = stats
  const format = useCallback(
    (amountMinor: number) => (currency === null ? '–' : money(amountMinor, currency)),
    [money, currency],
  )
  const others = stats.other_currencies.filter((other) => other[of] > 0)
  return (
    <>
      <p className={classes('font-semibold tracking-tight whitespace-nowrap tabular', className)}>
        <RollingNumber key={currency} value={stats[of]} format={format} />
      </p>
      {others.length > 0 && (
        <ul className="flex flex-wrap gap-x-2.5 text-[12.5px] text-ink-2 tabular">
          {others.map((other) => (
            <li key={other.currency}>+ {money(other[of], other.currency)}</li>
          ))}
        </ul>
      )}
    </>
  )
}

/** Money moved and money saved since the feed began; what all days came to, below, once the marts have answered. */
export function MoneyCell() {
  const { t, moneyShort, count, hourMinute } = useI18n()
  const stats = useLive((state) => state.stats)
  const { data: summary } = useQuery(summaryQuery)
  const days = summary ? daysOf(summary) : 0
  return (
    <Cell name={t('live.moved')} className="col-span-2 border-b sm:col-span-1 sm:border-r xl:border-b-0">
      {stats ? (
        <>
          <Sum stats={stats} of="moved_minor" className="mt-1 text-[26px] leading-8" />
          <p className="truncate text-[12.5px] text-ink-3 tabular">
            {t('live.since', { time: hourMinute(toMs(stats.since)) })}
            {summary && days > 0 && (
              <> · {t('live.sinceAll', { amount: moneyShort(summary.amount_minor, BANK_CURRENCY), days })}</>
            )}
          </p>
          <h3 className="mt-auto pt-5 text-[13px] text-ink-2">{t('live.saved')}</h3>
          <Sum stats={stats} of="saved_minor" className="mt-0.5 text-[20px] leading-7 text-good" />
          <p className="truncate text-[12.5px] text-ink-3 tabular">
            {summary && summary.frauds > 0
              ? t('live.caught', { caught: count(summary.frauds_caught), frauds: count(summary.frauds) })
              : t('live.saved.hint')}
          </p>
        </>
      ) : (
        <div className="mt-2 grid gap-3">
          <Skeleton className="h-7 w-44" />
          <Skeleton className="h-3 w-24" />
          <Skeleton className="mt-6 h-6 w-32" />
          <Skeleton className="h-3 w-40" />
        </div>
      )}
    </Cell>
  )
}
