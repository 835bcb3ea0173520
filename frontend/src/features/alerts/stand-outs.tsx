import type { StandOut } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

const MAX_RATIO = 1

/** Each feature that is far from usual: the sentence, then the two values on one scale. */
export function StandOuts({ items }: { items: readonly StandOut[] }) {
  const { t, decimal, word } = useI18n()
  const figure = (value: number) => decimal(value, Number.isInteger(value) ? 0 : 1)
  return (
    <ul className="grid gap-4">
      {items.map((item) => {
        const usual = item.usual ?? null
        const scale = Math.max(Math.abs(item.value), Math.abs(usual ?? 0)) || 1
        return (
          <li key={item.feature} className="grid gap-1.5">
            <p className="text-pretty text-ink">{item.sentence}</p>
            <div aria-hidden className="relative h-1.5 overflow-hidden rounded-full bg-sunken">
              <span
                className="absolute inset-0 origin-left rounded-full bg-bad-mark"
                style={{ transform: `scaleX(${Math.min(MAX_RATIO, Math.abs(item.value) / scale)})` }}
              />
              {usual !== null && (
                <span
                  className="absolute inset-0 origin-left rounded-full bg-ink-3"
                  style={{ transform: `scaleX(${Math.min(MAX_RATIO, Math.abs(usual) / scale)})` }}
                />
              )}
            </div>
            <p className="flex justify-between gap-3 text-[12px] text-ink-3 tabular">
              <span className="truncate">{word('feature', item.feature)}</span>
              <span className="whitespace-nowrap">
                <span className="font-medium text-ink">{figure(item.value)}</span>
                {usual !== null && <> · {t('decision.usual', { value: figure(usual) })}</>}
              </span>
            </p>
          </li>
        )
      })}
    </ul>
  )
}
