import { useQuery } from '@tanstack/react-query'
import { Chip } from '@/design/chip'
import { CategoryIcon } from '@/features/accounts/category-icon'
import { useAccounts } from '@/features/accounts/words'
import { recurringQuery } from '@/features/money/api'
import { InsightBox } from '@/features/money/insight-box'
import type { RecurringPayment, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'
import { localNoonMs } from '@/lib/days'
import { MINUS } from '@/lib/format'

const SHOWN = 12

function Row({ series }: { series: RecurringPayment }) {
  const { t, word, money, day } = useMoney()
  const { word: accountWord } = useAccounts()
  const isIn = series.direction === 'in'
  return (
    <li className="flex items-center gap-3 border-b border-line py-3 first:pt-0 last:border-b-0 last:pb-0">
      <span className="text-ink-3">
        <CategoryIcon category={series.category} size={17} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{accountWord('category', series.category)}</span>
          {series.subscription && <Chip tone="accent">{t('recurring.subscription')}</Chip>}
        </p>
        <p className="truncate text-[12.5px] text-ink-3">
          {word('recurring.period', series.period)} · {series.counterparty}
        </p>
      </div>
      <div className="shrink-0 text-right tabular">
        <p className={isIn ? 'font-medium text-good' : 'font-medium'}>
          {isIn ? '+' : MINUS}
          {money(series.amount_minor, series.currency)}
        </p>
        <p className="text-[12.5px] text-ink-3">
          {series.next_day
            ? t('recurring.next', { day: day(localNoonMs(series.next_day)) })
            : t('recurring.ended', { day: day(localNoonMs(series.last_day)) })}
        </p>
      </div>
    </li>
  )
}

/** What comes again: wages, rent, bills and subscriptions, the next to come first. */
export function RecurringBox({ whose }: { whose: Whose }) {
  const { t } = useMoney()
  return (
    <InsightBox title={t('recurring.title')} of={useQuery(recurringQuery(whose))} rows={4}>
      {({ items }) => {
        const own = items.filter(({ currency }) => currency === whose.currency)
        if (own.length === 0) return <p className="text-pretty text-ink-3">{t('recurring.none')}</p>
        return (
          <>
            <ul aria-label={t('recurring.title')}>
              {own.slice(0, SHOWN).map((series) => (
                <Row key={series.series_id} series={series} />
              ))}
            </ul>
            {own.length > SHOWN && (
              <p className="mt-3 text-[12.5px] text-ink-3">{t('recurring.more', { count: own.length - SHOWN })}</p>
            )}
          </>
        )
      }}
    </InsightBox>
  )
}
