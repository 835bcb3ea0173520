import { featureValue } from '@/features/decisions/feature-value'
import { standOutSentence } from '@/features/decisions/stand-out-sentence'
import type { StandOut } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** Each feature that is far from usual: its sentence, its value, and where usual would be on the same scale. */
export function StandOuts({ items, currency }: { items: readonly StandOut[]; currency: string }) {
  const i18n = useI18n()
  return (
    <ul className="grid gap-4">
      {items.map((item) => {
        const usual = item.usual ?? null
        const scale = Math.max(Math.abs(item.value), Math.abs(usual ?? 0)) || 1
        return (
          <li key={item.feature} className="grid gap-1.5">
            <p className="flex items-baseline justify-between gap-4">
              <span className="text-pretty text-ink">{standOutSentence(item, i18n)}</span>
              <span className="font-medium whitespace-nowrap text-ink tabular">
                {featureValue(item.feature, item.value, currency, i18n)}
              </span>
            </p>
            <div aria-hidden className="relative h-1.5 rounded-full bg-sunken">
              <span
                className="absolute inset-y-0 left-0 rounded-full bg-bad-mark"
                style={{ width: `${(100 * Math.abs(item.value)) / scale}%` }}
              />
              {usual !== null && (
                <span
                  className="absolute -inset-y-0.5 w-0.5 rounded-full bg-ink"
                  style={{ left: `min(calc(100% - 2px), ${(100 * Math.abs(usual)) / scale}%)` }}
                />
              )}
            </div>
            {usual !== null && (
              <p className="text-right text-[12px] text-ink-3 tabular">
                {i18n.t('decision.usual', { value: featureValue(item.feature, usual, currency, i18n) })}
              </p>
            )}
          </li>
        )
      })}
    </ul>
  )
}
