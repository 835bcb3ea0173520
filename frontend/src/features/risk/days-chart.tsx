import { lazy, Suspense, useMemo } from 'react'
import type { ChartLine } from '@/design/line-chart'
import { useTheme } from '@/features/preferences/theme'
import { noonOf } from '@/features/risk/report'
import type { Slice } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'

const LineChart = lazy(() => import('@/design/line-chart').then((module) => ({ default: module.LineChart })))

const LINES: readonly ChartLine[] = [{ token: 'accent', filled: true }, { token: 'ink-3' }]

/** What each day cost, both ways. */
export function DaysChart({ days }: { days: readonly Slice[] }) {
  const { t, moneyShort, day } = useRisk()
  const theme = useTheme()
  const atS = useMemo(() => days.map(({ name }) => noonOf(name) / 1_000), [days])
  const data = useMemo(
    () => [atS, days.map((one) => one.proposed_cost_minor), days.map((one) => one.recorded_cost_minor)],
    [atS, days],
  )
  return (
    <div className="p-4 sm:p-5">
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-[12.5px] text-ink-2">
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-full bg-accent" />
          {t('risk.proposed')}
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-2 rounded-full bg-ink-3" />
          {t('risk.recorded')}
        </span>
      </p>
      <div className="mt-2 h-48">
        <Suspense>
          <LineChart
            data={data as [number[], number[], number[]]}
            lines={LINES}
            label={t('risk.chart.days')}
            theme={theme}
            syncKey="risk-days"
            windowS={(atS.at(-1) ?? 0) - (atS[0] ?? 0)}
            formatY={(value) => moneyShort(value, BANK_CURRENCY)}
            formatX={day}
          />
        </Suspense>
      </div>
    </div>
  )
}
