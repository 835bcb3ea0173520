import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Box } from '@/design/box'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { Segmented } from '@/design/segmented'
import { Slider } from '@/design/slider'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { useAccounts } from '@/features/accounts/words'
import { cashFlowQuery } from '@/features/forecasts/api'
import { BandChart } from '@/features/forecasts/band-chart'
import { totalOf } from '@/features/forecasts/bands'
import type { CashFlow, Flow } from '@/features/forecasts/types'
import { localNoonMs } from '@/lib/days'

const FLOWS: readonly Flow[] = ['net', 'inflow', 'outflow']

function Forecast({ forecast }: { forecast: CashFlow }) {
  const { t, language, money, moneyShort } = useAccounts()
  const [flow, setFlow] = useState<Flow>('net')
  const [index, setIndex] = useState(0)
  const { days, currency, accuracy } = forecast
  const shown = days[Math.min(index, days.length - 1)]
  if (!shown) return <p className="text-ink-3">{t('forecast.none')}</p>
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' })
  const band = shown[flow]
  const bands = days.map((one) => one[flow])
  const said = t('forecast.said', {
    day: day.format(localNoonMs(shown.day)),
    expected: money(band.expected_minor, currency),
    low: money(band.low_80_minor, currency),
    high: money(band.high_80_minor, currency),
  })
  return (
    <div className="grid gap-3">
      <div>
        <p className="text-[12px] text-ink-3">{t('forecast.total', { days: days.length })}</p>
        <p className="text-[22px] leading-8 font-semibold tracking-tight tabular">{money(totalOf(bands), currency)}</p>
      </div>
      <Segmented
        label={t('forecast.flows')}
        value={flow}
        onChange={setFlow}
        options={FLOWS.map((value) => ({ value, label: t(`forecast.${value}`) }))}
      />
      <BandChart
        bands={bands}
        index={index}
        label={t('forecast.chart', { days: days.length })}
        format={(amountMinor) => moneyShort(amountMinor, currency)}
      />
      <Slider label={t('forecast.look')} count={days.length} index={index} said={said} onChange={setIndex} />
      <p className="min-h-10 text-pretty text-ink-2 tabular">{said}</p>
      {accuracy && accuracy.coverage_80_pct !== null && (
        <p className="text-[12px] text-pretty text-ink-3 tabular">
          {t('forecast.accuracy', { held: Math.round(accuracy.coverage_80_pct), backtests: accuracy.backtests })}
        </p>
      )}
    </div>
  )
}

/** What is expected to come to a customer's accounts and to leave them. */
export function CashFlowBox({ customerId, currency }: { customerId: string; currency: string }) {
  const { t } = useAccounts()
  const forecast = useQuery(cashFlowQuery(customerId, currency))
  return (
    <Box title={t('forecast.title')} flush>
      {forecast.isPending && <RowsSkeleton rows={3} />}
      {isLost(forecast) && <ErrorState error={forecast.error} onRetry={() => void forecast.refetch()} />}
      {!isLost(forecast) && <StaleNotice of={forecast} />}
      {forecast.isSuccess && (
        <div className="p-4 sm:p-5">
          {forecast.data ? <Forecast forecast={forecast.data} /> : <p className="text-ink-3">{t('forecast.none')}</p>}
        </div>
      )}
    </Box>
  )
}
