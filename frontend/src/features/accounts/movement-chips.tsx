import { X } from 'lucide-react'
import { without, type FilterName, type Filters } from '@/features/accounts/filters'
import { useAccounts } from '@/features/accounts/words'
import { dayBefore, localNoonMs } from '@/lib/days'

type Chosen = Exclude<FilterName, 'q' | 'direction'>

interface MovementChipsProps {
  filters: Filters
  currency: string
  onChange: (filters: Filters) => void
}

/** What the movements are narrowed to, each with the way to take it back. */
export function MovementChips({ filters, currency, onChange }: MovementChipsProps) {
  const { t, word, money, date } = useAccounts()
  const textOf: Record<Chosen, (value: string) => string> = {
    category: (value) => word('category', value),
    at_least_minor: (value) => t('movements.chip.atLeast', { value: money(Number(value), currency) }),
    at_most_minor: (value) => t('movements.chip.atMost', { value: money(Number(value), currency) }),
    from: (value) => t('movements.chip.from', { value: date(localNoonMs(value)) }),
    to: (value) => t('movements.chip.to', { value: date(localNoonMs(dayBefore(value))) }),
  }
  const chosen = (Object.keys(textOf) as Chosen[]).filter((name) => filters[name] !== undefined)
  if (chosen.length === 0) return null
  return (
    <ul aria-label={t('filter.title')} className="flex flex-wrap gap-2 border-b border-line px-4 py-2.5 sm:px-5">
      {chosen.map((name) => {
        const text = textOf[name](filters[name] ?? '')
        return (
          <li
            key={name}
            className="inline-flex h-7 max-w-full min-w-0 items-center gap-1 rounded-full bg-accent-soft pr-1 pl-3 text-[12.5px] font-medium text-accent"
          >
            <span className="truncate">{text}</span>
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
  )
}
