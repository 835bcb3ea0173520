import { Interval } from '@/design/interval'
import type { GateResult } from '@/features/models/types'
import { useRisk } from '@/features/risk/words'
import { MINUS } from '@/lib/format'

const DIGITS = 4
const ROOM = 1.25

/** Both average precisions, and how sure the difference is: a gain that may be nothing reaches over the line of zero. */
export function GainPlot({ gate }: { gate: GateResult }) {
  const { t, decimal } = useRisk()
  const { gain, gain_low: low, gain_high: high } = gate
  const reach = Math.max(Math.abs(low), Math.abs(high), Math.abs(gain)) * ROOM || 1
  const signed = (value: number) => `${value < 0 ? MINUS : '+'}${decimal(Math.abs(value), DIGITS)}`
  const look = low > 0 ? 'good' : high < 0 ? 'bad' : 'quiet'
  const both = [
    { name: t('model.champion'), mark: 'bg-ink-3', value: gate.champion_average_precision },
    { name: t('model.challenger'), mark: 'bg-accent', value: gate.challenger_average_precision },
  ]
  return (
    <div className="grid gap-5">
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        {both.map(({ name, mark, value }) => (
          <div key={name}>
            <dt className="flex items-center gap-1.5 text-[12px] text-ink-3">
              <span aria-hidden className={`size-2 rounded-full ${mark}`} />
              {name}
            </dt>
            <dd className="mt-0.5 text-[20px] leading-7 font-semibold tracking-tight tabular">
              {decimal(value, DIGITS)}
            </dd>
          </div>
        ))}
        <div className="max-sm:col-span-2">
          <dt className="text-[12px] text-ink-3">{t('gate.gain')}</dt>
          <dd className="mt-0.5 text-[20px] leading-7 font-semibold tracking-tight tabular">{signed(gain)}</dd>
          <dd className="text-[12px] text-ink-3 tabular">
            {t('gate.gain.between', { low: signed(low), high: signed(high) })}
          </dd>
        </div>
      </dl>
      <div
        role="img"
        aria-label={t('gate.gain.chart', { gain: signed(gain), low: signed(low), high: signed(high) })}
        className="grid gap-1.5"
      >
        <div className="relative rounded-control bg-sunken px-0 py-5">
          <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
          <Interval value={gain} low={low} high={high} from={-reach} to={reach} look={look} />
        </div>
        <div className="grid grid-cols-3 text-[11px] text-ink-3 tabular">
          <span>{t('gate.gain.worse')}</span>
          <span className="text-center">0</span>
          <span className="text-right">{t('gate.gain.better')}</span>
        </div>
      </div>
    </div>
  )
}
