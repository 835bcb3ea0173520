import { featureValue } from '@/features/decisions/feature-value'
import { oddsOf } from '@/features/decisions/odds'
import { standOutSentence } from '@/features/decisions/stand-out-sentence'
import type { StandOut } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

const FEW_TIMES = 10

/** "doubles the odds", "4.5 times the odds". */
function useOddsText(): (contribution: number) => string {
  const { t, percent, decimal } = useI18n()
  return (contribution) => {
    const { change, factor } = oddsOf(contribution)
    return t(`decision.odds.${change}`, {
      times: decimal(factor, factor < FEW_TIMES ? 1 : 0),
      share: percent(Math.abs(factor - 1), 0),
    })
  }
}

interface StandOutItemProps {
  item: StandOut
  currency: string
  /** The largest contribution of the list, which fills the rail. */
  most: number
}

/** How much it moved the model; of what moved nothing, where usual would be on the same scale. */
function Rail({ item, most }: Omit<StandOutItemProps, 'currency'>) {
  const { value, usual = null, contribution = null } = item
  if (contribution !== null) {
    return (
      <div aria-hidden className="h-1.5 rounded-full bg-sunken">
        <span
          className="block h-full rounded-full bg-bad-mark"
          style={{ width: `${most > 0 ? (100 * Math.abs(contribution)) / most : 0}%` }}
        />
      </div>
    )
  }
  const scale = Math.max(Math.abs(value), Math.abs(usual ?? 0)) || 1
  return (
    <div aria-hidden className="relative h-1.5 rounded-full bg-sunken">
      <span
        className="absolute inset-y-0 left-0 rounded-full bg-bad-mark"
        style={{ width: `${(100 * Math.abs(value)) / scale}%` }}
      />
      {usual !== null && (
        <span
          className="absolute -inset-y-0.5 w-0.5 rounded-full bg-ink"
          style={{ left: `min(calc(100% - 2px), ${(100 * Math.abs(usual)) / scale}%)` }}
        />
      )}
    </div>
  )
}

function StandOutItem({ item, currency, most }: StandOutItemProps) {
  const i18n = useI18n()
  const oddsText = useOddsText()
  const { usual = null, contribution = null } = item
  return (
    <li className="grid gap-1.5">
      <p className="flex items-baseline justify-between gap-4">
        <span className="text-pretty text-ink">{standOutSentence(item, i18n)}</span>
        <span className="font-medium whitespace-nowrap text-ink tabular">
          {featureValue(item.feature, item.value, currency, i18n)}
        </span>
      </p>
      <Rail item={item} most={most} />
      <p className="flex justify-between gap-4 text-[12px] text-ink-3 tabular empty:hidden">
        {contribution !== null && <span>{oddsText(contribution)}</span>}
        {usual !== null && (
          <span className="ml-auto whitespace-nowrap">
            {i18n.t('decision.usual', { value: featureValue(item.feature, usual, currency, i18n) })}
          </span>
        )}
      </p>
    </li>
  )
}

/** Each feature that led to a decision or is far from usual: its sentence, its value, what is usual, and what it did to the odds. */
export function StandOuts({ items, currency }: { items: readonly StandOut[]; currency: string }) {
  const most = Math.max(0, ...items.map(({ contribution }) => Math.abs(contribution ?? 0)))
  return (
    <ul className="grid gap-4">
      {items.map((item) => (
        <StandOutItem key={item.feature} item={item} currency={currency} most={most} />
      ))}
    </ul>
  )
}
