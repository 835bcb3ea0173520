import { classes } from '@/design/classes'
import { placesOf } from '@/features/decisions/history'
import { VERDICT_LOOKS } from '@/features/decisions/verdict'
import type { Decision } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

interface HistoryChartProps {
  /** Newest first. */
  decisions: readonly Decision[]
  /** The one that it is about. */
  current: Decision
}

/** The customer's amounts over time, with the decision that it is about among them. */
export function HistoryChart({ decisions, current }: HistoryChartProps) {
  const { t, moneyShort, day } = useI18n()
  const places = placesOf(decisions)
  const here = places.find(({ id }) => id === current.transaction_id)
  const amounts = decisions.map(({ amount }) => amount.amount_minor)
  const { currency } = current.amount
  const [newest, oldest] = [decisions[0], decisions.at(-1)]
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-[11px] text-ink-3 tabular">
      <div className="flex flex-col justify-between text-right">
        <span>{moneyShort(Math.max(...amounts), currency)}</span>
        <span>{moneyShort(Math.min(...amounts), currency)}</span>
      </div>
      <div
        role="img"
        aria-label={t('history.chart', { count: decisions.length })}
        className="relative h-32 rounded-control bg-sunken"
      >
        <div className="absolute inset-x-3 inset-y-3">
          {here && <span className="absolute -inset-y-3 w-px bg-line-strong" style={{ left: `${100 * here.x}%` }} />}
          {places.map(({ id, verdict, x, y }) => {
            const isHere = id === current.transaction_id
            return (
              <span
                key={id}
                className={classes(
                  'absolute -translate-x-1/2 translate-y-1/2 rounded-full ring-2 ring-sunken',
                  verdict === 'allow' && !isHere ? 'bg-ink-3/60' : VERDICT_LOOKS[verdict].mark,
                  isHere ? 'z-10 size-3.5' : 'size-2',
                )}
                style={{ left: `${100 * x}%`, bottom: `${100 * y}%` }}
              />
            )
          })}
        </div>
      </div>
      <span />
      <div className="flex justify-between pt-1">
        <span>{oldest && day(toMs(oldest.event_time))}</span>
        <span>{newest && day(toMs(newest.event_time))}</span>
      </div>
    </div>
  )
}
