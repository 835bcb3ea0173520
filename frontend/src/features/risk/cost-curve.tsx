import { useId, useState } from 'react'
import { Slider } from '@/design/slider'
import { ceilingOf, pathOf, placeOf, TICKS } from '@/features/risk/curve'
import { cheapest } from '@/features/risk/report'
import { digitsOf } from '@/features/risk/thresholds'
import type { CurvePoint, Report } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { BANK_CURRENCY } from '@/lib/currency'

const WIDTH = 1_000
const HEIGHT = 240
const BOX = { width: WIDTH, height: HEIGHT }
const DIGITS = 2

function Mark({ point, ceiling, className }: { point: CurvePoint; ceiling: number; className: string }) {
  const left = placeOf(point.review_from)
  const top = 1 - Math.min(point.cost_minor / ceiling, 1)
  return (
    <>
      <span
        aria-hidden
        className="pointer-events-none absolute inset-y-0 w-px bg-line-strong"
        style={{ left: `${left * 100}%` }}
      />
      <span
        aria-hidden
        className={`pointer-events-none absolute size-2.5 -translate-1/2 rounded-full ring-2 ring-surface ${className}`}
        style={{ left: `${left * 100}%`, top: `${top * 100}%` }}
      />
    </>
  )
}

function Picture({ curve, shown, least }: { curve: readonly CurvePoint[]; shown: CurvePoint; least: CurvePoint }) {
  const { t, percent, moneyShort } = useRisk()
  const gradient = useId()
  const ceiling = ceilingOf(curve)
  const path = pathOf(curve, { ...BOX, ceiling })
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-[11px] text-ink-3 tabular">
      <div className="flex flex-col justify-between text-right">
        <span className="-mt-1.5">{moneyShort(ceiling, BANK_CURRENCY)}</span>
        <span className="-mb-1.5">{moneyShort(0, BANK_CURRENCY)}</span>
      </div>
      <div role="img" aria-label={t('risk.chart.curve')} className="relative h-48 border-b border-line-strong">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden className="size-full">
          <defs>
            <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" stopColor="var(--accent)" stopOpacity="0.22" />
              <stop offset="1" stopColor="var(--accent)" stopOpacity="0" />
            </linearGradient>
          </defs>
          {[0.25, 0.5, 0.75].map((share) => (
            <line
              key={share}
              x1="0"
              x2={WIDTH}
              y1={share * HEIGHT}
              y2={share * HEIGHT}
              stroke="var(--line)"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          <path d={`${path}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} fill={`url(#${gradient})`} />
          <path d={path} fill="none" stroke="var(--accent)" strokeWidth="1.75" vectorEffect="non-scaling-stroke" />
        </svg>
        <Mark point={least} ceiling={ceiling} className="bg-good-mark" />
        {shown !== least && <Mark point={shown} ceiling={ceiling} className="bg-accent" />}
      </div>
      <span />
      <div className="relative h-5">
        {TICKS.map((share) => (
          <span
            key={share}
            className="absolute top-1.5 -translate-x-1/2 first:translate-x-0 last:-translate-x-full"
            style={{ left: `${placeOf(share) * 100}%` }}
          >
            {percent(share, 0)}
          </span>
        ))}
      </div>
    </div>
  )
}

function Curve({ curve, least }: { curve: readonly CurvePoint[]; least: CurvePoint }) {
  const { t, count, money, percent } = useRisk()
  const [index, setIndex] = useState(curve.indexOf(least))
  const shown = curve[index] ?? least
  const share = (value: number) => percent(value, Math.min(DIGITS, digitsOf(value)))
  const said = t('risk.curve.said', {
    threshold: share(shown.review_from),
    cost: money(shown.cost_minor, BANK_CURRENCY),
    stopped: shown.stopped,
    frauds: shown.frauds_stopped,
  })
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <span className="inline-flex items-center gap-2 font-medium text-ink">
          <span aria-hidden className="size-2.5 rounded-full bg-good-mark" />
          {t('risk.curve.cheapest', {
            threshold: share(least.review_from),
            cost: money(least.cost_minor, BANK_CURRENCY),
          })}
        </span>
        <span className="text-[12px] text-ink-3 tabular">
          {t('risk.curve.stops', { stopped: count(least.stopped), frauds: count(least.frauds_stopped) })}
        </span>
      </p>
      <Picture curve={curve} shown={shown} least={least} />
      <Slider label={t('risk.curve.look')} count={curve.length} index={index} said={said} onChange={setIndex} />
      <p className="min-h-10 text-pretty text-ink-2 tabular sm:min-h-5">{said}</p>
    </div>
  )
}

/** What reviewing from each probability on would have cost by the model alone, with the cheapest marked. */
export function CostCurve({ curve }: Pick<Report, 'curve'>) {
  const { t } = useRisk()
  const least = cheapest(curve)
  if (!least) return <p className="text-ink-3">{t('risk.curve.none')}</p>
  return <Curve curve={curve} least={least} />
}
