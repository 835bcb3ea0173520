import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Slider } from '@/design/slider'
import { useAccounts } from '@/features/accounts/words'
import { BandChart } from '@/features/forecasts/band-chart'
import { calendarQuery } from '@/features/money/api'
import { InsightBox } from '@/features/money/insight-box'
import type { CalendarDay, CashCalendar, Whose } from '@/features/money/types'
import { useMoney } from '@/features/money/words'
import { localNoonMs } from '@/lib/days'
import { MINUS } from '@/lib/format'

function Warning({ calendar }: { calendar: CashCalendar }) {
  const { t, date } = useMoney()
  const { below_zero_on: expected, may_be_below_zero_on: possible } = calendar
  const day = expected ?? possible
  if (!day) return null
  return (
    <p className="flex items-start gap-2.5 rounded-control bg-caution-soft px-3 py-2.5 text-[13px] text-caution">
      <TriangleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
      {t(expected ? 'calendar.below' : 'calendar.mayBeBelow', { date: date(localNoonMs(day)) })}
    </p>
  )
}

function Expected({ day, currency }: { day: CalendarDay; currency: string }) {
  const { t, money } = useMoney()
  const { word } = useAccounts()
  return (
    <ul aria-label={t('calendar.expected')} className="grid gap-1.5">
      {day.expected.map((one) => (
        <li key={one.series_id} className="flex justify-between gap-3">
          <span className="min-w-0 truncate">
            {word('category', one.category)}
            {one.counterparty && <span className="text-ink-3"> · {one.counterparty}</span>}
          </span>
          <span className={one.direction === 'in' ? 'shrink-0 text-good tabular' : 'shrink-0 tabular'}>
            {one.direction === 'in' ? '+' : MINUS}
            {money(one.amount_minor, currency)}
          </span>
        </li>
      ))}
      <li className="flex justify-between gap-3 text-ink-3">
        <span>{t('calendar.everyday')}</span>
        <span className="tabular">{money(day.everyday_minor, currency)}</span>
      </li>
    </ul>
  )
}

function Days({ calendar }: { calendar: CashCalendar }) {
  const { t, language, money, moneyShort } = useMoney()
  const { t: tAccounts } = useAccounts()
  const { days, currency } = calendar
  // Where something is expected there is something to see.
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      days.findIndex(({ expected }) => expected.length > 0),
    ),
  )
  const shown = days[Math.min(index, days.length - 1)]
  if (!shown) return <p className="text-ink-3">{t('calendar.none')}</p>
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' })
  const said = t('calendar.said', {
    day: name.format(localNoonMs(shown.day)),
    balance: money(shown.balance_minor, currency),
    low: money(shown.low_80_minor, currency),
    high: money(shown.high_80_minor, currency),
  })
  const bands = days.map(({ balance_minor, low_80_minor, high_80_minor }) => ({
    expected_minor: balance_minor,
    low_80_minor,
    high_80_minor,
  }))
  return (
    <div className="grid gap-4">
      <Warning calendar={calendar} />
      <BandChart
        bands={bands}
        index={index}
        label={t('calendar.chart', { days: days.length })}
        format={(amountMinor) => moneyShort(amountMinor, currency)}
      />
      <Slider label={tAccounts('forecast.look')} count={days.length} index={index} said={said} onChange={setIndex} />
      <p className="text-pretty text-ink-2 tabular">{said}</p>
      <Expected day={shown} currency={currency} />
    </div>
  )
}

/** The next thirty days: what comes, what goes, and what is left. */
export function CalendarBox({ whose }: { whose: Whose }) {
  const { t } = useMoney()
  return (
    <InsightBox title={t('calendar.title')} of={useQuery(calendarQuery(whose))} rows={4}>
      {(calendar) => <Days calendar={calendar} />}
    </InsightBox>
  )
}
