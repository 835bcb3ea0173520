import { classes } from '@/design/classes'
import { VERDICT_LOOKS } from '@/features/decisions/verdict'
import type { Thresholds } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'

const MAX_DIGITS = 4

/** The digits that a share needs as a percentage: 0.05 none, 0.005 one. */
export function digitsOf(share: number): number {
  const text = String(Number((share * 100).toFixed(MAX_DIGITS)))
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
}

const STEPS = [
  { verdict: 'review', from: 'review_from' },
  { verdict: 'step_up', from: 'step_up_from' },
  { verdict: 'deny', from: 'deny_from' },
] as const

/** From which probability on what is done; without a step-up threshold nobody is challenged by the model. */
export function ThresholdFigures({ thresholds }: { thresholds: Thresholds }) {
  const { t, percent } = useRisk()
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2">
      {STEPS.map(({ verdict, from }) => {
        const share = thresholds[from]
        return (
          share !== null &&
          share !== undefined && (
            <div key={verdict}>
              <dt className="flex items-center gap-1.5 text-[12px] whitespace-nowrap text-ink-3">
                <span aria-hidden className={classes('size-2 rounded-full', VERDICT_LOOKS[verdict].mark)} />
                {t(`risk.threshold.${verdict}`)}
              </dt>
              <dd className="text-[16px] font-semibold tabular">{percent(share, digitsOf(share))}</dd>
            </div>
          )
        )
      })}
    </dl>
  )
}
