import { lazy, Suspense, useState } from 'react'
import { useTheme } from '@/features/preferences/theme'
import { Skeleton } from '@/design/skeleton'
import { Cell } from '@/features/live/cell'
import { MoneyCell } from '@/features/live/money-cell'
import { useLive } from '@/features/live/store'
import { VerdictMix } from '@/features/live/verdict-mix'
import { useI18n } from '@/lib/i18n'
import { useMedia } from '@/lib/use-media'
import type { ChartLine } from '@/design/line-chart'

const LineChart = lazy(() => import('@/design/line-chart').then((module) => ({ default: module.LineChart })))

const SYNC_KEY = 'live'
const BARE_CHARTS = '(max-width: 639px)'
const SHORTEST_WINDOW_S = 30
const LONGEST_WINDOW_S = 300
const RATE_LINES: readonly ChartLine[] = [{ token: 'accent', filled: true }]
const LATENCY_LINES: readonly ChartLine[] = [
  { token: 'accent', filled: true },
  { token: 'ink-3', thin: true },
]

/** The chart shows half a minute at first and widens to five as data come, so that it is never mostly empty. */
export function windowOf(atS: readonly number[]): number {
  const spanS = (atS.at(-1) ?? 0) - (atS[0] ?? 0)
  return Math.min(LONGEST_WINDOW_S, Math.max(SHORTEST_WINDOW_S, Math.ceil(spanS)))
}

interface FigureProps {
  value: string
  unit?: string
  /** Where there is no room for the unit in full. */
  shortUnit?: string
  token?: string
}

function Figure({ value, unit, shortUnit = unit ?? '', token }: FigureProps) {
  return (
    <span className="flex items-baseline gap-1.5 whitespace-nowrap">
      {token && (
        <span
          aria-hidden
          className="size-2 shrink-0 self-center rounded-full"
          style={{ background: `var(--${token})` }}
        />
      )}
      <span className="text-[20px] leading-7 font-semibold tracking-tight tabular max-[359px]:text-[17px]">
        {value}
      </span>
      {unit && (
        <span className="text-[12.5px] text-ink-3">
          <span className="max-2xl:hidden">{unit}</span>
          <span className="2xl:hidden">{shortUnit}</span>
        </span>
      )}
    </span>
  )
}

function RateCell({ hover, onHover }: { hover: number | null; onHover: (index: number | null) => void }) {
  const { t, count, clock } = useI18n()
  const theme = useTheme()
  const bare = useMedia(BARE_CHARTS)
  const series = useLive((state) => state.series)
  const stats = useLive((state) => state.stats)
  const windowS = windowOf(series.at_s)
  const shown = (hover === null ? undefined : series.per_second[hover]) ?? stats?.per_second
  return (
    <Cell name={t('live.rate')} className="border-r border-b sm:border-r-0 xl:border-r xl:border-b-0">
      <div className="mt-1 min-h-7">
        {shown === undefined ? (
          <Skeleton className="h-6 w-20 max-w-full" />
        ) : (
          <Figure value={count(Math.round(shown))} />
        )}
      </div>
      <div className="mt-auto h-16 pt-2 sm:h-34">
        {stats ? (
          <Suspense>
            <LineChart
              data={[series.at_s, series.per_second]}
              lines={RATE_LINES}
              label={t('live.chart.rate', { minutes: Math.ceil(windowS / 60) })}
              theme={theme}
              bare={bare}
              syncKey={SYNC_KEY}
              windowS={windowS}
              formatY={count}
              formatX={clock}
              onHover={onHover}
            />
          </Suspense>
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
    </Cell>
  )
}

function LatencyCell({ hover, onHover }: { hover: number | null; onHover: (index: number | null) => void }) {
  const { t, duration, durationTick, clock } = useI18n()
  const theme = useTheme()
  const bare = useMedia(BARE_CHARTS)
  const series = useLive((state) => state.series)
  const stats = useLive((state) => state.stats)
  const windowS = windowOf(series.at_s)
  const p50Us = hover === null ? stats?.p50_us : series.p50_us[hover]
  const p99Us = hover === null ? stats?.p99_us : series.p99_us[hover]
  const text = (durationUs: number | null | undefined) =>
    durationUs === null || durationUs === undefined ? '–' : duration(durationUs)
  return (
    <Cell name={t('live.latency')} className="border-b sm:border-r sm:border-b-0">
      <div className="mt-1 flex min-h-7 flex-col gap-x-5 sm:flex-row">
        {stats ? (
          <>
            <Figure value={text(p50Us)} unit={t('live.p50')} token="accent" />
            <Figure value={text(p99Us)} unit={t('live.p99')} shortUnit={t('live.p99.short')} token="ink-3" />
          </>
        ) : (
          <Skeleton className="h-6 w-40 max-w-full" />
        )}
      </div>
      <div className="mt-auto h-16 pt-2 sm:h-34">
        {stats ? (
          <Suspense>
            <LineChart
              data={[series.at_s, series.p50_us, series.p99_us]}
              lines={LATENCY_LINES}
              label={t('live.chart.latency', { minutes: Math.ceil(windowS / 60) })}
              theme={theme}
              bare={bare}
              syncKey={SYNC_KEY}
              windowS={windowS}
              formatY={durationTick}
              formatX={clock}
              onHover={onHover}
            />
          </Suspense>
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
    </Cell>
  )
}

/** The bank's pulse: money, pace, time to decide, and how it was decided, on one surface. */
export function Pulse() {
  const [hover, setHover] = useState<number | null>(null)
  return (
    <div className="panel grid shrink-0 overflow-hidden grid-cols-2 xl:grid-cols-[minmax(17rem,1fr)_minmax(0,1.35fr)_minmax(0,1.6fr)_minmax(14rem,0.9fr)]">
      <MoneyCell />
      <RateCell hover={hover} onHover={setHover} />
      <LatencyCell hover={hover} onHover={setHover} />
      <VerdictMix />
    </div>
  )
}
