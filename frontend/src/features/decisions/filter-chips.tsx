import { X } from 'lucide-react'
import { chosen, without, type FilterName, type Filters } from '@/features/decisions/filters'
import { BANK_CURRENCY } from '@/lib/currency'
import { useI18n } from '@/lib/i18n'
import { shortId } from '@/lib/format'

/** One filter in words, such as "Reason: First time with this payee". */
function useChipText(): (name: FilterName, value: string) => string {
  const { t, word, money, date, hourMinute } = useI18n()
  const shown = (name: FilterName, value: string): string => {
    if (name === 'channel' || name === 'reason') return word(name, value)
    if (name === 'rule') return word('reason', value)
    if (name === 'from_time' || name === 'until_time')
      return `${date(Date.parse(value))}, ${hourMinute(Date.parse(value))}`
    return shortId(value)
  }
  return (name, value) =>
    name === 'at_least_minor'
      ? t('filter.chip.amount', { value: money(Number(value), BANK_CURRENCY) })
      : t('filter.chip', { name: t(`filter.${name as Exclude<FilterName, 'verdict'>}`), value: shown(name, value) })
}

interface FilterChipsProps {
  filters: Filters
  onChange: (filters: Filters) => void
}

/** What the list is narrowed to, each with the way to take it back. */
export function FilterChips({ filters, onChange }: FilterChipsProps) {
  const { t } = useI18n()
  const textOf = useChipText()
  const chips = chosen(filters)
  if (chips.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ul aria-label={t('filter.title')} className="contents">
        {chips.map(([name, value]) => {
          const text = textOf(name, value)
          return (
            <li
              key={name}
              className="inline-flex h-7 max-w-full min-w-0 items-center gap-1 rounded-full bg-accent-soft pr-1 pl-3 text-[12.5px] font-medium text-accent"
            >
              <span title={value} className="truncate">
                {text}
              </span>
              <button
                type="button"
                aria-label={t('filter.remove', { filter: text })}
                onClick={() => onChange(without(filters, name))}
                className="grid size-6 shrink-0 place-items-center rounded-full hover:bg-hover"
              >
                <X size={13} aria-hidden />
              </button>
            </li>
          )
        })}
      </ul>
      {chips.length > 1 && (
        <button
          type="button"
          onClick={() => onChange(filters.verdict ? { verdict: filters.verdict } : {})}
          className="min-h-6 rounded-[5px] px-1 text-[12.5px] font-medium text-ink-2 hover:text-ink"
        >
          {t('filter.clear')}
        </button>
      )}
    </div>
  )
}
